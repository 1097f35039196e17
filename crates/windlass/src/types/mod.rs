//! The words of S3 as types: names that are valid by construction, enums that keep unknown values, and
//! the groups of settings that several operations share.

pub(crate) mod bucket_name;
mod byte_range;
mod checksums;
mod conditions;
mod content_range;
mod copy_source;
mod credentials;
mod customer_key;
mod encryption;
mod enums;
mod etag;
mod object;
mod object_head;
pub(crate) mod object_key;
mod object_settings;
mod open_enum;
mod owner;
mod read_options;
mod response_info;
mod response_overrides;
mod tag;
mod timestamp;

pub use crate::text::EncodedKey;
pub use bucket_name::{BucketName, NameRules};
pub use byte_range::ByteRange;
pub use checksums::{ChecksumAlgorithm, ChecksumAlgorithms, ChecksumType, ObjectChecksums};
pub use conditions::{ReadConditions, WriteConditions};
pub use content_range::ContentRange;
pub use copy_source::{CopySource, SourceTerms};
pub use credentials::Credentials;
pub use customer_key::CustomerKey;
pub use encryption::Encryption;
pub use enums::*;
pub use etag::ETag;
pub use object::{Object, RestoreStatus};
pub use object_head::ObjectHead;
pub use object_key::ObjectKey;
pub use object_settings::{Grants, ObjectSettings};
pub use owner::Owner;
pub use read_options::ReadOptions;
pub use response_info::{AccountTerms, ResponseInfo};
pub use response_overrides::ResponseOverrides;
pub use tag::Tag;
pub(crate) use tag::TagLimit;
pub(crate) use timestamp::{parse_date, parse_plain_utc, read_date, to_http_date, to_iso8601};
