//! Retry quotas, which limit the load on a failing service. Each bucket has its own quota, so a failing
//! bucket does not use up the retries of another. Quotas refill over time.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::RetryClass;

/// The retry quota of one bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryQuota {
    capacity: f64,
    left: f64,
    /// The monotonic time of the last refill.
    refilled: Duration,
}

const CAPACITY: u32 = 500;
const REFILL_PER_SECOND: f64 = 10.0;
const TRANSIENT_COST: u32 = 14;
const THROTTLING_COST: u32 = 5;
const FIRST_ATTEMPT_REWARD: u32 = 1;

impl Default for RetryQuota {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl RetryQuota {
    /// Creates a full quota of this size. 500 by default.
    pub fn with_capacity(capacity: u32) -> Self {
        Self { capacity: f64::from(capacity), left: f64::from(capacity), refilled: Duration::ZERO }
    }

    /// Withdraws the cost of a retry at the monotonic time `now`: 14, or 5 after throttling. Returns `None`
    /// if too little is left.
    pub fn pay(&mut self, class: RetryClass, now: Duration) -> Option<u32> {
        self.refill(now);
        let cost = match class {
            RetryClass::Throttling => THROTTLING_COST,
            RetryClass::Transient => TRANSIENT_COST,
        };
        if self.left < f64::from(cost) {
            return None;
        }
        self.left -= f64::from(cost);
        Some(cost)
    }

    /// Refunds the cost of the last retry after a success, or adds 1 after a success at the first attempt.
    pub fn refund(&mut self, paid: Option<u32>) {
        self.left = (self.left + f64::from(paid.unwrap_or(FIRST_ATTEMPT_REWARD))).min(self.capacity);
    }

    /// The remaining quota, rounded down.
    pub fn left(&self) -> u32 {
        // The value is between 0 and the capacity, which is a u32.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within the range of u32"
        )]
        let left = self.left as u32;
        left
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.refilled).as_secs_f64();
        self.left = (self.left + passed * REFILL_PER_SECOND).min(self.capacity);
        self.refilled = self.refilled.max(now);
    }

    fn is_full(&self) -> bool {
        self.left >= self.capacity
    }
}

/// The retry quotas of all buckets of a client.
#[derive(Debug, Default)]
pub(crate) struct RetryQuotas {
    budgets: Mutex<HashMap<String, RetryQuota>>,
    /// Whether any quota may be below its capacity. If not, a success takes no lock.
    touched: AtomicBool,
}

impl RetryQuotas {
    pub(crate) fn pay(&self, bucket: &str, class: RetryClass, now: Duration) -> Option<u32> {
        self.touched.store(true, Ordering::Relaxed);
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || RetryQuota { refilled: now, ..RetryQuota::default() };
        budgets.entry(bucket.to_owned()).or_insert_with(fresh).pay(class, now)
    }

    pub(crate) fn succeeded(&self, bucket: &str, paid: Option<u32>, now: Duration) {
        if !self.touched.load(Ordering::Relaxed) {
            return;
        }
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(budget) = budgets.get_mut(bucket) {
            budget.refill(now);
            budget.refund(paid);
            // A missing quota counts as full.
            if budget.is_full() {
                budgets.remove(bucket);
            }
        }
        if budgets.is_empty() {
            self.touched.store(false, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RetryClass::{Throttling, Transient};

    const START: Duration = Duration::ZERO;

    #[test]
    fn a_retry_costs_and_a_success_refunds() {
        let mut quota = RetryQuota::default();
        let paid = quota.pay(Transient, START);
        assert_eq!((paid, quota.left()), (Some(14), 486));
        assert_eq!(quota.pay(Throttling, START), Some(5));
        quota.refund(Some(5));
        assert_eq!(quota.left(), 486);
        quota.refund(None);
        assert_eq!(quota.left(), 487);
    }

    #[test]
    fn an_empty_quota_denies_retries_until_it_refills() {
        let mut quota = RetryQuota::with_capacity(14);
        assert!(quota.pay(Transient, START).is_some());
        assert!(quota.pay(Throttling, START).is_none());
        assert!(quota.pay(Throttling, Duration::from_millis(500)).is_some());
    }

    #[test]
    fn one_bucket_does_not_starve_another() {
        let quotas = RetryQuotas::default();
        while quotas.pay("stormy", Transient, START).is_some() {}
        assert!(quotas.pay("calm", Transient, START).is_some());
    }

    #[test]
    fn a_success_refills_for_the_time_since_the_last_withdrawal() {
        let quotas = RetryQuotas::default();
        assert!(quotas.pay("b", Transient, START).is_some());
        quotas.succeeded("b", None, Duration::from_secs(3600));
        assert!(quotas.budgets.lock().unwrap().is_empty(), "the quota is full again");
    }

    #[test]
    fn a_full_quota_is_removed() {
        let quotas = RetryQuotas::default();
        let paid = quotas.pay("b", Transient, START);
        quotas.succeeded("b", paid, START);
        assert!(quotas.budgets.lock().unwrap().is_empty());
    }
}
