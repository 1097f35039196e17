//! The source of a server-side copy.

use super::{CustomerKey, ReadConditions, object_key};
use crate::protocol::address::is_arn;
use crate::protocol::{Draft, encode};

/// The object that a copy reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CopySource {
    /// The bucket, or the ARN of an access point.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version; the newest by default.
    pub version_id: Option<String>,
}

/// The conditions and options for reading the source of a copy.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SourceOptions {
    /// Conditions on the source.
    pub conditions: ReadConditions,
    /// The key with which S3 encrypted the source (SSE-C).
    pub customer_key: Option<CustomerKey>,
    /// The account id that must own the source's bucket.
    pub expected_bucket_owner: Option<String>,
}

impl CopySource {
    /// Creates a source with the newest version of an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), version_id: None }
    }

    /// Sets the version.
    #[must_use]
    pub fn with_version_id(mut self, version_id: impl Into<String>) -> Self {
        self.version_id = Some(version_id.into());
        self
    }

    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        if let Err(error) = object_key::check(&self.key) {
            draft.refuse(error);
        }
        draft.set_header("x-amz-copy-source", Some(self.to_header()));
    }

    /// Returns the value of `x-amz-copy-source`: percent-encoded, with the version.
    fn to_header(&self) -> String {
        let mut header = String::with_capacity(self.bucket.len() + self.key.len() + 16);
        encode::push_path(&mut header, &self.bucket);
        // With the ARN of an access point, objects are below `/object/`.
        header.push_str(if is_arn(&self.bucket) { "/object/" } else { "/" });
        encode::push_path(&mut header, &self.key);
        if let Some(version_id) = &self.version_id {
            header.push_str("?versionId=");
            encode::push_query(&mut header, version_id);
        }
        header
    }
}

impl SourceOptions {
    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        self.conditions.write_for_copy_source(draft);
        if let Some(key) = &self.customer_key {
            key.write_for_copy_source(draft);
        }
        draft.set_header("x-amz-source-expected-bucket-owner", self.expected_bucket_owner.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::CopySource;

    #[test]
    fn key_and_version_are_encoded() {
        let source = CopySource::new("b", "a b+c/ü?x").with_version_id("v/1");
        assert_eq!(source.to_header(), "b/a%20b%2Bc/%C3%BC%3Fx?versionId=v%2F1");
    }
}
