//! How far the body of a request is, so that a slow upload can be told from a peer that does not respond.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::ports::ByteCounter;

/// The progress of one body. Clones share it. A body that is sent in one piece has none.
#[derive(Clone, Default)]
pub(crate) struct UploadProgress(Option<Arc<Counts>>);

#[derive(Default)]
struct Counts {
    sent: ByteCounter,
    /// The bytes of the content that the transport has taken.
    taken: AtomicU64,
    /// The caller's source has no data yet: the peer is not to blame.
    waits_for_source: AtomicBool,
}

impl UploadProgress {
    /// The progress of a body that is sent in pieces.
    pub(crate) fn counted() -> Self {
        Self(Some(Arc::default()))
    }

    pub(crate) fn is_counted(&self) -> bool {
        self.0.is_some()
    }

    /// The bytes that the network has taken.
    pub(crate) fn sent(&self) -> u64 {
        self.0.as_ref().map_or(0, |counts| counts.sent.get())
    }

    /// The bytes of the content that the transport has taken; what it encodes them in does not count.
    pub(crate) fn taken(&self) -> u64 {
        self.0.as_ref().map_or(0, |counts| counts.taken.load(Ordering::Relaxed))
    }

    pub(crate) fn set_taken(&self, bytes: u64) {
        if let Some(counts) = &self.0 {
            counts.taken.store(bytes, Ordering::Relaxed);
        }
    }

    pub(crate) fn waits_for_source(&self) -> bool {
        self.0.as_ref().is_some_and(|counts| counts.waits_for_source.load(Ordering::Relaxed))
    }

    pub(crate) fn set_waits_for_source(&self, waits: bool) {
        if let Some(counts) = &self.0 {
            counts.waits_for_source.store(waits, Ordering::Relaxed);
        }
    }

    /// Where the transport counts.
    pub(crate) fn counter(&self) -> Option<ByteCounter> {
        self.0.as_ref().map(|counts| counts.sent.clone())
    }
}
