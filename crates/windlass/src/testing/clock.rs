//! A manual clock.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::ports::{BoxFuture, Clock};

/// A clock that only moves on request. A backoff advances it and ends immediately; a deadline fires when
/// [`advance`](Self::advance) passes it. Clones share the clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    start: SystemTime,
    passed: Duration,
    backoffs: Vec<Duration>,
    waiting: Vec<Waker>,
}

impl ManualClock {
    /// Creates a clock at `now`.
    pub fn new(now: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(State {
            start: now,
            passed: Duration::ZERO,
            backoffs: Vec::new(),
            waiting: Vec::new(),
        })))
    }

    /// Advances the clock and fires the deadlines that it passes.
    pub fn advance(&self, by: Duration) {
        let waiting = {
            let mut state = self.state();
            state.passed = state.passed.saturating_add(by);
            std::mem::take(&mut state.waiting)
        };
        for waker in waiting {
            waker.wake();
        }
    }

    /// Returns all backoffs so far, in order.
    pub fn backoffs(&self) -> Vec<Duration> {
        self.state().backoffs.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for ManualClock {
    /// 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self::new(UNIX_EPOCH + Duration::from_secs(1_767_225_600))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        let state = self.state();
        // Falls back to the start on overflow.
        state.start.checked_add(state.passed).unwrap_or(state.start)
    }

    fn monotonic(&self) -> Duration {
        self.state().passed
    }

    fn backoff(&self, delay: Duration) -> BoxFuture<'static, ()> {
        self.state().backoffs.push(delay);
        self.advance(delay);
        Box::pin(std::future::ready(()))
    }

    fn deadline(&self, limit: Duration) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        let end = self.monotonic().saturating_add(limit);
        Box::pin(poll_fn(move |context| {
            let mut state = clock.state();
            if state.passed >= end {
                return Poll::Ready(());
            }
            if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            Poll::Pending
        }))
    }
}
