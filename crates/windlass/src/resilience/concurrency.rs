//! How many requests are in flight at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A bound on requests in flight, or none. Waiters are served in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConcurrencyLimit(Option<Arc<Semaphore>>);

/// The right to have one request in flight: from before it is signed until the body of its response has ended or is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    _held: Option<OwnedSemaphorePermit>,
}

impl Permit {
    /// The permit of a request that is not limited.
    pub(crate) fn unlimited() -> Self {
        Self { _held: None }
    }
}

impl ConcurrencyLimit {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self(limit.map(|limit| Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)))))
    }

    /// Waits for a permit.
    pub(crate) async fn admit(&self) -> Permit {
        let Some(semaphore) = &self.0 else { return Permit::unlimited() };
        // It fails for closed semaphores only, and this one is never closed.
        Permit { _held: Arc::clone(semaphore).acquire_owned().await.ok() }
    }
}
