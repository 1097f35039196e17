//! The ports as production has them.

#[cfg(feature = "fs")]
pub mod files;
#[cfg(feature = "hyper")]
pub mod hyper;
mod machine;
#[cfg(feature = "fs")]
mod stream_target;

pub use machine::{ProcessSystem, SystemClock, SystemRandom, TokioSpawner};
#[cfg(feature = "fs")]
pub(crate) use stream_target::StreamTarget;
