//! The timer of one exchange. It serves the response head and then the body, and is only replaced if it fires too
//! early.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::ports::{BoxFuture, Clock};

pub(super) struct StallTimer {
    clock: Arc<dyn Clock>,
    /// Created for the first wait, with the time at which it fires.
    timer: Option<(Duration, BoxFuture<'static, ()>)>,
}

impl StallTimer {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, timer: None }
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Ready when nothing has arrived for `limit` since `since` on the monotonic clock.
    pub(super) fn poll_stalled(
        &mut self,
        since: Duration,
        limit: Duration,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        let due = since.saturating_add(limit);
        // A timer of an earlier wait fires early and is then replaced. A timer that would fire late is not reusable.
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
