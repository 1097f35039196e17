//! The progress callback of a transfer.

use std::fmt;
use std::sync::Arc;

/// An optional callback for bytes that arrived.
#[derive(Clone, Default)]
pub(super) struct TransferProgress {
    told: Option<Arc<dyn Fn(u64) + Send + Sync>>,
}

impl TransferProgress {
    pub(super) fn new(told: impl Fn(u64) + Send + Sync + 'static) -> Self {
        Self { told: Some(Arc::new(told)) }
    }

    pub(super) fn tell(&self, bytes: u64) {
        if let Some(told) = &self.told {
            told(bytes);
        }
    }
}

impl fmt::Debug for TransferProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransferProgress").finish_non_exhaustive()
    }
}
