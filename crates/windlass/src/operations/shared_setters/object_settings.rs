//! Setters of operations that write an object.

use std::time::SystemTime;

use crate::Request;
use crate::operations::Operation;
use crate::types::{
    CustomerKey, Grants, ObjectCannedAcl, ObjectLockLegalHoldStatus, ObjectLockMode, ObjectSettings,
    ServerSideEncryption, StorageClass, Tag,
};

/// Operations with [`ObjectSettings`].
pub trait HasObjectSettings: Operation {
    #[doc(hidden)]
    fn object_settings(&mut self) -> &mut ObjectSettings;
}

impl<O: HasObjectSettings> Request<O> {
    /// Sets the canned access control list.
    pub fn acl(self, acl: impl Into<ObjectCannedAcl>) -> Self {
        self.set(|operation| operation.object_settings().acl = Some(acl.into()))
    }

    /// Uses an S3 bucket key with SSE-KMS.
    pub fn bucket_key_enabled(self, enabled: bool) -> Self {
        self.set(|operation| operation.object_settings().bucket_key_enabled = Some(enabled))
    }

    /// Sets `Cache-Control`.
    pub fn cache_control(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().cache_control = Some(value.into()))
    }

    /// Sets `Content-Disposition`.
    pub fn content_disposition(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().content_disposition = Some(value.into()))
    }

    /// Sets `Content-Encoding`; windlass does not encode the content.
    pub fn content_encoding(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().content_encoding = Some(value.into()))
    }

    /// Sets `Content-Language`.
    pub fn content_language(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().content_language = Some(value.into()))
    }

    /// Sets `Content-Type`.
    pub fn content_type(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().content_type = Some(value.into()))
    }

    /// Encrypts the object with this customer's key (SSE-C).
    pub fn encrypt_with(self, key: CustomerKey) -> Self {
        self.set(|operation| operation.object_settings().customer_key = Some(key))
    }

    /// Sets `Expires`.
    pub fn expires(self, time: SystemTime) -> Self {
        self.set(|operation| operation.object_settings().expires = Some(time))
    }

    /// Sets `Expires` to any text, such as `0`.
    pub fn expires_string(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().expires_string = Some(value.into()))
    }

    /// Sets explicit grants.
    pub fn grants(self, grants: Grants) -> Self {
        self.set(|operation| operation.object_settings().grants = grants)
    }

    /// Adds an entry of user metadata; `name` excludes `x-amz-meta-`.
    pub fn metadata(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.object_settings().metadata.insert(name.into(), value.into());
        })
    }

    /// Adds entries of user metadata; names exclude `x-amz-meta-`.
    pub fn metadata_entries<N, V>(self, entries: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<String>,
        V: Into<String>,
    {
        let entries = entries.into_iter().map(|(name, value)| (name.into(), value.into()));
        self.set(|operation| operation.object_settings().metadata.extend(entries))
    }

    /// Sets or removes a legal hold.
    pub fn object_lock_legal_hold_status(self, status: impl Into<ObjectLockLegalHoldStatus>) -> Self {
        self.set(|operation| operation.object_settings().object_lock_legal_hold_status = Some(status.into()))
    }

    /// Sets the object lock mode.
    pub fn object_lock_mode(self, mode: impl Into<ObjectLockMode>) -> Self {
        self.set(|operation| operation.object_settings().object_lock_mode = Some(mode.into()))
    }

    /// Sets the time until which the object is locked.
    pub fn object_lock_retain_until_date(self, date: SystemTime) -> Self {
        self.set(|operation| operation.object_settings().object_lock_retain_until_date = Some(date))
    }

    /// Sets the encryption at rest.
    pub fn server_side_encryption(self, encryption: impl Into<ServerSideEncryption>) -> Self {
        self.set(|operation| operation.object_settings().server_side_encryption = Some(encryption.into()))
    }

    /// Sets all settings at once.
    pub fn settings(self, settings: ObjectSettings) -> Self {
        self.set(|operation| *operation.object_settings() = settings)
    }

    /// Sets the encryption context for SSE-KMS: JSON in base64.
    pub fn sse_kms_encryption_context(self, context: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().sse_kms_encryption_context = Some(context.into()))
    }

    /// Sets the KMS key.
    pub fn sse_kms_key_id(self, key_id: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().sse_kms_key_id = Some(key_id.into()))
    }

    /// Sets the storage class.
    pub fn storage_class(self, class: impl Into<StorageClass>) -> Self {
        self.set(|operation| operation.object_settings().storage_class = Some(class.into()))
    }

    /// Adds a tag to the object, which can have up to 10.
    pub fn tag(self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().add_tag(Tag::new(key, value)))
    }

    /// Adds tags to the object, which can have up to 10.
    pub fn tags(self, tags: impl IntoIterator<Item = impl Into<Tag>>) -> Self {
        self.set(|operation| {
            let settings = operation.object_settings();
            tags.into_iter().for_each(|tag| settings.add_tag(tag.into()));
        })
    }

    /// Sets all of the object's tags as a percent-encoded query string.
    pub fn tagging(self, tags: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().tagging = Some(tags.into()))
    }

    /// Sets the target of website redirects for the object.
    pub fn website_redirect_location(self, location: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().website_redirect_location = Some(location.into()))
    }
}
