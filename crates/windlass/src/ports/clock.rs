//! The clock port.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::BoxFuture;

/// Wall-clock time, monotonic time and two kinds of timers.
///
/// Backoff and deadline are separate because a manual clock treats them differently: a backoff ends
/// immediately and advances time, a deadline fires only when time advances past it.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time of day, for signatures and expiries.
    fn now(&self) -> SystemTime;

    /// The time since a fixed point. It never decreases.
    fn monotonic(&self) -> Duration;

    /// Waits before a retry.
    fn backoff(&self, delay: Duration) -> BoxFuture<'static, ()>;

    /// Completes when `limit` has elapsed, to limit the time of another future.
    fn deadline(&self, limit: Duration) -> BoxFuture<'static, ()>;
}
