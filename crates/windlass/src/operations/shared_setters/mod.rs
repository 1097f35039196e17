//! Setters that several operations share, written once. The file of an operation declares which of them it has, with
//! `has!`.

mod has;
mod lists;
mod object_settings;
mod reads;

use std::time::SystemTime;

use super::Operation;
use crate::Request;
use crate::types::{ChecksumAlgorithm, CustomerKey, ETag, ObjectChecksums, SourceOptions};

pub(super) use has::has;
pub use lists::{KeyList, ListsKeys, ListsObjects};
pub(super) use lists::{lists_keys, lists_objects};
pub use object_settings::HasObjectSettings;
pub use reads::ReadsObject;

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
