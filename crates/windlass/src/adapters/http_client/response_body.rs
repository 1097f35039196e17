//! The response body, which drives its connection and returns it at the end. No bytes are copied.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Instant;

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as _, Frame};
use hyper::body::Incoming;

use super::connection::Connection;
use super::pool::Pool;
use crate::ports::TransportError;
use crate::ports::events::CloseReason;

/// The body of a response. Reading it drives its connection.
pub(super) struct AnswerBody {
    incoming: Incoming,
    connection: Option<Box<Connection>>,
    /// The pool that takes the connection at the end, if it is reusable.
    pool: Option<Arc<Pool>>,
}

impl AnswerBody {
    pub(super) fn new(incoming: Incoming, connection: Box<Connection>, pool: Option<Arc<Pool>>) -> Self {
        Self { incoming, connection: Some(connection), pool }
    }

    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        // Only the driver adds frames: the waker of the previous poll would wake this same task.
        let ready = Pin::new(&mut self.incoming).poll_frame(&mut Context::from_waker(Waker::noop()));
        if ready.is_ready() {
            return ready;
        }
        if let Some(connection) = &mut self.connection {
            connection.drive(context);
        }
        Pin::new(&mut self.incoming).poll_frame(context)
    }

    fn finish(&mut self) {
        if let (Some(connection), Some(pool)) = (self.connection.take(), self.pool.take()) {
            pool.put(connection, Instant::now());
        }
    }
}

impl Stream for AnswerBody {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.connection.is_some() {
            match ready!(self.poll_frame(context)) {
                Some(Ok(frame)) => {
                    // With a known length the last chunk is the end: the connection is free before the caller processes
                    // the chunk.
                    if self.incoming.is_end_stream() {
                        self.finish();
                    }
                    if let Ok(bytes) = frame.into_data()
                        && !bytes.is_empty()
                    {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Some(Err(error)) => {
                    let connection = self.connection.take();
                    return Poll::Ready(connection.map(|mut connection| {
                        connection.set_close_reason(CloseReason::Failed);
                        Err(connection.failure(error))
                    }));
                }
                None => self.finish(),
            }
        }
        Poll::Ready(None)
    }
}
