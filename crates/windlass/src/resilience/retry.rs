//! Whether a failed attempt is followed by another.

use std::time::Duration;

use super::{Backoff, RetryAfter};
use crate::error::RetryClass;

/// How often and how patiently a client tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetrySettings {
    /// The limit for every kind of error, the first attempt included. None: 3, and 5 while the service asks
    /// for fewer requests.
    pub max_attempts: Option<u32>,
    /// The delays.
    pub backoff: Backoff,
}

const ATTEMPTS: u32 = 3;
const ATTEMPTS_WHEN_THROTTLED: u32 = 5;

/// What follows a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryDecision {
    /// Wait this long and try again.
    Retry(Duration),
    /// As many attempts as allowed were made.
    OutOfAttempts,
    /// The retry budget is spent.
    OutOfQuota,
    /// Another attempt would fail alike.
    NotRetryable,
}

/// The attempts of one request.
#[derive(Clone, Copy, Debug, Default)]
pub struct RetrySession {
    failures: u32,
    paid: Option<u32>,
}

impl RetrySession {
    /// Decides after a failure of `class`. `pay` asks the budget for a retry of that class; `dice` is from 0 to 1.
    pub fn failed(
        &mut self,
        settings: &RetrySettings,
        class: Option<RetryClass>,
        asked: RetryAfter,
        dice: f64,
        pay: impl FnOnce(RetryClass) -> Option<u32>,
    ) -> RetryDecision {
        let Some(class) = class else { return RetryDecision::NotRetryable };
        self.failures += 1;
        let usual = match class {
            RetryClass::Throttling => ATTEMPTS_WHEN_THROTTLED,
            RetryClass::Transient => ATTEMPTS,
        };
        if self.failures >= settings.max_attempts.unwrap_or(usual) {
            return RetryDecision::OutOfAttempts;
        }
        let Some(cost) = pay(class) else { return RetryDecision::OutOfQuota };
        self.paid = Some(cost);
        RetryDecision::Retry(settings.backoff.delay(class, self.failures, dice, asked))
    }

    /// What the last retry cost, to be refunded when it succeeds.
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
    fn an_empty_budget_ends_it() {
        let mut session = RetrySession::default();
        let settings = RetrySettings::default();
        let decision =
            session.failed(&settings, Some(RetryClass::Transient), RetryAfter::default(), 1.0, |_| None);
        assert_eq!(decision, RetryDecision::OutOfQuota);
    }
}
