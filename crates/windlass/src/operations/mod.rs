//! The operations of S3: one file each, which reads like S3's documentation of it. Pure: an operation says
//! how to ask and how to read the answer, and the client does the rest.
//!
//! To add one, write its file and a `mod` line here.

mod bucket;
mod configuration;
mod expectation;
pub(crate) mod lists;
mod multipart;
mod object;
mod reconcile;
pub mod shared_setters;
mod tagging;
mod versions;

use std::borrow::Cow;
use std::fmt;

use crate::protocol::{Draft, Response};
use crate::types::ObjectHead;
use crate::{Error, ErrorKind, Result};

pub use bucket::*;
pub use configuration::*;
pub use expectation::Expectation;
pub(crate) use expectation::Received;
pub use multipart::*;
pub use object::*;
pub use reconcile::{Reconcile, Reconciled, SentBody};
pub use tagging::*;
pub use versions::*;

/// One S3 operation: how to ask for it over HTTP and how to read the answer. No I/O, no clock.
///
/// All operations of windlass implement it; one that windlass lacks can be written outside and sent with
/// [`Client::send`](crate::Client::send). The trait may still change before 1.0.
///
/// ```
/// use windlass::Result;
/// use windlass::operations::Operation;
/// use windlass::protocol::{Draft, Response, Target};
///
/// /// GetBucketPolicyStatus, as far as the status code goes.
/// #[derive(Debug)]
/// struct HasPolicy { bucket: String }
///
/// impl Operation for HasPolicy {
///     type Output = bool;
///     const NAME: &'static str = "GetBucketPolicyStatus";
///
///     fn draft(&self) -> Draft<'_> {
///         let mut draft = Draft::get(Target::Bucket(&self.bucket));
///         draft.set_query("policyStatus", Some(""));
///         draft
///     }
///
///     fn parse(&self, response: Response) -> Result<bool> {
///         Ok(response.status() == 200)
///     }
/// }
/// ```
pub trait Operation: fmt::Debug + Send + Sync + 'static {
    /// What the answer is read into.
    type Output: Send;

    /// The API name, for errors and events.
    const NAME: &'static str;

    /// Whether the body of a good answer is handed on as it comes. Otherwise it is buffered, up to the limit of
    /// [`Draft::set_largest_response`].
    const STREAMS: bool = false;

    /// What a response with a 2xx status has to hold to be a success. By default the operation judges it itself.
    const EXPECTS: Expectation = Expectation::Document;

    /// The request. What cannot be sent is remembered in the draft and refused by the client.
    fn draft(&self) -> Draft<'_>;

    /// Reads the answer to a request that succeeded.
    ///
    /// # Errors
    /// The answer is not what S3 should have sent.
    fn parse(&self, response: Response) -> Result<Self::Output>;

    /// What `refusal` means when the answer to an earlier attempt was lost, so that its work may be done.
    fn reconcile(&self, refusal: &Error) -> Reconcile<Self::Output> {
        let _ = refusal;
        Reconcile::None
    }

    /// Whether the object that [`reconcile`](Self::reconcile) wanted to see is what this request wrote.
    fn reconcile_with(&self, found: ObjectHead, sent: &SentBody) -> Reconciled<Self::Output> {
        let _ = (found, sent);
        Reconciled::Unclear
    }
}

/// An operation whose answer comes in pages.
pub trait Paginated: Operation + Clone {
    /// What a page holds many of.
    type Item: Send;

    /// Takes the items out of a page.
    fn items(page: Self::Output) -> Vec<Self::Item>;

    /// Whether a page brings nothing at all. A list in which too many of them follow each other is given up.
    fn is_empty(page: &Self::Output) -> bool {
        let _ = page;
        false
    }

    /// The request for the page after `page`; None where that was the last.
    ///
    /// # Errors
    /// The service says that more follows and not where.
    fn next(&self, page: &Self::Output) -> Result<Option<Self>>;

    /// Where this request begins; a list in which it comes twice would never end.
    fn token(&self) -> Option<Cow<'_, str>>;
}

/// The request for the page after one that may be the last, for lists that say both by themselves.
fn next_page<T, O>(
    is_truncated: Option<bool>,
    marker: Option<T>,
    next: impl FnOnce(T) -> O,
) -> Result<Option<O>> {
    match marker {
        _ if is_truncated != Some(true) => Ok(None),
        Some(marker) => Ok(Some(next(marker))),
        None => {
            let message = "the list goes on, and the service does not say where";
            Err(Error::new(ErrorKind::InvalidResponse, message))
        }
    }
}

/// The place in a list that is sorted by key and, for each key, by a second text.
fn two_markers<'a>(key: Option<&'a str>, second: Option<&'a str>) -> Option<Cow<'a, str>> {
    match (key, second) {
        // No key holds NUL.
        (Some(key), Some(second)) => Some(format!("{key}\0{second}").into()),
        (one, other) => one.or(other).map(Cow::Borrowed),
    }
}
