//! `GetObject` and `HeadObject`: shared logic, with and without content.

use http::HeaderMap;
use s3s::dto::{self, StreamingBlob};
use s3s::{S3Request, S3Response};

use super::conditions::Conditions;
use super::range::{self, Span};
use super::{
    Operations, checksums, encryption, etag, locks, restore, sent_headers, settings, tagging, text,
    timestamp, versions,
};
use crate::refusal::{Code, Refusal};
use crate::store::{ChecksumKind, ObjectRecord, Reader};

impl Operations {
    pub(super) async fn get(
        &self,
        request: &S3Request<dto::GetObjectInput>,
    ) -> Result<S3Response<dto::GetObjectOutput>, Refusal> {
        let input = &request.input;
        let headers = sent_headers(request);
        let id = versions::checked_id(input.version_id.as_deref())?;
        let reader = self.store.open(&input.bucket, &input.key, id).await?;
        let version = reader.as_ref().map(|reader| reader.version().clone());
        let object = versions::object(version.as_deref(), &input.key, id)?;
        encryption::check_read(headers, object.encryption.as_ref())?;
        Conditions::of(headers).check_read(object)?;
        restore::check_readable(object, self.now(), Code::InvalidObjectState)?;
        let span = span(headers, input.part_number, object)?;
        let (first, length) = span.map_or((0, object.size), |span| (span.first, span.length));
        let reader = reader.ok_or(Code::NoSuchKey)?;
        let content = Reader::stream(reader, first, length).await?;
        let output = dto::GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::wrap(content)),
            cache_control: object.settings.cache_control.clone(),
            content_disposition: object.settings.content_disposition.clone(),
            content_encoding: object.settings.content_encoding.clone(),
            content_language: object.settings.content_language.clone(),
            content_length: i64::try_from(length).ok(),
            content_range: span.map(|span| span.content_range(object.size)),
            content_type: Some(content_type(object)),
            e_tag: Some(etag(&object.etag)),
            last_modified: Some(timestamp(object.last_modified)),
            parts_count: parts_count(object, input.part_number),
            metadata: Some(object.settings.metadata.clone().into_iter().collect()),
            restore: restore::header(object, self.now()),
            version_id: version.as_deref().and_then(|version| self.shown_version(&input.bucket, version)),
            storage_class: settings::shown_storage_class(&object.settings),
            website_redirect_location: object.settings.website_redirect.clone(),
            ..Default::default()
        };
        let mut response = S3Response::new(output);
        let mode = input.checksum_mode.as_ref();
        response.headers.extend(shown_checksum(object, mode, input.part_number, span));
        response.headers.extend(shown(object));
        if input.response_expires.is_none() {
            response.headers.extend(expires(object));
        }
        Ok(response)
    }

    pub(super) fn head(
        &self,
        request: &S3Request<dto::HeadObjectInput>,
    ) -> Result<S3Response<dto::HeadObjectOutput>, Refusal> {
        let input = &request.input;
        let headers = sent_headers(request);
        let id = versions::checked_id(input.version_id.as_deref())?;
        let version = self.store.find(&input.bucket, &input.key, id)?;
        let object = versions::object(version.as_deref(), &input.key, id)?;
        encryption::check_read(headers, object.encryption.as_ref())?;
        Conditions::of(headers).check_read(object)?;
        let span = span(headers, input.part_number, object)?;
        let length = span.map_or(object.size, |span| span.length);
        let or = |given: &Option<String>, kept: &Option<String>| given.clone().or_else(|| kept.clone());
        let output = dto::HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: or(&input.response_cache_control, &object.settings.cache_control),
            content_disposition: or(
                &input.response_content_disposition,
                &object.settings.content_disposition,
            ),
            content_encoding: or(&input.response_content_encoding, &object.settings.content_encoding),
            content_language: or(&input.response_content_language, &object.settings.content_language),
            content_length: i64::try_from(length).ok(),
            content_range: span.map(|span| span.content_range(object.size)),
            content_type: Some(input.response_content_type.clone().unwrap_or_else(|| content_type(object))),
            e_tag: Some(etag(&object.etag)),
            expires: input.response_expires.clone(),
            last_modified: Some(timestamp(object.last_modified)),
            parts_count: parts_count(object, input.part_number),
            metadata: Some(object.settings.metadata.clone().into_iter().collect()),
            restore: restore::header(object, self.now()),
            version_id: version.as_deref().and_then(|version| self.shown_version(&input.bucket, version)),
            storage_class: settings::shown_storage_class(&object.settings),
            website_redirect_location: object.settings.website_redirect.clone(),
            ..Default::default()
        };
        let mut response = S3Response::new(output);
        let mode = input.checksum_mode.as_ref();
        response.headers.extend(shown_checksum(object, mode, input.part_number, span));
        response.headers.extend(shown(object));
        if input.response_expires.is_none() {
            response.headers.extend(expires(object));
        }
        Ok(response)
    }
}

