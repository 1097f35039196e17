//! THE main loop: [`answer`](Exchange::answer) makes one HTTP exchange of a draft, `recover` (recovery.rs) decides
//! what follows a failure. `Client::pursue` alternates between them.
//!
//! Every attempt is addressed, payload and signed afresh, after all waiting. Nothing else in windlass sends
//! S3 requests.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::{Either, select};
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderName, HeaderValue};

use super::payload::{BodyProgress, Fingerprint};
use super::transport_failure::transport_error;
use super::trial::Trial;
use super::{ClientState, buffered, encryption, judge, payload, stored_checksum, subresource};
use crate::config::ServiceProfile;
use crate::operations::{Expectation, Operation};
use crate::ports::{Event, HttpRequest, HttpResponse, Origin};
use crate::protocol::signing::{ChunkSigner, SigningScope, SigningTime, sign_headers};
use crate::protocol::{Draft, Response, encode};
use crate::resilience::RetrySession;
use crate::types::Credentials;
use crate::{ChecksumValidation, Error, ErrorKind, Result};

/// One request and all its attempts.
pub(super) struct Exchange<'a> {
    pub(super) shared: &'a Arc<ClientState>,
    pub(super) draft: &'a Draft<'a>,
    pub(super) operation: &'static str,
    pub(super) kind: Kind,
    pub(super) started: Duration,
    pub(super) attempts: u32,
    pub(super) retries: RetrySession,
    pub(super) corrections: Corrections,
    pub(super) trial: Trial,
    /// The checksum and hash of a body, which do not change from attempt to attempt.
    pub(super) fingerprint: Option<Fingerprint>,
    pub(super) progress: BodyProgress,
    pub(super) last: LastAnswer,
    /// Whether an attempt may have done its work although nobody heard of it.
    pub(super) fate_unknown: bool,
}

/// What is to be known of an operation to send it.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) streams: bool,
    pub(super) expects: Expectation,
}

impl Kind {
    pub(super) fn of<O: Operation>() -> Self {
        Self { name: O::NAME, streams: O::STREAMS, expects: O::EXPECTS }
    }
}

/// A good answer.
pub(super) enum Answered {
    /// Its body was read to its end.
    Whole(Response),
    /// Its body is still to come.
    Open(HttpResponse),
}

/// What was put right already; each thing is put right once.
#[derive(Default)]
pub(super) struct Corrections {
    pub(super) region: bool,
    pub(super) clock: bool,
    pub(super) credentials: bool,
    pub(super) connection: bool,
    pub(super) digest: bool,
    pub(super) checksum: bool,
    pub(super) expect: bool,
}

/// What recovery wants to know about the attempt before.
#[derive(Default)]
pub(super) struct LastAnswer {
    pub(super) region: Arc<str>,
    pub(super) credentials: Option<Credentials>,
    pub(super) stale_connection: bool,
    pub(super) checksum_unasked: bool,
    /// Whether the request waited for consent (`Expect: 100-continue`).
    pub(super) asked_first: bool,
    pub(super) judged: judge::Findings,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(shared: &'a Arc<ClientState>, draft: &'a Draft<'a>, kind: Kind) -> Self {
        Self {
            shared,
            draft,
            operation: kind.name,
            kind,
            started: shared.clock.monotonic(),
            attempts: 0,
            retries: RetrySession::default(),
            corrections: Corrections::default(),
            trial: Trial::default(),
            fingerprint: None,
            progress: BodyProgress::default(),
            last: LastAnswer::default(),
            fate_unknown: false,
        }
    }

    /// One more request of an operation that was answered already and wants the rest.
    pub(super) fn following(
        shared: &'a Arc<ClientState>,
        draft: &'a Draft<'a>,
        operation: &'static str,
        attempts: u32,
        retries: RetrySession,
    ) -> Self {
        let kind = Kind { name: operation, streams: true, expects: Expectation::Object };
        Self { attempts, retries, ..Self::new(shared, draft, kind) }
    }

    /// The failures so far.
    pub(super) fn retries(&self) -> RetrySession {
        self.retries
    }

