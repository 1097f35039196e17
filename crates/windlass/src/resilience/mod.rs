//! Retry policy: state machines that take the time and the randomness as arguments. Nothing here performs
//! I/O, waits or reads a clock.

pub(crate) mod backoff;
mod concurrency;
pub(crate) mod quota;
pub(crate) mod retry;

pub use backoff::Backoff;
pub(crate) use backoff::RetryAfter;
pub(crate) use concurrency::{ConcurrencyLimit, Permit};
pub(crate) use quota::RetryQuotas;
pub use retry::RetrySettings;
pub(crate) use retry::{RetryDecision, RetrySession};
