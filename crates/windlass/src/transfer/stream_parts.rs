//! Divides a body of unknown length into parts. Each part keeps the buffers in which the data arrived.

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::Fuse;

use crate::Result;
use crate::body::{Body, BoxStream, OpenBody, unreadable};

pub(super) struct StreamParts {
    stream: Fuse<BoxStream>,
    /// Data beyond the last part.
    rest: Bytes,
}

impl StreamParts {
    pub(super) async fn open(body: &Body) -> Result<Self> {
        let stream: BoxStream = match body.open().await? {
            OpenBody::Bytes(bytes) => Box::pin(futures_util::stream::iter([Ok(bytes)])),
            OpenBody::Stream(stream) => stream,
        };
        Ok(Self { stream: stream.fuse(), rest: Bytes::new() })
    }

    /// The next `size` bytes, or fewer at the end.
    pub(super) async fn next_part(&mut self, size: u64) -> Result<Body> {
        let mut pieces = Vec::new();
        let mut missing = size;
        while missing > 0 {
            let mut piece = std::mem::take(&mut self.rest);
            if piece.is_empty() {
                match self.stream.next().await {
                    Some(Ok(next)) => piece = next,
                    Some(Err(error)) => return Err(unreadable(error)),
                    None => break,
                }
            }
            let fits = usize::try_from(missing).unwrap_or(usize::MAX).min(piece.len());
            self.rest = piece.split_off(fits);
            missing -= fits as u64;
            if !piece.is_empty() {
                pieces.push(piece);
            }
        }
        Ok(Body::from_pieces(pieces))
    }

    /// Whether the end was reached.
    pub(super) fn ended(&self) -> bool {
        self.stream.is_done()
    }
}