    /// Sends the request once and judges the answer, within the time that the whole operation has.
    pub(super) async fn answer(&mut self) -> Result<Answered> {
        let Some(left) = self.time_left()? else { return self.answer_in_any_time().await };
        let deadline = self.shared.clock.deadline(left);
        let in_time = match select(pin!(self.answer_in_any_time()), deadline).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(((), _)) => None,
        };
        in_time.unwrap_or_else(|| Err(self.out_of_time()))
    }

    async fn answer_in_any_time(&mut self) -> Result<Answered> {
        let shared = self.shared;
        self.last = LastAnswer::default();
        let request = self.prepare().await?;
        self.attempts += 1;
        self.shared.observe(&Event::Sending {
            operation: self.operation,
            bucket: self.draft.target.bucket(),
            key: self.draft.target.key(),
            attempt: self.attempts,
            sent: request.sent.as_ref(),
        });
        let sent = self.shared.clock.monotonic();
        let response = self.send(request).await?;
        self.shared.observe(&Event::Answered {
            operation: self.operation,
            bucket: self.draft.target.bucket(),
            key: self.draft.target.key(),
            attempt: self.attempts,
            status: response.status.as_u16(),
            elapsed: self.shared.clock.monotonic().saturating_sub(sent),
        });
        subresource::refuse_the_object(&shared.service, self.draft, self.kind.name, &response)?;
        if self.kind.streams && response.status.is_success() {
            judge::confirm(self.kind, self.draft, response.status, &response.headers, &[])?;
            return Ok(Answered::Open(response));
        }
        let answer = buffered::read(shared, response, self.draft.largest_response).await?;
        let reply = judge::judge(answer, self.kind, self.draft, &mut self.last.judged)?;
        encryption::check(shared, self.draft, self.kind.name, reply.headers(), reply.body())?;
        if self.kind.expects == Expectation::Stored {
            stored_checksum::compare(reply.headers(), || self.sent_checksum())?;
        }
        Ok(Answered::Whole(subresource::read_silence(&shared.service, self.kind.name, reply)))
    }

    /// Credentials, address, body, signature: a draft becomes a request.
    pub(super) async fn prepare(&mut self) -> Result<HttpRequest> {
        let (shared, draft) = (self.shared, self.draft);
        let credentials = shared.credentials.get(self.now()).await?;
        let learnt = self.trial.region.clone().or_else(|| shared.region_for(draft));
        let region = learnt.as_deref().unwrap_or(&shared.region);
        let address = shared.addressing.resolve(region, draft)?;
        let time = SigningTime::new(self.now());
        let scope =
            credentials.as_ref().map(|keys| shared.signing_keys.scope(keys, time, address.region, "s3"));
        self.last.region = address.region.into();

        let mut headers = draft.headers.clone();
        headers.insert(HOST, header_value(&address.authority)?);
        if draft.verify
            && shared.integrity.validation == ChecksumValidation::WhenSupported
            && shared.service.checksum_headers
        {
            headers.insert(X_AMZ_CHECKSUM_MODE, HeaderValue::from_static("ENABLED"));
        }
        let way = payload::Way {
            secure: address.secure,
            signed: scope.is_some(),
            checksums_refused: self.corrections.checksum || shared.checksums_refused.load(Ordering::Relaxed),
        };
        let payload = payload::protect(shared, draft, way, &mut self.fingerprint, &mut headers).await?;
        self.last.checksum_unasked = payload.checksum_unasked;
        let query = canonical_query(draft, &shared.service);
        // Without this word a framed body would be stored with its frame, whoever sends it.
        if scope.is_some() || payload.is_framed() {
            headers.insert(X_AMZ_CONTENT_SHA256, header_value(&payload.hash)?);
        }
        let mut chunk_signer = None;
        if let Some(scope) = &scope {
            headers.insert(X_AMZ_DATE, header_value(time.as_str())?);
            insert_token(&mut headers, scope)?;
            let method = draft.method.as_str();
            let (authorization, signature) =
                sign_headers(scope, time, method, &address.path, &query, &headers, &payload.hash);
            if payload.signs_chunks() {
                chunk_signer = Some(ChunkSigner::from_scope(scope.clone(), time, signature));
            }
            let mut value = header_value(&authorization)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut path_and_query = address.path;
        if !query.is_empty() {
            path_and_query.push('?');
            path_and_query.push_str(&query);
        }
        self.last.credentials = credentials;
        let body = payload.open(chunk_signer, &mut self.progress).await?;
        self.last.asked_first = shared.service.expect_continue
            && !draft.body.is_replayable()
            && !self.corrections.expect
            && !shared.expect_refused.load(Ordering::Relaxed);
        Ok(HttpRequest {
            method: draft.method.clone(),
            origin: Origin { secure: address.secure, authority: address.authority.into() },
            path_and_query,
            headers,
            body,
            sent: self.progress.counter(),
            asks_first: self.last.asked_first,
            // What can be sent once only is not risked on a connection that may be dead.
            fresh_connection: self.corrections.connection || !draft.body.is_replayable(),
        })
    }

    /// Hands the request to the transport and watches that something moves.
    async fn send(&mut self, request: HttpRequest) -> Result<HttpResponse> {
        let shared = self.shared;
        let drain = if request.sent.is_some() { DRAIN } else { Duration::ZERO };
        let mut sending = shared.transport.send(request);
        loop {
            let sent = self.progress.sent();
            match select(sending, shared.clock.deadline(shared.timeouts.read.saturating_add(drain))).await {
                Either::Left((Ok(response), _)) => return Ok(response),
                Either::Left((Err(error), _)) => {
                    self.last.stale_connection = error.is_stale_connection();
                    return Err(transport_error(error));
                }
                // The request's body still moves: the time for the answer has not begun.
                Either::Right(((), unfinished))
                    if self.progress.sent() > sent || self.progress.waits_for_source() =>
                {
                    sending = unfinished;
                }
                Either::Right(((), _)) => {
                    let message = format!("the service did not answer within {:?}", shared.timeouts.read);
                    return Err(Error::new(ErrorKind::Timeout, message));
                }
            }
        }
    }

    /// What the whole operation has left of its time, if that is limited.
    pub(super) fn time_left(&self) -> Result<Option<Duration>> {
        let Some(whole) = self.shared.timeouts.operation else { return Ok(None) };
        let left = whole.saturating_sub(self.shared.clock.monotonic().saturating_sub(self.started));
        if left.is_zero() { Err(self.out_of_time()) } else { Ok(Some(left)) }
    }

    fn out_of_time(&self) -> Error {
        let limit = self.shared.timeouts.operation.unwrap_or_default();
        let message = format!("the operation did not end within {limit:?}");
        Error::new(ErrorKind::Timeout, message).with_retry_class(None)
    }
}

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_CHECKSUM_MODE: HeaderName = HeaderName::from_static("x-amz-checksum-mode");
const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// What waits in the buffers of this machine when the last byte was handed over is still on its way, over a slow line
/// for a while: the answer may come this much later.
const DRAIN: Duration = Duration::from_secs(60);

