//! `GetObject` and `HeadObject`: the same decisions, with and without content.

use std::sync::Arc;

use http::HeaderMap;
use s3s::dto::{self, StreamingBlob};
use s3s::{S3Request, S3Response};

use super::checksums::Members;
use super::conditions::Conditions;
use super::range::{self, Span};
use super::{Operations, etag, sent_headers, settings, text, timestamp};
use crate::refusal::{Code, Refusal};
use crate::store::{ObjectRecord, Reader};

impl Operations {
    pub(super) async fn get(
        &self,
        request: &S3Request<dto::GetObjectInput>,
    ) -> Result<S3Response<dto::GetObjectOutput>, Refusal> {
        let input = &request.input;
        let headers = sent_headers(request);
        check_version(input.version_id.as_deref())?;
        let reader = self.store.open(&input.bucket, &input.key).await?.ok_or(Code::NoSuchKey)?;
        let object = reader.record().clone();
        Conditions::of(headers).check_read(&object)?;
        let span = span(headers, input.part_number, object.size)?;
        let (first, length) = span.map_or((0, object.size), |span| (span.first, span.length));
        let content = Reader::stream(reader, first, length).await?;
        let sums = shown_checksum(&object, input.checksum_mode.as_ref(), span);
        let is_whole = sums.is_some();
        let sums = sums.unwrap_or_default();
        let output = dto::GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::wrap(content)),
            cache_control: object.settings.cache_control.clone(),
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: is_whole.then(full_object),
            content_disposition: object.settings.content_disposition.clone(),
            content_encoding: object.settings.content_encoding.clone(),
            content_language: object.settings.content_language.clone(),
            content_length: i64::try_from(length).ok(),
            content_range: span.map(|span| span.content_range(object.size)),
            content_type: Some(content_type(&object)),
            e_tag: Some(etag(&object.etag)),
            last_modified: Some(timestamp(object.last_modified)),
            metadata: Some(object.settings.metadata.clone().into_iter().collect()),
            storage_class: settings::shown_storage_class(&object.settings),
            tag_count: settings::tag_count(&object.settings),
            website_redirect_location: object.settings.website_redirect.clone(),
            ..Default::default()
        };
        let mut response = S3Response::new(output);
        if input.response_expires.is_none() {
            response.headers.extend(expires(&object));
        }
        Ok(response)
    }

    pub(super) fn head(
        &self,
        request: &S3Request<dto::HeadObjectInput>,
    ) -> Result<S3Response<dto::HeadObjectOutput>, Refusal> {
        let input = &request.input;
        let headers = sent_headers(request);
        check_version(input.version_id.as_deref())?;
        let object = self.store.find(&input.bucket, &input.key)?.ok_or(Code::NoSuchKey)?;
        Conditions::of(headers).check_read(&object)?;
        let span = span(headers, input.part_number, object.size)?;
        let length = span.map_or(object.size, |span| span.length);
        let sums = shown_checksum(&object, input.checksum_mode.as_ref(), span);
        let is_whole = sums.is_some();
        let sums = sums.unwrap_or_default();
        let or = |given: &Option<String>, kept: &Option<String>| given.clone().or_else(|| kept.clone());
        let output = dto::HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: or(&input.response_cache_control, &object.settings.cache_control),
            checksum_crc32: sums.crc32,
            checksum_crc32c: sums.crc32c,
            checksum_crc64nvme: sums.crc64nvme,
            checksum_sha1: sums.sha1,
            checksum_sha256: sums.sha256,
            checksum_type: is_whole.then(full_object),
            content_disposition: or(
                &input.response_content_disposition,
                &object.settings.content_disposition,
            ),
            content_encoding: or(&input.response_content_encoding, &object.settings.content_encoding),
            content_language: or(&input.response_content_language, &object.settings.content_language),
            content_length: i64::try_from(length).ok(),
            content_range: span.map(|span| span.content_range(object.size)),
            content_type: Some(input.response_content_type.clone().unwrap_or_else(|| content_type(&object))),
            e_tag: Some(etag(&object.etag)),
            expires: input.response_expires.clone(),
            last_modified: Some(timestamp(object.last_modified)),
            metadata: Some(object.settings.metadata.clone().into_iter().collect()),
            storage_class: settings::shown_storage_class(&object.settings),
            website_redirect_location: object.settings.website_redirect.clone(),
            ..Default::default()
        };
        let mut response = S3Response::new(output);
        if input.response_expires.is_none() {
            response.headers.extend(expires(&object));
        }
        if let Some(count) = settings::tag_count(&object.settings) {
            response.headers.insert("x-amz-tagging-count", count.into());
        }
        Ok(response)
    }
}

fn check_version(version: Option<&str>) -> Result<(), Refusal> {
    match version {
        None | Some("null") => Ok(()),
        Some(_) => Err(Refusal::new(Code::InvalidArgument).message("Invalid version id specified")),
    }
}

/// The part of the object that is wanted; objects here have one part, number 1.
fn span(headers: &HeaderMap, part: Option<i32>, size: u64) -> Result<Option<Span>, Refusal> {
    match (text(headers, "range"), part) {
        (Some(_), Some(_)) => Err(Refusal::new(Code::InvalidRequest)
            .message("Cannot specify both Range header and partNumber query parameter")),
        (Some(header), None) => range::resolve(header, size),
        (None, None) => Ok(None),
        (None, Some(1)) => Ok((size > 0).then_some(Span { first: 0, length: size })),
        (None, Some(number)) if (1..=10_000).contains(&number) => Err(Code::InvalidPartNumber.into()),
        (None, Some(_)) => Err(Refusal::new(Code::InvalidArgument)
            .message("Part number must be an integer between 1 and 10000, inclusive")),
    }
}

/// The checksum of the whole object belongs to answers with the whole object only.
fn shown_checksum(
    object: &ObjectRecord,
    mode: Option<&dto::ChecksumMode>,
    span: Option<Span>,
) -> Option<Members> {
    let is_wanted = mode.is_some_and(|mode| mode.as_str() == dto::ChecksumMode::ENABLED);
    let is_whole = span.is_none_or(|span| span.length == object.size);
    (is_wanted && is_whole).then(|| Members::of(&object.checksum))
}

fn full_object() -> dto::ChecksumType {
    dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT)
}

fn content_type(object: &ObjectRecord) -> String {
    object.settings.content_type.clone().unwrap_or_else(|| settings::DEFAULT_CONTENT_TYPE.to_owned())
}

fn expires(object: &Arc<ObjectRecord>) -> HeaderMap {
    settings::expires_header(&object.settings)
        .map(|value| HeaderMap::from_iter([(http::header::EXPIRES, value)]))
        .unwrap_or_default()
}
