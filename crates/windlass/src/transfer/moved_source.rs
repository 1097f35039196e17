//! The source of a move: deleted once the copy is confirmed, if it is unchanged.

use super::UploadOutput;
use crate::operations::{CopyObjectOutput, DeleteObject, HeadObject};
use crate::types::ETag;
use crate::{ErrorKind, Request, Result};

/// The identity of the copied object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedObject {
    etag: ETag,
    length: Option<u64>,
}

/// The result of the deletion of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceDeletion {
    /// It is deleted, by this request or by another.
    Done,
    /// Its entity tag differs from that of the copied object; it is kept.
    Changed,
    /// Its size differs from that of the copied object; it is kept.
    Incomplete {
        /// The size in bytes.
        length: u64,
    },
}

impl CopiedObject {
    /// The object as it was read, identified by its entity tag.
    pub fn new(etag: ETag) -> Self {
        Self { etag, length: None }
    }

    /// Sets the number of copied bytes, to be compared with the size of the object.
    #[must_use]
    pub fn with_length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// The number of copied bytes, if known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Request<DeleteObject> {
    /// Deletes the object if it is unchanged since the copy. The request carries `If-Match`. If the service is not
    /// known to support the condition ([`Conditions`](crate::config::Conditions)), `look` precedes it: a `HeadObject`
    /// of the same object with the same read settings.
    ///
    /// # Errors
    /// The errors of both requests, see [`ErrorKind`]. A missing object is not an error.
    pub async fn if_copied(self, look: Request<HeadObject>, copied: &CopiedObject) -> Result<SourceDeletion> {
        if !self.client().service_profile().conditions.delete
            && let Some(end) = looked(look.clone(), copied).await?
        {
            return Ok(end);
        }
        let deleted = match self.clone().if_match(copied.etag.clone()).await {
            // Some services lack this condition or compare other tags.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotImplemented | ErrorKind::PreconditionFailed) =>
            {
                if let Some(end) = looked(look, copied).await? {
                    return Ok(end);
                }
                self.await
            }
            deleted => deleted,
        };
        match deleted {
            Ok(_) => Ok(SourceDeletion::Done),
            // Another client deleted it, or an earlier attempt whose response was lost.
            Err(error) if error.kind() == ErrorKind::ObjectNotFound => Ok(SourceDeletion::Done),
            Err(error) => Err(error),
        }
    }
}

/// Compares the object with the copied one; None if it can be deleted.
async fn looked(look: Request<HeadObject>, copied: &CopiedObject) -> Result<Option<SourceDeletion>> {
    match look.await {
        Ok(head) if head.etag.as_ref().is_none_or(|etag| etag.value() != copied.etag.value()) => {
            Ok(Some(SourceDeletion::Changed))
        }
        Ok(head) => Ok(head
            .content_length
            .filter(|length| copied.length.is_some_and(|copied| copied != *length))
            .map(|length| SourceDeletion::Incomplete { length })),
        Err(error) if error.kind() == ErrorKind::ObjectNotFound => Ok(Some(SourceDeletion::Done)),
        Err(error) => Err(error),
    }
}

impl UploadOutput {
    /// Whether the response has an entity tag or a checksum; without one the object may not exist.
    pub fn is_confirmed(&self) -> bool {
        self.etag.is_some() || !self.checksums.is_empty()
    }
}

impl CopyObjectOutput {
    /// Whether the response has an entity tag or a checksum; without one the copy may not exist.
    pub fn is_confirmed(&self) -> bool {
        self.etag.is_some() || !self.checksums.is_empty()
    }
}