fn insert_token(headers: &mut http::HeaderMap, scope: &SigningScope) -> Result<()> {
    if let Some(token) = scope.credentials.session_token() {
        let mut value = header_value(token)?;
        value.set_sensitive(true);
        headers.insert(X_AMZ_SECURITY_TOKEN, value);
    }
    Ok(())
}

fn header_value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|error| {
        let message = "the credentials or the host hold characters that cannot stand in a header";
        Error::new(ErrorKind::CredentialsInvalid, message).with_source(error)
    })
}

/// Whether the service can be asked for the keys of this list in encoded form.
pub(super) fn takes_encoding(draft: &Draft<'_>, provider: &ServiceProfile) -> bool {
    let lists = |what: &str| draft.query.iter().any(|(name, _)| *name == what);
    provider.encoded_lists
        && (provider.encoded_markers || !lists("versions"))
        && (provider.encoded_uploads || !lists("uploads"))
}

/// The query in the order and encoding in which it is signed; it is sent in the same form.
fn canonical_query(draft: &Draft<'_>, provider: &ServiceProfile) -> String {
    if draft.query.is_empty() {
        return String::new();
    }
    let encoded = takes_encoding(draft, provider);
    let mut pairs: Vec<(String, String)> = draft
        .query
        .iter()
        .filter(|(name, _)| encoded || *name != "encoding-type")
        .map(|(name, value)| (encode::query(name), encode::query_of_listed(value)))
        .collect();
    pairs.sort_unstable();
    let mut query =
        String::with_capacity(pairs.iter().map(|(name, value)| name.len() + value.len() + 2).sum());
    for (name, value) in &pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        query.push_str(value);
    }
    query
}
