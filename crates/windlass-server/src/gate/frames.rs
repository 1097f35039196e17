//! The frames of an aws-chunked body, as far as s3s lets pass what S3 does not. It takes the end of the stream for the
//! end of the content, so a body that was cut between two chunks would pass, or be told of missing trailers; and of a
//! size it reads the digits that it begins with.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::body::{Body, BodyError};
use crate::framing::Framing;

/// Passes a body on; fails where its frames are broken, and at its end unless the last chunk has come.
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

/// As s3s names what it finds itself.
const BROKEN: &str = "FormatError";
