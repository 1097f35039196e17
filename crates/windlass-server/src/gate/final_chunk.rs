//! The end of a signed aws-chunked body without trailers. s3s takes the end of the stream for the
//! end of the content, so a body that was cut between two chunks would pass; here it does not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::body::{Body, BodyError};

/// Passes a body on and fails at its end unless that is an empty chunk.
pub(crate) struct FinalChunk {
    inner: Body,
    /// The last bytes so far, no more than an empty chunk has.
    tail: Vec<u8>,
}

impl FinalChunk {
    pub(crate) fn expected_in(inner: Body) -> Self {
        Self { inner, tail: Vec::with_capacity(2 * LENGTH) }
    }

    fn remember(&mut self, bytes: &[u8]) {
        let new = bytes.get(bytes.len().saturating_sub(LENGTH)..).unwrap_or_default();
        self.tail.extend_from_slice(new);
        self.tail.drain(..self.tail.len().saturating_sub(LENGTH));
    }

    fn is_complete(&self) -> bool {
        let text = String::from_utf8_lossy(&self.tail);
        text.trim_end_matches("\r\n").rsplit("\r\n").next().is_some_and(|last| {
            last.strip_prefix("0;chunk-signature=").is_some_and(|signature| signature.len() == 64)
        })
    }
}

impl http_body::Body for FinalChunk {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context)).transpose()?;
        match &frame {
            Some(frame) => {
                if let Some(bytes) = frame.data_ref() {
                    self.remember(bytes);
                }
            }
            None if self.is_complete() => {}
            None => return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()))),
        }
        Poll::Ready(frame.map(Ok))
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.inner)
    }
}

/// An empty chunk with its signature and both line ends, in bytes.
const LENGTH: usize = "0;chunk-signature=".len() + 64 + 4;
