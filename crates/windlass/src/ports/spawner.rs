//! The port for background tasks.

use std::fmt;

use super::BoxFuture;
use crate::Result;

/// Spawns tasks that continue when the caller's future is dropped: refreshing credentials, uploading parts,
/// aborting an upload.
pub trait Spawner: fmt::Debug + Send + Sync {
    /// Spawns `task`, or drops it if no task can run.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Returns the runtime of tasks spawned by this thread. A call only waits for shared work on its own
    /// runtime, because another runtime may not be driven. Spawners with a single runtime keep the default.
    ///
    /// # Errors
    /// Returned if this thread cannot spawn tasks. The call fails with this error before a request is sent.
    fn runtime(&self) -> Result<RuntimeId> {
        Ok(RuntimeId::default())
    }
}

/// The identity of a runtime; see [`Spawner::runtime`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RuntimeId(u64);

impl RuntimeId {
    /// Creates an id from a number.
    pub fn new(number: u64) -> Self {
        Self(number)
    }
}
