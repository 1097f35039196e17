//! The progress of a request body, to distinguish a slow upload from an unresponsive peer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::ports::ByteCounter;

/// The progress of one body. Clones share it. A body that is sent at once has none.
#[derive(Clone, Default)]
pub(crate) struct UploadProgress(Option<Arc<Counts>>);

#[derive(Default)]
struct Counts {
    sent: ByteCounter,
    /// The content bytes that the transport has accepted.
    taken: AtomicU64,
    /// The caller's source has no data yet, so the peer is not stalled.
    waits_for_source: AtomicBool,
}

impl UploadProgress {
    /// The progress of a streamed body.
    pub(crate) fn counted() -> Self {
        Self(Some(Arc::default()))
    }

    pub(crate) fn is_counted(&self) -> bool {
        self.0.is_some()
    }

    /// The bytes that the network has accepted.
    pub(crate) fn sent(&self) -> u64 {
        self.0.as_ref().map_or(0, |counts| counts.sent.get())
    }

    /// The content bytes that the transport has accepted, without the overhead of encodings.
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

    /// The counter for the transport.
    pub(crate) fn counter(&self) -> Option<ByteCounter> {
        self.0.as_ref().map(|counts| counts.sent.clone())
    }
}
