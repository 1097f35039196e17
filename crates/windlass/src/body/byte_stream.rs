//! Response content as a stream, `AsyncRead` or collected bytes.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};

use super::BoxStream;
use crate::{Error, ErrorKind, Result};

/// The content of an object, streamed from the service.
///
/// A [`Stream`] of [`Bytes`] whose errors name the bucket and key. The checksum is verified at the end of the
/// stream, and the connection is then reused. Dropping the stream early closes the connection.
pub struct ByteStream {
    inner: Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>,
    length: Option<u64>,
    verified: bool,
}

impl ByteStream {
    /// Wraps a stream of `length` bytes, if the length is known.
    pub fn new(stream: impl Stream<Item = Result<Bytes>> + Send + 'static, length: Option<u64>) -> Self {
        Self { inner: Box::pin(stream), length, verified: false }
    }

    /// The length of the whole content in bytes, if the service sent it.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether the content is verified against a checksum of the service. Without one (a range, a composite
    /// checksum, an object without a checksum), only TLS and the length protect it.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    /// Marks the content as verified by the inner stream.
    pub(crate) fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// Returns the next chunk in the size in which it arrived, or `None` at the end.
    ///
    /// # Errors
    /// The connection was lost, the content is shorter than declared, or its checksum does not match.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>> {
        self.next().await.transpose()
    }

    /// Collects the content in memory.
    ///
    /// # Errors
    /// The connection was lost, the content is shorter than declared, or its checksum does not match.
    pub async fn bytes(mut self) -> Result<Bytes> {
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        let known = self.length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        // Limits the allocation for an untrusted length.
        let mut all = BytesMut::with_capacity(known.min(64 << 20).max(first.len() + second.len()));
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.next().await.transpose()? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Collects the content as text.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes), and if the content is not UTF-8.
    pub async fn text(self) -> Result<String> {
        String::from_utf8(self.bytes().await?.into()).map_err(|error| {
            Error::new(ErrorKind::InvalidResponse, "the content is not UTF-8").with_source(error)
        })
    }

    /// Writes the content to `writer`, flushes it and returns the number of bytes.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes), and errors of the writer.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin + ?Sized)) -> Result<u64> {
        let failed = |error: io::Error| Error::of_writing("writing the content failed", error);
        let mut written = 0;
        while let Some(chunk) = self.next().await.transpose()? {
            writer.write_all(&chunk).await.map_err(failed)?;
            written += chunk.len() as u64;
        }
        writer.flush().await.map_err(failed)?;
        Ok(written)
    }

    /// Converts the stream to `AsyncRead`. A windlass [`Error`] is the inner error of the [`io::Error`].
    pub fn into_async_read(self) -> ByteReader {
        ByteReader { stream: self, chunk: Bytes::new() }
    }

    pub(crate) fn into_io_stream(self) -> BoxStream {
        Box::pin(self.map(|item| item.map_err(io::Error::from)))
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("length", &self.length).finish_non_exhaustive()
    }
}

/// A [`ByteStream`] as `AsyncRead`.
#[derive(Debug)]
pub struct ByteReader {
    stream: ByteStream,
    /// The unread rest of the last chunk.
    chunk: Bytes,
}

impl AsyncRead for ByteReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.chunk.is_empty() {
            match ready!(Pin::new(&mut self.stream).poll_next(context)) {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(error)) => return Poll::Ready(Err(error.into())),
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = self.chunk.len().min(buffer.remaining());
        buffer.put_slice(self.chunk.get(..count).unwrap_or_default());
        self.chunk.advance(count);
        Poll::Ready(Ok(()))
    }
}

/// An `AsyncRead` as a stream of chunks of up to 64 KiB.
pub(super) struct ReaderStream<R> {
    reader: Pin<Box<R>>,
    buffer: BytesMut,
}

const CHUNK: usize = 64 << 10;

impl<R: AsyncRead> ReaderStream<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: Box::pin(reader), buffer: BytesMut::new() }
    }
}

impl<R: AsyncRead> Stream for ReaderStream<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        // Reclaims the memory of the previous chunk if it was dropped.
        if this.buffer.capacity() < CHUNK / 4 {
            this.buffer.reserve(CHUNK);
        }
        // Reads into uninitialized memory. The future holds only the two borrows, so a new one per poll loses
        // no data.
        let read = std::pin::pin!(this.reader.read_buf(&mut this.buffer));
        match ready!(read.poll(context)) {
            Err(error) => Poll::Ready(Some(Err(error))),
            Ok(0) => Poll::Ready(None),
            Ok(_) => Poll::Ready(Some(Ok(this.buffer.split().freeze()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stream_of(chunks: Vec<Vec<u8>>) -> ByteStream {
        ByteStream::new(futures_util::stream::iter(chunks.into_iter().map(|chunk| Ok(chunk.into()))), None)
    }

    proptest! {
        /// Buffers of any size lose and duplicate no byte.
        #[test]
        fn reading_returns_every_byte(
            chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..10),
            size in 1_usize..70,
        ) {
            let expected = chunks.concat();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let read = runtime.block_on(async {
                let mut reader = stream_of(chunks).into_async_read();
                let (mut all, mut buffer) = (Vec::new(), vec![0; size]);
                loop {
                    let count = reader.read(&mut buffer).await.unwrap();
                    if count == 0 { return all; }
                    all.extend_from_slice(&buffer[..count]);
                }
            });
            prop_assert_eq!(read, expected);
        }
    }

    #[tokio::test]
    async fn collecting_and_text() {
        let chunks = || vec![b"a".to_vec(), vec![], b"bc".to_vec(), b"d".to_vec()];
        assert_eq!(stream_of(chunks()).bytes().await.unwrap(), "abcd");
        assert_eq!(stream_of(chunks()).text().await.unwrap(), "abcd");
        assert!(stream_of(vec![vec![0xFF]]).text().await.is_err());
    }

    /// Small reads share the memory of one chunk.
    #[tokio::test]
    async fn small_reads_share_memory() {
        /// Yields ten bytes per read and records the destination buffers.
        struct Small(Vec<(usize, usize)>);
        impl AsyncRead for Small {
            fn poll_read(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
                buffer: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                let left = buffer.remaining();
                let initialized = buffer.initialized().len();
                self.0.push((left, initialized));
                buffer.put_slice(b"0123456789");
                Poll::Ready(Ok(()))
            }
        }
        let mut stream = ReaderStream::new(Small(Vec::new()));
        for _ in 0..1000 {
            assert_eq!(stream.next().await.unwrap().unwrap(), "0123456789");
        }
        let asked = &stream.reader.0;
        assert!(asked.iter().all(|(left, initialized)| *left >= CHUNK / 4 - 10 && *initialized == 0));
        assert!(asked.windows(2).all(|pair| pair[1].0 + 10 == pair[0].0), "all reads use one buffer");
    }

    #[tokio::test]
    async fn a_reader_becomes_a_stream() {
        let data: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        let stream = ReaderStream::new(io::Cursor::new(data.clone()));
        let read: Vec<u8> = stream.map(|chunk| chunk.unwrap().to_vec()).collect::<Vec<_>>().await.concat();
        assert_eq!(read, data);
    }
}
