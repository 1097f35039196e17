//! Bodies of answers that must not fall silent.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

use super::transport_failure::transport_error;
use crate::ports::{BoxFuture, Clock, ResponseStream};
use crate::{Error, ErrorKind, Result};

/// A body that must not fall silent. Only the time in which windlass waits counts.
pub(super) struct Watched {
    body: ResponseStream,
    clock: Arc<dyn Clock>,
    limit: Duration,
    waiting: Option<BoxFuture<'static, ()>>,
}

impl Watched {
    pub(super) fn new(body: ResponseStream, clock: Arc<dyn Clock>, limit: Duration) -> Self {
        Self { body, clock, limit, waiting: None }
    }
}

impl Stream for Watched {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Poll::Ready(item) = this.body.as_mut().poll_next(context) {
            this.waiting = None;
            return Poll::Ready(item.map(|item| item.map_err(transport_error)));
        }
        let waiting = this.waiting.get_or_insert_with(|| this.clock.deadline(this.limit));
        if waiting.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        let message = format!("no byte of the answer came for {:?}", this.limit);
        Poll::Ready(Some(Err(Error::new(ErrorKind::Stalled, message))))
    }
}
