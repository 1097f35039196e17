//! What the writer of an object says about it: read from headers, checked, and given back.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use s3s::dto;

use super::text;
use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::Settings;

/// Reads the settings of a write. `metadata` is what s3s made of the `x-amz-meta-` headers, and
/// `content_encoding` the header without `aws-chunked`.
pub(super) fn read(
    headers: &HeaderMap,
    content_encoding: Option<String>,
    metadata: Option<dto::Metadata>,
) -> Result<Settings, Refusal> {
    let value = |name: &str| text(headers, name).filter(|value| !value.is_empty()).map(str::to_owned);
    let settings = Settings {
        cache_control: value("cache-control"),
        content_disposition: value("content-disposition"),
        content_encoding,
        content_language: value("content-language"),
        content_type: value("content-type"),
        expires: value("expires"),
        metadata: metadata.map(BTreeMap::from_iter).unwrap_or_default(),
        storage_class: value("x-amz-storage-class"),
        tagging: value("x-amz-tagging"),
        website_redirect: value("x-amz-website-redirect-location"),
    };
    check(&settings)?;
    Ok(settings)
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
