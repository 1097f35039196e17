//! What a write meets that is repeated after its answer was lost: it may be refused because of its own first attempt.

use super::HeadObject;
use crate::protocol::checksum;
use crate::types::{ETag, ObjectHead};

/// What a refusal means when an earlier attempt may have done the work.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reconcile<T> {
    /// It has another cause.
    None,
    /// It says that the work is done.
    Done(T),
    /// It is done where this object is not there.
    Gone(Box<HeadObject>, T),
    /// It would also come from the work being done: this object has to be looked at and compared with
    /// [`Operation::reconcile_with`](super::Operation::reconcile_with).
    Look(Box<HeadObject>),
}

/// What was found when an object was looked at.
#[derive(Debug)]
#[non_exhaustive]
pub enum Reconciled<T> {
    /// It is what the request wrote.
    Own(T),
    /// It is something else.
    Foreign,
    /// Nothing tells.
    Unclear,
}

/// What is known of the body that was sent.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SentBody {
    /// How many bytes it had.
    pub length: Option<u64>,
    /// The checksum that went with it: the header's name and its value.
    pub checksum: Option<(&'static str, String)>,
    /// Whether an object of the same length is taken for this content where nothing else tells: no response refused the
    /// write, and the object was written while it was sent.
    pub length_suffices: bool,
}

impl SentBody {
    /// Whether `found` has this content. None where nothing tells.
    pub(crate) fn is_content_of(&self, found: &ObjectHead) -> Option<bool> {
        if self.length.is_some() && found.content_length != self.length {
            return Some(false);
        }
        let by_length = (self.length_suffices && self.length.is_some()).then_some(true);
        let Some((name, value)) = self.checksum.as_ref() else { return by_length };
        if *name == "content-md5" {
            let tag = ETag::of_md5(value)?;
            let found = found.etag.as_ref();
            // A tag that is not an MD5 says nothing. One that may be another MD5 is no confirmation.
            return match found {
                Some(found) if *found == tag => Some(true),
                Some(found) if found.value().len() == tag.value().len() => None,
                _ => by_length,
            };
        }
        let kept = found.checksums.iter().filter(|(algorithm, _)| algorithm.header_name() == Some(name));
        // A value over the values of parts, or one that cannot be of the algorithm, says nothing about the content.
        let mut kept = kept.filter(|(algorithm, kept)| {
            !found.checksums.is_composite(kept) && checksum::fits(algorithm, kept)
        });
        kept.next().map_or(by_length, |(_, kept)| Some(kept == value))
    }
}
