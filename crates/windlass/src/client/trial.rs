//! A region or clock offset from a response is tried first. Later requests use it only after the service accepted a
//! request that was signed with it.

use std::time::{Duration, SystemTime};

use super::context::Kind;
use super::exchange::Exchange;
use super::lessons::{self, Lesson};
use super::report::{Attempted, Report};
use super::span::Span;
use crate::operations::{HeadBucket, Operation as _};
use crate::ports::Event;
use crate::ports::events::{ClockCorrected, RegionLearned};
use crate::protocol::address::{is_region, same_partition};
use crate::protocol::{Draft, Target};
use crate::{Error, ErrorKind};

impl Exchange<'_> {
    /// The service's time for this request.
    pub(super) fn now(&self) -> SystemTime {
        self.trial.clock.map_or_else(|| self.state.now(), |offset| self.state.now_with(offset))
    }

    /// Keeps the tried values: the service accepted them.
    pub(super) fn keep_trial(&mut self) {
        if let Some(region) = self.trial.region.take() {
            let bucket = self.draft.target.bucket();
            self.state.learn_region(bucket, &region);
            let request = self.context().info();
            self.state.observe(&Event::RegionLearned(RegionLearned { request, region: &region }));
        }
        if let Some(seconds) = self.trial.clock.take() {
            self.state.learn_clock(seconds);
            let request = self.context().info();
            self.state.observe(&Event::ClockCorrected(ClockCorrected { request, seconds }));
        }
        self.trial.cause = None;
    }

    /// Keeps the tried values if `error` shows that the service accepted them.
    pub(super) fn judge_trial(&mut self, error: &Error) {
        if !lessons::is_own_answer(&self.draft.method, error) {
            return;
        }
        if self.trial.clock_is_a_guess && error.kind() == ErrorKind::AccessDenied {
            // The clock made no difference.
            self.trial.clock = None;
        }
        self.keep_trial();
    }

    /// Tries the values on a probe without a body, for a request that cannot be sent again.
    pub(super) async fn prove_trial(&mut self) {
        let bucket = self.draft.target.bucket();
        let trial = std::mem::take(&mut self.trial);
        if bucket.is_empty() || trial.region.is_none() && trial.clock.is_none() {
            return;
        }
        let draft = Draft::head(Target::Bucket(bucket));
        let mut span = Span::begin(self.state, HeadBucket::NAME, draft.target, self.span.id());
        let mut proof = Exchange::new(self.state, &draft, Kind::of::<HeadBucket>(), &mut span);
        proof.deadline = self.deadline;
        proof.trial = trial;
        let Attempted { outcome, report } = proof.attempt().await;
        match &outcome {
            Ok(_) => proof.keep_trial(),
            Err(error) => proof.judge_trial(error),
        }
        span.attempted(&report);
        span.end(&outcome);
    }

    /// The error of a region that is not followed has the reason.
    fn refuse_partition(&self, error: Error, report: &Report) -> Error {
        let remark = match lessons::lesson(&self.draft.method, &error) {
            Lesson::Region(region)
                if is_region(region) && !same_partition(region, &report.sent_with.region) =>
            {
                format!(
                    "the region {region} from the response is in another partition of AWS: build a client for it"
                )
            }
            _ => return error,
        };
        error.with_remark(&remark)
    }

    /// The error to report. If the region that a response named is unreachable, it is that response, with the
    /// connection failure as its cause.
    pub(super) fn blame(&mut self, error: Error, report: &Report) -> Error {
        if !lessons::fails_on_the_way(&error) {
            return error;
        }
        let error = self.refuse_partition(error, report);
        let (Some(region), Some(cause)) = (self.trial.region.take(), self.trial.cause.take()) else {
            return error;
        };
        let remark = format!("the request to the region {region} from the response failed too");
        cause.with_remark(&remark).with_attempts(self.attempts).with_source(error)
    }

    /// Whether a clock offset of `offset` seconds is credible: over plain HTTP anyone on the network path can write it.
    pub(super) fn may_be_off_by(&self, offset: i64) -> bool {
        let endpoint = self.state.addressing.endpoint.as_ref();
        let exposed = endpoint.is_some_and(|endpoint| !endpoint.secure && !endpoint.is_loopback());
        !exposed || Duration::from_secs(offset.unsigned_abs()) <= LARGEST_OFFSET_OVER_HTTP
    }
}

const LARGEST_OFFSET_OVER_HTTP: Duration = Duration::from_secs(24 * 60 * 60);
