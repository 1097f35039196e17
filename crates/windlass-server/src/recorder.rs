//! The requests that a server has seen, for tests to look at.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, Method};

/// One request, as it came in, and how it ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query without its question mark, still percent-encoded; empty if there was none.
    pub query: String,
    /// The headers, signature included.
    pub headers: HeaderMap,
    /// The name of the operation in the S3 reference; empty for what is none.
    pub operation: String,
    /// The status of the answer; `None` when the connection was reset instead.
    pub status: Option<u16>,
}

/// The last requests of a server, in the order in which they were answered. Clones share them.
#[derive(Clone, Debug)]
pub struct Requests {
    limit: usize,
    recorded: Arc<Mutex<VecDeque<RecordedRequest>>>,
}

impl Requests {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, recorded: Arc::default() }
    }

    /// A copy of what is recorded, oldest first.
    pub fn all(&self) -> Vec<RecordedRequest> {
        self.lock().iter().cloned().collect()
    }

    /// How many requests are recorded; at most the limit of
    /// [`ServerBuilder::record`](crate::ServerBuilder::record).
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Forgets what is recorded.
    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn push(&self, request: RecordedRequest) {
        let mut recorded = self.lock();
        if self.limit == 0 {
            return;
        }
        if recorded.len() >= self.limit {
            recorded.pop_front();
        }
        recorded.push_back(request);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<RecordedRequest>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
