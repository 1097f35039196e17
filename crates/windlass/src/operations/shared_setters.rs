//! Setters that several operations share, written once: for every operation that has the group of settings.

use std::time::SystemTime;

use super::{
    AbortMultipartUpload, CompleteMultipartUpload, CopyObject, CreateMultipartUpload, DeleteBucket,
    DeleteObject, DeleteObjects, GetBucketLocation, GetObject, HeadBucket, HeadObject, ListMultipartUploads,
    ListObjectsV2, ListParts, Operation, PutObject, UploadPart, UploadPartCopy,
};
use crate::Request;
use crate::types::{
    AccountTerms, ByteRange, ChecksumAlgorithm, CustomerKey, ETag, Grants, ObjectCannedAcl, ObjectChecksums,
    ObjectLockLegalHoldStatus, ObjectLockMode, ObjectSettings, ReadOptions, RequestPayer,
    ServerSideEncryption, SourceTerms, StorageClass,
};

/// Operations with [`AccountTerms`].
pub trait HasAccountTerms: Operation {
    #[doc(hidden)]
    fn account_terms(&mut self) -> &mut AccountTerms;
}

/// Operations on an object or upload that S3 encrypts with the customer's key.
pub trait HasCustomerKey: Operation {
    #[doc(hidden)]
    fn customer_key_slot(&mut self) -> &mut Option<CustomerKey>;
}

/// Operations that copy an object.
pub trait HasSourceTerms: Operation {
    #[doc(hidden)]
    fn source_terms(&mut self) -> &mut SourceTerms;
}

/// Operations that can be made to depend on the object's tag.
pub trait HasIfMatch: Operation {
    #[doc(hidden)]
    fn if_match_slot(&mut self) -> &mut Option<ETag>;
}

/// Operations that can be made to depend on the absence of a tag.
pub trait HasIfNoneMatch: Operation {
    #[doc(hidden)]
    fn if_none_match_slot(&mut self) -> &mut Option<ETag>;
}

/// Operations with [`ReadOptions`].
pub trait ReadsObject: Operation {
    #[doc(hidden)]
    fn read_options(&mut self) -> &mut ReadOptions;
}

/// Operations with [`ObjectSettings`].
pub trait HasObjectSettings: Operation {
    #[doc(hidden)]
    fn object_settings(&mut self) -> &mut ObjectSettings;
}

/// Operations that send content for which S3 verifies a checksum.
pub trait HasContentChecksum: Operation {
    #[doc(hidden)]
    fn content_checksum(&mut self) -> (&mut Option<ChecksumAlgorithm>, &mut ObjectChecksums);
}

impl<O: HasAccountTerms> Request<O> {
    /// Refuses the request unless this account id owns the bucket.
    pub fn expected_bucket_owner(self, account_id: impl Into<String>) -> Self {
        self.set(|operation| operation.account_terms().expected_bucket_owner = Some(account_id.into()))
    }

    /// Agrees to pay for a request to a requester-pays bucket.
    pub fn request_payer(self, payer: impl Into<RequestPayer>) -> Self {
        self.set(|operation| operation.account_terms().request_payer = Some(payer.into()))
    }
}

impl<O: HasCustomerKey> Request<O> {
    /// Gives the key with which S3 encrypts the object (SSE-C).
    pub fn customer_key(self, key: CustomerKey) -> Self {
        self.set(|operation| *operation.customer_key_slot() = Some(key))
    }
}

impl<O: HasSourceTerms> Request<O> {
    /// Copies only if the source has this tag.
    pub fn copy_source_if_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| operation.source_terms().conditions.if_match = Some(etag.into()))
    }

    /// Copies only if the source was changed after this time.
    pub fn copy_source_if_modified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.source_terms().conditions.if_modified_since = Some(time))
    }

    /// Copies only if the source has another tag.
    pub fn copy_source_if_none_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| operation.source_terms().conditions.if_none_match = Some(etag.into()))
    }

    /// Copies only if the source was not changed after this time.
    pub fn copy_source_if_unmodified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.source_terms().conditions.if_unmodified_since = Some(time))
    }

    /// Gives the key with which S3 encrypted the source (SSE-C).
    pub fn copy_source_customer_key(self, key: CustomerKey) -> Self {
        self.set(|operation| operation.source_terms().customer_key = Some(key))
    }

    /// Refuses the copy unless this account id owns the source's bucket.
    pub fn expected_source_bucket_owner(self, account_id: impl Into<String>) -> Self {
        self.set(|operation| operation.source_terms().expected_bucket_owner = Some(account_id.into()))
    }
}

impl<O: HasIfMatch> Request<O> {
    /// Goes ahead only if the object there has this tag; otherwise the error is
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed).
    pub fn if_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| *operation.if_match_slot() = Some(etag.into()))
    }
}

