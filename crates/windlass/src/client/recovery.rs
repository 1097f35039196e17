//! The other half of the main loop: what follows a failed attempt. What was wrong is put right once each, outside of the
//! quota: a connection, the region, the clock, the credentials, a checksum; else the retry policy is asked. And what a
//! success ends.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use http::Method;

use super::Unheard;
use super::exchange::{Answered, Exchange, Kind};
use super::lessons::{self, Lesson};
use super::payload::Fingerprint;
use crate::error::RetryClass;
use crate::operations::{HeadBucket, SentBody};
use crate::ports::{CredentialsProvider as _, Event};
use crate::protocol::address::{is_arn, is_region, same_partition};
use crate::protocol::{Draft, Integrity, Target};
use crate::resilience::RetryDecision;
use crate::{Error, ErrorKind, Result};

impl Exchange<'_> {
    /// Puts right what was wrong and waits where that helps; gives the error back where nothing does.
    pub(super) async fn recover(&mut self, error: Error) -> Result<()> {
        let error = error.with_attempts(self.attempts);
        if self.attempts == 0 {
            return Err(error);
        }
        self.fate_unknown |= may_have_worked(&error);
        self.judge_trial(&error);
        self.doubt_region(&error);
        // Corrections are outside the quota: the service was not failing. What is learnt serves later requests
        // too, so it is learnt even where this one cannot be sent again.
        let corrected = self.replace_connection()
            || self.follow_region(&error).await
            || self.correct_clock(&error)
            || self.refresh_credentials(&error)
            || self.leave_out_checksum(&error)
            || self.send_without_asking(&error);
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
        let error = self.blame(error);
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
    pub(super) fn unheard(&self) -> Option<Box<Unheard>> {
        let writes = !matches!(self.draft.method, Method::GET | Method::HEAD);
        (self.fate_unknown && writes).then(|| {
            let (length, checksum) = (self.draft.body.length(), self.sent_checksum());
            let sent = SentBody { length, checksum, length_suffices: false };
            Box::new(Unheard { sent, since: self.started })
        })
    }

    /// The checksum with which the body went: the header's name and its value.
    pub(super) fn sent_checksum(&self) -> Option<(&'static str, String)> {
        self.progress.trailer().or_else(|| self.fingerprint.as_ref().and_then(Fingerprint::guard))
    }

    /// Tells the quota of the success.
    pub(super) fn succeeded(&mut self) {
        self.keep_trial();
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
        if self.corrections.expect {
            self.shared.expect_refused.store(true, Ordering::Relaxed);
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

    /// A bucket that is elsewhere is followed to its region, never to a host that the response names.
    async fn follow_region(&mut self, error: &Error) -> bool {
        let bucket = self.draft.target.bucket();
        // An ARN says where it is.
        if self.corrections.region || self.draft.keeps_region || is_arn(bucket) {
            return false;
        }
        let named = match lessons::lesson(&self.draft.method, error) {
            Lesson::Region(region) => Some(region.to_owned()),
            Lesson::Elsewhere if !self.asks_for_region() => Box::pin(self.ask_for_region()).await,
            Lesson::Elsewhere | Lesson::Nothing => None,
        };
        let last = &*self.last.region;
        let usable = |region: &String| *region != *last && is_region(region) && same_partition(region, last);
        let Some(region) = named.filter(usable) else { return false };
        self.corrections.region = true;
        // What was learned before led here.
        self.shared.forget_region(bucket);
        self.trial.region = Some(region.into());
        true
    }

    /// A region in which signatures are refused is not the bucket's.
    fn doubt_region(&self, error: &Error) {
        if error.kind() == ErrorKind::SignatureMismatch && self.trial.region.is_none() {
            self.shared.forget_region(self.draft.target.bucket());
        }
    }

    /// Whether this request is itself the question to a bucket where it is, or has none to ask.
    fn asks_for_region(&self) -> bool {
        let asks = self.draft.method == Method::HEAD && self.draft.target.key().is_empty();
        asks || self.draft.target.bucket().is_empty()
    }

    /// Asks the bucket itself, which names its region also to those whom it refuses. Once, and within the time of the
    /// operation.
    async fn ask_for_region(&mut self) -> Option<String> {
        self.corrections.region = true;
        let draft = Draft::head(Target::Bucket(self.draft.target.bucket()));
        let mut question = Exchange::new(self.shared, &draft, Kind::of::<HeadBucket>());
        question.started = self.started;
        match question.answer().await {
            Ok(Answered::Whole(response)) => response.text("x-amz-bucket-region"),
            Err(error) if matches!(error.status(), Some(301 | 307 | 400 | 403)) => {
                error.bucket_region().map(str::to_owned)
            }
            Ok(Answered::Open(_)) | Err(_) => None,
        }
    }

    fn correct_clock(&mut self, error: &Error) -> bool {
        let judged = &self.last.judged;
        let (Some(theirs), false) = (judged.date, self.corrections.clock) else { return false };
        let ours = self.now();
        let apart = ours.duration_since(theirs).unwrap_or_else(|ahead| ahead.duration());
        let doubtful = matches!(error.kind(), ErrorKind::SignatureMismatch | ErrorKind::AccessDenied);
        if !(error.kind() == ErrorKind::ClockSkew || doubtful && apart > LARGEST_SKEW) {
            return false;
        }
        let offset = signed_seconds(self.shared.clock.now(), theirs);
        if !self.may_be_off_by(offset) {
            return false;
        }
        self.corrections.clock = true;
        self.trial.clock = Some(offset);
        self.trial.clock_is_a_guess = doubtful;
        true
    }

    fn refresh_credentials(&mut self, error: &Error) -> bool {
        // HEAD has no body, and S3 answers a token that is no longer good with a mere 400.
        let silent =
            self.draft.method == Method::HEAD && error.status() == Some(400) && error.code().is_none();
        let rejected =
            silent || error.kind() == ErrorKind::CredentialsExpired || error.code() == Some("InvalidToken");
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

    /// A service that refuses to be asked for its consent gets the body without.
    fn send_without_asking(&mut self, error: &Error) -> bool {
        if error.status() != Some(417) || !self.last.asked_first || self.corrections.expect {
            return false;
        }
        self.corrections.expect = true;
        true
    }

    fn retry_class(&mut self, error: &Error) -> Option<RetryClass> {
        // A body that was damaged on its way is worth one more try: damage twice is no accident.
        // Without a checksum of its own it was not the body.
        let guarded = self.draft.integrity != Integrity::None;
        if error.code() == Some("BadDigest") && guarded && !self.corrections.digest {
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

/// S3 refuses signatures that are this far from its own time.
const LARGEST_SKEW: Duration = Duration::from_secs(15 * 60);

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

fn signed_seconds(ours: SystemTime, theirs: SystemTime) -> i64 {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    theirs.duration_since(ours).map_or_else(|behind| -seconds(behind.duration()), seconds)
}
