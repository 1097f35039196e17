//! Setters that several operations share, written once: for every operation that has the group of settings.

mod lists;
mod object_settings;
mod reads;

use std::time::SystemTime;

use super::{
    AbortMultipartUpload, CompleteMultipartUpload, CopyObject, CreateMultipartUpload, DeleteBucket,
    DeleteBucketTagging, DeleteObject, DeleteObjectTagging, DeleteObjects, GetBucketLocation,
    GetBucketTagging, GetBucketVersioning, GetObject, GetObjectAttributes, GetObjectTagging, HeadBucket,
    HeadObject, ListMultipartUploads, ListObjectVersions, ListObjects, ListObjectsV2, ListParts, Operation,
    PutBucketTagging, PutBucketVersioning, PutObject, PutObjectTagging, RestoreObject, UploadPart,
    UploadPartCopy,
};
use crate::Request;
use crate::types::{
    AccountOptions, ChecksumAlgorithm, CustomerKey, ETag, ObjectChecksums, ObjectSettings, ReadOptions,
    RequestPayer, SourceOptions,
};

pub use lists::{KeyList, ListsKeys, ListsObjects};
pub use object_settings::HasObjectSettings;
pub use reads::ReadsObject;

/// Operations with [`AccountOptions`].
pub trait HasAccountOptions: Operation {
    #[doc(hidden)]
    fn account_options(&mut self) -> &mut AccountOptions;
}

/// Operations on an object or upload that S3 encrypts with the customer's key.
pub trait HasCustomerKey: Operation {
    #[doc(hidden)]
    fn customer_key_slot(&mut self) -> &mut Option<CustomerKey>;
}

/// Operations that copy an object.
pub trait HasSourceOptions: Operation {
    #[doc(hidden)]
    fn source_options(&mut self) -> &mut SourceOptions;
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

/// Operations for which an algorithm of checksums can be chosen.
pub trait HasChecksumAlgorithm: Operation {
    #[doc(hidden)]
    fn checksum_algorithm_slot(&mut self) -> &mut Option<ChecksumAlgorithm>;
}

/// Operations that send or complete content of which the caller may know a checksum.
pub trait HasContentChecksum: Operation {
    #[doc(hidden)]
    fn content_checksums(&mut self) -> &mut ObjectChecksums;
}

/// Operations whose body S3 verifies by its MD5 where one is given.
pub trait HasContentMd5: Operation {
    #[doc(hidden)]
    fn content_md5_slot(&mut self) -> &mut Option<String>;
}

/// Operations for which a bucket may want a code of a device.
pub trait HasMfa: Operation {
    #[doc(hidden)]
    fn mfa_slot(&mut self) -> &mut Option<String>;
}

/// Operations on an object that can mean one of its versions.
pub trait HasVersionId: Operation {
    #[doc(hidden)]
    fn version_id_slot(&mut self) -> &mut Option<String>;
}

impl<O: HasAccountOptions> Request<O> {
    /// Refuses the request unless this account id owns the bucket.
    pub fn expected_bucket_owner(self, account_id: impl Into<String>) -> Self {
        self.set(|operation| operation.account_options().expected_bucket_owner = Some(account_id.into()))
    }

