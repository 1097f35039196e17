//! Work that fails inside of an answer and is tried again: by the rules for whole requests, and out of the same budget.

use std::time::Duration;

use super::Client;
use crate::error::RetryClass;
use crate::resilience::{RetryAfter, RetryDecision, RetrySession};

impl Client {
    /// Waits before another attempt at something that failed for a reason of this class; false where there is to be
    /// none.
    pub(crate) async fn wait_to_retry(
        &self,
        session: &mut RetrySession,
        bucket: &str,
        class: RetryClass,
    ) -> bool {
        let state = &self.state;
        let asked = RetryAfter::default();
        let pay = |class| state.quotas.pay(bucket, class, state.ports.clock.monotonic());
        let settings = state.retry_settings(self.options.as_deref());
        let decision = session.failed(&settings, Some(class), asked, state.ports.random.unit(), pay);
        let RetryDecision::Retry(delay) = decision else { return false };
        state.ports.clock.backoff(delay).await;
        true
    }

    /// Tells the budget that the last attempt succeeded, where there was more than one.
    pub(crate) fn retried(&self, session: &RetrySession, bucket: &str) {
        if session.paid().is_some() {
            self.state.quotas.succeeded(bucket, session.paid(), self.state.ports.clock.monotonic());
        }
    }

    /// The time on the client's clock, to measure how long something takes.
    pub(crate) fn monotonic(&self) -> Duration {
        self.state.ports.clock.monotonic()
    }
}
