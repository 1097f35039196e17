//! Reconciliation of writes whose response was lost: a retry can be refused because the first attempt took effect.

use super::HeadObject;
use crate::protocol::checksum;
use crate::types::{ETag, ObjectHead};

/// The meaning of an error when an earlier attempt may have taken effect.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reconcile<T> {
    /// The error has another cause.
    None,
    /// The error shows that the write took effect.
    Done(T),
    /// The write took effect if this object does not exist.
    Gone(Box<HeadObject>, T),
    /// The write may have taken effect: read this object and call
    /// [`Operation::reconcile_with`](super::Operation::reconcile_with).
    Look(Box<HeadObject>),
}

/// The result of a comparison with the stored object.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reconciled<T> {
    /// The request wrote the object.
    Own(T),
    /// Another request wrote the object.
    Foreign,
    /// Not enough information.
    Unclear,
}

/// The properties of the body that was sent.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SentBody {
    /// The length in bytes.
    pub length: Option<u64>,
    /// The name and value of the checksum header.
    pub checksum: Option<(&'static str, String)>,
    /// Whether an equal length is enough evidence without a checksum: no response refused the write, and the object was
    /// modified while the request was in flight.
    pub length_suffices: bool,
}

impl SentBody {
    /// Whether `found` has this content. None if this cannot be decided.
    pub(crate) fn is_content_of(&self, found: &ObjectHead) -> Option<bool> {
        if self.length.is_some() && found.content_length != self.length {
            return Some(false);
        }
        let by_length = (self.length_suffices && self.length.is_some()).then_some(true);
        let Some((name, value)) = self.checksum.as_ref() else { return by_length };
        if *name == "content-md5" {
            let tag = ETag::of_md5(value)?;
            let found = found.etag.as_ref();
            // An entity tag that is not an MD5 is no evidence. A tag that could be another MD5 leaves the result open.
            return match found {
                Some(found) if *found == tag => Some(true),
                Some(found) if found.value().len() == tag.value().len() => None,
                _ => by_length,
            };
        }
        let kept = found.checksums.iter().filter(|(algorithm, _)| algorithm.header_name() == Some(name));
        // A composite checksum, or a value that does not fit the algorithm, is no evidence about the content.
        let mut kept = kept.filter(|(algorithm, kept)| {
            !found.checksums.is_composite(kept) && checksum::fits(algorithm, kept)
        });
        kept.next().map_or(by_length, |(_, kept)| Some(kept == value))
    }
}
