//! What moves: bodies of requests, which can be sent again or cannot, and streams of bytes that come back.
//! No checksum and no signature lives here; the client adds those as the bytes pass.

mod byte_stream;
#[cfg(feature = "fs")]
mod file;

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::AsyncRead;

use crate::{Error, ErrorKind, Result};
use byte_stream::ReaderStream;
pub use byte_stream::{ByteReader, ByteStream};

/// A stream of bytes on the heap.
pub type BoxStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

type OpenFuture = Pin<Box<dyn Future<Output = io::Result<BoxStream>> + Send>>;
type Open = dyn Fn() -> OpenFuture + Send + Sync;

/// The body of a request.
///
/// Bytes and factories are sent again when a request is retried; a one-shot stream is not, and a second
/// use of it is an error that says so.
///
/// ```
/// use windlass::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.length(), Some(5));
/// assert!(body.is_replayable());
/// ```
#[derive(Clone)]
pub struct Body {
    source: Source,
    length: Option<u64>,
}

#[derive(Clone)]
enum Source {
    Bytes(Bytes),
    Factory(Arc<Open>),
    Once(Arc<Mutex<Option<BoxStream>>>),
}

/// A body that was opened for one attempt.
pub(crate) enum OpenBody {
    Bytes(Bytes),
    Stream(BoxStream),
}

impl Body {
    /// A body of no bytes.
    pub fn empty() -> Self {
        Self::from(Bytes::new())
    }

    /// A body that `open` opens anew for every attempt. `length` is the number of bytes that each stream
    /// gives; a stream that gives another number fails the request.
    pub fn replayable<F, Fut, S>(length: u64, open: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<S>> + Send + 'static,
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let open: Arc<Open> = Arc::new(move || {
            let stream = open();
            Box::pin(async move { Ok(Box::pin(stream.await?) as BoxStream) }) as OpenFuture
        });
        Self { source: Source::Factory(open), length: Some(length) }
    }

    /// A body that can be sent once. Give its length with [`with_length`](Self::with_length) where it is known.
    pub fn from_stream(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        let stream: BoxStream = Box::pin(stream);
        Self { source: Source::Once(Arc::new(Mutex::new(Some(stream)))), length: None }
    }

    /// A body read from `reader`, once. Give its length with [`with_length`](Self::with_length) where it is known.
    pub fn from_reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from_stream(ReaderStream::new(reader))
    }

    /// States the number of bytes of a stream.
    #[must_use]
    pub fn with_length(mut self, length: u64) -> Self {
        if !matches!(self.source, Source::Bytes(_)) {
            self.length = Some(length);
        }
        self
    }

    /// The number of bytes, where it is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether the body can be sent more than once.
    pub fn is_replayable(&self) -> bool {
        !matches!(self.source, Source::Once(_))
    }

    /// The bytes, where they are in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.source {
            Source::Bytes(bytes) => Some(bytes),
            Source::Factory(_) | Source::Once(_) => None,
        }
    }

    /// Opens the body for one attempt.
    pub(crate) async fn open(&self) -> Result<OpenBody> {
        match &self.source {
            Source::Bytes(bytes) => Ok(OpenBody::Bytes(bytes.clone())),
            Source::Factory(open) => {
                let opened = open().await.map_err(|error| match error.downcast::<Error>() {
                    Ok(own) => own,
                    Err(error) => {
                        Error::new(ErrorKind::LocalFile, "the body could not be opened").with_source(error)
                    }
                })?;
                Ok(OpenBody::Stream(opened))
            }
            Source::Once(stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                stream.map(OpenBody::Stream).ok_or_else(|| {
                    let message = "the body is a stream that was sent already: give bytes, a file or \
                                   Body::replayable so that it can be sent again";
                    Error::new(ErrorKind::InvalidArgument, message)
                })
            }
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match &self.source {
            Source::Bytes(_) => "bytes",
            Source::Factory(_) => "factory",
            Source::Once(_) => "stream",
        };
        f.debug_struct("Body").field("source", &source).field("length", &self.length).finish()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        let length = Some(bytes.len() as u64);
        Self { source: Source::Bytes(bytes), length }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(Bytes::from(bytes))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Self::from(Bytes::from(text))
    }
}

impl From<&[u8]> for Body {
    /// Copies the bytes; [`Bytes::from_static`] does not have to.
    fn from(bytes: &[u8]) -> Self {
        Self::from(Bytes::copy_from_slice(bytes))
    }
}

impl<const N: usize> From<&[u8; N]> for Body {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<ByteStream> for Body {
    /// What one request answered is sent by another, as it comes.
    fn from(stream: ByteStream) -> Self {
        let length = stream.length();
        let body = Self::from_stream(stream.into_io_stream());
        match length {
            Some(length) => body.with_length(length),
            None => body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_one_shot_stream_says_that_it_was_used() {
        let body = Body::from_reader(&b"once"[..]).with_length(4);
        assert!(!body.is_replayable());
        assert!(matches!(body.open().await, Ok(OpenBody::Stream(_))));
        let Err(error) = body.open().await else { panic!("opened twice") };
        assert!(error.message().contains("sent already"), "{error}");
    }

    #[tokio::test]
    async fn a_factory_opens_again() {
        let body = Body::replayable(4, || async { Ok(ReaderStream::new(&b"more"[..])) });
        for _ in 0..2 {
            assert!(matches!(body.open().await, Ok(OpenBody::Stream(_))));
        }
    }
}
