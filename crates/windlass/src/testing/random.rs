//! Fixed randomness.

use crate::ports::Random;

/// Returns the same number, from 0 to 1, every time.
#[derive(Clone, Copy, Debug)]
pub struct FixedRandom(pub f64);

impl Random for FixedRandom {
    fn unit(&self) -> f64 {
        self.0
    }
}
