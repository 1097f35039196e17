//! The limit on requests in flight.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// An optional limit on requests in flight. Waiters get permits in order of arrival.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConcurrencyLimit(Option<Arc<Semaphore>>);

/// A permit for one request in flight, held from before signing until the response body ends or is dropped.
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
        // Acquiring fails only on a closed semaphore, and this one is never closed.
        Permit { _held: Arc::clone(semaphore).acquire_owned().await.ok() }
    }
}