/// Returns the requested part of the object. An object without parts has one part with the number 1.
fn span(headers: &HeaderMap, part: Option<i32>, object: &ObjectRecord) -> Result<Option<Span>, Refusal> {
    let part = match (text(headers, "range"), part) {
        (None, None) => return Ok(None),
        (Some(header), None) => return range::resolve(header, object.size),
        (None, Some(part)) => part,
        (Some(_), Some(_)) => {
            return Err(Refusal::new(Code::InvalidRequest)
                .message("Cannot specify both Range header and partNumber query parameter"));
        }
    };
    let number =
        usize::try_from(part).ok().filter(|number| (1..=10_000).contains(number)).ok_or_else(|| {
            Refusal::new(Code::InvalidArgument)
                .message("Part number must be an integer between 1 and 10000, inclusive")
        })?;
    let Some(assembly) = &object.assembly else {
        let whole = Span { first: 0, length: object.size };
        return if number == 1 {
            Ok((object.size > 0).then_some(whole))
        } else {
            Err(Code::InvalidPartNumber.into())
        };
    };
    let before = assembly.parts.iter().take(number - 1).map(|part| part.size).sum();
    let part = assembly.parts.get(number - 1).ok_or(Code::InvalidPartNumber)?;
    Ok((object.size > 0).then_some(Span { first: before, length: part.size }))
}

/// Returns the number of parts, which S3 reports only for requests with a part number.
fn parts_count(object: &ObjectRecord, part: Option<i32>) -> Option<i32> {
    part?;
    i32::try_from(object.assembly.as_ref()?.parts.len()).ok()
}

/// Returns the checksum to report. Responses with the whole object have the object's; a part has its own if
/// the checksum is composite.
fn shown_checksum(
    object: &ObjectRecord,
    mode: Option<&dto::ChecksumMode>,
    part: Option<i32>,
    span: Option<Span>,
) -> HeaderMap {
    if mode.is_none_or(|mode| mode.as_str() != dto::ChecksumMode::ENABLED) {
        return HeaderMap::new();
    }
    if let (Some(number), Some(assembly), ChecksumKind::Composite) =
        (part, &object.assembly, object.checksum.kind)
    {
        let index = usize::try_from(number).unwrap_or_default().saturating_sub(1);
        let part = assembly.parts.get(index).map(|part| &part.checksum);
        return part.map(|part| checksums::headers(part, object.checksum.kind)).unwrap_or_default();
    }
    if span.is_none_or(|span| span.length == object.size) {
        return checksums::headers(&object.checksum, object.checksum.kind);
    }
    HeaderMap::new()
}

/// Returns the response headers of an object, without its settings.
fn shown(object: &ObjectRecord) -> HeaderMap {
    let mut headers = encryption::headers(object.encryption.as_ref());
    headers.extend(locks::headers(object));
    if let Some((name, count)) = tagging::count(&object.annotations.tags) {
        headers.insert(name, count);
    }
    headers
}

fn content_type(object: &ObjectRecord) -> String {
    object.settings.content_type.clone().unwrap_or_else(|| settings::DEFAULT_CONTENT_TYPE.to_owned())
}

fn expires(object: &ObjectRecord) -> HeaderMap {
    settings::expires_header(&object.settings)
        .map(|value| HeaderMap::from_iter([(http::header::EXPIRES, value)]))
        .unwrap_or_default()
}
