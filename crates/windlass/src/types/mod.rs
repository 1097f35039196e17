//! Data types of S3: names that are valid by construction, enums that preserve unknown values, and options
//! that several operations share.

mod byte_range;
mod conditions;
mod content_range;
mod copy_source;
mod customer_key;
mod encryption;
mod enums;
mod object;
mod object_head;
pub(crate) mod object_key;
mod object_settings;
mod owner;
mod read_options;
mod response_info;
mod response_overrides;
mod tag;

pub use crate::protocol::RequestPayer;
pub(crate) use crate::protocol::address::bucket_name;
pub use crate::protocol::address::bucket_name::{BucketName, BucketNameRules};
pub use crate::protocol::checksum::algorithm::ChecksumAlgorithm;
pub use crate::protocol::checksum::values::{ChecksumAlgorithms, ChecksumType, ObjectChecksums};
pub use crate::protocol::etag::ETag;
pub use crate::protocol::signing::credentials::Credentials;
pub use crate::text::EncodedKey;
pub use byte_range::ByteRange;
pub use conditions::{ReadConditions, WriteConditions};
pub use content_range::ContentRange;
pub use copy_source::{CopySource, SourceOptions};
pub use customer_key::CustomerKey;
pub use encryption::Encryption;
pub use enums::*;
pub use object::{Object, RestoreStatus};
pub use object_head::ObjectHead;
pub use object_key::ObjectKey;
pub use object_settings::{Grants, ObjectSettings};
pub use owner::Owner;
pub use read_options::ReadOptions;
pub use response_info::ResponseInfo;
pub use response_overrides::ResponseOverrides;
pub use tag::Tag;
pub(crate) use tag::TagLimit;
