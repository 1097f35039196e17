//! THE main loop's two halves: [`answer`](Exchange::answer) makes one HTTP exchange of a draft,
//! [`recover`](Exchange::recover) decides what follows a failure. `Client::run` alternates between them.
//!
//! Every attempt is addressed, sealed and signed afresh, after all waiting. Nothing else in windlass sends
//! S3 requests.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use futures_util::future::{Either, select};
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderName, HeaderValue, Method};

use super::seal::{Fingerprint, Progress};
use super::transport_failure::transport_error;
use super::{ChecksumValidation, Shared, buffered, judge, seal};
use crate::error::RetryClass;
use crate::operations::SentBody;
use crate::ports::{Event, HttpRequest, HttpResponse, Origin};
use crate::protocol::address::{is_arn, is_region};
use crate::protocol::signing::{ChunkSigner, SigningScope, sign_headers};
use crate::protocol::{Draft, Reply, encode};
use crate::resilience::{RetryDecision, RetrySession};
use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// One request and all its attempts.
pub(super) struct Exchange<'a> {
    shared: &'a Arc<Shared>,
    draft: &'a Draft<'a>,
    operation: &'static str,
    streams: bool,
    started: Duration,
    attempts: u32,
    retries: RetrySession,
    corrections: Corrections,
    /// The checksum and hash of a body, which do not change from attempt to attempt.
    fingerprint: Option<Fingerprint>,
    progress: Progress,
    last: LastAnswer,
    /// Whether an attempt may have done its work although nobody heard of it.
    fate_unknown: bool,
}

/// A good answer.
pub(super) enum Answered {
    /// Its body was read to its end.
    Whole(Reply),
    /// Its body is still to come.
    Open(HttpResponse),
}

/// What was put right already; each thing is put right once.
#[derive(Default)]
struct Corrections {
    region: bool,
    clock: bool,
    credentials: bool,
    connection: bool,
    digest: bool,
    checksum: bool,
}

