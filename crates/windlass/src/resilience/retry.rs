//! Decides whether to retry a failed attempt.

use std::time::Duration;

use super::{Backoff, RetryAfter};
use crate::error::RetryClass;

/// The number of attempts and the delays between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetrySettings {
    /// The maximum number of attempts, including the first, for every kind of error. `None` allows 3, and 5
    /// under throttling.
    pub max_attempts: Option<u32>,
    /// The delays between attempts.
    pub backoff: Backoff,
}

const ATTEMPTS: u32 = 3;
const ATTEMPTS_WHEN_THROTTLED: u32 = 5;

/// The decision after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryDecision {
    /// Retry after this delay.
    Retry(Duration),
    /// The maximum number of attempts is reached.
    OutOfAttempts,
    /// The retry quota is exhausted.
    OutOfQuota,
    /// The same request would fail again.
    NotRetryable,
}

/// The failed attempts of one request.
#[derive(Clone, Copy, Debug, Default)]
pub struct RetrySession {
    failures: u32,
    paid: Option<u32>,
}

impl RetrySession {
    /// Decides after a failure of `class`. `pay` withdraws the cost of a retry from the quota; `randomness`
    /// is from 0 to 1.
    pub fn failed(
        &mut self,
        settings: &RetrySettings,
        class: Option<RetryClass>,
        asked: RetryAfter,
        randomness: f64,
        pay: impl FnOnce(RetryClass) -> Option<u32>,
    ) -> RetryDecision {
        let Some(class) = class else { return RetryDecision::NotRetryable };
        self.failures += 1;
        let default = match class {
            RetryClass::Throttling => ATTEMPTS_WHEN_THROTTLED,
            RetryClass::Transient => ATTEMPTS,
        };
        if self.failures >= settings.max_attempts.unwrap_or(default) {
            return RetryDecision::OutOfAttempts;
        }
        let Some(cost) = pay(class) else { return RetryDecision::OutOfQuota };
        self.paid = Some(cost);
        RetryDecision::Retry(settings.backoff.delay(class, self.failures, randomness, asked))
    }

    /// The cost of the last retry, to be refunded if it succeeds.
    pub fn paid(&self) -> Option<u32> {
        self.paid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts(settings: RetrySettings, class: RetryClass) -> u32 {
        let mut session = RetrySession::default();
        let mut made = 1;
        while let RetryDecision::Retry(_) =
            session.failed(&settings, Some(class), RetryAfter::default(), 1.0, |_| Some(1))
        {
            made += 1;
        }
        made
    }

    #[test]
    fn three_attempts_and_five_when_throttled() {
        assert_eq!(attempts(RetrySettings::default(), RetryClass::Transient), 3);
        assert_eq!(attempts(RetrySettings::default(), RetryClass::Throttling), 5);
        let limited = RetrySettings { max_attempts: Some(2), ..RetrySettings::default() };
        assert_eq!(attempts(limited, RetryClass::Throttling), 2);
    }

    #[test]
    fn the_cost_of_the_last_retry_is_known() {
        let mut session = RetrySession::default();
        assert_eq!(session.paid(), None);
        for cost in [14, 5] {
            let class = Some(RetryClass::Transient);
            session.failed(&RetrySettings::default(), class, RetryAfter::default(), 1.0, |_| Some(cost));
            assert_eq!(session.paid(), Some(cost));
        }
    }

    #[test]
    fn an_empty_quota_ends_the_retries() {
        let mut session = RetrySession::default();
        let settings = RetrySettings::default();
        let decision =
            session.failed(&settings, Some(RetryClass::Transient), RetryAfter::default(), 1.0, |_| None);
        assert_eq!(decision, RetryDecision::OutOfQuota);
    }
}
