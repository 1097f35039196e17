//! The `aws-chunked` encoding: a body in chunks, each signed or not, with trailers after the last.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>
//!
//! Pure: it frames and signs the bytes that it receives. The caller splits the body into chunks.

use std::fmt::Write as _;
use std::sync::Arc;

use sha2::digest::Output;
use sha2::{Digest as _, Sha256};

use super::{Credentials, EMPTY_SHA256, SigningScope, SigningTime};
use crate::protocol::encode;

/// Signs a sequence of chunks. Each signature covers the previous one.
#[derive(Clone, Debug)]
pub struct ChunkSigner {
    scope: Arc<SigningScope>,
    time: SigningTime,
    previous: String,
}

impl ChunkSigner {
    /// Creates a signer that continues from `seed_signature`, the signature of the request's headers.
    pub fn new(
        credentials: &Credentials,
        region: &str,
        service: &str,
        time: SigningTime,
        seed_signature: impl Into<String>,
    ) -> Self {
        Self::from_scope(
            Arc::new(SigningScope::new(credentials, time, region, service)),
            time,
            seed_signature,
        )
    }

    pub(crate) fn from_scope(
        scope: Arc<SigningScope>,
        time: SigningTime,
        seed_signature: impl Into<String>,
    ) -> Self {
        Self { scope, time, previous: seed_signature.into() }
    }

    /// Signs the next chunk. The last chunk is empty.
    pub fn sign_chunk(&mut self, data: &[u8]) -> &str {
        self.sign_hash(&Sha256::digest(data))
    }

    /// Signs the next chunk, given the SHA-256 of its data.
    pub fn sign_hash(&mut self, sha256: &[u8]) -> &str {
        let mut text = self.head("AWS4-HMAC-SHA256-PAYLOAD");
        text.push_str(EMPTY_SHA256);
        text.push('\n');
        encode::push_hex(&mut text, sha256);
        self.advance(&text)
    }

    /// Signs the trailers, which follow the last chunk.
    pub fn sign_trailers(&mut self, trailers: &[(&str, &str)]) -> &str {
        let mut lines = String::new();
        for (name, value) in trailers {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{}:{}", name.to_ascii_lowercase(), value.trim());
        }
        let mut text = self.head("AWS4-HMAC-SHA256-TRAILER");
        encode::push_hex(&mut text, &Sha256::digest(lines.as_bytes()));
        self.advance(&text)
    }

    fn head(&self, algorithm: &str) -> String {
        format!("{algorithm}\n{}\n{}\n{}\n", self.time.as_str(), self.scope.text, self.previous)
    }

    fn advance(&mut self, text: &str) -> &str {
        self.previous = self.scope.key.sign(text.as_bytes());
        &self.previous
    }
}

/// Frames a body: for each chunk [`chunk_head`](Self::chunk_head), the data and
/// [`CHUNK_END`](Self::CHUNK_END); then [`finish`](Self::finish).
#[derive(Clone, Debug)]
pub struct ChunkedEncoder {
    signer: Option<ChunkSigner>,
    sign_trailers: bool,
}

impl ChunkedEncoder {
    /// The bytes after the data of every chunk.
    pub const CHUNK_END: &'static [u8] = b"\r\n";

    /// Creates a framer of unsigned chunks (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`).
    pub fn unsigned() -> Self {
        Self { signer: None, sign_trailers: false }
    }

    /// Creates a framer of signed chunks (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, and `...-TRAILER` with
    /// `sign_trailers`).
    pub fn signed(signer: ChunkSigner, sign_trailers: bool) -> Self {
        Self { signer: Some(signer), sign_trailers }
    }

    /// Returns the line before the data of a chunk. The data must not be empty: an empty chunk ends the body.
    pub fn chunk_head(&mut self, data: &[u8]) -> String {
        self.line(data.len(), || Sha256::digest(data))
    }

    /// Returns the line before a chunk that is not contiguous. `sha256` is called only if chunks are signed.
    pub(crate) fn chunk_head_of(&mut self, length: usize, sha256: impl FnOnce() -> Output<Sha256>) -> String {
        self.line(length, sha256)
    }

    /// Whether chunks are signed. The data of a signed chunk must be known before its first byte is sent.
    pub(crate) fn is_signed(&self) -> bool {
        self.signer.is_some()
    }

    /// Returns the last, empty chunk, the trailers and the end of the body.
    pub fn finish(&mut self, trailers: &[(&str, &str)]) -> String {
        let mut out = self.line(0, || Sha256::digest([]));
        for (name, value) in trailers {
            out.push_str(name);
            out.push(':');
            out.push_str(value);
            out.push_str("\r\n");
        }
        if let Some(signer) = self.signer.as_mut().filter(|_| self.sign_trailers) {
            out.push_str("x-amz-trailer-signature:");
            out.push_str(signer.sign_trailers(trailers));
            out.push_str("\r\n");
        }
        out.push_str("\r\n");
        out
    }

