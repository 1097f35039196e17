//! Retries of work that fails inside of a successful response, with the rules and the quota of whole requests.

use std::time::Duration;

use super::Client;
use crate::error::RetryClass;
use crate::resilience::{RetryAfter, RetryDecision, RetrySession};

impl Client {
    /// Waits before another attempt after a failure of this class; false if no attempt is allowed.
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

    /// Refunds the quota after a success, if there was more than one attempt.
    pub(crate) fn retried(&self, session: &RetrySession, bucket: &str) {
        if session.paid().is_some() {
            self.state.quotas.succeeded(bucket, session.paid(), self.state.ports.clock.monotonic());
        }
    }

    /// The client's monotonic clock, to measure durations.
    pub(crate) fn monotonic(&self) -> Duration {
        self.state.ports.clock.monotonic()
    }
}
