//! Response bodies with a stall timeout and a minimum throughput. Only the time in which windlass waits for the peer
//! counts, not the time in which the caller does not read.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

use super::stall_timer::StallTimer;
use super::transport_failure::transport_error;
use crate::ports::{ByteCounter, Clock, ResponseStream};
use crate::{Error, ErrorKind, Result, Timeouts};

/// A response body with a stall timeout.
pub(crate) struct StallGuard {
    body: ResponseStream,
    timer: StallTimer,
    limits: StallLimits,
    /// The time since which the peer has sent nothing although the body was polled.
    idle_since: Option<Duration>,
    /// Created when the body blocks for the first time.
    wait: Option<Wait>,
    pace: Pace,
    received: Option<ByteCounter>,
}

/// The limits for a stalled peer, as in [`Timeouts`].
#[derive(Clone, Copy)]
pub(crate) struct StallLimits {
    pub(super) read: Duration,
    min_throughput: u64,
    throughput_grace: Duration,
}

impl From<&Timeouts> for StallLimits {
    fn from(timeouts: &Timeouts) -> Self {
        let Timeouts { read, min_throughput, throughput_grace, .. } = *timeouts;
        Self { read, min_throughput, throughput_grace }
    }
}

/// The wait for the peer.
struct Wait {
    alarm: Arc<Alarm>,
    waker: Waker,
    /// The start of the wait.
    since: Option<Duration>,
}

/// Wakes the reader and records the time at which data was available. The reader may poll later.
struct Alarm {
    clock: Arc<dyn Clock>,
    state: Mutex<AlarmState>,
}

#[derive(Default)]
struct AlarmState {
    reader: Option<Waker>,
    rang: Option<Duration>,
}

/// The received bytes and the time spent waiting.
#[derive(Default)]
struct Pace {
    waited: Duration,
    bytes: u64,
}

impl StallGuard {
    pub(super) fn new(body: ResponseStream, timer: StallTimer, limits: StallLimits) -> Self {
        Self { body, timer, limits, idle_since: None, wait: None, pace: Pace::default(), received: None }
    }

    /// The counter for received bytes, for an observer.
    pub(crate) fn count_in(&mut self, received: Option<ByteCounter>) {
        self.received = received;
    }

    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let polled = match &mut self.wait {
            None => self.body.as_mut().poll_next(context),
            Some(wait) => {
                self.pace.waited += wait.pause(&**self.timer.clock());
                wait.alarm.set(context.waker());
                self.body.as_mut().poll_next(&mut Context::from_waker(&wait.waker))
            }
        };
        polled.map(|item| item.map(|item| item.map_err(transport_error)))
    }

    /// Whether the throughput is sufficient.
    fn is_fast_enough(&mut self) -> bool {
        let StallLimits { min_throughput, throughput_grace, .. } = self.limits;
        if self.pace.waited < throughput_grace {
            return true;
        }
        let least = throughput_grace.as_secs_f64() * to_float(min_throughput);
        let enough = to_float(self.pace.bytes) >= least;
        if enough {
            self.pace = Pace::default();
        }
        enough
    }
}

impl Stream for StallGuard {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let mut polled = this.poll_body(context);
        if polled.is_pending() && this.wait.is_none() {
            this.wait = Some(Wait::new(this.timer.clock().clone()));
            // Poll again, so that the body wakes the alarm.
            polled = this.poll_body(context);
        }
        if let Poll::Ready(item) = polled {
            this.idle_since = None;
            if let Some(Ok(chunk)) = &item {
                this.pace.bytes += chunk.len() as u64;
                if let Some(received) = &this.received {
                    received.add(chunk.len() as u64);
                }
                if !this.is_fast_enough() {
                    return Poll::Ready(Some(Err(too_slow(&this.pace, this.limits.min_throughput))));
                }
            }
            return Poll::Ready(item);
        }
        let now = this.timer.clock().monotonic();
        if let Some(wait) = &mut this.wait {
            wait.since = Some(now);
        }
        let limit = this.limits.read;
        let idle_since = *this.idle_since.get_or_insert(now);
        if this.timer.poll_stalled(idle_since, limit, context).is_pending() {
            return Poll::Pending;
        }
        let message = format!("timed out waiting for data after {limit:?}");
        Poll::Ready(Some(Err(Error::new(ErrorKind::Stalled, message))))
    }
}

fn too_slow(pace: &Pace, floor: u64) -> Error {
    let message = format!(
        "the response is slower than {floor} bytes per second: {} bytes in {:?} of waiting",
        pace.bytes, pace.waited
    );
    Error::new(ErrorKind::Stalled, message)
}

#[expect(clippy::cast_precision_loss, reason = "a limit of this kind need not be exact")]
fn to_float(number: u64) -> f64 {
    number as f64
}

impl Wait {
    fn new(clock: Arc<dyn Clock>) -> Self {
        let alarm = Arc::new(Alarm { clock, state: Mutex::default() });
        Self { waker: Waker::from(alarm.clone()), alarm, since: None }
    }

    /// Ends the wait; returns its duration up to the time at which data was available.
    fn pause(&mut self, clock: &dyn Clock) -> Duration {
        let rang = self.alarm.lock().rang.take();
        let Some(since) = self.since.take() else { return Duration::ZERO };
        rang.unwrap_or_else(|| clock.monotonic()).saturating_sub(since)
    }
}

