//! Tasks that outlive the call that starts them.

use std::fmt;

use super::BoxFuture;

/// Starts work that goes on when the caller's future is dropped.
pub trait Spawner: fmt::Debug + Send + Sync {
    /// Starts `task`.
    fn spawn(&self, task: BoxFuture<'static, ()>);
}
