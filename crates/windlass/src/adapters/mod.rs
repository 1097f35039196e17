//! The ports as production has them.

#[cfg(feature = "hyper")]
pub mod hyper;
mod machine;

pub use machine::{ProcessSystem, SystemClock, SystemRandom, TokioSpawner};
