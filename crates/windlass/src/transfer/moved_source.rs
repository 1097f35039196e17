//! The source of a move: deleted once the copy is confirmed, and only while it is what was copied.

use super::UploadOutput;
use crate::operations::{CopyObjectOutput, DeleteObject, HeadObject};
use crate::types::ETag;
use crate::{ErrorKind, Request, Result};

/// What of an object was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiedObject {
    etag: ETag,
    length: Option<u64>,
}

/// How the deletion of a source ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceDeletion {
    /// It is deleted, by this request or by another.
    Done,
    /// It has another entity tag than the object that was copied, and stays.
    Changed,
    /// It is longer or shorter than what was copied, and stays.
    Incomplete {
        /// Its size in bytes.
        length: u64,
    },
}

impl CopiedObject {
    /// The object as it was read, by its entity tag.
    pub fn new(etag: ETag) -> Self {
        Self { etag, length: None }
    }

    /// Sets the number of bytes that were copied, to be compared with the size of the object.
    #[must_use]
    pub fn with_length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// The number of bytes that were copied, where it is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Request<DeleteObject> {
    /// Deletes the object if it still is the one that was copied. The request carries `If-Match`. Where the service is not
    /// known to heed that ([`Conditions`](crate::config::Conditions)), `look` comes first: a `HeadObject` of the same object
    /// with the settings that reading it takes.
    ///
    /// # Errors
    /// Those of both requests, see [`ErrorKind`]. An object that is gone is no error.
    pub async fn if_copied(self, look: Request<HeadObject>, copied: &CopiedObject) -> Result<SourceDeletion> {
        if !self.client().service_profile().conditions.delete
            && let Some(end) = looked(look.clone(), copied).await?
        {
            return Ok(end);
        }
        let deleted = match self.clone().if_match(copied.etag.clone()).await {
            // Not every service knows this condition, or tags as others see them.
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
            // Another client was faster, or a request of this one whose response was lost.
            Err(error) if error.kind() == ErrorKind::ObjectNotFound => Ok(SourceDeletion::Done),
            Err(error) => Err(error),
        }
    }
}

/// Compares the object with what was copied; None where it is to be deleted.
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
    /// Whether the response has an entity tag or a checksum, without which nothing shows that the object is there.
    pub fn is_confirmed(&self) -> bool {
        self.etag.is_some() || !self.checksums.is_empty()
    }
}

impl CopyObjectOutput {
    /// Whether the response has an entity tag or a checksum, without which nothing shows that the copy is there.
    pub fn is_confirmed(&self) -> bool {
        self.etag.is_some() || !self.checksums.is_empty()
    }
}
