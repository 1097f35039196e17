//! URLs of the form `s3://bucket/key`. They are not encoded or normalised: the rest after the bucket is the
//! key, byte for byte.

use std::fmt;
use std::str::FromStr;

use crate::protocol::address::is_arn;
use crate::{Error, ErrorKind};

/// A bucket with a key or prefix.
///
/// ```
/// use windlass::paths::S3Url;
///
/// let url: S3Url = "s3://photos/2026/a%20b?.jpg".parse()?;
/// assert_eq!((url.bucket.as_str(), url.key.as_str()), ("photos", "2026/a%20b?.jpg"));
/// # Ok::<(), windlass::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct S3Url {
    /// The bucket, or the ARN of an access point.
    pub bucket: String,
    /// The key; empty if the URL names a bucket.
    pub key: String,
}

impl S3Url {
    /// Creates a URL.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into() }
    }

    /// Whether a text has the form of an S3 URL.
    pub fn is_one(text: &str) -> bool {
        text.starts_with(SCHEME)
    }
}

const SCHEME: &str = "s3://";

impl FromStr for S3Url {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the scheme is not `s3`, or the bucket is missing or contains
    /// wildcards.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse =
            |why: &str| Error::new(ErrorKind::InvalidArgument, format!("invalid S3 URL {text:?}: {why}"));
        let rest = text.strip_prefix(SCHEME).ok_or_else(|| refuse("it must start with s3://"))?;
        let (bucket, key) = if is_arn(rest) {
            split_arn(rest).ok_or_else(|| refuse("the ARN has no name"))?
        } else {
            rest.split_once('/').unwrap_or((rest, ""))
        };
        if bucket.is_empty() {
            return Err(refuse("the bucket is missing"));
        }
        if bucket.contains(['*', '?']) {
            return Err(refuse("wildcards are allowed only in keys"));
        }
        Ok(Self::new(bucket, key))
    }
}

/// Splits `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/KEY`, with `:` or `/` before the name, into ARN and
/// key. On Outposts the resource is `outpost/ID/accesspoint/NAME`. `None` if there is no name.
fn split_arn(text: &str) -> Option<(&str, &str)> {
    let mut fields = text.splitn(6, ':');
    let resource = fields.nth(5)?;
    let head = text.strip_suffix(resource).filter(|head| !head.contains('/'))?;
    let words_before_the_name = if resource.starts_with("outpost") { 3 } else { 1 };
    let mut name_at = head.len();
    for word in resource.split_inclusive([':', '/']).take(words_before_the_name) {
        name_at += word.len();
    }
    let (name, key) = text.get(name_at..)?.split_once('/').unwrap_or((text.get(name_at..)?, ""));
    let bucket = text.get(..name_at + name.len())?;
    (!name.is_empty()).then_some((bucket, key))
}

impl fmt::Display for S3Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.bucket, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_rest_after_the_bucket() {
        let check = |text: &str, bucket: &str, key: &str| {
            assert_eq!(text.parse::<S3Url>().unwrap(), S3Url::new(bucket, key), "{text}");
        };
        check("s3://bucket", "bucket", "");
        check("s3://bucket/", "bucket", "");
        check("s3://bucket//a", "bucket", "/a");
        check("s3://bucket/../a b#?%20+", "bucket", "../a b#?%20+");
    }

    #[test]
    fn an_access_point_is_a_bucket() {
        let point = "arn:aws:s3:us-west-2:123456789012:accesspoint/myap";
        let colon = "arn:aws:s3:us-west-2:123456789012:accesspoint:myap";
        let outpost = "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/accesspoint/myap";
        for arn in [point, colon, outpost] {
            assert_eq!(format!("s3://{arn}").parse::<S3Url>().unwrap(), S3Url::new(arn, ""));
            assert_eq!(format!("s3://{arn}/k/e:y").parse::<S3Url>().unwrap(), S3Url::new(arn, "k/e:y"));
            assert_eq!(format!("s3://{arn}//k").parse::<S3Url>().unwrap(), S3Url::new(arn, "/k"));
        }
    }

    #[test]
    fn a_url_without_a_bucket_is_an_error() {
        for text in ["s3://", "s3:///key", "s3://a*b", "s3://a?b/c", "http://bucket/key", "bucket/key"] {
            assert!(text.parse::<S3Url>().is_err(), "{text}");
        }
        let point = "s3://arn:aws:s3:us-west-2:123456789012";
        for rest in ["", ":", ":accesspoint", ":accesspoint/", ":accesspoint//key"] {
            assert!(format!("{point}{rest}").parse::<S3Url>().is_err(), "{rest}");
        }
        assert!("s3://arn:aws:s3:us-west-2:a/b:accesspoint/myap/k".parse::<S3Url>().is_err());
    }
}
