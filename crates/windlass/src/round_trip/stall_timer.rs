//! The timer of one exchange. It serves the head of the response and then its body, and is only replaced when it fires
//! before the time that counts is over.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::ports::{BoxFuture, Clock};

pub(super) struct StallTimer {
    clock: Arc<dyn Clock>,
    /// Made when something has to be waited for, with the time at which it fires.
    timer: Option<(Duration, BoxFuture<'static, ()>)>,
}

impl StallTimer {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, timer: None }
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Ready when nothing has come for `limit` since `since`, on the clock that only goes forward.
    pub(super) fn poll_stalled(
        &mut self,
        since: Duration,
        limit: Duration,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let due = since.saturating_add(limit);
        // A timer of an earlier wait fires early and is replaced then. One that would fire late is of no use.
        if self.timer.as_ref().is_some_and(|(fires, _)| *fires > due) {
            self.timer = None;
        }
        loop {
            let clock = &self.clock;
            let (fires, timer) = self
                .timer
                .get_or_insert_with(|| (due, clock.deadline(due.saturating_sub(clock.monotonic()))));
            if timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            let was_early = *fires < due;
            self.timer = None;
            if !was_early {
                return Poll::Ready(());
            }
        }
    }
}
