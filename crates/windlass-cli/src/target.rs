//! What sources and targets on the command line mean: an S3 URL, a local path, or `-` for a stream.

use std::path::Path;

use windlass::paths::S3Url;

use crate::failure::Failure;

/// A source or a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Local(String),
    S3(S3Url),
    Stream,
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        if text == "-" {
            return Ok(Self::Stream);
        }
        if S3Url::is_one(text) {
            return Ok(Self::S3(text.parse()?));
        }
        if text.is_empty() {
            return Err(Failure::usage("an empty path names nothing"));
        }
        Ok(Self::Local(text.to_owned()))
    }
}

/// An S3 URL.
pub(crate) fn s3(text: &str) -> Result<S3Url, Failure> {
    Ok(text.parse()?)
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
