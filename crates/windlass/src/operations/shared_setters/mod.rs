//! Setters that several operations share. The file of an operation declares its shared setters with `has!`.

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

/// Operations on an object or upload that is encrypted with a customer's key (SSE-C).
pub trait HasCustomerKey: Operation {
    #[doc(hidden)]
    fn customer_key_slot(&mut self) -> &mut Option<CustomerKey>;
}

/// Operations that copy an object.
pub trait HasSourceOptions: Operation {
    #[doc(hidden)]
    fn source_options(&mut self) -> &mut SourceOptions;
}

/// Operations with an `If-Match` condition.
pub trait HasIfMatch: Operation {
    #[doc(hidden)]
    fn if_match_slot(&mut self) -> &mut Option<ETag>;
}

/// Operations with an `If-None-Match` condition.
pub trait HasIfNoneMatch: Operation {
    #[doc(hidden)]
    fn if_none_match_slot(&mut self) -> &mut Option<ETag>;
}

/// Operations with a selectable checksum algorithm.
pub trait HasChecksumAlgorithm: Operation {
    #[doc(hidden)]
    fn checksum_algorithm_slot(&mut self) -> &mut Option<ChecksumAlgorithm>;
}

/// Operations that accept a precomputed checksum of the content.
pub trait HasContentChecksum: Operation {
    #[doc(hidden)]
    fn content_checksums(&mut self) -> &mut ObjectChecksums;
}

/// Operations with an optional MD5 of the body.
pub trait HasContentMd5: Operation {
    #[doc(hidden)]
    fn content_md5_slot(&mut self) -> &mut Option<String>;
}

/// Operations that may require a code of an MFA device.
pub trait HasMfa: Operation {
    #[doc(hidden)]
    fn mfa_slot(&mut self) -> &mut Option<String>;
}

/// Operations on a version of an object.
pub trait HasVersionId: Operation {
    #[doc(hidden)]
    fn version_id_slot(&mut self) -> &mut Option<String>;
}

impl<O: HasCustomerKey> Request<O> {
    /// Sets the customer's encryption key (SSE-C).
    pub fn customer_key(self, key: CustomerKey) -> Self {
        self.set(|operation| *operation.customer_key_slot() = Some(key))
    }
}

impl<O: HasSourceOptions> Request<O> {
    /// Copies only if the source has this entity tag.
    pub fn copy_source_if_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| operation.source_options().conditions.if_match = Some(etag.into()))
    }

    /// Copies only if the source was modified after this time.
    pub fn copy_source_if_modified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.source_options().conditions.if_modified_since = Some(time))
    }

    /// Copies only if the source has another entity tag.
    pub fn copy_source_if_none_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| operation.source_options().conditions.if_none_match = Some(etag.into()))
    }

    /// Copies only if the source was not modified after this time.
    pub fn copy_source_if_unmodified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.source_options().conditions.if_unmodified_since = Some(time))
    }

    /// Sets the customer's encryption key of the source (SSE-C).
    pub fn copy_source_customer_key(self, key: CustomerKey) -> Self {
        self.set(|operation| operation.source_options().customer_key = Some(key))
    }

    /// Fails unless this account id owns the source bucket.
    pub fn expected_source_bucket_owner(self, account_id: impl Into<String>) -> Self {
        self.set(|operation| operation.source_options().expected_bucket_owner = Some(account_id.into()))
    }
}

impl<O: HasIfMatch> Request<O> {
    /// Proceeds only if the existing object has this entity tag; otherwise the error is
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed).
    pub fn if_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| *operation.if_match_slot() = Some(etag.into()))
    }
}

impl<O: HasIfNoneMatch> Request<O> {
    /// Proceeds only if the existing object does not have this entity tag; `*` matches any object. Otherwise the error
    /// is [`NotModified`](crate::ErrorKind::NotModified) for reads and
    /// [`PreconditionFailed`](crate::ErrorKind::PreconditionFailed) for writes.
    pub fn if_none_match(self, etag: impl Into<ETag>) -> Self {
        self.set(|operation| *operation.if_none_match_slot() = Some(etag.into()))
    }
}

impl<O: HasChecksumAlgorithm> Request<O> {
    /// Sets the checksum algorithm of the body or, for copies and uploads, of the new object.
    pub fn checksum_algorithm(self, algorithm: impl Into<ChecksumAlgorithm>) -> Self {
        self.set(|operation| *operation.checksum_algorithm_slot() = Some(algorithm.into()))
    }
}

impl<O: HasContentChecksum> Request<O> {
    /// Sets a precomputed checksum of the content in base64; windlass then computes none.
    pub fn checksum(self, algorithm: ChecksumAlgorithm, value: impl Into<String>) -> Self {
        self.set(|operation| operation.content_checksums().set(algorithm, value))
    }
}

impl<O: HasContentMd5> Request<O> {
    /// Sets the MD5 of the body in base64, in addition to the checksum.
    pub fn content_md5(self, md5: impl Into<String>) -> Self {
        self.set(|operation| *operation.content_md5_slot() = Some(md5.into()))
    }
}

impl<O: HasMfa> Request<O> {
    /// Sets the serial number and code of an MFA device, separated by a space.
    pub fn mfa(self, mfa: impl Into<String>) -> Self {
        self.set(|operation| *operation.mfa_slot() = Some(mfa.into()))
    }
}

impl<O: HasVersionId> Request<O> {
    /// Selects this version instead of the current one.
    pub fn version_id(self, version_id: impl Into<String>) -> Self {
        self.set(|operation| *operation.version_id_slot() = Some(version_id.into()))
    }
}
