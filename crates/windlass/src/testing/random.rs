//! Chance that is none.

use crate::ports::Random;

/// The same number every time, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct FixedRandom(pub f64);

impl Random for FixedRandom {
    fn unit(&self) -> f64 {
        self.0
    }
}
