//! Reconciles a write with an unknown outcome: its response was lost and its retry refused, or a response did not
//! confirm it. windlass reads the object, and the result is a success, the error, or an unknown outcome.

use std::time::{Duration, SystemTime};

use super::Client;
use crate::operations::{Expectation, HeadObject, Operation, Reconcile, Reconciled, SentBody};
use crate::protocol::{Draft, Response};
use crate::round_trip::service_date;
use crate::types::ObjectHead;
use crate::{Error, ErrorKind, Result};

/// Attempts of a write whose outcome is unknown.
pub(super) struct UnconfirmedWrite {
    pub(super) sent: SentBody,
    /// The start of the operation on the monotonic clock.
    pub(super) since: Duration,
}

pub(super) async fn reconcile<O: Operation>(
    client: &Client,
    operation: &O,
    error: Error,
    write: UnconfirmedWrite,
    request_id: Option<u64>,
) -> Result<O::Output> {
    let doubt = Doubt { unconfirmed: error.kind() == ErrorKind::InvalidResponse, error };
    let (look, gone) = match operation.reconcile(&doubt.error) {
        Reconcile::None if !doubt.unconfirmed => return Err(doubt.error),
        Reconcile::None => return Err(doubt.open("the outcome of the request is unknown", None)),
        Reconcile::Done(output) => return Ok(output),
        Reconcile::Look(look) => (look, None),
        Reconcile::Gone(look, output) => (look, Some(output)),
    };
    let found = client.run_unreconciled(&Look(*look), request_id).await;
    match (found, gone) {
        (Ok(found), _) if !found.is_an_object() => {
            Err(doubt.open("the response to HeadObject does not come from S3", None))
        }
        (Ok(_), Some(_)) => Err(doubt.refuse("the object still exists")),
        (Ok(found), None) => {
            let took = client.monotonic().saturating_sub(write.since);
            let mut sent = write.sent;
            sent.length_suffices = doubt.unconfirmed && !found.is_cached && !found.is_older_than(took);
            match operation.reconcile_with(found.head, &sent) {
                Reconciled::Own(output) => Ok(output),
                Reconciled::Foreign => Err(doubt.refuse("the stored object has other content")),
                Reconciled::Unclear => {
                    Err(doubt.open("the stored object does not show whether the write took effect", None))
                }
            }
        }
        (Err(error), Some(output)) if error.is_not_found() && error.request_id().is_some() => Ok(output),
        // A successful write would have left the object.
        (Err(error), None) if error.is_not_found() => Err(doubt.refuse("the object does not exist")),
        (Err(error), _) => {
            Err(doubt.open("HeadObject failed, so the outcome of the write is unknown", Some(error)))
        }
    }
}

/// The error of a write with an unknown outcome.
struct Doubt {
    /// Whether a response did not confirm the write; otherwise a retry was refused.
    unconfirmed: bool,
    error: Error,
}

impl Doubt {
    /// The object shows that the write did not take effect.
    fn refuse(self, finding: &str) -> Error {
        if self.unconfirmed { self.error.with_remark(finding) } else { self.error }
    }

    /// The outcome remains unknown.
    fn open(self, finding: &str, cause: Option<Error>) -> Error {
        let error = if self.unconfirmed { self.error.with_remark(finding) } else { unknown(&self.error) };
        match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        }
    }
}

fn unknown(refusal: &Error) -> Error {
    let message = format!(
        "the response to one attempt was lost, the retry was refused ({}), and the object does not show whether the first \
         took effect",
        refusal.code().unwrap_or_else(|| refusal.kind().summary())
    );
    Error::new(ErrorKind::OutcomeUnknown, message)
        .with_operation(refusal.operation().unwrap_or_default())
        .with_target(refusal.bucket().unwrap_or_default(), refusal.key().unwrap_or_default())
        .with_attempts(refusal.attempts())
}

/// `HeadObject`, with the service's time.
#[derive(Debug)]
struct Look(HeadObject);

struct Found {
    head: ObjectHead,
    /// The time of the response on the service's clock.
    at: Option<SystemTime>,
    /// Whether a cache may have kept the response since before the write.
    is_cached: bool,
}

impl Found {
    /// A page from a proxy has neither.
    fn is_an_object(&self) -> bool {
        self.head.etag.is_some() || self.head.last_modified.is_some()
    }

    /// Whether the object existed before an event `age` ago, by the service's clock with its resolution of one second.
    fn is_older_than(&self, age: Duration) -> bool {
        let (Some(at), Some(written)) = (self.at, self.head.last_modified) else { return false };
        at.duration_since(written).is_ok_and(|since| since > age + Duration::from_secs(2))
    }
}

impl Operation for Look {
    type Output = Found;
    const NAME: &'static str = HeadObject::NAME;
    const EXPECTS: Expectation = HeadObject::EXPECTS;

    fn draft(&self) -> Draft<'_> {
        self.0.draft()
    }

    fn parse(&self, response: Response) -> Result<Found> {
        let at = service_date(response.headers());
        let is_cached = response.headers().contains_key(http::header::AGE);
        Ok(Found { head: self.0.parse(response)?, at, is_cached })
    }
}
