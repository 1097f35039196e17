//! A record of the requests to a server, for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, Method};

/// One request and the status of its response.
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
    /// The name of the operation in the S3 reference; empty if there is none.
    pub operation: String,
    /// The status of the response; `None` if the connection was reset.
    pub status: Option<u16>,
}

/// The last requests to a server, in the order of their responses. Clones share them.
#[derive(Clone, Debug)]
pub struct Requests {
    limit: usize,
    recorded: Arc<Mutex<VecDeque<RecordedRequest>>>,
}

impl Requests {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, recorded: Arc::default() }
    }

    /// Returns the recorded requests, oldest first.
    pub fn all(&self) -> Vec<RecordedRequest> {
        self.lock().iter().cloned().collect()
    }

    /// Returns the number of recorded requests, at most the limit of
    /// [`ServerBuilder::record`](crate::ServerBuilder::record).
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Removes all recorded requests.
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
