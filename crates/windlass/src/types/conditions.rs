//! Conditional requests of S3 (RFC 9110, section 13).
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use std::time::SystemTime;

use super::ETag;
use crate::protocol::Draft;
use crate::protocol::timestamp::to_http_date;

/// Conditions of a read. If one fails, the error is [`ErrorKind::PreconditionFailed`] or
/// [`ErrorKind::NotModified`].
///
/// [`ErrorKind::PreconditionFailed`]: crate::ErrorKind::PreconditionFailed
/// [`ErrorKind::NotModified`]: crate::ErrorKind::NotModified
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadConditions {
    /// Requires that the object has this tag.
    pub if_match: Option<ETag>,
    /// Requires that the object has another tag.
    pub if_none_match: Option<ETag>,
    /// Requires that the object was modified after this time (whole seconds).
    pub if_modified_since: Option<SystemTime>,
    /// Requires that the object was not modified after this time (whole seconds).
    pub if_unmodified_since: Option<SystemTime>,
}

impl ReadConditions {
    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        draft.set_header("if-match", self.if_match.as_ref().map(ETag::to_header));
        draft.set_header("if-none-match", self.if_none_match.as_ref().map(ETag::to_header));
        draft.set_header("if-modified-since", self.if_modified_since.map(to_http_date));
        draft.set_header("if-unmodified-since", self.if_unmodified_since.map(to_http_date));
    }

    /// Writes the conditions as those on the source of a copy.
    pub(crate) fn write_for_copy_source(&self, draft: &mut Draft<'_>) {
        draft.set_header("x-amz-copy-source-if-match", self.if_match.as_ref().map(ETag::to_header));
        draft.set_header("x-amz-copy-source-if-none-match", self.if_none_match.as_ref().map(ETag::to_header));
        draft.set_header("x-amz-copy-source-if-modified-since", self.if_modified_since.map(to_http_date));
        draft.set_header("x-amz-copy-source-if-unmodified-since", self.if_unmodified_since.map(to_http_date));
    }
}

/// Conditions of a write. If one fails, the error is [`ErrorKind::PreconditionFailed`].
///
/// [`ErrorKind::PreconditionFailed`]: crate::ErrorKind::PreconditionFailed
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteConditions {
    /// Requires that the existing object has this tag.
    pub if_match: Option<ETag>,
    /// Requires that no object with this tag exists; `*` means any object.
    pub if_none_match: Option<ETag>,
}

impl WriteConditions {
    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        draft.set_header("if-match", self.if_match.as_ref().map(ETag::to_header));
        draft.set_header("if-none-match", self.if_none_match.as_ref().map(ETag::to_header));
    }

    /// Whether no condition is set.
    pub fn is_empty(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }
}
