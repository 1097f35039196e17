//! Bodies that take their time: handed on in slices, held to the length that was promised, and watched so that a
//! slow upload is told from a silent service.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::body::BoxStream;
use crate::ports::ByteCounter;
use crate::{Error, ErrorKind};

/// How a body that takes its time comes along, so that a slow upload is told from a silent service.
#[derive(Clone, Default)]
pub(in crate::client) struct BodyProgress(Option<Arc<SharedProgress>>);

#[derive(Default)]
pub(super) struct SharedProgress {
    sent: ByteCounter,
    /// The checksum that followed the body.
    trailer: OnceLock<(&'static str, String)>,
    /// The body's own source is waited for: the service is not to blame.
    waits_for_source: AtomicBool,
}

impl BodyProgress {
    /// The bytes that the network took.
    pub(in crate::client) fn sent(&self) -> u64 {
        self.0.as_ref().map_or(0, |moving| moving.sent.get())
    }

    pub(in crate::client) fn waits_for_source(&self) -> bool {
        self.0.as_ref().is_some_and(|moving| moving.waits_for_source.load(Ordering::Relaxed))
    }

    /// The checksum that followed the body, once that has passed.
    pub(in crate::client) fn trailer(&self) -> Option<(&'static str, String)> {
        self.0.as_ref()?.trailer.get().cloned()
    }

    /// What moves, for whoever moves it.
    pub(super) fn moving(&mut self) -> Arc<SharedProgress> {
        self.0.get_or_insert_with(Arc::default).clone()
    }

    /// Where the transport counts; None for a body that goes in one piece.
    pub(in crate::client) fn counter(&self) -> Option<ByteCounter> {
        self.0.as_ref().map(|moving| moving.sent.clone())
    }
}

impl SharedProgress {
    /// Keeps the checksum that followed the body. It is the same for every attempt.
    pub(super) fn keep_trailer(&self, name: &'static str, value: &str) {
        self.trailer.get_or_init(|| (name, value.to_owned()));
    }
}

/// Bytes in memory are handed on in slices of this size, so that progress shows.
pub(super) const SLICE: usize = 256 << 10;

pub(super) fn slices(bytes: Bytes) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::unfold(bytes, |mut rest| async move {
        let next = rest.split_to(rest.len().min(SLICE));
        (!next.is_empty()).then_some((Ok(next), rest))
    })
}

/// Watches `stream` and fails it where it gives another number of bytes than `length`.
pub(super) fn counted(length: u64, stream: BoxStream, progress: &mut BodyProgress) -> BoxStream {
    Box::pin(Counted { stream, moving: progress.moving(), left: length })
}

/// Holds what passes to the length that was promised, and tells when it keeps others waiting.
struct Counted {
    stream: BoxStream,
    moving: Arc<SharedProgress>,
    left: u64,
}

impl Stream for Counted {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.stream.as_mut().poll_next(context);
        self.moving.waits_for_source.store(polled.is_pending(), Ordering::Relaxed);
        let Poll::Ready(item) = polled else { return Poll::Pending };
        let wrong = |message: String| {
            Some(Err(io::Error::other(Error::new(ErrorKind::IncompleteBody, message).with_retry_class(None))))
        };
        Poll::Ready(match item {
            Some(Ok(chunk)) => match self.left.checked_sub(chunk.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Some(Ok(chunk))
                }
                None => wrong("the body gave more bytes than its length".into()),
            },
            None if self.left > 0 => wrong(format!("the body ended {} bytes before its length", self.left)),
            other => other,
        })
    }
}
