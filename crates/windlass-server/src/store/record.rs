//! What is kept about buckets and objects besides content. The folder store writes these as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is known about a bucket.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct BucketRecord {
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    pub(crate) region: String,
}

/// What is known about an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct ObjectRecord {
    pub(crate) size: u64,
    /// Without quotes: the MD5 of the content in hexadecimal.
    pub(crate) etag: String,
    /// Milliseconds since 1970.
    pub(crate) last_modified: i64,
    pub(crate) checksum: Checksum,
    pub(crate) settings: Settings,
}

/// The one checksum that S3 keeps of an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Checksum {
    /// `CRC64NVME` and so on.
    pub(crate) algorithm: String,
    /// In base64.
    pub(crate) value: String,
}

/// What the writer of an object said about it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_type: Option<String>,
    /// As sent: S3 keeps dates that are none.
    pub(crate) expires: Option<String>,
    /// User metadata, names in lower case without their prefix.
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) storage_class: Option<String>,
    /// In the form of the header: `name=value&name=value`, URL-encoded.
    pub(crate) tagging: Option<String>,
    pub(crate) website_redirect: Option<String>,
}
