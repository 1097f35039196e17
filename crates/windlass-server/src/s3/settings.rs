//! Settings and metadata of an object: parsed from headers, validated and sent back.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use s3s::dto;

use super::text;
use crate::refusal::{Code, Refusal};
use crate::store::Settings;

/// Reads the settings of a write.
pub(super) fn read(headers: &HeaderMap) -> Result<Settings, Refusal> {
    let value = |name: &str| text(headers, name).filter(|value| !value.is_empty()).map(str::to_owned);
    let settings = Settings {
        cache_control: value("cache-control"),
        content_disposition: value("content-disposition"),
        content_encoding: value("content-encoding").and_then(|encoding| without_chunked(&encoding)),
        content_language: value("content-language"),
        content_type: value("content-type"),
        expires: value("expires"),
        metadata: metadata(headers)?,
        storage_class: value("x-amz-storage-class"),
        website_redirect: value("x-amz-website-redirect-location"),
    };
    check(&settings)?;
    Ok(settings)
}

/// Removes `aws-chunked` from a `Content-Encoding`: it describes the transfer and not the object.
pub(super) fn without_chunked(encoding: &str) -> Option<String> {
    let codings = encoding.split(',').map(str::trim);
    let left: Vec<&str> = codings.filter(|coding| !coding.eq_ignore_ascii_case("aws-chunked")).collect();
    Some(left.join(",")).filter(|left| !left.is_empty())
}

/// Reads user metadata, which is stored and sent back in its encoded form.
fn metadata(headers: &HeaderMap) -> Result<BTreeMap<String, String>, Refusal> {
    let mut metadata = BTreeMap::new();
    for header in headers.keys() {
        let Some(name) = header.as_str().strip_prefix("x-amz-meta-").filter(|name| !name.is_empty()) else {
            continue;
        };
        let values = headers.get_all(header).iter().map(|value| std::str::from_utf8(value.as_bytes()));
        let values: Vec<&str> = values.collect::<Result<_, _>>().map_err(|_| {
            Refusal::new(Code::InvalidRequest).message(format!("The value of {header} is not UTF-8."))
        })?;
        metadata.insert(name.to_owned(), values.join(","));
    }
    Ok(metadata)
}

/// Returns the `Expires` header. s3s accepts only dates here.
pub(super) fn expires_header(settings: &Settings) -> Option<HeaderValue> {
    settings.expires.as_deref().and_then(|value| HeaderValue::from_str(value).ok())
}

/// Returns the storage class of an object.
pub(super) fn storage_class(settings: &Settings) -> &str {
    settings.storage_class.as_deref().unwrap_or("STANDARD")
}

/// Returns the storage class for responses, which omit the standard one.
pub(super) fn shown_storage_class(settings: &Settings) -> Option<dto::StorageClass> {
    let class = storage_class(settings);
    (class != "STANDARD").then(|| class.to_owned().into())
}

fn check(settings: &Settings) -> Result<(), Refusal> {
    let size: usize = settings.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > LARGEST_METADATA {
        return Err(Refusal::new(Code::MetadataTooLarge)
            .detail("Size", size.to_string())
            .detail("MaxSizeAllowed", LARGEST_METADATA.to_string()));
    }
    if settings.storage_class.as_deref().is_some_and(|class| !STORAGE_CLASSES.contains(&class)) {
        return Err(Code::InvalidStorageClass.into());
    }
    let is_target = |target: &str| ["/", "http://", "https://"].iter().any(|start| target.starts_with(start));
    if settings.website_redirect.as_deref().is_some_and(|target| !is_target(target)) {
        return Err(Code::InvalidRedirectLocation.into());
    }
    Ok(())
}

/// The default media type.
pub(super) const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// Names and values of the user metadata together, in bytes.
const LARGEST_METADATA: usize = 2048;

const STORAGE_CLASSES: &[&str] = &[
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];
