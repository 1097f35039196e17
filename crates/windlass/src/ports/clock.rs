//! Time.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::BoxFuture;

/// The clock on the wall, a clock that never goes back, and two ways to wait.
///
/// Waiting comes in two kinds because a manual clock treats them differently: a back-off is over at once
/// and moves time, a deadline fires only when time is moved past it.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time of day, for signatures and expiries.
    fn now(&self) -> SystemTime;

    /// Time since some fixed moment; never goes back.
    fn monotonic(&self) -> Duration;

    /// Waits because something asked to be left alone.
    fn backoff(&self, delay: Duration) -> BoxFuture<'static, ()>;

    /// Ends when something else should have ended by then.
    fn deadline(&self, limit: Duration) -> BoxFuture<'static, ()>;
}
