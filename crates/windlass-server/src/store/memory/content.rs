//! Content in memory, in shared chunks that are never copied.

use bytes::{Bytes, BytesMut};

use crate::store::ByteStream;

/// Immutable content.
#[derive(Clone, Debug, Default)]
pub(super) struct Content(Vec<Bytes>);

impl Content {
    /// Streams up to `length` bytes from `first` on.
    pub(super) fn stream(&self, first: u64, length: u64) -> ByteStream {
        let (mut skipped, mut left) = (first, length);
        let mut pieces = Vec::new();
        for piece in &self.0 {
            let start = usize::try_from(skipped).unwrap_or(usize::MAX).min(piece.len());
            let end = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len() - start) + start;
            skipped -= start as u64;
            left -= (end - start) as u64;
            if end > start {
                pieces.push(Ok(piece.slice(start..end)));
            }
        }
        Box::pin(futures_util::stream::iter(pieces))
    }
}

/// Content that is being written.
#[derive(Debug, Default)]
pub(super) struct Growing {
    pieces: Vec<Bytes>,
    /// Collects small writes, so that content does not fragment.
    last: BytesMut,
}

impl Growing {
    pub(super) fn write(&mut self, bytes: Bytes) {
        if bytes.len() >= LARGE {
            self.close_last();
            self.pieces.push(bytes);
        } else {
            self.last.extend_from_slice(&bytes);
            if self.last.len() >= LARGE {
                self.close_last();
            }
        }
    }

    pub(super) fn finish(mut self) -> Content {
        self.close_last();
        Content(self.pieces)
    }

    fn close_last(&mut self) {
        if !self.last.is_empty() {
            self.pieces.push(std::mem::take(&mut self.last).freeze());
        }
    }
}

/// Writes of at least this size are kept without copying, in bytes.
const LARGE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn ranges_are_read_across_chunks() {
        let mut content = Growing::default();
        let bytes: Vec<u8> = (0..200_000_u32).map(|number| number.to_le_bytes()[0]).collect();
        for size in [1, 10, 70_000, 5, 66_000, 63_984] {
            let start: usize = content.pieces.iter().map(Bytes::len).sum::<usize>() + content.last.len();
            content.write(Bytes::copy_from_slice(&bytes[start..start + size]));
        }
        let content = content.finish();
        for (first, length) in
            [(0, 200_000), (0, 0), (10, 2), (11, 70_000), (199_999, 1), (200_000, 0), (5, 150_000)]
        {
            let read: Vec<Bytes> = content.stream(first, length).try_collect().await.unwrap();
            let end = usize::try_from(first + length).unwrap();
            assert!(read.concat() == bytes[usize::try_from(first).unwrap()..end], "{first} {length}");
        }
    }
}
