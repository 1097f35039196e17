//! When to try again, and when to stop: state machines that take the time and the dice as arguments.
//! Nothing here sends, waits or reads a clock.

mod backoff;
mod concurrency;
mod quota;
mod retry;

pub use backoff::{Backoff, RetryAfter};
pub(crate) use concurrency::{ConcurrencyLimit, Permit};
pub use quota::RetryQuota;
pub(crate) use quota::RetryQuotas;
pub use retry::{RetryDecision, RetrySession, RetrySettings};
