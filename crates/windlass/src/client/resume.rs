//! A download that breaks midway goes on from its last byte: the rest is asked for with a range, on condition that
//! the object is still the same one. What comes is checked to fit exactly; nothing is ever spliced.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{CONTENT_RANGE, ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::ClientState;
use super::exchange::{Answered, Exchange};
use super::watched::Watched;
use crate::ports::{BoxFuture, HttpResponse, ResponseStream};
use crate::protocol::{Draft, Target};
use crate::resilience::RetrySession;
use crate::types::ContentRange;
use crate::{Error, ErrorKind, Result};

/// What has to be known of a request so that the rest of its answer can be asked for.
pub(super) struct Resumption {
    shared: Arc<ClientState>,
    operation: &'static str,
    bucket: Box<str>,
    key: Box<str>,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    etag: HeaderValue,
    /// Where in the object the answer began.
    begins: u64,
    /// How many bytes it has in all.
    length: u64,
    retries: RetrySession,
    /// How often a request was sent for this content so far.
    attempts: u32,
    /// The offset in the answer at which it broke the last time.
    broke_at: u64,
}

/// A connection that gives this much is a good one: the count of failures begins anew.
const PROGRESS: u64 = 1 << 20;

impl Resumption {
    /// None where the rest could not be told from that of another object, or not be asked for.
    pub(super) fn of(
        shared: &Arc<ClientState>,
        draft: &Draft<'_>,
        operation: &'static str,
        attempts: u32,
        response: &HttpResponse,
        length: Option<u64>,
    ) -> Option<Box<Self>> {
        let etag = response.headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"))?;
        // A part is asked for by its number, which does not go together with a range.
        if draft.query.iter().any(|(name, _)| *name == "partNumber") {
            return None;
        }
        let (begins, length) = (first_byte(&response.headers)?, length?);
        begins.checked_add(length)?;
        Some(Box::new(Self {
            shared: shared.clone(),
            operation,
            bucket: draft.target.bucket().into(),
            key: draft.target.key().into(),
            query: draft.query.iter().map(|(name, value)| (*name, value.clone().into_owned())).collect(),
            headers: draft.headers.clone(),
            etag: etag.clone(),
            begins,
            length,
            retries: RetrySession::default(),
            attempts,
            broke_at: 0,
        }))
    }

    /// Asks for what follows the `received` bytes that are there, after the wait that `error` deserves.
    pub(super) fn go_on(self: Box<Self>, received: u64, error: Error) -> BoxFuture<'static, Result<Resumed>> {
        Box::pin(self.ask(received, error))
    }

    async fn ask(mut self: Box<Self>, received: u64, error: Error) -> Result<Resumed> {
        if received.saturating_sub(self.broke_at) >= PROGRESS {
            self.retries = RetrySession::default();
        }
        self.broke_at = received;
        let shared = self.shared.clone();
        let next = self.begins + received;
        let range = format!("bytes={next}-{}", self.begins + self.length - 1);
        let draft = self.draft(&range);
        let mut exchange = Exchange::following(&shared, &draft, self.operation, self.attempts, self.retries);
        exchange.recover(error).await?;
        let (response, retries, attempts) = loop {
            match exchange.answer().await {
                Ok(Answered::Open(response)) => break (response, exchange.retries(), exchange.attempts),
                Ok(Answered::Whole(_)) => return Err(self.unfit("an answer without content")),
                Err(error) if error.kind() == ErrorKind::PreconditionFailed => {
                    let message =
                        format!("the object changed while it was read: {received} of its bytes had come");
                    let error = Error::new(ErrorKind::PreconditionFailed, message);
                    return Err(error.with_attempts(exchange.attempts));
                }
                Err(error) => exchange.recover(error).await?,
            }
        };
        exchange.succeeded();
        let fits = response.status == StatusCode::PARTIAL_CONTENT
            && first_byte(&response.headers) == Some(next)
            && response.headers.get(ETAG).is_none_or(|tag| *tag == self.etag);
        if !fits {
            return Err(self.unfit("something else").with_attempts(attempts));
        }
        drop(draft);
        self.retries = retries;
        self.attempts = attempts;
        Ok(Resumed { body: response.body, next: self })
    }

    fn draft(&self, range: &str) -> Draft<'_> {
        let mut draft = Draft::get(Target::object(&self.bucket, &self.key));
        draft.query = self.query.iter().map(|(name, value)| (*name, Cow::Borrowed(value.as_str()))).collect();
        draft.headers = self.headers.clone();
        draft.headers.remove(IF_NONE_MATCH);
        draft.headers.remove(IF_MODIFIED_SINCE);
        draft.headers.insert(IF_MATCH, self.etag.clone());
        draft.set_header(RANGE.as_str(), Some(range));
        draft
    }

    /// How often a request was sent for this content so far.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The rest is watched as the beginning was.
    pub(super) fn watch(&self, body: ResponseStream) -> Watched {
        Watched::new(body, self.shared.clock.clone(), self.shared.timeouts)
    }

    fn unfit(&self, what: &str) -> Error {
        let message = format!("the rest of the object was asked for, and {what} came");
        Error::new(ErrorKind::InvalidResponse, message).with_target(&self.bucket, &self.key)
    }
}

/// The rest of an answer.
pub(super) struct Resumed {
    pub(super) body: ResponseStream,
    /// For when it breaks again.
    pub(super) next: Box<Resumption>,
}

/// The place in the object at which an answer begins.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let Some(range) = headers.get(CONTENT_RANGE) else { return Some(0) };
    let range: ContentRange = range.to_str().ok()?.parse().ok()?;
    Some(range.bytes?.0)
}
