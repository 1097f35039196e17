//! Bodies that are sent in pieces: cut into slices, held to the length that was promised, and observed, so that a slow
//! upload can be told from a service that does not respond.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::Error;
use crate::body::{BoxStream, PromisedLength};
use crate::round_trip::UploadProgress;

/// Bytes in memory are handed on in slices of this size, so that progress shows.
pub(super) const SLICE: usize = 256 << 10;

pub(super) fn slices(bytes: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::unfold(bytes, |mut rest| async move {
        let next = rest.split_to(rest.len().min(SLICE));
        (!next.is_empty()).then_some((Ok(next), rest))
    })
}

/// Fails `stream` where it gives another number of bytes than `length`, and notes when it keeps the request waiting.
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
        // The same source would be as long the next time.
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
