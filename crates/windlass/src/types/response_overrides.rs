//! Response headers that a read can override, mostly for presigned downloads.

use std::time::SystemTime;

use crate::protocol::Draft;
use crate::protocol::timestamp::to_http_date;

/// Values of response headers that replace the stored ones. Requires a signed request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseOverrides {
    /// `Cache-Control` of the response.
    pub cache_control: Option<String>,
    /// `Content-Disposition` of the response.
    pub content_disposition: Option<String>,
    /// `Content-Encoding` of the response.
    pub content_encoding: Option<String>,
    /// `Content-Language` of the response.
    pub content_language: Option<String>,
    /// `Content-Type` of the response.
    pub content_type: Option<String>,
    /// `Expires` of the response.
    pub expires: Option<SystemTime>,
}

impl ResponseOverrides {
    pub(crate) fn write<'a>(&'a self, draft: &mut Draft<'a>) {
        draft.set_query("response-cache-control", self.cache_control.as_deref());
        draft.set_query("response-content-disposition", self.content_disposition.as_deref());
        draft.set_query("response-content-encoding", self.content_encoding.as_deref());
        draft.set_query("response-content-language", self.content_language.as_deref());
        draft.set_query("response-content-type", self.content_type.as_deref());
        draft.set_query("response-expires", self.expires.map(to_http_date));
    }
}
