//! Streamed request bodies: sliced, checked against the declared length, and observed to distinguish a slow upload from
//! an unresponsive service.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::Error;
use crate::body::{BoxStream, PromisedLength};
use crate::round_trip::UploadProgress;

/// The slice size of bodies in memory, so that progress is visible.
pub(super) const SLICE: usize = 256 << 10;

pub(super) fn slices(bytes: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::unfold(bytes, |mut rest| async move {
        let next = rest.split_to(rest.len().min(SLICE));
        (!next.is_empty()).then_some((Ok(next), rest))
    })
}

/// Fails if `stream` does not have exactly `length` bytes, and records when the request waits for it.
pub(super) fn counted(length: u64, stream: BoxStream, progress: UploadProgress) -> BoxStream {
    Box::pin(Counted { stream, progress, length: PromisedLength::new(length) })
}

struct Counted {
    stream: BoxStream,
    progress: UploadProgress,
    length: PromisedLength,
}

impl Stream for Counted {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.stream.as_mut().poll_next(context);
        self.progress.set_waits_for_source(polled.is_pending());
        let Poll::Ready(item) = polled else { return Poll::Pending };
        // A retry would read the same wrong length.
        let wrong = |error: Error| io::Error::other(error.with_retry_class(None));
        Poll::Ready(match item {
            Some(Ok(chunk)) => {
                let counted = self.length.count(&chunk);
                self.progress.set_taken(self.length.passed());
                Some(counted.map(|()| chunk).map_err(wrong))
            }
            None => self.length.end().map_err(wrong).err().map(Err),
            error => error,
        })
    }
}
