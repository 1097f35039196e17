//! Writing content into a draft while hashing it, for uploads and copies alike; and what the headers
//! of an upload promise of its content.

use std::fmt::Display;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use s3s::TrailingHeaders;
use s3s::crypto::{Checksum as _, Md5};

use super::checksums::{self, Declared};
use super::text;
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::{Checksum, Draft, Encryption};

/// What was written.
pub(super) struct Written {
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
    pub(super) checksum: Checksum,
}

impl Written {
    /// The `ETag` that S3 gives to content that came in one piece: its MD5, unless a key of the key
    /// service or of the client is used.
    pub(super) fn etag(&self, encryption: Option<&Encryption>) -> String {
        match encryption {
            None | Some(Encryption::Aes256) => encode::hex(&self.md5),
            Some(Encryption::Customer { .. } | Encryption::Kms { .. }) => {
                encode::hex(&Md5::checksum(&[b"sealed", &self.md5[..]].concat()))
            }
        }
    }
}

/// What was received: its checksum is the one that is kept, `declared` the one that came with it.
pub(super) struct Received {
    pub(super) written: Written,
    pub(super) declared: Option<Checksum>,
}

/// What the headers of an upload promise.
pub(super) struct Expected {
    pub(super) declared: Option<Declared>,
    md5: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Expected {
    /// Reads the promises, and refuses contradictions and what is too large for one upload.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let declared = checksums::declared(headers)?;
        let md5 = checksums::content_md5(headers)?;
        let size = expected_size(headers);
        if size.is_some_and(|size| size > LARGEST_UPLOAD) {
            return Err(Code::EntityTooLarge.into());
        }
        Ok(Self { declared, md5, size })
    }

    /// Writes the body and holds it against the promises. The checksum that is kept is of the `kept`
    /// algorithm, or of the declared one, or else of S3's default.
    pub(super) async fn receive<S, E>(
        self,
        draft: &mut dyn Draft,
        body: S,
        trailers: Option<&TrailingHeaders>,
        kept: Option<&str>,
    ) -> Result<Received, Refusal>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Display,
    {
        let declared = self.declared.as_ref().map(|declared| declared.algorithm.as_str());
        let algorithm = kept.or(declared).unwrap_or(checksums::DEFAULT_ALGORITHM);
        let mut second = declared.filter(|declared| *declared != algorithm).map(checksums::hasher);
        let body = body.inspect(|bytes| {
            if let (Some(hasher), Ok(bytes)) = (&mut second, bytes) {
                hasher.update(bytes);
            }
        });
        let written = write(draft, body, algorithm).await?;
        if self.size.is_some_and(|expected| expected != written.size) {
            return Err(Code::IncompleteBody.into());
        }
        if self.md5.is_some_and(|md5| md5 != written.md5) {
            return Err(Code::BadDigest.into());
        }
        let Some(declared) = checksums::complete(self.declared, trailers)? else {
            return Ok(Received { written, declared: None });
        };
        let computed = match second {
            Some(hasher) => checksums::finish(hasher, &declared.algorithm),
            None => written.checksum.clone(),
        };
        checksums::verify(&declared, &computed)?;
        Ok(Received { written, declared: Some(computed) })
    }
}

/// Writes all of a stream.
pub(super) async fn write<S, E>(
    draft: &mut dyn Draft,
    mut content: S,
    algorithm: &str,
) -> Result<Written, Refusal>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Display,
{
    let mut md5 = Md5::new();
    let mut hasher = checksums::hasher(algorithm);
    let mut size = 0;
    while let Some(bytes) = content.next().await {
        let bytes = bytes.map_err(|error| broken_body(&error))?;
        md5.update(&bytes);
        hasher.update(&bytes);
        size += bytes.len() as u64;
        draft.write(bytes).await?;
    }
    Ok(Written { size, md5: md5.finalize(), checksum: checksums::finish(hasher, algorithm) })
}

/// The error for a body that s3s could not verify or read to its end. Its error types are private,
/// their words are not; the version of s3s is pinned, and the tests of the gate hold them.
pub(super) fn broken_body(error: &(impl Display + ?Sized)) -> Refusal {
    let text = error.to_string();
    let has = |word: &str| text.contains(word);
    if has("Sha256Mismatch") {
        Code::XAmzContentSHA256Mismatch.into()
    } else if has("SignatureMismatch") {
        Code::SignatureDoesNotMatch.into()
    } else if has("FormatError") || has("TooLarge") || has("TooMany") {
        Refusal::new(Code::InvalidRequest).message("The aws-chunked body is not well-formed")
    } else {
        Code::IncompleteBody.into()
    }
}

/// How long the content should be, as far as the client says.
fn expected_size(headers: &HeaderMap) -> Option<u64> {
    let payload = text(headers, "x-amz-content-sha256").unwrap_or_default();
    let name =
        if payload.starts_with("STREAMING-") { "x-amz-decoded-content-length" } else { "content-length" };
    text(headers, name)?.parse().ok()
}

/// In bytes, for an object as for a part.
const LARGEST_UPLOAD: u64 = 5 << 30;
