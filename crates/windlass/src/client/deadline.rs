//! The time limit of a whole operation, including retries and waits.

use std::pin::Pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::ClientState;
use crate::protocol::Draft;
use crate::{Error, ErrorKind, Result};

/// The time at which an operation must end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    started: Duration,
    limit: Option<Duration>,
}

impl Deadline {
    /// The deadline of an operation that starts now.
    pub(super) fn of(state: &ClientState, draft: &Draft<'_>) -> Self {
        Self { started: state.ports.clock.monotonic(), limit: state.timeouts_of(draft).operation }
    }

    /// The start of the operation on the monotonic clock.
    pub(super) fn started(&self) -> Duration {
        self.started
    }

    /// The remaining time; None without a limit.
    ///
    /// # Errors
    /// No time is left.
    pub(super) fn left(&self, state: &ClientState) -> Result<Option<Duration>> {
        let Some(limit) = self.limit else { return Ok(None) };
        let left = limit.saturating_sub(state.ports.clock.monotonic().saturating_sub(self.started));
        if left.is_zero() { Err(self.exceeded()) } else { Ok(Some(left)) }
    }

    /// Runs `work` within the remaining time.
    pub(super) async fn bound<T>(
        &self,
        state: &ClientState,
        work: Pin<&mut (impl Future<Output = Result<T>> + ?Sized)>,
    ) -> Result<T> {
        let Some(left) = self.left(state)? else { return work.await };
        within(state, left, work).await.unwrap_or_else(|| Err(self.exceeded()))
    }

    /// Runs one attempt within the remaining time and its own limit.
    pub(super) async fn bound_attempt<T>(
        &self,
        state: &ClientState,
        own: Option<Duration>,
        attempt: Pin<&mut (impl Future<Output = Result<T>> + ?Sized)>,
    ) -> Result<T> {
        let left = self.left(state)?;
        let own = own.filter(|own| left.is_none_or(|left| *own < left));
        let Some(limit) = own.or(left) else { return attempt.await };
        within(state, limit, attempt).await.unwrap_or_else(|| {
            let Some(own) = own else { return Err(self.exceeded()) };
            Err(Error::new(ErrorKind::Timeout, format!("the attempt timed out after {own:?}")))
        })
    }

    fn exceeded(&self) -> Error {
        let limit = self.limit.unwrap_or_default();
        let message = format!("the operation timed out after {limit:?}");
        Error::new(ErrorKind::Timeout, message).with_retry_class(None)
    }
}

/// The result of `work` within `limit`.
async fn within<T>(
    state: &ClientState,
    limit: Duration,
    work: Pin<&mut (impl Future<Output = T> + ?Sized)>,
) -> Option<T> {
    match select(work, state.ports.clock.deadline(limit)).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(((), _)) => None,
    }
}