impl Alarm {
    /// Sets the reader to wake.
    fn set(&self, reader: &Waker) {
        let mut state = self.lock();
        if !state.reader.as_ref().is_some_and(|kept| kept.will_wake(reader)) {
            state.reader = Some(reader.clone());
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, AlarmState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let now = self.clock.monotonic();
        let reader = {
            let mut state = self.lock();
            state.rang.get_or_insert(now);
            state.reader.clone()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _};

    use super::*;
    use crate::testing::ManualClock;

    /// A body with scripted chunks and the clock that watches it.
    struct Bench {
        feed: feed::Feed,
        clock: ManualClock,
        body: StallGuard,
    }

    mod feed {
        use super::*;
        use crate::ports::TransportError;

        #[derive(Clone, Default)]
        pub(super) struct Feed(Arc<Mutex<(Vec<Bytes>, Option<Waker>)>>);

        impl Feed {
            pub(super) fn push(&self, chunk: &'static [u8]) {
                let mut state = self.0.lock().unwrap();
                state.0.push(Bytes::from_static(chunk));
                let waker = state.1.take();
                drop(state);
                if let Some(waker) = waker {
                    waker.wake();
                }
            }
        }

        impl Stream for Feed {
            type Item = Result<Bytes, TransportError>;

            fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                let mut state = self.0.lock().unwrap();
                if state.0.is_empty() {
                    state.1 = Some(context.waker().clone());
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(state.0.remove(0))))
            }
        }
    }

    impl Bench {
        fn new() -> Self {
            let (feed, clock) = (feed::Feed::default(), ManualClock::default());
            let body = StallGuard::new(
                Box::pin(feed.clone()),
                StallTimer::new(Arc::new(clock.clone())),
                StallLimits::from(&Timeouts::default()),
            );
            Self { feed, clock, body }
        }

        /// The result of a poll; None if the reader has to wait.
        fn read(&mut self) -> Option<Result<Bytes>> {
            self.body.next().now_or_never().map(Option::unwrap)
        }

        /// Whether the reader gets `chunk` after `seconds` of waiting.
        fn waits(&mut self, seconds: u64, chunk: &'static [u8]) -> Result<Bytes> {
            assert!(self.read().is_none());
            self.clock.advance(Duration::from_secs(seconds));
            self.feed.push(chunk);
            self.read().unwrap()
        }
    }

    const FULL: &[u8] = &[0; 3_000];

    #[test]
    fn a_body_without_data_stalls() {
        let mut bench = Bench::new();
        assert!(bench.read().is_none());
        bench.clock.advance(Duration::from_secs(29));
        assert!(bench.read().is_none());
        bench.clock.advance(Duration::from_secs(1));
        let error = bench.read().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stalled);
        assert_eq!(error.message(), "timed out waiting for data after 30s");
    }

    #[test]
    fn a_body_that_drips_stalls() {
        let mut bench = Bench::new();
        assert_eq!(bench.waits(29, b"a").unwrap(), "a");
        assert_eq!(bench.waits(29, b"b").unwrap(), "b");
        let error = bench.waits(29, b"c").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stalled);
        assert!(error.is_retryable());
        let expected = "the response is slower than 100 bytes per second: 3 bytes in 87s of waiting";
        assert_eq!(error.message(), expected);
    }

    #[test]
    fn a_slow_but_steady_body_has_no_limit() {
        let mut bench = Bench::new();
        // Three chunks make a window.
        for _ in 0..999 {
            assert_eq!(bench.waits(29, FULL).unwrap(), FULL);
        }
        // Data of earlier windows does not compensate for a slow one.
        assert!(bench.waits(29, FULL).is_ok());
        assert!(bench.waits(29, b"a").is_ok());
        assert!(bench.waits(29, b"a").is_err());
    }

    #[test]
    fn the_time_of_a_slow_reader_does_not_count() {
        let mut bench = Bench::new();
        for _ in 0..1_000 {
            // The reader does not poll when the byte arrives after one second, nor while the byte is available.
            assert!(bench.read().is_none());
            bench.clock.advance(Duration::from_millis(1));
            bench.feed.push(b"a");
            bench.clock.advance(Duration::from_secs(25));
            assert_eq!(bench.read().unwrap().unwrap(), "a");
            bench.clock.advance(Duration::from_secs(600));
        }
    }

    #[test]
    fn frequent_polls_do_not_shorten_the_wait() {
        let mut bench = Bench::new();
        let mut chunks = 0;
        let error = loop {
            for _ in 0..20 {
                assert!(bench.read().is_none());
                bench.clock.advance(Duration::from_secs(1));
            }
            bench.feed.push(b"a");
            match bench.read().unwrap() {
                Ok(_) => chunks += 1,
                Err(error) => break error,
            }
        };
        assert_eq!((chunks, error.kind()), (2, ErrorKind::Stalled));
    }

    #[test]
    fn without_a_minimum_throughput_a_body_may_drip() {
        let mut bench = Bench::new();
        bench.body.limits.min_throughput = 0;
        for _ in 0..1_000 {
            assert!(bench.waits(29, b"a").is_ok());
        }
        let mut bench = Bench::new();
        bench.body.limits.throughput_grace = Duration::MAX;
        for _ in 0..1_000 {
            assert!(bench.waits(29, b"a").is_ok());
        }
    }
}
