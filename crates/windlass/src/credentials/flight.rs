//! A single-flight fetch. Each waiter gets a clone of the outcome.

use std::fmt;

use tokio::sync::watch;

use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Ends a flight. If it is dropped without an outcome, the waiters get an error.
pub(super) struct Landing(watch::Sender<Option<Outcome>>);

/// Waits for the end of a flight. Dropping it does not cancel the flight.
#[derive(Clone)]
pub(super) struct Waiter(watch::Receiver<Option<Outcome>>);

type Outcome = Result<Option<Credentials>>;

pub(super) fn flight() -> (Landing, Waiter) {
    let (sender, receiver) = watch::channel(None);
    (Landing(sender), Waiter(receiver))
}

impl Landing {
    pub(super) fn land(self, outcome: Result<Option<Credentials>>) {
        self.0.send_replace(Some(outcome));
    }
}

impl Waiter {
    pub(super) async fn outcome(mut self) -> Result<Option<Credentials>> {
        let landed = self.0.wait_for(Option::is_some).await.map(|outcome| outcome.clone());
        match landed {
            Ok(Some(outcome)) => outcome,
            Ok(None) | Err(_) => {
                Err(Error::new(ErrorKind::CredentialsRefreshFailed, "the fetch of credentials was cancelled"))
            }
        }
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiter")
    }
}
