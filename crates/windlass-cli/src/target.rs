//! Sources and targets on the command line: S3 URLs, local paths, or `-` for a stream.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use windlass::paths::S3Url;

use crate::failure::Failure;

/// A source or a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A local path, not necessarily UTF-8.
    Local(PathBuf),
    S3(S3Url),
    Stream,
}

impl Target {
    pub(crate) fn parse(text: &OsStr) -> Result<Self, Failure> {
        match text.to_str() {
            Some("-") => Ok(Self::Stream),
            Some("") => Err(Failure::usage("the path is empty")),
            Some(url) if S3Url::is_one(url) => Ok(Self::S3(url.parse()?)),
            None if text.to_string_lossy().starts_with("s3://") => Err(not_utf8(text)),
            _ => Ok(Self::Local(text.into())),
        }
    }
}

/// The error for an S3 URL that is not UTF-8: a lossy conversion would name another key.
pub(crate) fn not_utf8(url: &OsStr) -> Failure {
    Failure::usage(format!("{} is not UTF-8, which S3 URLs must be", Path::new(url).display()))
}

/// Parses an S3 URL.
pub(crate) fn s3(text: &str) -> Result<S3Url, Failure> {
    let url = text.parse().map_err(Failure::from);
    url.map_err(|failure| match url_meant_by(text) {
        Some(url) => failure.with_hint(format!("write {url}")),
        None => failure,
    })
}

/// Guesses the S3 URL meant by a text without `s3://`.
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

/// Parses an S3 URL that must name an object.
pub(crate) fn object(text: &str) -> Result<S3Url, Failure> {
    let url = s3(text)?;
    if url.key.is_empty() {
        return Err(Failure::usage(format!("{text} names a bucket, not an object")));
    }
    Ok(url)
}

/// Parses an S3 URL that must name a bucket without a key.
pub(crate) fn bucket(text: &str) -> Result<String, Failure> {
    let url = s3(text)?;
    if !url.key.is_empty() {
        return Err(Failure::usage(format!("{text} names an object, not a bucket")));
    }
    Ok(url.bucket)
}

/// Formats a local path for display.
pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_a_scheme_is_guessed() {
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
