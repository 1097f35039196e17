//! Framing checks of aws-chunked bodies where s3s is more lenient than S3. s3s treats the end of the stream
//! as the end of the content, so a body that is truncated between two chunks passes or fails with missing
//! trailers. It also accepts a size with trailing garbage.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::body::{Body, BodyError};
use crate::framing::Framing;

/// Passes a body through. Fails on malformed framing, or when the body ends before its last chunk.
pub(crate) struct CheckedFrames {
    inner: Body,
    framing: Framing,
}

impl CheckedFrames {
    pub(crate) fn new(inner: Body) -> Self {
        Self { inner, framing: Framing::new() }
    }

    fn follow(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (length, _) = self.framing.step(bytes);
            bytes = bytes.get(length..).unwrap_or_default();
        }
    }
}

impl http_body::Body for CheckedFrames {
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
                    self.follow(bytes);
                }
                if self.framing.is_broken() {
                    return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::InvalidData, BROKEN).into())));
                }
            }
            None if self.framing.is_at_end() => {}
            None => return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()))),
        }
        Poll::Ready(frame.map(Ok))
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.inner)
    }
}

/// The code that s3s uses for the framing errors that it detects.
const BROKEN: &str = "FormatError";
