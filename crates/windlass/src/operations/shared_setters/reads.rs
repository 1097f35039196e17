//! Setters of operations that read an object: version, range and conditions.

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
    /// Requests the checksums of the object, regardless of the client's settings.
    pub fn checksum_mode(self, enabled: bool) -> Self {
        self.set(|operation| operation.read_options().checksum_mode = enabled)
    }

    /// Reads only if the object was modified after this time.
    pub fn if_modified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.read_options().conditions.if_modified_since = Some(time))
    }

    /// Reads only if the object was not modified after this time.
    pub fn if_unmodified_since(self, time: SystemTime) -> Self {
        self.set(|operation| operation.read_options().conditions.if_unmodified_since = Some(time))
    }

    /// Reads one part of a multipart object; part numbers start at 1.
    pub fn part_number(self, number: u32) -> Self {
        self.set(|operation| operation.read_options().part_number = Some(number))
    }

    /// Reads this byte range, such as `0..1024` or [`ByteRange::last`].
    pub fn range(self, range: impl Into<ByteRange>) -> Self {
        self.set(|operation| operation.read_options().range = Some(range.into()))
    }

    /// Overrides `Cache-Control` in the response.
    pub fn response_cache_control(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.read_options().response_overrides.cache_control = Some(value.into()))
    }

    /// Overrides `Content-Disposition` in the response.
    pub fn response_content_disposition(self, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.read_options().response_overrides.content_disposition = Some(value.into());
        })
    }

    /// Overrides `Content-Encoding` in the response.
    pub fn response_content_encoding(self, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.read_options().response_overrides.content_encoding = Some(value.into());
        })
    }

    /// Overrides `Content-Language` in the response.
    pub fn response_content_language(self, value: impl Into<String>) -> Self {
        self.set(|operation| {
            operation.read_options().response_overrides.content_language = Some(value.into());
        })
    }

    /// Overrides `Content-Type` in the response.
    pub fn response_content_type(self, value: impl Into<String>) -> Self {
        self.set(|operation| operation.read_options().response_overrides.content_type = Some(value.into()))
    }

    /// Overrides `Expires` in the response.
    pub fn response_expires(self, time: SystemTime) -> Self {
        self.set(|operation| operation.read_options().response_overrides.expires = Some(time))
    }
}