impl<O: HasIfNoneMatch> Request<O> {
    /// Goes ahead only if the object there does not have this tag; `*` stands for any object. Otherwise the
    /// error is [`NotModified`](crate::ErrorKind::NotModified) for reads and
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed) for writes.
    pub fn if_none_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| *operation.if_none_match_slot() = Some(etag.into()))
    }
}

impl<O: ReadsObject> Request<O> {
    /// Asks for the object's checksums, whatever the client's settings say.
    pub fn checksum_mode(self, enabled: bool) -> Self {
        self.set(|operation| operation.read_options().checksum_mode = enabled)
    }

    /// Reads only if the object was changed after this time.
    pub fn if_modified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.read_options().conditions.if_modified_since = Some(time))
    }

    /// Reads only if the object was not changed after this time.
    pub fn if_unmodified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.read_options().conditions.if_unmodified_since = Some(time))
    }

    /// Reads one part of an object that was uploaded in parts, counted from 1.
    pub fn part_number(self, number: u32) -> Self {
        self.set(|operation| operation.read_options().part_number = Some(number))
    }

    /// Reads these bytes, such as `0..1024` or [`ByteRange::last`].
    pub fn range(self, range: impl Into<ByteRange>) -> Self {
        self.set(|operation| operation.read_options().range = Some(range.into()))
    }

    /// Sets `Cache-Control` of the answer.
    pub fn response_cache_control(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.read_options().response_overrides.cache_control = Some(value.into()))
    }

    /// Sets `Content-Disposition` of the answer.
    pub fn response_content_disposition(self, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.read_options().response_overrides.content_disposition = Some(value.into());
        })
    }

    /// Sets `Content-Encoding` of the answer.
    pub fn response_content_encoding(self, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.read_options().response_overrides.content_encoding = Some(value.into());
        })
    }

    /// Sets `Content-Language` of the answer.
    pub fn response_content_language(self, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.read_options().response_overrides.content_language = Some(value.into());
        })
    }

    /// Sets `Content-Type` of the answer.
    pub fn response_content_type(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.read_options().response_overrides.content_type = Some(value.into()))
    }

    /// Sets `Expires` of the answer.
    pub fn response_expires(self, time: SystemTime) -> Self {
        self.set(|operation| operation.read_options().response_overrides.expires = Some(time))
    }

    /// Reads this version.
    pub fn version_id(self, version_id: impl Into<String>) -> Self {
        self.set(|operation| operation.read_options().version_id = Some(version_id.into()))
    }
}

impl<O: HasObjectSettings> Request<O> {
    /// Sets a ready-made access control list.
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

    /// Sets `Content-Encoding`; the content is sent as it is.
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

    /// Has S3 encrypt the object with this key (SSE-C).
    pub fn encrypt_with(self, key: CustomerKey) -> Self {
        self.set(|operation| operation.object_settings().customer_key = Some(key))
    }

    /// Sets `Expires`.
    pub fn expires(self, time: SystemTime) -> Self {
        self.set(|operation| operation.object_settings().expires = Some(time))
    }

    /// Says who gets which rights.
    pub fn grants(self, grants: Grants) -> Self {
        self.set(|operation| operation.object_settings().grants = grants)
    }

    /// Adds an entry of user metadata; `name` without `x-amz-meta-`.
    pub fn metadata(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.object_settings().metadata.insert(name.into(), value.into());
        })
    }

    /// Puts the object under a legal hold, or not.
    pub fn object_lock_legal_hold_status(self, status: impl Into<ObjectLockLegalHoldStatus>) -> Self {
        self.set(|operation| operation.object_settings().object_lock_legal_hold_status = Some(status.into()))
    }

    /// Says how firmly the object is locked.
    pub fn object_lock_mode(self, mode: impl Into<ObjectLockMode>) -> Self {
        self.set(|operation| operation.object_settings().object_lock_mode = Some(mode.into()))
    }

    /// Says until when the object is locked.
    pub fn object_lock_retain_until_date(self, date: SystemTime) -> Self {
        self.set(|operation| operation.object_settings().object_lock_retain_until_date = Some(date))
    }

    /// Says how the object is encrypted at rest.
    pub fn server_side_encryption(self, encryption: impl Into<ServerSideEncryption>) -> Self {
        self.set(|operation| operation.object_settings().server_side_encryption = Some(encryption.into()))
    }

    /// Sets all settings at once.
    pub fn settings(self, settings: ObjectSettings) -> Self {
        self.set(|operation| *operation.object_settings() = settings)
    }

    /// Sets the encryption context for SSE-KMS, base64 of JSON.
    pub fn sse_kms_encryption_context(self, context: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().sse_kms_encryption_context = Some(context.into()))
    }

    /// Names the KMS key.
    pub fn sse_kms_key_id(self, key_id: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().sse_kms_key_id = Some(key_id.into()))
    }

    /// Chooses the class of storage.
    pub fn storage_class(self, class: impl Into<StorageClass>) -> Self {
        self.set(|operation| operation.object_settings().storage_class = Some(class.into()))
    }

    /// Sets the object's tags as a percent-encoded query string.
    pub fn tagging(self, tags: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().tagging = Some(tags.into()))
    }

    /// Says where a website redirects requests for the object.
    pub fn website_redirect_location(self, location: impl Into<String>) -> Self {
        self.set(|operation| operation.object_settings().website_redirect_location = Some(location.into()))
    }
}

