//! `PutObject`.

use http::HeaderMap;
use s3s::{Body, S3Request, S3Response, dto};

use super::checksums::{self, Members};
use super::conditions::Conditions;
use super::verified::Trailers;
use super::{Operations, etag, sent_headers, settings, text, upload};
use crate::refusal::{Code, Refusal};
use crate::store::ObjectRecord;

impl Operations {
    pub(super) async fn put(
        &self,
        request: S3Request<dto::PutObjectInput>,
    ) -> Result<S3Response<dto::PutObjectOutput>, Refusal> {
        let headers = sent_headers(&request).clone();
        let trailers = request.extensions.get::<Trailers>().map(|trailers| trailers.0.clone());
        let dto::PutObjectInput { bucket, key, body, content_encoding, metadata, .. } = request.input;
        self.check_bucket(&bucket)?;
        let conditions = Conditions::of(&headers);
        conditions.check_writable()?;
        let settings = settings::read(&headers, content_encoding, metadata)?;
        let declared = checksums::declared(&headers)?;
        let md5 = checksums::content_md5(&headers)?;
        let expected_size = expected_size(&headers);
        if expected_size.is_some_and(|size| size > LARGEST_OBJECT) {
            return Err(Code::EntityTooLarge.into());
        }
        // Known to fail: then the body need not come at all. Decided for good at the commit.
        conditions.check_write(self.store.find(&bucket, &key)?.as_deref())?;

        let algorithm =
            declared.as_ref().map_or(checksums::DEFAULT_ALGORITHM, |declared| &declared.algorithm);
        let mut draft = self.store.begin().await?;
        let body = body.unwrap_or_else(|| Body::empty().into());
        let written = upload::write(&mut *draft, body, algorithm).await?;
        if expected_size.is_some_and(|expected| expected != written.size) {
            return Err(Code::IncompleteBody.into());
        }
        if md5.is_some_and(|md5| md5 != written.md5) {
            return Err(Code::BadDigest.into());
        }
        if let Some(declared) = declared {
            checksums::verify(&checksums::complete(declared, trailers.as_ref())?, &written.checksum)?;
        }
        let record = ObjectRecord {
            size: written.size,
            etag: written.etag(),
            last_modified: self.now(),
            checksum: written.checksum,
            settings,
        };
        let sums = Members::of(&record.checksum);
        let output = dto::PutObjectOutput {
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: Some(dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT)),
            e_tag: Some(etag(&record.etag)),
            ..Default::default()
        };
        draft.commit(&bucket, &key, record, &|current| conditions.check_write(current)).await?;
        Ok(S3Response::new(output))
    }
}

/// How long the content should be, as far as the client says.
fn expected_size(headers: &HeaderMap) -> Option<u64> {
    let payload = text(headers, "x-amz-content-sha256").unwrap_or_default();
    let name =
        if payload.starts_with("STREAMING-") { "x-amz-decoded-content-length" } else { "content-length" };
    text(headers, name)?.parse().ok()
}

/// In one upload, in bytes.
const LARGEST_OBJECT: u64 = 5 << 30;
