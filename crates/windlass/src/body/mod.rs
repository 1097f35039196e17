//! What moves: bodies of requests, which can be sent again or cannot, and streams of bytes that come back.
//! No checksum and no signature lives here; the client adds those as the bytes pass.

mod byte_stream;
#[cfg(feature = "fs")]
mod file;
mod guarded;

use std::fmt;
use std::future::Future;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

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
type OpenSection = dyn Fn(Range<u64>) -> OpenFuture + Send + Sync;

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
    source: BodySource,
    length: Option<u64>,
}

#[derive(Clone)]
enum BodySource {
    Bytes(Bytes),
    Factory(Arc<Open>),
    /// A factory of streams that begin anywhere, and the bytes of it that are this body.
    Sections(Arc<OpenSection>, Range<u64>),
    Once(Arc<OneShot>),
}

/// A stream until somebody reads it.
type OneShot = Mutex<Option<BoxStream>>;

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
    /// gives; a stream that gives another number, or panics, fails the request.
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
        Self { source: BodySource::Factory(open), length: Some(length) }
    }

    /// A body of `length` bytes of which `open` opens any section, anew for every attempt. Large ones are sent in
    /// parts that are read side by side.
    pub fn replayable_sections<F, Fut, S>(length: u64, open: F) -> Self
    where
        F: Fn(Range<u64>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<S>> + Send + 'static,
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let open: Arc<OpenSection> = Arc::new(move |range| {
            let stream = open(range);
            Box::pin(async move { Ok(Box::pin(stream.await?) as BoxStream) }) as OpenFuture
        });
        Self { source: BodySource::Sections(open, 0..length), length: Some(length) }
    }

    /// A body of bytes that are in memory in pieces.
    pub(crate) fn from_pieces(pieces: Vec<Bytes>) -> Self {
        let length = pieces.iter().map(|piece| piece.len() as u64).sum();
        let pieces: Arc<[Bytes]> = pieces.into();
        Self::replayable(length, move || {
            let pieces = pieces.clone();
            let piece = move |index: usize| Some((Ok(pieces.get(index)?.clone()), index + 1));
            std::future::ready(Ok(futures_util::stream::unfold(0, move |index| {
                std::future::ready(piece(index))
            })))
        })
    }

    /// The bytes of `range` as a body of their own, where the body can be read from anywhere: bytes in memory, files
    /// and [`replayable_sections`](Self::replayable_sections). Nothing is copied. None for others, and for a range
    /// that is not within the body.
    pub fn section(&self, range: Range<u64>) -> Option<Self> {
        self.length.filter(|length| range.start <= range.end && range.end <= *length)?;
        match &self.source {
            BodySource::Bytes(bytes) => {
                let (start, end) = (usize::try_from(range.start).ok()?, usize::try_from(range.end).ok()?);
                Some(Self::from(bytes.slice(start..end)))
            }
            BodySource::Sections(open, whole) => {
                let section = whole.start + range.start..whole.start + range.end;
                let length = Some(range.end - range.start);
                Some(Self { source: BodySource::Sections(open.clone(), section), length })
            }
            BodySource::Factory(_) | BodySource::Once(_) => None,
        }
    }

    /// A body that can be sent once. Give its length with [`with_length`](Self::with_length) where it is known.
    pub fn from_stream(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        let stream: BoxStream = Box::pin(stream);
        Self { source: BodySource::Once(Arc::new(Mutex::new(Some(stream)))), length: None }
    }

    /// A body read from `reader`, once. Give its length with [`with_length`](Self::with_length) where it is known.
    pub fn from_reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from_stream(ReaderStream::new(reader))
    }

    /// States the number of bytes of a stream.
    #[must_use]
    pub fn with_length(mut self, length: u64) -> Self {
        if !matches!(self.source, BodySource::Bytes(_)) {
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
        !matches!(self.source, BodySource::Once(_))
    }

    /// Whether it can be sent at all: a stream that was begun cannot.
    pub(crate) fn can_be_sent(&self) -> bool {
        match &self.source {
            BodySource::Once(stream) => stream.lock().unwrap_or_else(PoisonError::into_inner).is_some(),
            BodySource::Bytes(_) | BodySource::Factory(_) | BodySource::Sections(..) => true,
        }
    }

    /// The bytes, where they are in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.source {
            BodySource::Bytes(bytes) => Some(bytes),
            BodySource::Factory(_) | BodySource::Sections(..) | BodySource::Once(_) => None,
        }
    }

    /// Opens the body for one attempt.
    pub(crate) async fn open(&self) -> Result<OpenBody> {
        match &self.source {
            BodySource::Bytes(bytes) => Ok(OpenBody::Bytes(bytes.clone())),
            BodySource::Factory(open) => {
                guarded::open(|| open()).await.map(OpenBody::Stream).map_err(unreadable)
            }
            BodySource::Sections(open, range) => {
                guarded::open(|| open(range.clone())).await.map(OpenBody::Stream).map_err(unreadable)
            }
            BodySource::Once(stream) => {
                let taken = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                taken
                    .map(|taken| {
                        OpenBody::Stream(guarded::stream(Box::pin(Lent::new(taken, stream.clone()))))
                    })
                    .ok_or_else(|| {
                        let message = "the body is a stream that was sent already: give bytes, a file or \
                                   Body::replayable so that it can be sent again";
                        Error::new(ErrorKind::InvalidArgument, message)
                    })
            }
        }
    }
}

