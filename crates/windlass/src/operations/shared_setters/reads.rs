//! Setters of operations that read an object: which version, which bytes, under which conditions.

use std::time::SystemTime;

use super::{HasCustomerKey, HasVersionId};
use crate::Request;
use crate::types::{ByteRange, ReadOptions};

/// Operations with [`ReadOptions`].
pub trait ReadsObject: HasCustomerKey + HasVersionId {
    #[doc(hidden)]
    fn read_options(&mut self) -> &mut ReadOptions;
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
}
