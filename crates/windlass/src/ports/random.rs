//! Chance.

use std::fmt;

/// A source of chance, for jitter and spreading. Not for secrets.
pub trait Random: fmt::Debug + Send + Sync {
    /// A number from 0 to 1.
    fn unit(&self) -> f64;
}
