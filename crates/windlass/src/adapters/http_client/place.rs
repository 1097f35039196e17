//! The permit for one connection of a host.

use std::sync::{Arc, Weak};

use crate::ports::Origin;

/// Counts the connections of each host.
pub(super) trait Places: Send + Sync {
    /// Releases one connection to `origin`.
    fn release(self: Arc<Self>, origin: &Origin);
}

/// A permit for one connection of a host. Dropping it releases the permit.
pub(super) struct Place {
    /// None if it was released by other means.
    places: Option<Weak<dyn Places>>,
    origin: Origin,
}

impl Place {
    pub(super) fn new<P: Places + 'static>(places: &Arc<P>, origin: Origin) -> Self {
        let places: Weak<P> = Arc::downgrade(places);
        Self { places: Some(places), origin }
    }

    /// Drops a permit that was already released.
    pub(super) fn forget(mut self) {
        self.places = None;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(places) = self.places.as_ref().and_then(Weak::upgrade) {
            places.release(&self.origin);
        }
    }
}
