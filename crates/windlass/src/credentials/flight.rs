//! One fetch that many callers wait for: each of them gets a clone of its outcome.

use std::fmt;

use tokio::sync::watch;

use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Ends a flight. Dropped without an outcome it tells the waiters that the fetch was given up.
pub(super) struct Landing(watch::Sender<Option<Outcome>>);

/// Waits for the end of a flight; dropping it does not end the flight.
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
