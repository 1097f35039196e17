//! The ports as production has them.

#[cfg(feature = "hyper")]
pub mod hyper;
mod machine;
#[cfg(feature = "fs")]
mod stream_target;
#[cfg(feature = "fs")]
mod whole_file;

pub use machine::{ProcessSystem, SystemClock, SystemRandom, TokioSpawner};
#[cfg(feature = "fs")]
pub(crate) use stream_target::StreamTarget;
#[cfg(feature = "fs")]
pub(crate) use whole_file::WholeFile;
