//! Encodes a body as `aws-chunked` while it is sent: in chunks of one size whatever the sizes of the source, optionally
//! signed, with a trailing checksum. No byte is copied.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use sha2::{Digest as _, Sha256};

use crate::body::BoxStream;
use crate::protocol::checksum::Checksum;
use crate::protocol::signing::{ChunkedEncoder, ChunkedLayout};

/// Signed chunks are buffered until their hash is known, so they are small; S3 requires at least 8 KiB.
const SIGNED_CHUNK: u64 = 128 << 10;
/// Unsigned chunks are not buffered.
const UNSIGNED_CHUNK: u64 = 1 << 20;

/// The chunk sizes of a body.
pub(super) fn layout(signed: bool) -> ChunkedLayout {
    ChunkedLayout { chunk_size: if signed { SIGNED_CHUNK } else { UNSIGNED_CHUNK }, signed }
}

/// The trailing checksum of a body, once it is known. Clones share it.
#[derive(Clone, Default)]
pub(in crate::client) struct SentTrailer(Arc<OnceLock<(&'static str, String)>>);

impl SentTrailer {
    /// The name and value of the header.
    pub(in crate::client) fn get(&self) -> Option<(&'static str, String)> {
        self.0.get().cloned()
    }
}

/// The encoded body.
pub(super) struct Framed {
    /// Yields exactly the declared number of bytes or fails.
    source: BoxStream,
    encoder: ChunkedEncoder,
    trailer: Option<(&'static str, Checksum)>,
    sent: SentTrailer,
    /// The remaining bytes of the source.
    left: u64,
    /// The remaining bytes of the current chunk.
    chunk_left: u64,
    chunk_length: u64,
    chunk: Chunk,
    ready: VecDeque<Bytes>,
    ended: bool,
}

/// The data of a signed chunk until its hash is known.
#[derive(Default)]
struct Chunk {
    pieces: Vec<Bytes>,
    hash: Sha256,
}

impl Framed {
    pub(super) fn new(
        source: BoxStream,
        length: u64,
        encoder: ChunkedEncoder,
        trailer: Option<(&'static str, Checksum)>,
        sent: SentTrailer,
    ) -> Self {
        Self {
            source,
            encoder,
            trailer,
            sent,
            left: length,
            chunk_left: 0,
            chunk_length: 0,
            chunk: Chunk::default(),
            ready: VecDeque::new(),
            ended: false,
        }
    }

    fn take(&mut self, mut piece: Bytes) {
        if let Some((_, checksum)) = &mut self.trailer {
            checksum.update(&piece);
        }
        while !piece.is_empty() && self.left > 0 {
            if self.chunk_left == 0 {
                self.begin_chunk();
            }
            let fits = usize::try_from(self.chunk_left).unwrap_or(usize::MAX).min(piece.len());
            let part = piece.split_to(fits);
            // The source is checked against its length, so neither subtraction can underflow.
            self.chunk_left = self.chunk_left.saturating_sub(fits as u64);
            self.left = self.left.saturating_sub(fits as u64);
            if self.encoder.is_signed() {
                self.chunk.hash.update(&part);
                self.chunk.pieces.push(part);
            } else {
                self.ready.push_back(part);
            }
            if self.chunk_left == 0 {
                self.end_chunk();
            }
        }
    }

    fn begin_chunk(&mut self) {
        let signed = self.encoder.is_signed();
        self.chunk_length = self.left.min(layout(signed).chunk_size);
        self.chunk_left = self.chunk_length;
        if !signed {
            self.push_head();
        }
    }

    fn end_chunk(&mut self) {
        if self.encoder.is_signed() {
            self.push_head();
            self.ready.extend(self.chunk.pieces.drain(..));
        }
        self.ready.push_back(Bytes::from_static(ChunkedEncoder::CHUNK_END));
    }

    fn push_head(&mut self) {
        let length = usize::try_from(self.chunk_length).unwrap_or(usize::MAX);
        let hash = &mut self.chunk.hash;
        let head = self.encoder.chunk_head_of(length, || hash.finalize_reset());
        self.ready.push_back(head.into());
    }

    fn finish(&mut self) {
        self.ended = true;
        let trailer = self.trailer.take().map(|(name, checksum)| (name, checksum.finish()));
        if let Some((name, value)) = &trailer {
            self.sent.0.get_or_init(|| (*name, value.clone()));
        }
        let trailers: Vec<(&str, &str)> =
            trailer.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.ready.push_back(self.encoder.finish(&trailers).into());
    }
}

impl Stream for Framed {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(bytes) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(bytes)));
            }
            if this.ended {
                return Poll::Ready(None);
            }
            match this.source.as_mut().poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(piece))) => this.take(piece),
                Poll::Ready(Some(Err(error))) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(error)));
                }
                Poll::Ready(None) => this.finish(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use futures_util::{StreamExt as _, TryStreamExt as _};
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::signing::{ChunkSigner, SigningTime};
    use crate::types::{ChecksumAlgorithm, Credentials};

    fn encoder(signed: bool) -> ChunkedEncoder {
        let time = SigningTime::new(UNIX_EPOCH + Duration::from_secs(1_369_353_600));
        let credentials = Credentials::new("AKIDEXAMPLE", "secret");
        let signer = ChunkSigner::new(&credentials, "us-east-1", "s3", time, "0".repeat(64));
        if signed { ChunkedEncoder::signed(signer, true) } else { ChunkedEncoder::unsigned() }
    }

    fn checksum() -> Option<(&'static str, Checksum)> {
        Some(("x-amz-checksum-crc64nvme", Checksum::new(&ChecksumAlgorithm::Crc64Nvme)?))
    }

    fn framed(pieces: &[Bytes], signed: bool) -> Vec<u8> {
        let length = pieces.iter().map(|piece| piece.len() as u64).sum();
        let source = futures_util::stream::iter(pieces.iter().cloned().map(Ok).collect::<Vec<_>>()).boxed();
        let framed = Framed::new(source, length, encoder(signed), checksum(), SentTrailer::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(framed.try_collect::<Vec<Bytes>>()).unwrap().concat()
    }

    /// The same encoding of a complete slice, as a reference.
    fn expected(data: &[u8], signed: bool) -> Vec<u8> {
        let mut encoder = encoder(signed);
        let mut out = Vec::new();
        for chunk in data.chunks(usize::try_from(layout(signed).chunk_size).unwrap()) {
            out.extend_from_slice(encoder.chunk_head(chunk).as_bytes());
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\r\n");
        }
        let value = Checksum::of(&ChecksumAlgorithm::Crc64Nvme, data).unwrap();
        out.extend_from_slice(encoder.finish(&[("x-amz-checksum-crc64nvme", &value)]).as_bytes());
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        /// The chunks do not depend on the sizes in which the source yields data, and the encoded length is known in
        /// advance.
        #[test]
        fn the_frame_does_not_depend_on_how_the_body_comes(
            sizes in proptest::collection::vec(0_usize..300_000, 0..6),
            byte: u8,
            signed: bool,
        ) {
            let mut next = byte;
            let mut piece = |size: usize| { next = next.wrapping_add(1); Bytes::from(vec![next; size]) };
            let pieces: Vec<Bytes> = sizes.iter().map(|size| piece(*size)).collect();
            let data = pieces.concat();
            let out = framed(&pieces, signed);
            prop_assert_eq!(&out, &expected(&data, signed));
            let length = layout(signed).encoded_length(data.len() as u64, &[("x-amz-checksum-crc64nvme", 12)]);
            prop_assert_eq!(out.len() as u64, length);
        }
    }
}