    /// Returns the last signature: of the chunk, or of the trailers after [`finish`](Self::finish).
    pub fn last_signature(&self) -> Option<&str> {
        self.signer.as_ref().map(|signer| signer.previous.as_str())
    }

    fn line(&mut self, length: usize, sha256: impl FnOnce() -> Output<Sha256>) -> String {
        let mut line = format!("{length:x}");
        if let Some(signer) = &mut self.signer {
            line.push_str(";chunk-signature=");
            line.push_str(signer.sign_hash(&sha256()));
        }
        line.push_str("\r\n");
        line
    }
}

/// The chunk layout of a body, from which the length on the wire is computed in advance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkedLayout {
    /// The size of every chunk but the last, in bytes. S3 requires at least 8 KiB.
    pub chunk_size: u64,
    /// Whether chunks are signed.
    pub signed: bool,
}

impl ChunkedLayout {
    /// Returns the encoded length of `length` bytes of data, with trailers given as names and lengths of
    /// values.
    pub fn encoded_length(&self, length: u64, trailers: &[(&str, usize)]) -> u64 {
        const SIGNATURE: u64 = 64;
        let chunk_size = self.chunk_size.max(1);
        let extension = if self.signed { ";chunk-signature=".len() as u64 + SIGNATURE } else { 0 };
        let framed = |data: u64| {
            let digits = u64::from(data.max(1).ilog2() / 4 + 1);
            digits + extension + 2 + data + if data == 0 { 0 } else { 2 }
        };
        let (full, rest) = (length / chunk_size, length % chunk_size);
        let mut total = full * framed(chunk_size) + framed(0) + 2;
        if rest > 0 {
            total += framed(rest);
        }
        for (name, value) in trailers {
            total += (name.len() + 1 + value + 2) as u64;
        }
        if self.signed && !trailers.is_empty() {
            total += "x-amz-trailer-signature:\r\n".len() as u64 + SIGNATURE;
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn signer() -> ChunkSigner {
        let credentials =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        let time = SigningTime::new(UNIX_EPOCH + Duration::from_secs(1_369_353_600));
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        ChunkSigner::new(&credentials, "us-east-1", "s3", time, seed)
    }

    /// The example of the S3 documentation: 66,560 bytes of `a` in chunks of 64 KiB.
    #[test]
    fn the_published_example() {
        let mut signer = signer();
        let check = |actual: &str, expected: &str| assert_eq!(actual, expected);
        check(
            signer.sign_chunk(&vec![b'a'; 65_536]),
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        );
        check(
            signer.sign_chunk(&[b'a'; 1024]),
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        );
        check(signer.sign_chunk(&[]), "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
        let layout = ChunkedLayout { chunk_size: 65_536, signed: true };
        assert_eq!(layout.encoded_length(66_560, &[]), 66_824);
    }

    #[test]
    fn chunks_can_have_one_byte() {
        let layout = |chunk_size| ChunkedLayout { chunk_size, signed: false };
        // Three chunks of `1\r\nx\r\n`, and the end `0\r\n\r\n`.
        assert_eq!(layout(1).encoded_length(3, &[]), 3 * 6 + 5);
        assert_eq!(layout(0).encoded_length(3, &[]), 3 * 6 + 5, "the minimum chunk size is 1");
    }

    proptest! {
        #[test]
        fn the_length_is_computed_in_advance(
            length in 0_usize..5000,
            chunk_size in 1_usize..2000,
            signed: bool,
            trailer in proptest::option::of("[A-Za-z0-9+/=]{1,20}"),
        ) {
            let trailers: Vec<(&str, &str)> =
                trailer.iter().map(|value| ("x-amz-checksum-crc32", value.as_str())).collect();
            let mut encoder = if signed {
                ChunkedEncoder::signed(signer(), !trailers.is_empty())
            } else {
                ChunkedEncoder::unsigned()
            };
            let mut encoded = 0;
            for chunk in vec![0_u8; length].chunks(chunk_size) {
                encoded += encoder.chunk_head(chunk).len() + chunk.len() + ChunkedEncoder::CHUNK_END.len();
            }
            encoded += encoder.finish(&trailers).len();
            let layout = ChunkedLayout { chunk_size: chunk_size as u64, signed };
            let lengths: Vec<(&str, usize)> = trailers.iter().map(|(name, value)| (*name, value.len())).collect();
            prop_assert_eq!(layout.encoded_length(length as u64, &lengths), encoded as u64);
        }
    }
}
