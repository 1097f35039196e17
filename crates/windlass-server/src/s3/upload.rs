//! Writing content into a draft while hashing it, for uploads and copies alike.

use std::fmt::Display;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use s3s::crypto::{Checksum as _, Md5};

use super::checksums;
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::{Checksum, Draft};

/// What was written.
pub(super) struct Written {
    pub(super) size: u64,
    pub(super) md5: [u8; 16],
    pub(super) checksum: Checksum,
}

impl Written {
    /// The `ETag` that S3 gives to content that came in one piece.
    pub(super) fn etag(&self) -> String {
        encode::hex(&self.md5)
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
