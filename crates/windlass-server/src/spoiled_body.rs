//! Bodies that fail at one byte: truncated, stalled, or with a flipped bit.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};

use crate::body::{Body, BodyError};
use crate::framing::Framing;

/// A body that fails.
pub(crate) struct SpoiledBody {
    inner: Body,
    /// Present for aws-chunked bodies.
    framing: Option<Framing>,
    /// The number of content bytes before the failure.
    left: u64,
    flaw: Option<Flaw>,
}

/// The kind of failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Flaw {
    /// The body ends with an error.
    Cut,
    /// One bit of the byte is flipped.
    Flip,
    /// No more data arrives.
    Stall,
}

impl SpoiledBody {
    pub(crate) fn new(inner: Body, at: u64, flaw: Flaw) -> Self {
        Self { inner, framing: None, left: at, flaw: Some(flaw) }
    }

    /// Creates an aws-chunked body that fails at a byte of its content, not of its framing.
    pub(crate) fn chunked(inner: Body, at: u64, flaw: Flaw) -> Self {
        Self { framing: Some(Framing::new()), ..Self::new(inner, at, flaw) }
    }

    /// Returns the offset of the failure within these bytes, if it lies there.
    fn place_in(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut start = 0;
        while let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) {
            let (length, is_content) = match &mut self.framing {
                Some(framing) => framing.step(rest),
                None => (rest.len(), true),
            };
            if is_content {
                if let Some(index) = usize::try_from(self.left).ok().filter(|left| *left < length) {
                    self.left = 0;
                    return Some(start + index);
                }
                self.left -= length as u64;
            }
            start += length;
        }
        None
    }
}

impl http_body::Body for SpoiledBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let flaw = match self.flaw {
            Some(Flaw::Cut) if self.left == 0 => return Poll::Ready(Some(Err(broken_off()))),
            Some(Flaw::Stall) if self.left == 0 => return Poll::Pending,
            flaw => flaw,
        };
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context)).transpose()?;
        let Some(flaw) = flaw else { return Poll::Ready(frame.map(Ok)) };
        let Some(mut bytes) = frame.and_then(|frame| frame.into_data().ok()) else {
            // The body is too short: fail at its end.
            self.left = 0;
            return match flaw {
                Flaw::Flip => Poll::Ready(None),
                Flaw::Cut | Flaw::Stall => self.poll_frame(context),
            };
        };
        if let Some(index) = self.place_in(&bytes) {
            match flaw {
                Flaw::Cut | Flaw::Stall => bytes.truncate(index),
                Flaw::Flip => {
                    let mut changed = BytesMut::from(&*bytes);
                    if let Some(byte) = changed.get_mut(index) {
                        *byte ^= 1;
                    }
                    bytes = changed.freeze();
                    self.flaw = None;
                }
            }
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        http_body::Body::size_hint(&self.inner)
    }
}

fn broken_off() -> BodyError {
    io::Error::new(io::ErrorKind::ConnectionReset, "truncated by an injected fault").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_byte_is_flipped_in_any_frame() {
        let body = SpoiledBody::new(Body::from("content"), 3, Flaw::Flip);
        assert_eq!(Body::stream(body).bytes().await.unwrap(), "conuent");
        let body = SpoiledBody::new(Body::from("content"), 7, Flaw::Flip);
        assert_eq!(Body::stream(body).bytes().await.unwrap(), "content");
    }

    #[tokio::test]
    async fn a_chunked_body_is_changed_in_its_content() {
        let text = "4;chunk-signature=abc\r\ncont\r\n3\r\nent\r\n0\r\nx-trailer:1\r\n\r\n";
        for (at, from, to) in [(0, "cont", "bont"), (3, "cont", "conu"), (4, "ent", "dnt"), (6, "ent", "enu")]
        {
            let body = SpoiledBody::chunked(Body::from(text), at, Flaw::Flip);
            let flipped = Body::stream(body).bytes().await.unwrap();
            assert_eq!(flipped, text.replacen(from, to, 1), "{at}");
        }
        let body = SpoiledBody::chunked(Body::from(text), 7, Flaw::Flip);
        assert_eq!(Body::stream(body).bytes().await.unwrap(), text);
    }
}
