//! A verified request as it came: for the operations that s3s has no types for.

use bytes::Bytes;
use http::HeaderMap;

use super::text;
use crate::operation::Route;
use crate::refusal::{Code, Refusal};
use crate::store::UploadName;

/// What is asked, by whom is settled.
pub(super) struct Request {
    pub(super) route: Route,
    /// As it was sent, still encoded.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    /// The body of the operations that have a document for one; else empty.
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

    /// A number in the query.
    pub(super) fn number(&self, name: &str) -> Result<Option<i32>, Refusal> {
        let value = self.parameter(name).filter(|value| !value.is_empty());
        value.map(str::parse).transpose().map_err(|_| {
            Refusal::new(Code::InvalidArgument)
                .message(format!("Provided {name} not an integer or within integer range"))
                .detail("ArgumentName", name)
                .detail("ArgumentValue", value.unwrap_or_default())
        })
    }

    /// The upload that is asked about.
    pub(super) fn upload(&self) -> UploadName<'_> {
        UploadName {
            bucket: self.bucket(),
            key: self.key(),
            id: self.parameter("uploadId").unwrap_or_default(),
        }
    }
}
