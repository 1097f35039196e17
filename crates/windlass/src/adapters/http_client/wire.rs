//! The socket under a connection. It tracks whether the response has started and whether the request is sent. It delays
//! the error of a failed write, so that an early response is still read.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::socket::Socket;
use crate::ports::ByteCounter;

/// The state of the current exchange that the parts of a connection share.
#[derive(Debug, Default)]
pub(super) struct WireProgress {
    /// A byte of the response has arrived.
    answered: AtomicBool,
    /// The final status line has not arrived; informational responses do not count.
    head_pending: AtomicBool,
    /// The response has arrived while the request is still being sent.
    responded: AtomicBool,
    /// The socket accepted less than it was offered.
    write_backlog: AtomicBool,
    /// The peer accepts no more bytes.
    broken: AtomicBool,
    /// The request body has more data.
    body_unfinished: AtomicBool,
    /// The counter for bytes that the socket accepted.
    sent: Mutex<Option<ByteCounter>>,
    /// The error of the request body.
    body_failure: Mutex<Option<io::Error>>,
}

impl WireProgress {
    /// A new exchange starts.
    pub(super) fn begin(&self, streamed_body: bool, sent: Option<ByteCounter>) {
        *self.sent.lock().unwrap_or_else(PoisonError::into_inner) = sent;
        self.answered.store(false, Relaxed);
        self.head_pending.store(true, Relaxed);
        self.responded.store(false, Relaxed);
        self.body_unfinished.store(streamed_body, Relaxed);
    }

    pub(super) fn has_answer(&self) -> bool {
        self.answered.load(Relaxed)
    }

    pub(super) fn is_head_pending(&self) -> bool {
        self.head_pending.load(Relaxed)
    }

    pub(super) fn head_began(&self) {
        self.head_pending.store(false, Relaxed);
    }

    pub(super) fn has_responded(&self) -> bool {
        self.responded.load(Relaxed)
    }

    pub(super) fn responded(&self) {
        self.responded.store(true, Relaxed);
    }

    /// Whether no more of the request can be sent.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Relaxed)
    }

    pub(super) fn is_request_out(&self) -> bool {
        !self.write_backlog.load(Relaxed) && !self.body_unfinished.load(Relaxed)
    }

    pub(super) fn body_finished(&self) {
        self.body_unfinished.store(false, Relaxed);
    }

    pub(super) fn body_failed(&self, error: io::Error) {
        *self.body_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    pub(super) fn take_body_failure(&self) -> Option<io::Error> {
        self.body_failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The underlying stream and its progress.
#[derive(Debug)]
pub(super) struct Wire {
    socket: Socket,
    progress: Arc<WireProgress>,
    ahead: Option<ReadAhead>,
}

/// The data of one read from the socket, passed on in smaller reads.
#[derive(Debug)]
struct ReadAhead {
    buffer: Vec<u8>,
    held: Range<usize>,
}

/// The maximum number of bytes to read ahead.
const AHEAD: usize = 128 << 10;

impl Wire {
    pub(super) fn new(socket: impl Into<Socket>) -> Self {
        Self { socket: socket.into(), progress: Arc::default(), ahead: None }
    }

    /// Reads all available data from the socket: TLS requests one record of 16 KiB at a time, and a system call for
    /// each costs a quarter of the time of a large response.
    pub(super) fn reading_ahead(mut self) -> Self {
        self.ahead = Some(ReadAhead { buffer: vec![0; AHEAD], held: 0..0 });
        self
    }

    pub(super) fn progress(&self) -> Arc<WireProgress> {
        Arc::clone(&self.progress)
    }

    fn written(&mut self, result: io::Result<usize>, offered: usize) -> Poll<io::Result<usize>> {
        match result {
            Ok(count) => {
                self.progress.write_backlog.store(count < offered, Relaxed);
                if let Some(sent) = &*self.progress.sent.lock().unwrap_or_else(PoisonError::into_inner) {
                    sent.add(count as u64);
                }
                Poll::Ready(Ok(count))
            }
            // S3 rejects a large upload by responding and closing. The response may be readable, so the writer waits
            // for the reader, which meets the same error after the response.
            Err(error) if is_closed_by_peer(&error) => {
                self.progress.broken.store(true, Relaxed);
                self.progress.write_backlog.store(true, Relaxed);
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let Some(ahead) = &mut this.ahead else {
            return poll_socket(&mut this.socket, &this.progress, context, buffer);
        };
        if ahead.held.is_empty() {
            let mut read = ReadBuf::new(&mut ahead.buffer);
            ready!(poll_socket(&mut this.socket, &this.progress, context, &mut read))?;
            ahead.held = 0..read.filled().len();
        }
        let end = ahead.held.end.min(ahead.held.start + buffer.remaining());
        buffer.put_slice(ahead.buffer.get(ahead.held.start..end).unwrap_or_default());
        ahead.held.start = end;
        Poll::Ready(Ok(()))
    }
}

fn poll_socket(
    socket: &mut Socket,
    progress: &WireProgress,
    context: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    let before = buffer.filled().len();
    ready!(Pin::new(socket).poll_read(context, buffer))?;
    if buffer.filled().len() > before {
        progress.answered.store(true, Relaxed);
    }
    Poll::Ready(Ok(()))
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.progress.is_broken() {
            return Poll::Pending;
        }
        let Poll::Ready(result) = Pin::new(&mut self.socket).poll_write(context, bytes) else {
            self.progress.write_backlog.store(true, Relaxed);
            return Poll::Pending;
        };
        self.written(result, bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.progress.is_broken() {
            return Poll::Pending;
        }
        let Poll::Ready(result) = Pin::new(&mut self.socket).poll_write_vectored(context, slices) else {
            self.progress.write_backlog.store(true, Relaxed);
            return Poll::Pending;
        };
        self.written(result, slices.iter().map(|slice| slice.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

fn is_closed_by_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    async fn pair() -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Wire::new(socket).reading_ahead(), listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn data_that_is_read_ahead_is_complete_and_in_order() {
        let (mut wire, mut other_side) = pair().await;
        let sent: Vec<u8> = (0..3 * AHEAD + 5).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let sending = async {
            other_side.write_all(&sent).await.unwrap();
            drop(other_side);
        };
        let receiving = async {
            let (mut received, mut piece) = (Vec::new(), [0; 700]);
            loop {
                let length = wire.read(&mut piece).await.unwrap();
                if length == 0 {
                    return received;
                }
                received.extend_from_slice(&piece[..length]);
            }
        };
        let ((), received) = tokio::join!(sending, receiving);
        assert!(received == sent);
    }

    #[tokio::test]
    async fn data_from_before_a_request_is_not_its_response() {
        let (mut wire, mut other_side) = pair().await;
        let progress = wire.progress();
        other_side.write_all(b"ab").await.unwrap();
        assert_eq!(wire.read_u8().await.unwrap(), b'a');
        progress.begin(false, None);
        assert_eq!(wire.read_u8().await.unwrap(), b'b');
        assert!(!progress.has_answer());
        other_side.write_all(b"c").await.unwrap();
        assert_eq!(wire.read_u8().await.unwrap(), b'c');
        assert!(progress.has_answer());
    }
}
