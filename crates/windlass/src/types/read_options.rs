//! What `GetObject` and `HeadObject` have in common: which object, which part of it, under which conditions.

use super::{ByteRange, CustomerKey, ReadConditions, ResponseOverrides};
use crate::protocol::Draft;

/// How an object is read. Documented with
/// [GetObject](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Asks for the object's checksums, whatever the client's settings say.
    pub checksum_mode: bool,
    /// Conditions under which the object is read.
    pub conditions: ReadConditions,
    /// The key with which S3 encrypted the object (SSE-C).
    pub customer_key: Option<CustomerKey>,
    /// Reads one part of an object that was uploaded in parts, counted from 1.
    pub part_number: Option<u32>,
    /// Which bytes to read; all of them if none is given.
    pub range: Option<ByteRange>,
    /// Headers of the answer that shall differ from the stored ones.
    pub response_overrides: ResponseOverrides,
    /// The version; the newest if none is given.
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
