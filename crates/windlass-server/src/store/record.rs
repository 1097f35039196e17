//! What is kept about buckets and objects besides content. The folder store writes these as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is known about a bucket.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct BucketRecord {
    /// Milliseconds since 1970.
    pub(crate) created: i64,
    pub(crate) region: String,
    /// By subresource.
    #[serde(default)]
    pub(crate) configurations: BTreeMap<String, Configuration>,
    /// Whether versions can be locked.
    #[serde(default)]
    pub(crate) object_lock: bool,
    #[serde(default)]
    pub(crate) tags: Tags,
    /// `None` until it is asked for.
    #[serde(default)]
    pub(crate) versioning: Option<Versioning>,
}

/// A configuration of a bucket, as it is given back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Configuration {
    pub(crate) document: String,
    /// The value of the header that belongs to it, if one does.
    pub(crate) header: Option<String>,
}

/// Whether writes make new versions.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Versioning {
    Enabled,
    Suspended,
}

/// Names and values, in the order in which they were given.
pub(crate) type Tags = Vec<(String, String)>;

/// What is known about an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct ObjectRecord {
    pub(crate) size: u64,
    /// Without quotes: the MD5 of the content in hexadecimal, or that of the parts' with their count.
    pub(crate) etag: String,
    /// Milliseconds since 1970.
    pub(crate) last_modified: i64,
    pub(crate) checksum: Checksum,
    pub(crate) settings: Settings,
    /// What it was put together from, if it came in parts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) assembly: Option<Assembly>,
    pub(crate) annotations: Annotations,
    #[serde(default)]
    pub(crate) encryption: Option<Encryption>,
}

/// How an object is said to be encrypted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Encryption {
    /// With keys of S3.
    Aes256,
    /// With a key that the client has; its MD5 in base64.
    Customer { key_md5: String },
    /// With a key of the key service, once or twice.
    Kms { is_dual: bool, key_id: String, context: Option<String>, bucket_key: bool },
}

/// What can change about an object without a new version of it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub(crate) struct Annotations {
    pub(crate) legal_hold: bool,
    pub(crate) restore: Option<Restore>,
    pub(crate) retention: Option<Retention>,
    pub(crate) tags: Tags,
}

/// Until when a version cannot be removed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Retention {
    pub(crate) mode: LockMode,
    /// Milliseconds since 1970.
    pub(crate) until: i64,
}

/// Who may end a retention early.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum LockMode {
    /// Nobody.
    Compliance,
    /// Who asks for it.
    Governance,
}

/// A readable copy of an archived object, for a time. In milliseconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Restore {
    /// From when on it can be read.
    pub(crate) ready: i64,
    /// From when on it cannot be read any more.
    pub(crate) expires: i64,
}

/// The one checksum that S3 keeps of an object or of a part.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Checksum {
    /// `CRC64NVME` and so on.
    pub(crate) algorithm: String,
    /// In base64; behind it, `-` and the number of parts if it is the checksum of their checksums.
    pub(crate) value: String,
    pub(crate) kind: ChecksumKind,
}

/// What a checksum was computed from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum ChecksumKind {
    /// The checksums of the parts.
    Composite,
    /// The content.
    FullObject,
}

/// The upload and the parts that an object was put together from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Assembly {
    pub(crate) upload: String,
    /// In order.
    pub(crate) parts: Vec<AssembledPart>,
}

/// A part in an object.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct AssembledPart {
    /// As it was uploaded.
    pub(crate) number: u16,
    pub(crate) size: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) checksum: Checksum,
}

/// What is known about an upload in parts.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct UploadRecord {
    pub(crate) key: String,
    /// Milliseconds since 1970.
    pub(crate) initiated: i64,
    pub(crate) settings: Settings,
    pub(crate) annotations: Annotations,
    #[serde(default)]
    pub(crate) encryption: Option<Encryption>,
    /// The algorithm and the kind that were asked for; S3 has its own default otherwise.
    pub(crate) checksum: Option<(String, ChecksumKind)>,
}

/// What is known about a part that was uploaded.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct PartRecord {
    pub(crate) size: u64,
    /// Without quotes: the MD5 of the content in hexadecimal.
    pub(crate) etag: String,
    /// Milliseconds since 1970.
    pub(crate) last_modified: i64,
    /// Of the algorithm of the upload.
    pub(crate) checksum: Checksum,
    /// The one that the part came with, of any algorithm where the upload was created with none.
    pub(crate) declared: Option<Checksum>,
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
    pub(crate) website_redirect: Option<String>,
}
