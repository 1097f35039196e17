//! Options that `GetObject` and `HeadObject` share.

use super::{ByteRange, CustomerKey, ReadConditions, ResponseOverrides};
use crate::protocol::Draft;

/// Options of a read. S3 documents each with
/// [GetObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Requests the object's checksums, regardless of the client's settings.
    pub checksum_mode: bool,
    /// The conditions of the read.
    pub conditions: ReadConditions,
    /// The key with which S3 encrypted the object (SSE-C).
    pub customer_key: Option<CustomerKey>,
    /// Reads one part of a multipart object, counted from 1.
    pub part_number: Option<u32>,
    /// The bytes to read; all by default.
    pub range: Option<ByteRange>,
    /// Headers of the response to override.
    pub response_overrides: ResponseOverrides,
    /// The version; the newest by default.
    pub version_id: Option<String>,
}

impl ReadOptions {
    pub(crate) fn write<'a>(&'a self, draft: &mut Draft<'a>) {
        self.conditions.write(draft);
        self.response_overrides.write(draft);
        draft.set_query("partNumber", self.part_number.map(|number| number.to_string()));
        draft.set_query("versionId", self.version_id.as_deref());
        draft.set_header("range", self.range.as_ref().map(ByteRange::to_string));
        draft.set_header("x-amz-checksum-mode", self.checksum_mode.then_some("ENABLED"));
        if let Some(key) = &self.customer_key {
            key.write(draft);
        }
    }
}