    /// Agrees to pay for a request to a requester-pays bucket.
    pub fn request_payer(self, payer: impl Into<RequestPayer>) -> Self {
        self.set(|operation| operation.account_options().request_payer = Some(payer.into()))
    }
}

impl<O: HasCustomerKey> Request<O> {
    /// Gives the key with which S3 encrypts the object (SSE-C).
    pub fn customer_key(self, key: CustomerKey) -> Self {
        self.set(|operation| *operation.customer_key_slot() = Some(key))
    }
}

impl<O: HasSourceOptions> Request<O> {
    /// Copies only if the source has this tag.
    pub fn copy_source_if_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| operation.source_options().conditions.if_match = Some(etag.into()))
    }

    /// Copies only if the source was changed after this time.
    pub fn copy_source_if_modified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.source_options().conditions.if_modified_since = Some(time))
    }

    /// Copies only if the source has another tag.
    pub fn copy_source_if_none_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| operation.source_options().conditions.if_none_match = Some(etag.into()))
    }

    /// Copies only if the source was not changed after this time.
    pub fn copy_source_if_unmodified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.source_options().conditions.if_unmodified_since = Some(time))
    }

    /// Gives the key with which S3 encrypted the source (SSE-C).
    pub fn copy_source_customer_key(self, key: CustomerKey) -> Self {
        self.set(|operation| operation.source_options().customer_key = Some(key))
    }

    /// Refuses the copy unless this account id owns the source's bucket.
    pub fn expected_source_bucket_owner(self, account_id: impl Into<String>) -> Self {
        self.set(|operation| operation.source_options().expected_bucket_owner = Some(account_id.into()))
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

impl<O: HasChecksumAlgorithm> Request<O> {
    /// Chooses the checksum: of what is sent, or for a copy or an upload the one that the object will have.
    pub fn checksum_algorithm(self, algorithm: impl Into<ChecksumAlgorithm>) -> Self {
        self.set(|operation| *operation.checksum_algorithm_slot() = Some(algorithm.into()))
    }
}

impl<O: HasContentChecksum> Request<O> {
    /// Gives a checksum of the content that the caller computed, in base64; windlass then adds none.
    pub fn checksum(self, algorithm: ChecksumAlgorithm, value: impl Into<String>) -> Self {
        self.set(|operation| operation.content_checksums().set(algorithm, value))
    }
}

impl<O: HasContentMd5> Request<O> {
    /// Gives the MD5 of the body in base64, for S3 to verify beside the checksum.
    pub fn content_md5(self, md5: impl Into<String>) -> Self {
        self.set(|operation| *operation.content_md5_slot() = Some(md5.into()))
    }
}

impl<O: HasMfa> Request<O> {
    /// Gives serial number and code of a device, separated by a space.
    pub fn mfa(self, mfa: impl Into<String>) -> Self {
        self.set(|operation| *operation.mfa_slot() = Some(mfa.into()))
    }
}

impl<O: HasVersionId> Request<O> {
    /// Means this version instead of the newest.
    pub fn version_id(self, version_id: impl Into<String>) -> Self {
        self.set(|operation| *operation.version_id_slot() = Some(version_id.into()))
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
    AbortMultipartUpload: HasAccountOptions::account_options -> AccountOptions = account;
    CompleteMultipartUpload: HasAccountOptions::account_options -> AccountOptions = account;
    CompleteMultipartUpload: HasContentChecksum::content_checksums -> ObjectChecksums = checksums;
    CompleteMultipartUpload: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    CompleteMultipartUpload: HasIfMatch::if_match_slot -> Option<ETag> = conditions.if_match;
    CompleteMultipartUpload: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = conditions.if_none_match;
    CopyObject: HasAccountOptions::account_options -> AccountOptions = account;
    CopyObject: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    CopyObject: HasIfMatch::if_match_slot -> Option<ETag> = conditions.if_match;
    CopyObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = conditions.if_none_match;
    CopyObject: HasObjectSettings::object_settings -> ObjectSettings = settings;
    CopyObject: HasSourceOptions::source_options -> SourceOptions = source_options;
    CreateMultipartUpload: HasAccountOptions::account_options -> AccountOptions = account;
    CreateMultipartUpload: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    CreateMultipartUpload: HasObjectSettings::object_settings -> ObjectSettings = settings;
    DeleteBucket: HasAccountOptions::account_options -> AccountOptions = account;
    DeleteBucketTagging: HasAccountOptions::account_options -> AccountOptions = account;
    DeleteObject: HasAccountOptions::account_options -> AccountOptions = account;
    DeleteObject: HasIfMatch::if_match_slot -> Option<ETag> = if_match;
    DeleteObject: HasMfa::mfa_slot -> Option<String> = mfa;
    DeleteObjectTagging: HasAccountOptions::account_options -> AccountOptions = account;
    DeleteObjectTagging: HasVersionId::version_id_slot -> Option<String> = version_id;
    DeleteObjects: HasAccountOptions::account_options -> AccountOptions = account;
    DeleteObjects: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    DeleteObjects: HasMfa::mfa_slot -> Option<String> = mfa;
    GetBucketLocation: HasAccountOptions::account_options -> AccountOptions = account;
    GetBucketTagging: HasAccountOptions::account_options -> AccountOptions = account;
    GetBucketVersioning: HasAccountOptions::account_options -> AccountOptions = account;
    GetObject: HasAccountOptions::account_options -> AccountOptions = account;
    GetObject: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = options.customer_key;
    GetObject: HasIfMatch::if_match_slot -> Option<ETag> = options.conditions.if_match;
    GetObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = options.conditions.if_none_match;
    GetObject: HasVersionId::version_id_slot -> Option<String> = options.version_id;
    GetObject: ReadsObject::read_options -> ReadOptions = options;
    GetObjectAttributes: HasAccountOptions::account_options -> AccountOptions = account;
    GetObjectAttributes: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    GetObjectAttributes: HasVersionId::version_id_slot -> Option<String> = version_id;
    GetObjectTagging: HasAccountOptions::account_options -> AccountOptions = account;
    GetObjectTagging: HasVersionId::version_id_slot -> Option<String> = version_id;
    HeadBucket: HasAccountOptions::account_options -> AccountOptions = account;
    HeadObject: HasAccountOptions::account_options -> AccountOptions = account;
    HeadObject: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = options.customer_key;
    HeadObject: HasIfMatch::if_match_slot -> Option<ETag> = options.conditions.if_match;
    HeadObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = options.conditions.if_none_match;
    HeadObject: HasVersionId::version_id_slot -> Option<String> = options.version_id;
    HeadObject: ReadsObject::read_options -> ReadOptions = options;
    ListMultipartUploads: HasAccountOptions::account_options -> AccountOptions = account;
    ListObjectVersions: HasAccountOptions::account_options -> AccountOptions = account;
    ListObjects: HasAccountOptions::account_options -> AccountOptions = account;
    ListObjectsV2: HasAccountOptions::account_options -> AccountOptions = account;
    ListParts: HasAccountOptions::account_options -> AccountOptions = account;
    ListParts: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    PutBucketTagging: HasAccountOptions::account_options -> AccountOptions = account;
    PutBucketTagging: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    PutBucketTagging: HasContentMd5::content_md5_slot -> Option<String> = content_md5;
    PutBucketVersioning: HasAccountOptions::account_options -> AccountOptions = account;
    PutBucketVersioning: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    PutBucketVersioning: HasContentMd5::content_md5_slot -> Option<String> = content_md5;
    PutBucketVersioning: HasMfa::mfa_slot -> Option<String> = mfa;
    PutObject: HasAccountOptions::account_options -> AccountOptions = account;
    PutObject: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    PutObject: HasContentChecksum::content_checksums -> ObjectChecksums = checksums;
    PutObject: HasContentMd5::content_md5_slot -> Option<String> = content_md5;
    PutObject: HasIfMatch::if_match_slot -> Option<ETag> = conditions.if_match;
    PutObject: HasIfNoneMatch::if_none_match_slot -> Option<ETag> = conditions.if_none_match;
    PutObject: HasObjectSettings::object_settings -> ObjectSettings = settings;
    PutObjectTagging: HasAccountOptions::account_options -> AccountOptions = account;
    PutObjectTagging: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    PutObjectTagging: HasContentMd5::content_md5_slot -> Option<String> = content_md5;
    PutObjectTagging: HasVersionId::version_id_slot -> Option<String> = version_id;
    RestoreObject: HasAccountOptions::account_options -> AccountOptions = account;
    RestoreObject: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    RestoreObject: HasVersionId::version_id_slot -> Option<String> = version_id;
    UploadPart: HasAccountOptions::account_options -> AccountOptions = account;
    UploadPart: HasChecksumAlgorithm::checksum_algorithm_slot -> Option<ChecksumAlgorithm> = checksum_algorithm;
    UploadPart: HasContentChecksum::content_checksums -> ObjectChecksums = checksums;
    UploadPart: HasContentMd5::content_md5_slot -> Option<String> = content_md5;
    UploadPart: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    UploadPartCopy: HasAccountOptions::account_options -> AccountOptions = account;
    UploadPartCopy: HasCustomerKey::customer_key_slot -> Option<CustomerKey> = customer_key;
    UploadPartCopy: HasSourceOptions::source_options -> SourceOptions = source_options;
}