impl<O: HasContentChecksum> Request<O> {
    /// Gives a checksum that the caller computed, in base64; windlass then adds none.
    pub fn checksum(self, algorithm: ChecksumAlgorithm, value: impl Into<String>) -> Self {
        self.set(|operation| operation.content_checksum().1.set(algorithm, value))
    }

    /// Chooses the checksum that windlass computes.
    pub fn checksum_algorithm(self, algorithm: impl Into<ChecksumAlgorithm>) -> Self {
        self.set(|operation| *operation.content_checksum().0 = Some(algorithm.into()))
    }
}

/// Says in which member an operation keeps a group of settings.
macro_rules! keeps {
    ($($operation:ty: $has:ident :: $method:ident -> $kind:ty = $($member:ident).+;)+) => {
        $(impl $has for $operation {
            fn $method(&mut self) -> &mut $kind {
                &mut self.$($member).+
            }
        })+
    };
}

keeps! {
    AbortMultipartUpload: HasAccountTerms::account_terms -> AccountTerms = account;
    CompleteMultipartUpload: HasAccountTerms::account_terms -> AccountTerms = account;
    CompleteMultipartUpload: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    CompleteMultipartUpload: HasIfMatch::if_match_slot -> Option<ETag> = conditions.if_match;
    CompleteMultipartUpload: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = conditions.if_none_match;
    CopyObject: HasAccountTerms::account_terms -> AccountTerms = account;
    CopyObject: HasIfMatch::if_match_slot -> Option<ETag> = conditions.if_match;
    CopyObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = conditions.if_none_match;
    CopyObject: HasObjectSettings::object_settings -> ObjectSettings = settings;
    CopyObject: HasSourceTerms::source_terms -> SourceTerms = source_terms;
    CreateMultipartUpload: HasAccountTerms::account_terms -> AccountTerms = account;
    CreateMultipartUpload: HasObjectSettings::object_settings -> ObjectSettings = settings;
    DeleteBucket: HasAccountTerms::account_terms -> AccountTerms = account;
    DeleteObject: HasAccountTerms::account_terms -> AccountTerms = account;
    DeleteObject: HasIfMatch::if_match_slot -> Option<ETag> = if_match;
    DeleteObjects: HasAccountTerms::account_terms -> AccountTerms = account;
    GetBucketLocation: HasAccountTerms::account_terms -> AccountTerms = account;
    GetObject: HasAccountTerms::account_terms -> AccountTerms = account;
    GetObject: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = options.customer_key;
    GetObject: HasIfMatch::if_match_slot -> Option<ETag> = options.conditions.if_match;
    GetObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = options.conditions.if_none_match;
    GetObject: ReadsObject::read_options -> ReadOptions = options;
    HeadBucket: HasAccountTerms::account_terms -> AccountTerms = account;
    HeadObject: HasAccountTerms::account_terms -> AccountTerms = account;
    HeadObject: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = options.customer_key;
    HeadObject: HasIfMatch::if_match_slot -> Option<ETag> = options.conditions.if_match;
    HeadObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = options.conditions.if_none_match;
    HeadObject: ReadsObject::read_options -> ReadOptions = options;
    ListMultipartUploads: HasAccountTerms::account_terms -> AccountTerms = account;
    ListObjectsV2: HasAccountTerms::account_terms -> AccountTerms = account;
    ListParts: HasAccountTerms::account_terms -> AccountTerms = account;
    ListParts: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    PutObject: HasAccountTerms::account_terms -> AccountTerms = account;
    PutObject: HasIfMatch::if_match_slot -> Option<ETag> = conditions.if_match;
    PutObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = conditions.if_none_match;
    PutObject: HasObjectSettings::object_settings -> ObjectSettings = settings;
    UploadPart: HasAccountTerms::account_terms -> AccountTerms = account;
    UploadPart: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    UploadPartCopy: HasAccountTerms::account_terms -> AccountTerms = account;
    UploadPartCopy: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    UploadPartCopy: HasSourceTerms::source_terms -> SourceTerms = source_terms;
}

/// Says that an operation sends content with a checksum.
macro_rules! sends_content {
    ($($operation:ty)+) => {
        $(impl HasContentChecksum for $operation {
            fn content_checksum(&mut self) -> (&mut Option<ChecksumAlgorithm>, &mut ObjectChecksums) {
                (&mut self.checksum_algorithm, &mut self.checksums)
            }
        })+
    };
}

sends_content! { PutObject UploadPart }
