//! Request bodies, replayable or one-shot, and response streams. The client adds checksums and signatures as
//! the bytes pass.

mod byte_stream;
#[cfg(feature = "fs")]
mod file;
mod guarded;
mod promised_length;

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
pub(crate) use promised_length::PromisedLength;

/// A boxed stream of bytes.
pub type BoxStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

type OpenFuture = Pin<Box<dyn Future<Output = io::Result<BoxStream>> + Send>>;
type Open = dyn Fn() -> OpenFuture + Send + Sync;
type OpenSection = dyn Fn(Range<u64>) -> OpenFuture + Send + Sync;

/// The body of a request.
///
/// Bytes and factories are replayable: they are sent again when a request is retried. A one-shot stream is
/// not, and using it twice is an error.
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
    /// A factory of streams from any offset, and the range of this body.
    Sections(Arc<OpenSection>, Range<u64>),
    Once(Arc<OneShot>),
}

/// A stream, or `None` once it has been read.
type OneShot = Mutex<Option<BoxStream>>;

/// A body opened for one attempt.
pub(crate) enum OpenBody {
    Bytes(Bytes),
    Stream(BoxStream),
}

impl Body {
    /// Creates an empty body.
    pub fn empty() -> Self {
        Self::from(Bytes::new())
    }

    /// Creates a body that `open` opens for every attempt. Each stream yields `length` bytes; a stream that
    /// yields a different number or panics fails the request.
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

    /// Creates a body of `length` bytes whose sections `open` opens for every attempt. Large bodies are sent
    /// in parts that are read concurrently.
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

    /// Creates a body from several byte buffers.
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

    /// Returns the bytes of `range` as a separate body, without copying. `None` if the range is not within
    /// the body, or if the body does not support random access, unlike bytes in memory, files and
    /// [`replayable_sections`](Self::replayable_sections).
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

    /// Creates a one-shot body from a stream. Set its length with [`with_length`](Self::with_length) if it is
    /// known.
    pub fn from_stream(stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        let stream: BoxStream = Box::pin(stream);
        Self { source: BodySource::Once(Arc::new(Mutex::new(Some(stream)))), length: None }
    }

    /// Creates a one-shot body from a reader. Set its length with [`with_length`](Self::with_length) if it is
    /// known.
    pub fn from_reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from_stream(ReaderStream::new(reader))
    }

    /// Sets the length of a stream in bytes.
    #[must_use]
    pub fn with_length(mut self, length: u64) -> Self {
        if !matches!(self.source, BodySource::Bytes(_)) {
            self.length = Some(length);
        }
        self
    }

    /// The length in bytes, if it is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether the body can be sent again.
    pub fn is_replayable(&self) -> bool {
        !matches!(self.source, BodySource::Once(_))
    }

    /// Whether the body can be sent. False for a stream that was already read.
    pub(crate) fn can_be_sent(&self) -> bool {
        match &self.source {
            BodySource::Once(stream) => stream.lock().unwrap_or_else(PoisonError::into_inner).is_some(),
            BodySource::Bytes(_) | BodySource::Factory(_) | BodySource::Sections(..) => true,
        }
    }

    /// The bytes of a body in memory.
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
                        let message = "the body is a stream that was sent already: use bytes, a file or \
                                   Body::replayable so that it can be sent again";
                        Error::new(ErrorKind::InvalidArgument, message)
                    })
            }
        }
    }
}

/// A stream that returns to its body on drop if it was not read, such as when the request is rejected before
/// its body is sent.
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

/// Converts the error of a body. A windlass error inside is returned unchanged.
pub(crate) fn unreadable(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(own) => own,
        Err(error) => Error::new(ErrorKind::LocalFile, "reading the body failed").with_source(error),
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
    /// Streams the content of a response as the body of another request.
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
    async fn a_used_one_shot_stream_is_an_error() {
        let body = Body::from_reader(&b"once"[..]).with_length(4);
        assert!(!body.is_replayable());
        let Ok(OpenBody::Stream(unread)) = body.open().await else { panic!("expected a stream") };
        assert!(!body.can_be_sent());
        drop(unread);
        // The unread stream has returned to the body.
        assert_eq!(collect(&body).await, b"once");
        assert!(!body.can_be_sent());
        let Err(error) = body.open().await else { panic!("opened twice") };
        assert!(error.message().contains("sent already"), "{error}");
    }

    #[tokio::test]
    async fn a_section_is_an_independent_body() {
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
