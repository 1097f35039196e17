//! Selection of versions and their response headers, and the versioning of buckets.

use http::{HeaderValue, Response};
use s3s::Body;

use super::Operations;
use super::document::{Document, Element};
use super::request::Request;
use crate::date;
use crate::refusal::{Code, Refusal};
use crate::store::{NULL, ObjectRecord, Version, Versioning};

impl Operations {
    pub(super) fn get_versioning(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let record = self.store.bucket(request.bucket()).ok_or(Code::NoSuchBucket)?;
        let mut document = Document::new("VersioningConfiguration");
        match record.versioning {
            None => {}
            Some(Versioning::Enabled) => document.put("Status", "Enabled"),
            Some(Versioning::Suspended) => document.put("Status", "Suspended"),
        }
        Ok(document.answer())
    }

    pub(super) fn put_versioning(&self, request: &Request) -> Result<Response<Body>, Refusal> {
        let root = Element::parse(&request.document, "VersioningConfiguration")?;
        if root.text_of("MfaDelete").is_some_and(|text| text != "Disabled") {
            return Err(Refusal::new(Code::NotImplemented).message("MFA delete is not implemented"));
        }
        let versioning = match root.text_of("Status") {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            Some(_) => return Err(Code::MalformedXML.into()),
            None => return Err(Code::IllegalVersioningConfigurationException.into()),
        };
        self.store.update_bucket(request.bucket(), &|record| {
            if record.object_lock && versioning == Versioning::Suspended {
                return Err(Code::InvalidBucketState.into());
            }
            record.versioning = Some(versioning);
            Ok(())
        })?;
        Ok(Response::new(Body::empty()))
    }

    /// Returns the id for responses: none if the bucket was never versioned.
    pub(super) fn shown_version(&self, bucket: &str, version: &Version) -> Option<String> {
        self.store.bucket(bucket)?.versioning.map(|_| version.id.clone())
    }

    /// Adds the version to a response.
    pub(super) fn show_version<B>(&self, answer: &mut Response<B>, bucket: &str, version: &Version) {
        let id = self.shown_version(bucket, version).and_then(|id| HeaderValue::try_from(id).ok());
        if let Some(id) = id {
            answer.headers_mut().insert("x-amz-version-id", id);
        }
    }
}

/// Validates a version id.
pub(super) fn checked_id(id: Option<&str>) -> Result<Option<&str>, Refusal> {
    let invalid = |message: &'static str| {
        Err(Refusal::new(Code::InvalidArgument)
            .message(message)
            .detail("ArgumentName", "versionId")
            .detail("ArgumentValue", id.unwrap_or_default()))
    };
    match id {
        Some("") => invalid("Version id cannot be the empty string"),
        Some(text) if text == NULL || text.len() == 32 && text.bytes().all(is_of_ids) => Ok(id),
        Some(_) => invalid("Invalid version id specified"),
        None => Ok(None),
    }
}

fn is_of_ids(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')
}

/// Returns the object of the version that was found, by id or as the newest one.
///
/// # Errors
///
/// 404 when there is none, 405 for a delete marker that was requested by id.
pub(super) fn object<'v>(
    found: Option<&'v Version>,
    key: &str,
    asked: Option<&str>,
) -> Result<&'v ObjectRecord, Refusal> {
    let Some(found) = found else {
        return Err(match asked {
            None => Refusal::new(Code::NoSuchKey).detail("Key", key),
            Some(id) => Refusal::new(Code::NoSuchVersion).detail("Key", key).detail("VersionId", id),
        });
    };
    if let Some(object) = found.object() {
        return Ok(object);
    }
    let refusal = match asked {
        None => Refusal::new(Code::NoSuchKey).detail("Key", key),
        Some(_) => Refusal::new(Code::MethodNotAllowed)
            .detail("Method", "GET")
            .detail("ResourceType", "DeleteMarker")
            .header("allow", "DELETE")
            .header("last-modified", &date::format_http(found.last_modified())),
    };
    Err(refusal.header("x-amz-delete-marker", "true").header("x-amz-version-id", &found.id))
}
