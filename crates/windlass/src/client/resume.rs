//! Resumes an interrupted download at its last byte: requests the rest with a range, on condition that the object has
//! not changed. The response must continue exactly there, so content of two objects never mixes.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::{CONTENT_RANGE, ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, RANGE};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::ClientState;
use super::exchange::Exchange;
use super::recovery::Next;
use super::report::{Attempted, Received, Report};
use super::span::Span;
use crate::ports::BoxFuture;
use crate::protocol::{Draft, Target};
use crate::resilience::{Permit, RetrySession};
use crate::round_trip::{OpenResponse, StallGuard};
use crate::types::ContentRange;
use crate::{Error, ErrorKind, RequestOptions, Result};

/// The object, for errors and for the request for the rest.
#[derive(Clone)]
pub(super) struct Content {
    pub(super) operation: &'static str,
    pub(super) bucket: Box<str>,
    pub(super) key: Box<str>,
}

impl Content {
    /// Adds the object to the error.
    pub(super) fn named(&self, error: Error) -> Error {
        error.with_operation(self.operation).with_target(&self.bucket, &self.key)
    }
}

/// The properties of a request that are needed to request the rest of its response.
pub(super) struct Resumption {
    state: Arc<ClientState>,
    options: Option<Arc<RequestOptions>>,
    query: Vec<(&'static str, String)>,
    headers: HeaderMap,
    etag: HeaderValue,
    /// The offset in the object at which the response started.
    begins: u64,
    /// The length of the whole response.
    length: u64,
    retries: RetrySession,
    /// The number of requests for this content so far.
    attempts: u32,
    /// The offset in the response of the last interruption.
    broke_at: u64,
}

/// A connection that delivers this much resets the count of failures.
const PROGRESS: u64 = 1 << 20;

impl Resumption {
    /// None if the rest cannot be requested or cannot be distinguished from another object.
    pub(super) fn of(
        state: &Arc<ClientState>,
        draft: &Draft<'_>,
        attempts: u32,
        headers: &HeaderMap,
        length: Option<u64>,
    ) -> Option<Self> {
        let etag = headers.get(ETAG).filter(|tag| !tag.as_bytes().starts_with(b"W/"))?;
        // A request by part number cannot have a range.
        if draft.query.iter().any(|(name, _)| *name == "partNumber") {
            return None;
        }
        let (begins, length) = (first_byte(headers)?, length?);
        begins.checked_add(length)?;
        Some(Self {
            state: state.clone(),
            options: draft.options.cloned(),
            query: draft.query.iter().map(|(name, value)| (*name, value.clone().into_owned())).collect(),
            headers: draft.headers.clone(),
            etag: etag.clone(),
            begins,
            length,
            retries: RetrySession::default(),
            attempts,
            broke_at: 0,
        })
    }

    /// Requests the bytes after the first `received` ones, after the wait for `error`.
    pub(super) fn resume(
        self,
        content: Content,
        received: u64,
        error: Error,
        mut span: Span,
    ) -> BoxFuture<'static, Result<Resumed>> {
        Box::pin(async move {
            match self.request_rest(&content, received, error, &mut span).await {
                Ok((body, permit, next)) => Ok(Resumed { body, permit, next, span }),
                Err(error) => {
                    let error = content.named(error);
                    span.fail(&error);
                    Err(error)
                }
            }
        })
    }

    async fn request_rest(
        mut self,
        content: &Content,
        received: u64,
        error: Error,
        span: &mut Span,
    ) -> Result<(StallGuard, Permit, Self)> {
        if received.saturating_sub(self.broke_at) >= PROGRESS {
            self.retries = RetrySession::default();
        }
        self.broke_at = received;
        let state = self.state.clone();
        let next = self.begins + received;
        let range = format!("bytes={next}-{}", self.begins + self.length - 1);
        let draft = self.draft(content, &range);
        let mut exchange =
            Exchange::resuming(&state, &draft, content.operation, self.attempts, self.retries, span);
        let mut failed = (error, Report::default());
        let (response, permit, report) = loop {
            let (error, report) = failed;
            if let Next::Fail(error) = exchange.recover(error, report).await {
                return Err(error);
            }
            let Attempted { outcome, report } = exchange.attempt().await;
            match outcome {
                Ok(Received::Open(response, permit)) => break (response, permit, report),
                Ok(Received::Whole(_)) => return Err(unfit()),
                Err(error) if error.kind() == ErrorKind::PreconditionFailed => {
                    let message = format!("the object changed after {received} bytes were read");
                    let error = Error::new(ErrorKind::PreconditionFailed, message);
                    return Err(error.with_attempts(exchange.attempts));
                }
                Err(error) => failed = (error, report),
            }
        };
        exchange.succeeded(&report);
        let (retries, attempts) = (exchange.retries, exchange.attempts);
        let OpenResponse { status, headers, body, .. } = response;
        let fits = status == StatusCode::PARTIAL_CONTENT
            && first_byte(&headers) == Some(next)
            && headers.get(ETAG).is_none_or(|tag| *tag == self.etag);
        if !fits {
            return Err(unfit().with_attempts(attempts));
        }
        drop(draft);
        self.retries = retries;
        self.attempts = attempts;
        Ok((body, permit, self))
    }

    /// The number of requests for this content so far.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    fn draft<'b>(&'b self, content: &'b Content, range: &str) -> Draft<'b> {
        let mut draft = Draft::get(Target::object(&content.bucket, &content.key));
        draft.query = self.query.iter().map(|(name, value)| (*name, Cow::Borrowed(value.as_str()))).collect();
        draft.headers = self.headers.clone();
        // The headers above include theirs.
        draft.options = self.options.as_ref();
        draft.headers.remove(IF_NONE_MATCH);
        draft.headers.remove(IF_MODIFIED_SINCE);
        draft.headers.insert(IF_MATCH, self.etag.clone());
        draft.set_header(RANGE.as_str(), Some(range));
        draft
    }
}

/// The rest of a response.
pub(super) struct Resumed {
    pub(super) body: StallGuard,
    pub(super) permit: Permit,
    /// The state for the next interruption.
    pub(super) next: Resumption,
    pub(super) span: Span,
}

fn unfit() -> Error {
    Error::new(ErrorKind::InvalidResponse, "the response is not the requested rest of the object")
}

/// The offset in the object at which a response starts.
fn first_byte(headers: &HeaderMap) -> Option<u64> {
    let Some(range) = headers.get(CONTENT_RANGE) else { return Some(0) };
    let range: ContentRange = range.to_str().ok()?.parse().ok()?;
    Some(range.bytes?.0)
}
