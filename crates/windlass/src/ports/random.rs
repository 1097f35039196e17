//! The randomness port.

use std::fmt;

/// A source of random numbers for jitter. Not suitable for secrets.
pub trait Random: fmt::Debug + Send + Sync {
    /// Returns a number from 0 to 1.
    fn unit(&self) -> f64;
}
