//! One fetch that many wait for, and its outcome in a form that each of them can have.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Ends a flight. Dropped without an outcome it tells the waiters that the fetch was given up.
pub(super) struct Landing(watch::Sender<Option<Outcome>>);

/// Waits for the end of a flight; dropping it does not end the flight.
#[derive(Clone)]
pub(super) struct Waiter(watch::Receiver<Option<Outcome>>);

type Outcome = Result<Option<Credentials>, Arc<Error>>;

pub(super) fn flight() -> (Landing, Waiter) {
    let (sender, receiver) = watch::channel(None);
    (Landing(sender), Waiter(receiver))
}

impl Landing {
    pub(super) fn land(self, outcome: Result<Option<Credentials>>) {
        self.0.send_replace(Some(outcome.map_err(Arc::new)));
    }
}

impl Waiter {
    pub(super) async fn outcome(mut self) -> Result<Option<Credentials>> {
        let landed = self.0.wait_for(Option::is_some).await.map(|outcome| outcome.clone());
        match landed {
            Ok(Some(Ok(credentials))) => Ok(credentials),
            Ok(Some(Err(error))) => Err(copy(&error)),
            Ok(None) | Err(_) => {
                Err(Error::new(ErrorKind::CredentialsRefreshFailed, "the fetch of credentials was given up"))
            }
        }
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiter")
    }
}

/// An equal error for one of several waiters; the cause is shared.
fn copy(error: &Arc<Error>) -> Error {
    let mut copy = Error::new(error.kind(), error.message())
        .with_retry_class(error.retry_class())
        .with_request_ids(error.request_id().map(Into::into), error.extended_request_id().map(Into::into));
    if let Some(code) = error.code() {
        copy = copy.with_code(code);
    }
    if let Some(status) = error.status() {
        copy = copy.with_status(status);
    }
    if error.source().is_some() {
        copy = copy.with_source(SharedCause(error.clone()));
    }
    copy
}

/// Stands for the source of the error that it holds.
struct SharedCause(Arc<Error>);

impl StdError for SharedCause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source().and_then(StdError::source)
    }
}

impl fmt::Display for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().map_or(Ok(()), |cause| fmt::Display::fmt(cause, f))
    }
}

impl fmt::Debug for SharedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.source().map_or(Ok(()), |cause| fmt::Debug::fmt(cause, f))
    }
}
