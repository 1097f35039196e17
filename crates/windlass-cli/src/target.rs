//! What sources and targets on the command line mean: an S3 URL, a local path, or `-` for a stream.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use windlass::paths::S3Url;

use crate::failure::Failure;

/// A source or a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Any path that the system takes, UTF-8 or not.
    Local(PathBuf),
    S3(S3Url),
    Stream,
}

impl Target {
    pub(crate) fn parse(text: &OsStr) -> Result<Self, Failure> {
        match text.to_str() {
            Some("-") => Ok(Self::Stream),
            Some("") => Err(Failure::usage("an empty path names nothing")),
            Some(url) if S3Url::is_one(url) => Ok(Self::S3(url.parse()?)),
            None if text.to_string_lossy().starts_with("s3://") => Err(not_utf8(text)),
            _ => Ok(Self::Local(text.into())),
        }
    }
}

/// Refuses an S3 URL with bytes that would become another key.
pub(crate) fn not_utf8(url: &OsStr) -> Failure {
    Failure::usage(format!("{} is not UTF-8, and S3 URLs are", Path::new(url).display()))
}

/// An S3 URL.
pub(crate) fn s3(text: &str) -> Result<S3Url, Failure> {
    let url = text.parse().map_err(Failure::from);
    url.map_err(|failure| match url_meant_by(text) {
        Some(url) => failure.with_hint(format!("write {url}")),
        None => failure,
    })
}

/// The URL that a text without `s3://` most likely stands for.
pub(crate) fn url_meant_by(text: &str) -> Option<String> {
    if S3Url::is_one(text) {
        return None;
    }
    let rest = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("s3") => rest,
        _ => text,
    };
    let rest = rest.trim_start_matches('/');
    let bucket = rest.split('/').next().unwrap_or_default();
    let is_one = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_bucket = (3..=63).contains(&bucket.len())
        && bucket.chars().all(is_one)
        && bucket.starts_with(|c: char| c.is_ascii_alphanumeric());
    is_bucket.then(|| format!("s3://{rest}"))
}

/// An S3 URL that names an object.
pub(crate) fn object(text: &str) -> Result<S3Url, Failure> {
    let url = s3(text)?;
    if url.key.is_empty() {
        return Err(Failure::usage(format!("{text} names a bucket, not an object")));
    }
    Ok(url)
}

/// An S3 URL that names a bucket and nothing in it.
pub(crate) fn bucket(text: &str) -> Result<String, Failure> {
    let url = s3(text)?;
    if !url.key.is_empty() {
        return Err(Failure::usage(format!("{text} names an object, not a bucket")));
    }
    Ok(url.bucket)
}

/// A local path as it is shown: as it was given.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_its_scheme_is_guessed() {
        for (text, url) in [
            ("bucket", Some("s3://bucket")),
            ("bucket/2026/a b", Some("s3://bucket/2026/a b")),
            ("S3://bucket/k", Some("s3://bucket/k")),
            ("s3:bucket", Some("s3://bucket")),
            ("s3:/bucket/k", Some("s3://bucket/k")),
            ("/bucket/k", Some("s3://bucket/k")),
            ("my.bucket_1/", Some("s3://my.bucket_1/")),
            ("s3://", None),
            ("https://host/bucket", None),
            ("./folder", None),
            ("..", None),
            ("a b", None),
            ("", None),
        ] {
            assert_eq!(url_meant_by(text).as_deref(), url, "{text}");
        }
    }
}
