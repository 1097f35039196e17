//! A verified raw request, for operations without types in s3s.

use bytes::Bytes;
use http::HeaderMap;

use super::text;
use crate::operation::Route;
use crate::refusal::{Code, Refusal};
use crate::store::UploadName;

/// A verified request.
pub(super) struct Request {
    pub(super) route: Route,
    /// As sent, still encoded.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// The body of operations that have a document; otherwise empty.
    pub(super) document: Bytes,
}

impl Request {
    pub(super) fn bucket(&self) -> &str {
        self.route.target.bucket.as_deref().unwrap_or_default()
    }

    pub(super) fn key(&self) -> &str {
        self.route.target.key.as_deref().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        text(&self.headers, name)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let pair = self.route.query.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// Returns a number from the query.
    pub(super) fn number(&self, name: &str) -> Result<Option<i32>, Refusal> {
        let value = self.parameter(name).filter(|value| !value.is_empty());
        value.map(str::parse).transpose().map_err(|_| {
            Refusal::new(Code::InvalidArgument)
                .message(format!("Provided {name} not an integer or within integer range"))
                .detail("ArgumentName", name)
                .detail("ArgumentValue", value.unwrap_or_default())
        })
    }

    /// Returns the upload that the request names.
    pub(super) fn upload(&self) -> UploadName<'_> {
        UploadName {
            bucket: self.bucket(),
            key: self.key(),
            id: self.parameter("uploadId").unwrap_or_default(),
        }
    }
}