/// What recovery wants to know about the attempt before.
#[derive(Default)]
struct LastAnswer {
    region: Arc<str>,
    credentials: Option<Credentials>,
    stale_connection: bool,
    checksum_unasked: bool,
    judged: judge::Verdict,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        shared: &'a Arc<Shared>,
        draft: &'a Draft<'a>,
        operation: &'static str,
        streams: bool,
    ) -> Self {
        Self {
            shared,
            draft,
            operation,
            streams,
            started: shared.clock.monotonic(),
            attempts: 0,
            retries: RetrySession::default(),
            corrections: Corrections::default(),
            fingerprint: None,
            progress: Progress::default(),
            last: LastAnswer::default(),
            fate_unknown: false,
        }
    }

    /// One more request of an operation that was answered already and wants the rest.
    pub(super) fn following(
        shared: &'a Arc<Shared>,
        draft: &'a Draft<'a>,
        operation: &'static str,
        retries: RetrySession,
    ) -> Self {
        Self { attempts: 1, retries, ..Self::new(shared, draft, operation, true) }
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
        self.last = LastAnswer::default();
        let request = self.prepare().await?;
        self.attempts += 1;
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
        if self.streams && response.status.is_success() {
            return Ok(Answered::Open(response));
        }
        let answer = buffered::read(self.shared, response).await?;
        judge::judge(answer, self.draft.target, &mut self.last.judged).map(Answered::Whole)
    }

    /// Credentials, address, body, signature: a draft becomes a request.
    pub(super) async fn prepare(&mut self) -> Result<HttpRequest> {
        let (shared, draft) = (self.shared, self.draft);
        let credentials = shared.credentials.get(shared.now()).await?;
        let bucket = draft.target.bucket();
        let learnt = if draft.keeps_region { None } else { shared.region_of(bucket) };
        let region = learnt.as_deref().unwrap_or(&shared.region);
        let address = shared.addressing.resolve(region, draft)?;
        let time = shared.signing_time();
        let scope =
            credentials.as_ref().map(|keys| shared.signing_keys.scope(keys, time, address.region, "s3"));
        self.last.region = address.region.into();

        let mut headers = draft.headers.clone();
        headers.insert(HOST, header_value(&address.authority)?);
        if draft.verify
            && shared.integrity.validation == ChecksumValidation::WhenSupported
            && shared.provider.checksum_headers
        {
            headers.insert(X_AMZ_CHECKSUM_MODE, HeaderValue::from_static("ENABLED"));
        }
        let way = seal::Way {
            secure: address.secure,
            signed: scope.is_some(),
            checksums_refused: self.corrections.checksum || shared.checksums_refused.load(Ordering::Relaxed),
        };
        let sealed = seal::seal(shared, draft, way, &mut self.fingerprint, &mut headers).await?;
        self.last.checksum_unasked = sealed.checksum_unasked;
        let query = canonical_query(draft, shared.provider.encoded_lists);
        let mut chunk_signer = None;
        if let Some(scope) = &scope {
            headers.insert(X_AMZ_DATE, header_value(time.as_str())?);
            headers.insert(X_AMZ_CONTENT_SHA256, header_value(&sealed.payload_hash)?);
            insert_token(&mut headers, scope)?;
            let method = draft.method.as_str();
            let (authorization, signature) =
                sign_headers(scope, time, method, &address.path, &query, &headers, &sealed.payload_hash);
            if sealed.signs_chunks() {
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
        let body = sealed.open(chunk_signer, &mut self.progress).await?;
        Ok(HttpRequest {
            method: draft.method.clone(),
            origin: Origin { secure: address.secure, authority: address.authority.into() },
            path_and_query,
            headers,
            body,
            sent: self.progress.counter(),
            asks_first: shared.provider.expect_continue && !draft.body.is_replayable(),
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
            match select(sending, shared.clock.deadline(shared.timeouts.read + drain)).await {
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
    fn time_left(&self) -> Result<Option<Duration>> {
        let Some(whole) = self.shared.timeouts.operation else { return Ok(None) };
        let left = whole.saturating_sub(self.shared.clock.monotonic().saturating_sub(self.started));
        if left.is_zero() { Err(self.out_of_time()) } else { Ok(Some(left)) }
    }

    fn out_of_time(&self) -> Error {
        let limit = self.shared.timeouts.operation.unwrap_or_default();
        let message = format!("the operation did not end within {limit:?}");
        Error::new(ErrorKind::Timeout, message).with_retry_class(None)
    }

    /// Puts right what was wrong and waits where that helps; gives the error back where nothing does.
    pub(super) async fn recover(&mut self, error: Error) -> Result<()> {
        let error = error.with_attempts(self.attempts);
        if self.attempts == 0 {
            return Err(error);
        }
        self.fate_unknown |= may_have_worked(&error);
        // Corrections are outside the quota: the service was not failing. What is learnt serves later requests
        // too, so it is learnt even where this one cannot be sent again.
        let corrected = self.replace_connection()
            || self.follow_region(&error)
            || self.correct_clock(&error)
            || self.refresh_credentials(&error)
            || self.leave_out_checksum(&error);
        if !self.draft.body.can_be_sent() {
            return Err(error);
        }
        if corrected {
            return Ok(());
        }
        let shared = self.shared;
        let class = self.retry_class(&error);
        let bucket = self.draft.target.bucket();
        let decision = self.retries.failed(
            &shared.retry,
            class,
            self.last.judged.retry_after,
            shared.random.unit(),
            |class| shared.quotas.pay(bucket, class, shared.clock.monotonic()),
        );
        let RetryDecision::Retry(delay) = decision else { return Err(error) };
        if self.time_left().is_ok_and(|left| left.is_some_and(|left| left <= delay)) {
            return Err(error);
        }
        shared.observe(&Event::Retrying {
            operation: self.operation,
            attempt: self.attempts,
            delay,
            error: &error,
        });
        shared.clock.backoff(delay).await;
        Ok(())
    }

    /// What is known of the body that was sent, where an attempt may have done its work although nobody heard of it.
    pub(super) fn unheard(&self) -> Option<Box<SentBody>> {
        let ahead = || self.fingerprint.as_ref().and_then(Fingerprint::guard);
        self.fate_unknown.then(|| {
            let checksum = self.progress.trailer().or_else(ahead);
            Box::new(SentBody { length: self.draft.body.length(), checksum })
        })
    }

    /// Tells the quota of the success.
    pub(super) fn succeeded(&self) {
        let now = self.shared.clock.monotonic();
        let bucket = self.draft.target.bucket();
        self.shared.quotas.succeeded(bucket, self.retries.paid(), now);
        if self.draft.forgets_region {
            self.shared.forget_region(bucket);
        }
        // It went without, so it was the checksum that the service did not take.
        if self.corrections.checksum && !self.shared.checksums_refused.swap(true, Ordering::Relaxed) {
            self.shared.observe(&Event::ChecksumsRefused { operation: self.operation });
        }
    }

    fn replace_connection(&mut self) -> bool {
        if !self.last.stale_connection || self.corrections.connection {
            return false;
        }
        self.corrections.connection = true;
        self.shared.observe(&Event::ConnectionReplaced { operation: self.operation });
        true
    }

    /// A bucket that is elsewhere is followed to its region, never to a host that the answer names.
    fn follow_region(&mut self, error: &Error) -> bool {
        let bucket = self.draft.target.bucket();
        let elsewhere = |region: &&str| **region != *self.last.region && is_region(region);
        let Some(region) = error.bucket_region().filter(elsewhere) else { return false };
        // An ARN says where it is.
        if self.corrections.region || bucket.is_empty() || self.draft.keeps_region || is_arn(bucket) {
            return false;
        }
        self.corrections.region = true;
        self.shared.learn_region(bucket, region);
        self.shared.observe(&Event::RegionLearnt { bucket, region });
        true
    }

    fn correct_clock(&mut self, error: &Error) -> bool {
        let judged = &self.last.judged;
        let (Some(theirs), false) = (judged.date, self.corrections.clock) else { return false };
        let ours = self.shared.now();
        let apart = ours.duration_since(theirs).unwrap_or_else(|ahead| ahead.duration());
        let doubtful = matches!(error.kind(), ErrorKind::SignatureMismatch | ErrorKind::AccessDenied);
        if !(error.kind() == ErrorKind::ClockSkew || doubtful && apart > LARGEST_SKEW) {
            return false;
        }
        self.corrections.clock = true;
        let offset = signed_seconds(self.shared.clock.now(), theirs);
        self.shared.clock_offset.store(offset, Ordering::Relaxed);
        self.shared.observe(&Event::ClockCorrected { seconds: offset });
        true
    }

    fn refresh_credentials(&mut self, error: &Error) -> bool {
        // HEAD has no body, and S3 answers a token that is no longer good with a mere 400.
        let silent =
            self.draft.method == Method::HEAD && error.status() == Some(400) && error.code().is_none();
        let rejected =
            silent || error.kind() == ErrorKind::ExpiredToken || error.code() == Some("InvalidToken");
        let Some(credentials) = self.last.credentials.as_ref().filter(|keys| keys.session_token().is_some())
        else {
            return false;
        };
        if !rejected || self.corrections.credentials {
            return false;
        }
        self.corrections.credentials = true;
        self.shared.credentials.reject(credentials);
        self.shared.observe(&Event::CredentialsRejected { operation: self.operation });
        true
    }

    /// A service that does not know the checksum of an upload gets `Content-MD5`. AWS knows it.
    fn leave_out_checksum(&mut self, error: &Error) -> bool {
        let unknown = match error.status() {
            Some(501) => true,
            Some(400) => matches!(
                error.code(),
                None | Some(
                    "InvalidArgument" | "InvalidRequest" | "NotImplemented" | "XAmzContentSHA256Mismatch"
                )
            ),
            _ => false,
        };
        if !unknown
            || !self.last.checksum_unasked
            || self.corrections.checksum
            || self.shared.addressing.endpoint.is_none()
        {
            return false;
        }
        self.corrections.checksum = true;
        self.fingerprint = None;
        true
    }

    fn retry_class(&mut self, error: &Error) -> Option<RetryClass> {
        // A body that was damaged on its way is worth one more try: damage twice is no accident.
        if error.code() == Some("BadDigest") && !self.corrections.digest {
            self.corrections.digest = true;
            return Some(RetryClass::Transient);
        }
        // Another write was under way: what is written on a condition is written again.
        if error.code() == Some("ConditionalRequestConflict") && self.draft.method != Method::GET {
            return Some(RetryClass::Transient);
        }
        error.retry_class()
    }
}

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_CHECKSUM_MODE: HeaderName = HeaderName::from_static("x-amz-checksum-mode");
const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// S3 refuses signatures that are this far from its own time.
const LARGEST_SKEW: Duration = Duration::from_secs(15 * 60);

/// What waits in the buffers of this machine when the last byte was handed over is still on its way, over a slow line
/// for a while: the answer may come this much later.
const DRAIN: Duration = Duration::from_secs(60);

/// A connection that broke, a silence, an error of the server and an answer that was cut off leave it open what was done.
fn may_have_worked(error: &Error) -> bool {
    match error.status() {
        Some(status) => status >= 500 || (200..300).contains(&status),
        None => matches!(
            error.kind(),
            ErrorKind::Interrupted
                | ErrorKind::Timeout
                | ErrorKind::Stalled
                | ErrorKind::InvalidResponse
                | ErrorKind::IncompleteBody
        ),
    }
}

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

/// The query in the order and encoding in which it is signed; it is sent in the same form.
fn canonical_query(draft: &Draft<'_>, encoded_lists: bool) -> String {
    if draft.query.is_empty() {
        return String::new();
    }
    let mut pairs: Vec<(String, String)> = draft
        .query
        .iter()
        .filter(|(name, _)| encoded_lists || *name != "encoding-type")
        .map(|(name, value)| (encode::query(name), encode::query(value)))
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

fn signed_seconds(ours: SystemTime, theirs: SystemTime) -> i64 {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    theirs.duration_since(ours).map_or_else(|behind| -seconds(behind.duration()), seconds)
}
