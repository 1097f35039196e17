//! Writes content into a draft and hashes it, for uploads and copies; parses the declared properties of the
//! content.

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

/// The result of writing content.
pub(super) struct Written {
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
    pub(super) checksum: Checksum,
}

impl Written {
    /// Returns the `ETag` of content that was uploaded in one request: its MD5, unless it is encrypted with a
    /// KMS or customer key.
    pub(super) fn etag(&self, encryption: Option<&Encryption>) -> String {
        match encryption {
            None | Some(Encryption::Aes256) => encode::hex(&self.md5),
            Some(Encryption::Customer { .. } | Encryption::Kms { .. }) => {
                encode::hex(&Md5::checksum(&[b"sealed", &self.md5[..]].concat()))
            }
        }
    }
}

/// The received content: the checksum to store, and the declared one.
pub(super) struct Received {
    pub(super) written: Written,
    pub(super) declared: Option<Checksum>,
}

/// The properties of the content that the headers declare.
pub(super) struct Expected {
    pub(super) declared: Option<Declared>,
    md5: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Expected {
    /// Reads the headers. Rejects contradictions and uploads that are too large.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let declared = checksums::declared(headers)?;
        let md5 = checksums::content_md5(headers)?;
        let size = expected_size(headers);
        if size.is_some_and(|size| size > LARGEST_UPLOAD) {
            return Err(Code::EntityTooLarge.into());
        }
        Ok(Self { declared, md5, size })
    }

    /// Writes the body and verifies it. The stored checksum uses the `kept` algorithm, or else the declared
    /// one, or else S3's default.
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

/// Writes a whole stream.
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

/// Returns the error for a body that s3s failed to verify or read. The error types of s3s are private, so
/// this compares messages; the version of s3s is pinned and tests cover the messages.
pub(super) fn broken_body(error: &(impl Display + ?Sized)) -> Refusal {
    let text = error.to_string();
    let has = |word: &str| text.contains(word);
    if has("Sha256Mismatch") {
        Code::XAmzContentSHA256Mismatch.into()
    } else if has("SignatureMismatch") {
        Code::SignatureDoesNotMatch.into()
    } else if has("FormatError") || has("TooLarge") || has("TooMany") {
        Refusal::new(Code::InvalidRequest).message("The aws-chunked body is malformed")
    } else {
        Code::IncompleteBody.into()
    }
}

/// Returns the declared length of the content.
fn expected_size(headers: &HeaderMap) -> Option<u64> {
    let payload = text(headers, "x-amz-content-sha256").unwrap_or_default();
    let name =
        if payload.starts_with("STREAMING-") { "x-amz-decoded-content-length" } else { "content-length" };
    text(headers, name)?.parse().ok()
}

/// The limit for an object or part, in bytes.
const LARGEST_UPLOAD: u64 = 5 << 30;
