//! Records of buckets and objects. The folder store writes them as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The record of a bucket.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct BucketRecord {
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    pub(crate) region: String,
    /// By sub-resource.
    #[serde(default)]
    pub(crate) configurations: BTreeMap<String, Configuration>,
    /// Whether object lock is enabled.
    #[serde(default)]
    pub(crate) object_lock: bool,
    #[serde(default)]
    pub(crate) tags: Tags,
    /// `None` until versioning is first configured.
    #[serde(default)]
    pub(crate) versioning: Option<Versioning>,
}

/// A configuration of a bucket, as it is sent back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Configuration {
    pub(crate) document: String,
    /// The value of the header that accompanies it, if any.
    pub(crate) header: Option<String>,
}

/// The versioning state of a bucket.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Versioning {
    Enabled,
    Suspended,
}

/// Names and values, in the order in which they were sent.
pub(crate) type Tags = Vec<(String, String)>;

/// The record of an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct ObjectRecord {
    pub(crate) size: u64,
    /// Without quotes: the MD5 of the content in hexadecimal, or the MD5 of the MD5s of the parts with their
    /// count.
    pub(crate) etag: String,
    /// Milliseconds since 1970.
    pub(crate) last_modified: i64,
    pub(crate) checksum: Checksum,
    pub(crate) settings: Settings,
    /// The upload and parts of a multipart object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) assembly: Option<Assembly>,
    pub(crate) annotations: Annotations,
    #[serde(default)]
    pub(crate) encryption: Option<Encryption>,
}

/// The declared encryption of an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Encryption {
    /// With S3 managed keys.
    Aes256,
    /// With a key of the caller; its MD5 in base64.
    Customer { key_md5: String },
    /// With a KMS key, in one or two layers.
    Kms { is_dual: bool, key_id: String, context: Option<String>, bucket_key: bool },
}

/// The properties of a version that can change.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Annotations {
    pub(crate) legal_hold: bool,
    pub(crate) restore: Option<Restore>,
    pub(crate) retention: Option<Retention>,
    pub(crate) tags: Tags,
}

/// A retention: until its end, the version cannot be removed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Retention {
    pub(crate) mode: LockMode,
    /// Milliseconds since 1970.
    pub(crate) until: i64,
}

/// The retention mode: who can shorten a retention.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum LockMode {
    /// No one.
    Compliance,
    /// Requests that bypass governance.
    Governance,
}

/// A temporary copy of an archived object. In milliseconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Restore {
    /// The time from which it is readable.
    pub(crate) ready: i64,
    /// The time at which it expires.
    pub(crate) expires: i64,
}

/// The one checksum that S3 keeps of an object or of a part.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Checksum {
    /// For example `CRC64NVME`.
    pub(crate) algorithm: String,
    /// In base64. A composite checksum ends with `-` and the number of parts.
    pub(crate) value: String,
    pub(crate) kind: ChecksumKind,
}

/// The input of a checksum.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum ChecksumKind {
    /// The checksums of the parts.
    Composite,
    /// The content.
    FullObject,
}

/// The upload and the parts of a multipart object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Assembly {
    pub(crate) upload: String,
    /// In order.
    pub(crate) parts: Vec<AssembledPart>,
}

/// A part of an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct AssembledPart {
    /// The number under which it was uploaded.
    pub(crate) number: u16,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) checksum: Checksum,
}

/// The record of a multipart upload.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct UploadRecord {
    pub(crate) key: String,
    /// Milliseconds since 1970.
    pub(crate) initiated: i64,
    pub(crate) settings: Settings,
    pub(crate) annotations: Annotations,
    #[serde(default)]
    pub(crate) encryption: Option<Encryption>,
    /// The requested algorithm and kind; otherwise S3's default applies.
    pub(crate) checksum: Option<(String, ChecksumKind)>,
}

/// The record of an uploaded part.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct PartRecord {
    pub(crate) size: u64,
    /// Without quotes: the MD5 of the content in hexadecimal.
    pub(crate) etag: String,
    /// Milliseconds since 1970.
    pub(crate) last_modified: i64,
    /// Uses the algorithm of the upload.
    pub(crate) checksum: Checksum,
    /// The declared checksum; of any algorithm if the upload was created without one.
    pub(crate) declared: Option<Checksum>,
}

/// The metadata and settings that the writer of an object sends.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Settings {
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_type: Option<String>,
    /// As sent: S3 accepts values that are not dates.
    pub(crate) expires: Option<String>,
    /// User metadata; names in lower case without their prefix.
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) storage_class: Option<String>,
    pub(crate) website_redirect: Option<String>,
}
