//! Bytes that come in over time: collected, written out, read as `AsyncRead` or passed on as a stream.

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

/// The content of an object as it comes from the service.
///
/// It is a [`Stream`] of [`Bytes`]; errors carry the bucket and key. Read it to its end: the checksum is
/// verified with the last byte, and the connection is free for the next request after it. Dropping the
/// stream early closes its connection.
pub struct ByteStream {
    inner: Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>,
    length: Option<u64>,
    verified: bool,
}

impl ByteStream {
    /// Wraps a stream whose length in bytes is `length`, where that is known.
    pub fn new(stream: impl Stream<Item = Result<Bytes>> + Send + 'static, length: Option<u64>) -> Self {
        Self { inner: Box::pin(stream), length, verified: false }
    }

    /// How many bytes the whole stream holds, where the service said so.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether the content is compared with a checksum of the service as it ends. Where it is not (a range, a composite
    /// checksum, an object without one), only TLS and the length guard it.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    /// Says that whoever gives the content compares it.
    pub(crate) fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// The next chunk, of whatever size it came; None after the last.
    ///
    /// # Errors
    /// The connection broke, the content is shorter than promised, or its checksum does not match.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>> {
        self.next().await.transpose()
    }

    /// Collects all bytes. Memory grows with the content.
    ///
    /// # Errors
    /// The connection broke, the content is shorter than promised, or its checksum does not match.
    pub async fn bytes(mut self) -> Result<Bytes> {
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        let known = self.length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        // A length that a server made up must not reserve all memory.
        let mut all = BytesMut::with_capacity(known.min(64 << 20).max(first.len() + second.len()));
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.next().await.transpose()? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// Collects all bytes as text.
    ///
    /// # Errors
    /// Those of [`bytes`](Self::bytes), and content that is not UTF-8.
    pub async fn text(self) -> Result<String> {
        String::from_utf8(self.bytes().await?.into()).map_err(|error| {
            Error::new(ErrorKind::InvalidResponse, "the content is not UTF-8").with_source(error)
        })
    }

    /// Writes all bytes to `writer`, flushes it and returns their number.
    ///
    /// # Errors
    /// Those of [`bytes`](Self::bytes), and those of the writer.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin + ?Sized)) -> Result<u64> {
        let failed = |error: io::Error| Error::of_writing("the content could not be written", error);
        let mut written = 0;
        while let Some(chunk) = self.next().await.transpose()? {
            writer.write_all(&chunk).await.map_err(failed)?;
            written += chunk.len() as u64;
        }
        writer.flush().await.map_err(failed)?;
        Ok(written)
    }

    /// The content as `AsyncRead`; a windlass [`Error`] is the inner error of the [`io::Error`].
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

/// [`ByteStream`] as `AsyncRead`.
#[derive(Debug)]
pub struct ByteReader {
    stream: ByteStream,
    /// What came and was not read yet.
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

/// `AsyncRead` as a stream of chunks of up to 64 KiB.
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
        // The buffer is taken back from the chunk before, where nobody holds that any more.
        if this.buffer.capacity() < CHUNK / 4 {
            this.buffer.reserve(CHUNK);
        }
        // Reads into memory that is not filled with zeros first. The future holds nothing but the two borrows, so that
        // a new one for each poll loses nothing.
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
        /// Whatever the size of the caller's buffer, no byte is lost or doubled.
        #[test]
        fn reading_gives_every_byte(
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

    /// Small reads share the memory of one chunk, and none of it is filled before.
    #[tokio::test]
    async fn small_reads_share_memory() {
        /// Gives ten bytes at a time, and remembers where it was asked to write them.
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
        assert!(asked.windows(2).all(|pair| pair[1].0 + 10 == pair[0].0), "one buffer serves them all");
    }

    #[tokio::test]
    async fn a_reader_becomes_a_stream() {
        let data: Vec<u8> = (0..200_000_u32).map(|i| i.to_le_bytes()[0]).collect();
        let stream = ReaderStream::new(io::Cursor::new(data.clone()));
        let read: Vec<u8> = stream.map(|chunk| chunk.unwrap().to_vec()).collect::<Vec<_>>().await.concat();
        assert_eq!(read, data);
    }
}
