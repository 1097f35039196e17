//! The source of a server-side copy.

use crate::protocol::encode;

/// The object that a copy reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CopySource {
    /// The bucket, or the ARN of an access point.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version; the newest if none is given.
    pub version_id: Option<String>,
}

impl CopySource {
    /// The newest version of an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), version_id: None }
    }

    /// Chooses a version.
    #[must_use]
    pub fn with_version_id(mut self, version_id: impl Into<String>) -> Self {
        self.version_id = Some(version_id.into());
        self
    }

    /// The value of `x-amz-copy-source`: percent-encoded, version included.
    pub(crate) fn to_header(&self) -> String {
        let mut header = String::with_capacity(self.bucket.len() + self.key.len() + 16);
        encode::push_path(&mut header, &self.bucket);
        // The ARN of an access point names its objects below `/object/`.
        header.push_str(if self.bucket.starts_with("arn:") { "/object/" } else { "/" });
        encode::push_path(&mut header, &self.key);
        if let Some(version_id) = &self.version_id {
            header.push_str("?versionId=");
            encode::push_query(&mut header, version_id);
        }
        header
    }
}

#[cfg(test)]
mod tests {
    use super::CopySource;

    #[test]
    fn the_key_and_the_version_are_encoded() {
        let source = CopySource::new("b", "a b+c/ü?x").with_version_id("v/1");
        assert_eq!(source.to_header(), "b/a%20b%2Bc/%C3%BC%3Fx?versionId=v%2F1");
    }
}
