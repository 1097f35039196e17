//! Bodies on a socket. The rest of a rejected request is read, so that the connection can be reused.
//! Everything before an injected failure of a response is sent first, so that the failure occurs at the right
//! byte.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::body::{Body, BodyError};

/// A request body that the connection can drain after the service is done with it.
#[derive(Clone)]
pub(crate) struct SharedBody(Arc<Mutex<Incoming>>);

impl SharedBody {
    pub(crate) fn new(body: Incoming) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// Reads the rest up to a limit. Beyond it, closing the connection is cheaper.
    pub(crate) async fn drain(mut self) {
        let mut read = 0;
        while let Some(Ok(frame)) = self.frame().await {
            read += frame.data_ref().map_or(0, Bytes::len);
            if read > LONGEST_REST {
                return;
            }
        }
    }

    fn inner(&self) -> MutexGuard<'_, Incoming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for SharedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        Pin::new(&mut *self.inner()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner().size_hint()
    }
}

/// Counts how often a connection had flushed everything.
#[derive(Debug, Default)]
pub(crate) struct Flushes {
    count: AtomicU64,
    waiting: AtomicWaker,
}

impl Flushes {
    pub(crate) fn done(&self) {
        self.count.fetch_add(1, Ordering::AcqRel);
        self.waiting.wake();
    }
}

/// A response body that delays its failure until everything before it was sent. hyper drops its buffer when a
/// body fails.
pub(crate) struct FailLate {
    inner: Body,
    flushes: Arc<Flushes>,
    failure: Option<(BodyError, u64)>,
}

impl FailLate {
    pub(crate) fn new(inner: Body, flushes: Arc<Flushes>) -> Self {
        Self { inner, flushes, failure: None }
    }
}

impl http_body::Body for FailLate {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.failure.is_none() {
            match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Err(error)) => {
                    let before = self.flushes.count.load(Ordering::Acquire);
                    self.failure = Some((error, before));
                }
                frame => return Poll::Ready(frame),
            }
        }
        self.flushes.waiting.register(context.waker());
        let now = self.flushes.count.load(Ordering::Acquire);
        match self.failure.take_if(|(_, before)| now > *before) {
            Some((error, _)) => Poll::Ready(Some(Err(error))),
            None => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.failure.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// In bytes.
const LONGEST_REST: usize = 1 << 20;
