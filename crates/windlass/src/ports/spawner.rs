//! Tasks beside the call that starts them.

use std::fmt;

use super::BoxFuture;

/// Starts work that goes on beside the caller's future, also when that is dropped: the renewal of credentials, the parts
/// of an upload, the request that gives one up.
pub trait Spawner: fmt::Debug + Send + Sync {
    /// Starts `task`.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}
