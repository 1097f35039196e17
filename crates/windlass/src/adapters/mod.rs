//! Production adapters of the ports.

#[cfg(feature = "fs")]
pub mod files;
#[cfg(feature = "http-client")]
pub mod http_client;
mod local_files;
mod local_processes;
mod machine;
#[cfg(feature = "fs")]
mod stream_target;

pub use local_files::LocalFiles;
pub use local_processes::LocalProcesses;
pub use machine::{ProcessEnvironment, SystemClock, SystemRandom, TokioSpawner};
#[cfg(feature = "fs")]
pub(crate) use stream_target::StreamTarget;
