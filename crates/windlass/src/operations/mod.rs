//! The S3 operations, one file each. They are pure: an operation builds the request and parses the response; the client
//! does the I/O.
//!
//! To add an operation, write its file and a `mod` line here.

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

/// An S3 operation: builds the request and parses the response. No I/O, no clock.
///
/// All operations of windlass implement this trait. Other crates can implement an operation that windlass lacks and
/// send it with [`Client::send`](crate::Client::send). The trait may change before 1.0.
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
    /// The parsed response.
    type Output: Send;

    /// The API name, for errors and events.
    const NAME: &'static str;

    /// Whether the body of a successful response is streamed. Otherwise it is buffered, up to the limit of
    /// [`Draft::set_largest_response`].
    const STREAMS: bool = false;

    /// The properties that make a 2xx response a success. By default [`parse`](Self::parse) decides.
    const EXPECTS: Expectation = Expectation::Document;

    /// Builds the request. The draft records an invalid request as an error, and the client returns that error.
    fn draft(&self) -> Draft<'_>;

    /// Parses a successful response.
    ///
    /// # Errors
    /// Fails if the response is not what S3 documents.
    fn parse(&self, response: Response) -> Result<Self::Output>;

    /// Interprets the error `refusal` of a retry when the response to an earlier attempt was lost and the write may
    /// have taken effect.
    fn reconcile(&self, refusal: &Error) -> Reconcile<Self::Output> {
        let _ = refusal;
        Reconcile::None
    }

    /// Decides whether the object that [`reconcile`](Self::reconcile) requested is the one that this request wrote.
    fn reconcile_with(&self, found: ObjectHead, sent: &SentBody) -> Reconciled<Self::Output> {
        let _ = (found, sent);
        Reconciled::Unclear
    }
}

/// An operation with a paginated response.
pub trait Paginated: Operation + Clone {
    /// The type of the entries of a page.
    type Item: Send;

    /// Returns the items of a page.
    fn items(page: Self::Output) -> Vec<Self::Item>;

    /// Whether a page is empty. Too many empty pages in a row are an error.
    fn is_empty(page: &Self::Output) -> bool {
        let _ = page;
        false
    }

    /// Returns the request for the page after `page`; None after the last page.
    ///
    /// # Errors
    /// Fails if the service reports more pages but no marker for the next one.
    fn next(&self, page: &Self::Output) -> Result<Option<Self>>;

    /// The marker at which this request starts. A marker that repeats is an error, because the list would never end.
    fn token(&self) -> Option<Cow<'_, str>>;
}

/// The request for the next page of a list that has both a truncation flag and a marker.
fn next_page<T, O>(
    is_truncated: Option<bool>,
    marker: Option<T>,
    next: impl FnOnce(T) -> O,
) -> Result<Option<O>> {
    match marker {
        _ if is_truncated != Some(true) => Ok(None),
        Some(marker) => Ok(Some(next(marker))),
        None => {
            let message = "the list is truncated, but the response has no marker for the next page";
            Err(Error::new(ErrorKind::InvalidResponse, message))
        }
    }
}

/// The marker of a list that is sorted by key and then by a second text.
fn two_markers<'a>(key: Option<&'a str>, second: Option<&'a str>) -> Option<Cow<'a, str>> {
    match (key, second) {
        // Keys cannot contain NUL.
        (Some(key), Some(second)) => Some(format!("{key}\0{second}").into()),
        (one, other) => one.or(other).map(Cow::Borrowed),
    }
}
