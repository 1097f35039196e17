//! The stream under hyper: the socket, in plain or under TLS. It limits the informational responses (1xx) before a
//! response, because hyper accepts any number of them.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

use super::wire::{Wire, WireProgress};

/// The socket, in plain or under TLS.
#[derive(Debug)]
pub(super) struct Channel {
    line: Line,
    progress: Arc<WireProgress>,
    announcements: Announcements,
}

#[derive(Debug)]
enum Line {
    Plain(Wire),
    Secure(Box<TlsStream<Wire>>),
}

impl Channel {
    pub(super) fn plain(wire: Wire) -> Self {
        Self { progress: wire.progress(), line: Line::Plain(wire), announcements: Announcements::default() }
    }

    pub(super) fn secure(stream: Box<TlsStream<Wire>>) -> Self {
        let progress = stream.get_ref().0.progress();
        Self { progress, line: Line::Secure(stream), announcements: Announcements::default() }
    }

    pub(super) fn progress(&self) -> Arc<WireProgress> {
        Arc::clone(&self.progress)
    }
}

impl AsyncRead for Channel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        ready!(match &mut this.line {
            Line::Plain(wire) => Pin::new(wire).poll_read(context, buffer),
            Line::Secure(stream) => Pin::new(stream).poll_read(context, buffer),
        })?;
        if this.progress.is_head_pending() {
            let came = buffer.filled().get(before..).unwrap_or_default();
            if this.announcements.read(came)? {
                this.announcements = Announcements::default();
                this.progress.head_began();
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Channel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.line {
            Line::Plain(wire) => Pin::new(wire).poll_write(context, bytes),
            Line::Secure(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.line {
            Line::Plain(wire) => Pin::new(wire).poll_write_vectored(context, slices),
            Line::Secure(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.line {
            Line::Plain(wire) => wire.is_write_vectored(),
            Line::Secure(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(wire) => Pin::new(wire).poll_flush(context),
            Line::Secure(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(wire) => Pin::new(wire).poll_shutdown(context),
            Line::Secure(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

/// Parses along until the final response starts.
#[derive(Debug, Default)]
struct Announcements {
    count: u32,
    at: Place,
}

/// The position of the next byte in the stream of heads.
#[derive(Debug, Default)]
enum Place {
    /// Before a status line; empty lines are allowed.
    #[default]
    Ahead,
    /// In a status line, before the status.
    Version,
    /// After the space that follows the version.
    Status,
    /// In the head of an informational response, at the start of a line.
    Line,
    /// Within such a line.
    Rest,
}

impl Announcements {
    /// Whether the final response has started, or the data is not a response.
    fn read(&mut self, bytes: &[u8]) -> io::Result<bool> {
        for byte in bytes {
            self.at = match (&self.at, byte) {
                (Place::Version, b'\n') => return Ok(true),
                (Place::Status, b'1') => {
                    self.count += 1;
                    if self.count > MOST_ANNOUNCEMENTS {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, TooManyAnnouncements));
                    }
                    Place::Rest
                }
                (Place::Ahead, b'\r' | b'\n') | (Place::Line, b'\n') => Place::Ahead,
                (Place::Version | Place::Status, b' ') => Place::Status,
                (Place::Ahead | Place::Version, _) => Place::Version,
                (Place::Status, _) => return Ok(true),
                (Place::Line, b'\r') | (Place::Rest, b'\n') => Place::Line,
                (Place::Line | Place::Rest, _) => Place::Rest,
            };
        }
        Ok(false)
    }
}

/// Too many informational responses.
#[derive(Debug)]
pub(super) struct TooManyAnnouncements;

impl fmt::Display for TooManyAnnouncements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {MOST_ANNOUNCEMENTS} informational responses (1xx) before the response")
    }
}

impl std::error::Error for TooManyAnnouncements {}

/// The maximum number of informational responses before a response.
const MOST_ANNOUNCEMENTS: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the final response is detected in `text`, for reads of every size.
    fn read(text: &str) -> Vec<io::Result<bool>> {
        let in_pieces = |size: usize| {
            let mut announcements = Announcements::default();
            let mut pieces = text.as_bytes().chunks(size).map(|piece| announcements.read(piece));
            pieces.find(|seen| !matches!(seen, Ok(false))).unwrap_or(Ok(false))
        };
        (1..=text.len().max(1)).map(in_pieces).collect()
    }

    #[test]
    fn the_final_response_is_distinguished_from_informational_ones() {
        let early = "HTTP/1.1 103 Early Hints\r\nlink: <1 200 1>\r\n\r\n";
        for (text, expected) in [
            ("HTTP/1.1 200 OK\r\n", true),
            ("\r\n\r\nHTTP/1.1 404", true),
            ("HTTP/1.1", false),
            ("HTTP/1.1 100 Continue\r\n\r\n", false),
            (early, false),
            (&early.repeat(16), false),
            (&format!("{early}HTTP/1.1 200"), true),
            (&format!("{}\nHTTP/1.0 500\n", early.replace('\r', "")), true),
            ("\x15\x03\x03\0\x02\x02\n", true),
        ] {
            assert!(read(text).iter().all(|seen| matches!(seen, Ok(seen) if *seen == expected)), "{text:?}");
        }
    }

    #[test]
    fn more_than_sixteen_are_too_many() {
        let text = "HTTP/1.1 102 Processing\r\n\r\n".repeat(17);
        assert!(read(&text).iter().all(Result::is_err));
    }
}
