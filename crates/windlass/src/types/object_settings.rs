//! What can be set on an object as it is written: one type for `PutObject`, CopyObject and multipart uploads.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{
    CustomerKey, ObjectCannedAcl, ObjectLockLegalHoldStatus, ObjectLockMode, ServerSideEncryption,
    StorageClass, Tag, TagLimit,
};
use crate::protocol::timestamp::{to_http_date, to_iso8601};
use crate::protocol::{Draft, rfc2047};
use crate::{Error, ErrorKind};

/// Settings of an object that is written. Each is documented with
/// [PutObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ObjectSettings {
    /// A ready-made access control list.
    pub acl: Option<ObjectCannedAcl>,
    /// Whether an S3 bucket key is used with SSE-KMS.
    pub bucket_key_enabled: Option<bool>,
    /// `Cache-Control`, given back on reads.
    pub cache_control: Option<String>,
    /// `Content-Disposition`, given back on reads.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`, given back on reads; windlass never encodes or decodes content by itself.
    pub content_encoding: Option<String>,
    /// `Content-Language`, given back on reads.
    pub content_language: Option<String>,
    /// `Content-Type`, given back on reads.
    pub content_type: Option<String>,
    /// The key with which S3 encrypts the object (SSE-C).
    pub customer_key: Option<CustomerKey>,
    /// `Expires`, given back on reads.
    pub expires: Option<SystemTime>,
    /// `Expires` where it is to be another text than a date, which S3 keeps; `expires` comes first.
    pub expires_string: Option<String>,
    /// Who gets which rights.
    pub grants: Grants,
    /// User metadata: names without the prefix `x-amz-meta-`. At most 2 KiB in all; values beyond ASCII, and those that
    /// hold `=?`, are written as RFC 2047 words. Values that HTTP would change are refused: those that begin or end with
    /// a blank, and those with control characters.
    pub metadata: BTreeMap<String, String>,
    /// Whether a legal hold keeps the object from being deleted.
    pub object_lock_legal_hold_status: Option<ObjectLockLegalHoldStatus>,
    /// How firmly the object is locked.
    pub object_lock_mode: Option<ObjectLockMode>,
    /// Until when the object is locked.
    pub object_lock_retain_until_date: Option<SystemTime>,
    /// How the object is encrypted at rest.
    pub server_side_encryption: Option<ServerSideEncryption>,
    /// The encryption context for SSE-KMS, base64 of JSON.
    pub sse_kms_encryption_context: Option<String>,
    /// The KMS key.
    pub sse_kms_key_id: Option<String>,
    /// The class of storage.
    pub storage_class: Option<StorageClass>,
    /// The object's tags, up to 10, as a query string: `name=value&name2=value2`, percent-encoded.
    pub tagging: Option<String>,
    /// Where a website that serves this bucket redirects requests for the object.
    pub website_redirect_location: Option<String>,
}

/// Who gets which rights to an object or bucket: grantees as `id="..."`, `uri="..."` or
/// `emailAddress="..."`, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grants {
    /// May do everything.
    pub full_control: Option<String>,
    /// May read.
    pub read: Option<String>,
    /// May read the access control list.
    pub read_acp: Option<String>,
    /// May write objects; for buckets only.
    pub write: Option<String>,
    /// May write the access control list.
    pub write_acp: Option<String>,
}

/// All user metadata together, names and values as they are sent.
const MAX_METADATA: usize = 2048;

impl ObjectSettings {
    /// Adds a tag to the object; it may have 10.
    pub fn add_tag(&mut self, tag: impl Into<Tag>) {
        tag.into().push_query(self.tagging.get_or_insert_default());
    }

    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        draft.set_header("x-amz-acl", self.acl.as_ref().map(ObjectCannedAcl::as_str));
        draft.set_header("cache-control", self.cache_control.as_deref());
        draft.set_header("content-disposition", self.content_disposition.as_deref());
        draft.set_header("content-encoding", self.content_encoding.as_deref());
        draft.set_header("content-language", self.content_language.as_deref());
        draft.set_header("content-type", self.content_type.as_deref());
        draft.set_header("expires", self.expires.map(to_http_date).or_else(|| self.expires_string.clone()));
        self.grants.write(draft);
        self.write_metadata(draft);
        draft.set_header(
            "x-amz-server-side-encryption",
            self.server_side_encryption.as_ref().map(ServerSideEncryption::as_str),
        );
        draft.set_header("x-amz-storage-class", self.storage_class.as_ref().map(StorageClass::as_str));
        draft.set_header("x-amz-website-redirect-location", self.website_redirect_location.as_deref());
        if let Some(key) = &self.customer_key {
            key.write(draft);
        }
        if let Some(key_id) = &self.sse_kms_key_id {
            draft.set_sensitive_header("x-amz-server-side-encryption-aws-kms-key-id", key_id.as_str());
        }
        if let Some(context) = &self.sse_kms_encryption_context {
            draft.set_sensitive_header("x-amz-server-side-encryption-context", context.as_str());
        }
        draft.set_header(
            "x-amz-server-side-encryption-bucket-key-enabled",
            self.bucket_key_enabled.map(|enabled| enabled.to_string()),
        );
        self.write_tags(draft);
        draft
            .set_header("x-amz-object-lock-mode", self.object_lock_mode.as_ref().map(ObjectLockMode::as_str));
        draft.set_header(
            "x-amz-object-lock-retain-until-date",
            self.object_lock_retain_until_date.map(to_iso8601),
        );
        draft.set_header(
            "x-amz-object-lock-legal-hold",
            self.object_lock_legal_hold_status.as_ref().map(ObjectLockLegalHoldStatus::as_str),
        );
    }

    fn write_tags(&self, draft: &mut Draft<'_>) {
        let Some(query) = self.tagging.as_deref() else { return };
        if let Err(error) = TagLimit::Object.check_query(query) {
            draft.refuse(error);
        }
        draft.set_header("x-amz-tagging", Some(query));
    }

    fn write_metadata(&self, draft: &mut Draft<'_>) {
        let mut size = 0;
        for (name, value) in &self.metadata {
            if let Some(why) = rfc2047::refusal(value) {
                let message = format!("the value of the metadata {name:?} {why}");
                draft.refuse(Error::new(ErrorKind::InvalidArgument, message));
                continue;
            }
            let value = rfc2047::encode(value);
            size += name.len() + value.len();
            draft.set_metadata(name, &value);
        }
        if size > MAX_METADATA {
            let message = format!("the metadata has {size} bytes: S3 keeps at most {MAX_METADATA}");
            draft.refuse(Error::new(ErrorKind::RequestTooLarge, message));
        }
    }
}

impl Grants {
    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        draft.set_header("x-amz-grant-full-control", self.full_control.as_deref());
        draft.set_header("x-amz-grant-read", self.read.as_deref());
        draft.set_header("x-amz-grant-read-acp", self.read_acp.as_deref());
        draft.set_header("x-amz-grant-write", self.write.as_deref());
        draft.set_header("x-amz-grant-write-acp", self.write_acp.as_deref());
    }
}
