//! Tasks beside the call that starts them.

use std::fmt;

use super::BoxFuture;
use crate::Result;

/// Starts work that goes on beside the caller's future, also when that is dropped: the renewal of credentials, the parts
/// of an upload, the request that gives one up.
pub trait Spawner: fmt::Debug + Send + Sync {
    /// Starts `task`. Where no task can run, it is dropped.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// The runtime that a task runs on which is spawned from here. A call waits only for shared work on its own runtime:
    /// another one may not be driven. Spawners whose tasks all run on one runtime keep the default.
    ///
    /// # Errors
    /// No task can be spawned from here. The call fails with this error before anything is sent.
    fn runtime(&self) -> Result<RuntimeId> {
        Ok(RuntimeId::default())
    }
}

/// Which of several runtimes; see [`Spawner::runtime`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RuntimeId(u64);

impl RuntimeId {
    /// The runtime with this number.
    pub fn new(number: u64) -> Self {
        Self(number)
    }
}