/// A stream that goes back to where it was taken from if nobody read it: the request was refused before its body was
/// wanted.
struct Lent {
    stream: Option<BoxStream>,
    home: Arc<OneShot>,
    read: bool,
}

impl Lent {
    fn new(stream: BoxStream, home: Arc<OneShot>) -> Self {
        Self { stream: Some(stream), home, read: false }
    }
}

impl Stream for Lent {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.read = true;
        match &mut self.stream {
            Some(stream) => stream.as_mut().poll_next(context),
            None => Poll::Ready(None),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.read {
            *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.stream.take();
        }
    }
}

/// The error of a body that failed; what windlass itself found wrong is told as it is.
pub(crate) fn unreadable(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(own) => own,
        Err(error) => Error::new(ErrorKind::LocalFile, "the body could not be read").with_source(error),
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
            BodySource::Bytes(_) => "bytes",
            BodySource::Factory(_) | BodySource::Sections(..) => "factory",
            BodySource::Once(_) => "stream",
        };
        f.debug_struct("Body").field("source", &source).field("length", &self.length).finish()
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        let length = Some(bytes.len() as u64);
        Self { source: BodySource::Bytes(bytes), length }
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
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn a_one_shot_stream_says_that_it_was_used() {
        let body = Body::from_reader(&b"once"[..]).with_length(4);
        assert!(!body.is_replayable());
        let Ok(OpenBody::Stream(unread)) = body.open().await else { panic!("a stream") };
        assert!(!body.can_be_sent());
        drop(unread);
        // Nobody read it, so it is there again.
        assert_eq!(collect(&body).await, b"once");
        assert!(!body.can_be_sent());
        let Err(error) = body.open().await else { panic!("opened twice") };
        assert!(error.message().contains("sent already"), "{error}");
    }

    #[tokio::test]
    async fn a_section_is_a_body_of_its_own() {
        let sections = Body::replayable_sections(10, |range| async move {
            let mut reader = io::Cursor::new(b"0123456789");
            reader.set_position(range.start);
            Ok(ReaderStream::new(reader.take(range.end - range.start)))
        });
        for body in [Body::from("0123456789"), sections] {
            let section = body.section(2..8).unwrap().section(1..4).unwrap();
            assert_eq!((section.length(), collect(&section).await), (Some(3), b"345".to_vec()));
            assert!(body.section(5..11).is_none());
        }
        assert!(Body::from_reader(&b"once"[..]).with_length(4).section(0..2).is_none());
        let pieces = Body::from_pieces(vec!["ab".into(), Bytes::new(), "c".into()]);
        assert_eq!((pieces.length(), collect(&pieces).await), (Some(3), b"abc".to_vec()));
    }

    async fn collect(body: &Body) -> Vec<u8> {
        match body.open().await.unwrap() {
            OpenBody::Bytes(bytes) => bytes.to_vec(),
            OpenBody::Stream(stream) => {
                use futures_util::TryStreamExt as _;
                stream.try_collect::<Vec<Bytes>>().await.unwrap().concat()
            }
        }
    }

    #[tokio::test]
    async fn a_factory_opens_again() {
        let body = Body::replayable(4, || async { Ok(ReaderStream::new(&b"more"[..])) });
        for _ in 0..2 {
            assert!(matches!(body.open().await, Ok(OpenBody::Stream(_))));
        }
    }
}
