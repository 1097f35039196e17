//! CopyObject.

use s3s::{S3Request, S3Response, dto};

use super::checksums::Members;
use super::conditions::Conditions;
use super::{Operations, etag, sent_headers, settings, text, timestamp, upload};
use crate::refusal::{Code, Refusal};
use crate::store::{ObjectRecord, Reader, Settings};

impl Operations {
    pub(super) async fn copy(
        &self,
        request: S3Request<dto::CopyObjectInput>,
    ) -> Result<S3Response<dto::CopyObjectOutput>, Refusal> {
        let headers = sent_headers(&request).clone();
        let input = request.input;
        let (source_bucket, source_key) = source(&input.copy_source)?;
        let replaces = directive(text(&headers, "x-amz-metadata-directive"), "x-amz-metadata-directive")?;
        let replaces_tags = directive(text(&headers, "x-amz-tagging-directive"), "x-amz-tagging-directive")?;
        let conditions = Conditions::of(&headers);
        conditions.check_writable()?;
        self.check_bucket(&input.bucket)?;
        let sent = settings::read(&headers, input.content_encoding, input.metadata)?;
        let changes = replaces || sent.storage_class.is_some() || sent.website_redirect.is_some();
        if source_bucket == input.bucket && source_key == input.key && !changes {
            return Err(Refusal::new(Code::InvalidRequest).message(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        self.check_bucket(&source_bucket)?;
        let missing = || Refusal::new(Code::NoSuchKey).detail("Key", &source_key);
        let reader = self.store.open(&source_bucket, &source_key).await?.ok_or_else(missing)?;
        let original = reader.record().clone();
        Conditions::of_copy_source(&headers).check_copy_source(&original)?;

        let algorithm = match input.checksum_algorithm {
            Some(wanted) => known_algorithm(wanted.as_str())?,
            None => original.checksum.algorithm.clone(),
        };
        let mut draft = self.store.begin().await?;
        let content = Reader::stream(reader, 0, original.size).await?;
        let written = upload::write(&mut *draft, content, &algorithm).await?;
        let record = ObjectRecord {
            size: written.size,
            etag: written.etag(),
            last_modified: self.now(),
            checksum: written.checksum,
            settings: merge(&original.settings, sent, replaces, replaces_tags),
        };
        let sums = Members::of(&record.checksum);
        let result = dto::CopyObjectResult {
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: Some(dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT)),
            e_tag: Some(etag(&record.etag)),
            last_modified: Some(timestamp(record.last_modified)),
        };
        draft.commit(&input.bucket, &input.key, record, &|current| conditions.check_write(current)).await?;
        Ok(S3Response::new(dto::CopyObjectOutput { copy_object_result: Some(result), ..Default::default() }))
    }
}

fn source(source: &dto::CopySource) -> Result<(String, String), Refusal> {
    match source {
        dto::CopySource::Bucket { version_id: Some(version), .. } if &**version != "null" => {
            Err(Refusal::new(Code::InvalidArgument).message("Invalid version id specified"))
        }
        dto::CopySource::Bucket { key, .. } if key.is_empty() => Err(Refusal::new(Code::InvalidArgument)
            .message("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")),
        dto::CopySource::Bucket { bucket, key, .. } => Ok((bucket.to_string(), key.to_string())),
        _ => Err(Refusal::new(Code::NotImplemented).message("Copies from access points are not implemented")),
    }
}

/// Whether a directive says REPLACE.
fn directive(value: Option<&str>, name: &str) -> Result<bool, Refusal> {
    match value {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(_) => Err(Refusal::new(Code::InvalidArgument).message(format!("Unknown value for {name}"))),
    }
}

fn known_algorithm(wanted: &str) -> Result<String, Refusal> {
    match wanted {
        "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256" => Ok(wanted.to_owned()),
        _ => Err(Refusal::new(Code::InvalidRequest).message("Checksum algorithm provided is unsupported.")),
    }
}

/// The storage class and the redirect always come from the request, tags by their own directive.
fn merge(original: &Settings, sent: Settings, replaces: bool, replaces_tags: bool) -> Settings {
    let tagging = if replaces_tags { sent.tagging.clone() } else { original.tagging.clone() };
    let storage_class = sent.storage_class.clone();
    let website_redirect = sent.website_redirect.clone();
    let base = if replaces { sent } else { original.clone() };
    Settings { storage_class, tagging, website_redirect, ..base }
}
