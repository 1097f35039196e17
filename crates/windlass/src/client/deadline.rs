//! The time that a whole operation has, retries and waits included.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::ClientState;
use crate::{Error, ErrorKind, Result};

/// When an operation has to end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    started: Duration,
    limit: Option<Duration>,
}

impl Deadline {
    /// The deadline of an operation that begins now.
    pub(super) fn of(state: &ClientState) -> Self {
        Self { started: state.ports.clock.monotonic(), limit: state.timeouts.operation }
    }

    /// When the operation began, on the clock that only goes forward.
    pub(super) fn started(&self) -> Duration {
        self.started
    }

    /// The time that is left. None without a limit.
    ///
    /// # Errors
    /// No time is left.
    pub(super) fn left(&self, state: &ClientState) -> Result<Option<Duration>> {
        let Some(limit) = self.limit else { return Ok(None) };
        let left = limit.saturating_sub(state.ports.clock.monotonic().saturating_sub(self.started));
        if left.is_zero() { Err(self.exceeded()) } else { Ok(Some(left)) }
    }

    /// Runs `work` within the time that is left.
    pub(super) async fn bound<T>(
        &self,
        state: &ClientState,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let Some(left) = self.left(state)? else { return work.await };
        match select(pin!(work), state.ports.clock.deadline(left)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(((), _)) => Err(self.exceeded()),
        }
    }

    fn exceeded(&self) -> Error {
        let limit = self.limit.unwrap_or_default();
        let message = format!("the operation did not end within {limit:?}");
        Error::new(ErrorKind::Timeout, message).with_retry_class(None)
    }
}
