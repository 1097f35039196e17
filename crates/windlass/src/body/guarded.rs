//! Converts panics in the caller's streams to errors. Parts of an upload run in separate tasks, where a panic
//! would be lost.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::FutureExt as _;

use super::{BoxStream, OpenFuture};

/// A stream that ends with an error if the inner stream panics.
struct Guarded(Option<BoxStream>);

/// Wraps a stream to catch panics.
pub(super) fn stream(inner: BoxStream) -> BoxStream {
    Box::pin(Guarded(Some(inner)))
}

/// Opens a stream and catches panics during and after opening.
pub(super) async fn open(begin: impl FnOnce() -> OpenFuture) -> io::Result<BoxStream> {
    let opening = AssertUnwindSafe(async { begin().await }).catch_unwind();
    opening.await.unwrap_or_else(|panic| Err(error(panic.as_ref()))).map(stream)
}

impl Stream for Guarded {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(inner) = &mut self.0 else { return Poll::Ready(None) };
        // Unwind safety: the stream is not polled again after a panic.
        match catch_unwind(AssertUnwindSafe(|| inner.as_mut().poll_next(context))) {
            Ok(polled) => polled,
            Err(panic) => {
                self.0 = None;
                Poll::Ready(Some(Err(error(panic.as_ref()))))
            }
        }
    }
}

fn error(panic: &(dyn Any + Send)) -> io::Error {
    let message = panic.downcast_ref::<&str>().copied();
    let message = message.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    io::Error::other(format!("the body panicked: {}", message.unwrap_or("no message")))
}
