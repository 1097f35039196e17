//! Recovery after a failed attempt. Each correctable cause (connection, region, clock, credentials, checksum) is fixed at
//! most once and costs no retry quota; otherwise the retry policy decides. A success ends here, too.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use http::Method;

use super::context::Kind;
use super::exchange::Exchange;
use super::lessons::{self, Lesson};
use super::reconcile::UnconfirmedWrite;
use super::report::{Attempted, Received, Report};
use super::span::Span;
use crate::error::RetryClass;
use crate::operations::{HeadBucket, Operation as _, SentBody};
use crate::ports::events::{ChecksumsRefused, ConnectionReplaced, CredentialsRejected, Retrying};
use crate::ports::{CredentialsProvider as _, Event};
use crate::protocol::address::{is_arn, is_region, same_partition};
use crate::protocol::{Draft, Integrity, Target};
use crate::resilience::RetryDecision;
use crate::{Error, ErrorKind, Result};

/// The decision after a failed attempt.
pub(super) enum Next {
    /// Another attempt, immediately: all waits are over.
    Retry,
    Fail(Error),
}

impl Exchange<'_> {
    /// Fixes the cause of a failure or waits for the retry, if either can help.
    pub(super) async fn recover(&mut self, error: Error, report: Report) -> Next {
        match self.recovered(error, &report).await {
            Ok(()) => Next::Retry,
            Err(error) => Next::Fail(error),
        }
    }

    async fn recovered(&mut self, error: Error, report: &Report) -> Result<()> {
        let error = error.with_attempts(self.attempts);
        if self.attempts == 0 {
            return Err(error);
        }
        self.keep_trailer(report);
        self.outcome_unknown |= may_have_taken_effect(&error);
        self.judge_trial(&error);
        self.doubt_region(&error);
        // Fixes cost no quota, because the service did not fail. They help later requests, so they are kept even if
        // this request cannot be sent again.
        let corrected = self.replace_connection(report)
            || self.follow_region(&error, report).await
            || self.correct_clock(&error, report)
            || self.refresh_credentials(&error, report)
            || self.leave_out_checksum(&error, report)
            || self.send_without_expect(&error, report);
        if !self.draft.body.can_be_sent() {
            Box::pin(self.prove_trial()).await;
            return Err(error);
        }
        if corrected {
            if self.trial.region.is_some() {
                self.trial.cause.get_or_insert(error);
            }
            return Ok(());
        }
        let error = self.blame(error, report);
        let state = self.state;
        let class = self.retry_class(&error);
        let bucket = self.draft.target.bucket();
        let decision = self.retries.failed(
            &state.retry_settings(self.draft.options.map(|options| &**options)),
            class,
            report.findings.retry_after,
            state.ports.random.unit(),
            |class| state.quotas.pay(bucket, class, state.ports.clock.monotonic()),
        );
        let RetryDecision::Retry(delay) = decision else { return Err(error) };
        if self.deadline.left(state).is_ok_and(|left| left.is_some_and(|left| left <= delay)) {
            return Err(error);
        }
        let (request, attempt) = (self.context().info(), self.attempts);
        state.observe(&Event::Retrying(Retrying { request, attempt, delay, error: &error }));
        state.ports.clock.backoff(delay).await;
        Ok(())
    }

    /// The properties of the body, if an attempt of a write may have taken effect although its response was lost.
    pub(super) fn unconfirmed_write(&self) -> Option<Box<UnconfirmedWrite>> {
        let writes = !matches!(self.draft.method, Method::GET | Method::HEAD);
        (self.outcome_unknown && writes).then(|| {
            let (length, checksum) = (self.draft.body.length(), self.sent_checksum());
            let sent = SentBody { length, checksum, length_suffices: false };
            Box::new(UnconfirmedWrite { sent, since: self.deadline.started() })
        })
    }

    /// All attempts that send the whole body have the same trailing checksum.
    fn keep_trailer(&mut self, report: &Report) {
        if self.sent_trailer.is_none() {
            self.sent_trailer = report.sent_with.trailer.get();
        }
    }

    /// Records what the success has shown and refunds the quota.
    pub(super) fn succeeded(&mut self, report: &Report) {
        self.keep_trailer(report);
        self.keep_trial();
        let now = self.state.ports.clock.monotonic();
        let bucket = self.draft.target.bucket();
        self.state.quotas.succeeded(bucket, self.retries.paid(), now);
        if self.draft.forgets_region {
            self.state.forget_region(bucket);
        }
        // The request succeeded without the checksum, so the service does not support it.
        if self.corrections.checksum && !self.state.learned.checksums_refused.swap(true, Ordering::Relaxed) {
            let request = self.context().info();
            self.state.observe(&Event::ChecksumsRefused(ChecksumsRefused { request }));
        }
        if self.corrections.expect {
            self.state.learned.expect_refused.store(true, Ordering::Relaxed);
        }
    }

    fn replace_connection(&mut self, report: &Report) -> bool {
        if !report.stale_connection || self.corrections.connection {
            return false;
        }
        self.corrections.connection = true;
        let request = self.context().info();
        self.state.observe(&Event::ConnectionReplaced(ConnectionReplaced { request }));
        true
    }

    /// Follows a bucket to its region, never to a host that the response names.
    async fn follow_region(&mut self, error: &Error, report: &Report) -> bool {
        let bucket = self.draft.target.bucket();
        // An ARN names the region.
        if self.corrections.region || self.draft.keeps_region || is_arn(bucket) {
            return false;
        }
        let named = match lessons::lesson(&self.draft.method, error) {
            Lesson::Region(region) => Some(region.to_owned()),
            Lesson::Elsewhere if !self.asks_for_region() => Box::pin(self.ask_for_region()).await,
            Lesson::Elsewhere | Lesson::Nothing => None,
        };
        let last = &*report.sent_with.region;
        let usable = |region: &String| *region != *last && is_region(region) && same_partition(region, last);
        let Some(region) = named.filter(usable) else { return false };
        self.corrections.region = true;
        // A learned region caused this error.
        self.state.forget_region(bucket);
        self.trial.region = Some(region.into());
        true
    }

    /// A region that rejects the signature is not the bucket's.
    fn doubt_region(&self, error: &Error) {
        if error.kind() == ErrorKind::SignatureMismatch && self.trial.region.is_none() {
            self.state.forget_region(self.draft.target.bucket());
        }
    }

    /// Whether this request asks for the region of a bucket itself or has no bucket.
    fn asks_for_region(&self) -> bool {
        let asks = self.draft.method == Method::HEAD && self.draft.target.key().is_empty();
        asks || self.draft.target.bucket().is_empty()
    }

    /// Sends `HeadBucket`, whose response names the region even without permission. At most once, and within the time
    /// limit of the operation.
    async fn ask_for_region(&mut self) -> Option<String> {
        self.corrections.region = true;
        let draft = Draft::head(Target::Bucket(self.draft.target.bucket()));
        let mut span = Span::begin(self.state, HeadBucket::NAME, draft.target, self.span.id());
        let mut question = Exchange::new(self.state, &draft, Kind::of::<HeadBucket>(), &mut span);
        question.deadline = self.deadline;
        let Attempted { outcome, report } = question.attempt().await;
        span.attempted(&report);
        span.end(&outcome);
        match outcome {
            Ok(Received::Whole(response)) => response.text("x-amz-bucket-region"),
            Err(error) if matches!(error.status(), Some(301 | 307 | 400 | 403)) => {
                error.bucket_region().map(str::to_owned)
            }
            Ok(Received::Open(..)) | Err(_) => None,
        }
    }

    fn correct_clock(&mut self, error: &Error, report: &Report) -> bool {
        let (Some(theirs), false) = (report.findings.date, self.corrections.clock) else { return false };
        let ours = self.now();
        let apart = ours.duration_since(theirs).unwrap_or_else(|ahead| ahead.duration());
        let doubtful = matches!(error.kind(), ErrorKind::SignatureMismatch | ErrorKind::AccessDenied);
        if !(error.kind() == ErrorKind::ClockSkew || doubtful && apart > LARGEST_SKEW) {
            return false;
        }
        let offset = signed_seconds(self.state.ports.clock.now(), theirs);
        if !self.may_be_off_by(offset) {
            return false;
        }
        self.corrections.clock = true;
        self.trial.clock = Some(offset);
        self.trial.clock_is_a_guess = doubtful;
        true
    }

    fn refresh_credentials(&mut self, error: &Error, report: &Report) -> bool {
        // Responses to HEAD have no body, and S3 sends a plain 400 for an expired token.
        let silent =
            self.draft.method == Method::HEAD && error.status() == Some(400) && error.code().is_none();
        let rejected =
            silent || error.kind() == ErrorKind::CredentialsExpired || error.code() == Some("InvalidToken");
        let Some(credentials) =
            report.sent_with.credentials.as_ref().filter(|keys| keys.session_token().is_some())
        else {
            return false;
        };
        if !rejected || self.corrections.credentials {
            return false;
        }
        self.corrections.credentials = true;
        self.state.credentials.reject(credentials);
        let request = self.context().info();
        self.state.observe(&Event::CredentialsRejected(CredentialsRejected { request }));
        true
    }

    /// Sends `Content-MD5` to a service without support for the checksum of an upload. AWS supports it.
    fn leave_out_checksum(&mut self, error: &Error, report: &Report) -> bool {
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
            || !report.sent_with.checksum_unasked
            || self.corrections.checksum
            || self.state.addressing.endpoint.is_none()
        {
            return false;
        }
        self.corrections.checksum = true;
        self.fingerprint = None;
        true
    }

    /// Sends the body without `Expect` to a service that rejects the header.
    fn send_without_expect(&mut self, error: &Error, report: &Report) -> bool {
        if error.status() != Some(417) || !report.sent_with.expects_continue || self.corrections.expect {
            return false;
        }
        self.corrections.expect = true;
        true
    }

    fn retry_class(&mut self, error: &Error) -> Option<RetryClass> {
        // A body that was damaged in transit is sent once more; a second mismatch is not an accident. Without a
        // checksum of its own, the body was not the cause.
        let guarded = self.draft.integrity != Integrity::None;
        if error.code() == Some("BadDigest") && guarded && !self.corrections.digest {
            self.corrections.digest = true;
            return Some(RetryClass::Transient);
        }
        // A conditional write that conflicted with another write is repeated.
        if error.code() == Some("ConditionalRequestConflict") && self.draft.method != Method::GET {
            return Some(RetryClass::Transient);
        }
        error.retry_class()
    }
}

/// The clock skew at which S3 rejects signatures.
const LARGEST_SKEW: Duration = Duration::from_secs(15 * 60);

/// Whether the outcome is unknown after a broken connection, a timeout, a server error or a truncated response.
fn may_have_taken_effect(error: &Error) -> bool {
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

fn signed_seconds(ours: SystemTime, theirs: SystemTime) -> i64 {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    theirs.duration_since(ours).map_or_else(|behind| -seconds(behind.duration()), seconds)
}
