//! What the writer of an object says about it: read from headers, checked, and given back.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use s3s::dto;

use super::text;
use crate::encode;
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
        tagging: value("x-amz-tagging"),
        website_redirect: value("x-amz-website-redirect-location"),
    };
    check(&settings)?;
    Ok(settings)
}

/// A `Content-Encoding` without `aws-chunked`, which describes the transfer and not the object.
pub(super) fn without_chunked(encoding: &str) -> Option<String> {
    let codings = encoding.split(',').map(str::trim);
    let left: Vec<&str> = codings.filter(|coding| !coding.eq_ignore_ascii_case("aws-chunked")).collect();
    Some(left.join(",")).filter(|left| !left.is_empty())
}

/// User metadata as it was sent: what is encoded for the transfer goes back encoded.
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

/// How many tags an object has.
pub(super) fn tag_count(settings: &Settings) -> Option<i32> {
    let tagging = settings.tagging.as_deref()?;
    i32::try_from(tagging.split('&').filter(|tag| !tag.is_empty()).count()).ok()
}

/// The `Expires` of an answer, which s3s would only take as a date.
pub(super) fn expires_header(settings: &Settings) -> Option<HeaderValue> {
    settings.expires.as_deref().and_then(|value| HeaderValue::from_str(value).ok())
}

/// The storage class as answers show it: the standard one is not shown.
pub(super) fn shown_storage_class(settings: &Settings) -> Option<dto::StorageClass> {
    settings.storage_class.clone().filter(|class| class != STANDARD).map(dto::StorageClass::from)
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
    settings.tagging.as_deref().map_or(Ok(()), check_tagging)
}

fn check_tagging(tagging: &str) -> Result<(), Refusal> {
    let invalid = || {
        Refusal::new(Code::InvalidArgument).message(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
        )
    };
    let tags = encode::query_pairs(&tagging.replace('+', "%20")).ok_or_else(invalid)?;
    let mut names: Vec<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let fits = |(name, value): &(String, String)| {
        (1..=128).contains(&name.chars().count()) && value.chars().count() <= 256
    };
    if names.len() != tags.len() || !tags.iter().all(fits) {
        return Err(invalid());
    }
    if tags.len() > MOST_TAGS {
        return Err(Refusal::new(Code::BadRequest).message("Object tags cannot be greater than 10"));
    }
    Ok(())
}

/// The media type of objects whose writer named none.
pub(super) const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";

/// The storage class of objects whose writer named none.
pub(super) const STANDARD: &str = "STANDARD";

/// User metadata, names and values together, in bytes.
const LARGEST_METADATA: usize = 2048;
const MOST_TAGS: usize = 10;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_counted_and_checked() {
        let count =
            |tagging: &str| tag_count(&Settings { tagging: Some(tagging.to_owned()), ..Settings::default() });
        assert_eq!(count("a=1&b=2"), Some(2));
        assert_eq!(count(""), Some(0));
        assert!(check_tagging("a=1&b=x+y%26").is_ok());
        for tagging in ["a=1&a=2", "=1", "a=%zz"] {
            assert_eq!(check_tagging(tagging).unwrap_err().code, Code::InvalidArgument, "{tagging}");
        }
        let many: Vec<String> = (0..11).map(|number| format!("k{number}=v")).collect();
        assert_eq!(check_tagging(&many.join("&")).unwrap_err().code, Code::BadRequest);
    }
}
