//! Settings of a written object, for `PutObject`, CopyObject and multipart uploads.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{
    CustomerKey, ObjectCannedAcl, ObjectLockLegalHoldStatus, ObjectLockMode, ServerSideEncryption,
    StorageClass, Tag, TagLimit,
};
use crate::protocol::timestamp::{to_http_date, to_iso8601};
use crate::protocol::{Draft, rfc2047};
use crate::{Error, ErrorKind};

/// Settings of a written object. S3 documents each with
/// [PutObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ObjectSettings {
    /// A canned access control list.
    pub acl: Option<ObjectCannedAcl>,
    /// Whether an S3 bucket key is used with SSE-KMS.
    pub bucket_key_enabled: Option<bool>,
    /// `Cache-Control`, returned by reads.
    pub cache_control: Option<String>,
    /// `Content-Disposition`, returned by reads.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`, returned by reads. windlass never encodes or decodes content itself.
    pub content_encoding: Option<String>,
    /// `Content-Language`, returned by reads.
    pub content_language: Option<String>,
    /// `Content-Type`, returned by reads.
    pub content_type: Option<String>,
    /// The key with which S3 encrypts the object (SSE-C).
    pub customer_key: Option<CustomerKey>,
    /// `Expires`, returned by reads.
    pub expires: Option<SystemTime>,
    /// `Expires` as text that is not a date, which S3 stores, too. `expires` has precedence.
    pub expires_string: Option<String>,
    /// Grants of permissions.
    pub grants: Grants,
    /// User metadata: names without the `x-amz-meta-` prefix. The limit is 2 KiB in total. Non-ASCII values
    /// and values that contain `=?` are sent as RFC 2047 words. Values that HTTP would change are errors:
    /// those with leading or trailing white space and those with control characters.
    pub metadata: BTreeMap<String, String>,
    /// Whether to put a legal hold on the object.
    pub object_lock_legal_hold_status: Option<ObjectLockLegalHoldStatus>,
    /// The retention mode.
    pub object_lock_mode: Option<ObjectLockMode>,
    /// The end of the retention.
    pub object_lock_retain_until_date: Option<SystemTime>,
    /// The encryption at rest.
    pub server_side_encryption: Option<ServerSideEncryption>,
    /// The encryption context for SSE-KMS, base64 of JSON.
    pub sse_kms_encryption_context: Option<String>,
    /// The KMS key.
    pub sse_kms_key_id: Option<String>,
    /// The storage class.
    pub storage_class: Option<StorageClass>,
    /// The object's tags, up to 10, as a query string: `name=value&name2=value2`, percent-encoded.
    pub tagging: Option<String>,
    /// The target of a redirect, if the bucket is served as a website.
    pub website_redirect_location: Option<String>,
}

/// Permissions on an object or bucket. Each value is a comma-separated list of grantees: `id="..."`,
/// `uri="..."` or `emailAddress="..."`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grants {
    /// Grantees with all permissions.
    pub full_control: Option<String>,
    /// Grantees that can read.
    pub read: Option<String>,
    /// Grantees that can read the access control list.
    pub read_acp: Option<String>,
    /// Grantees that can write objects; only for buckets.
    pub write: Option<String>,
    /// Grantees that can write the access control list.
    pub write_acp: Option<String>,
}

/// The limit for user metadata in bytes, names and values together.
const MAX_METADATA: usize = 2048;

impl ObjectSettings {
    /// Adds a tag to the object. The limit is 10.
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
                let message = format!("the value of metadata {name:?} {why}");
                draft.refuse(Error::new(ErrorKind::InvalidArgument, message));
                continue;
            }
            let value = rfc2047::encode(value);
            size += name.len() + value.len();
            draft.set_metadata(name, &value);
        }
        if size > MAX_METADATA {
            let message = format!("the metadata has {size} bytes: the limit of S3 is {MAX_METADATA}");
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
