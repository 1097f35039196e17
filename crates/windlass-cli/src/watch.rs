//! Stall notices: after a time without progress, one line says what the command waits for.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::time::Instant;
use windlass::ports::ByteCounter;

use crate::output::time_of_day;

/// The time without progress before a notice.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// The time of the last progress. Everything that makes progress holds a clone.
#[derive(Clone, Debug)]
pub(crate) struct Watch(Arc<Mutex<Last>>);

#[derive(Debug)]
struct Last {
    /// What the command waits for; `None` if for nothing.
    awaited: Option<String>,
    moved: Instant,
    since: SystemTime,
    is_told: bool,
    /// Counters of request bodies that may be in flight. `sum` is their total at the last check.
    sent: VecDeque<ByteCounter>,
    sum: u64,
}

/// The maximum number of watched bodies. The oldest is dropped first, as it most likely has ended.
const MOST_BODIES: usize = 256;

impl Watch {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Last {
            awaited: None,
            moved: Instant::now(),
            since: SystemTime::now(),
            is_told: false,
            sent: VecDeque::new(),
            sum: 0,
        })))
    }

    /// Records progress, and that the command now waits for `what`.
    pub(crate) fn wait_for(&self, what: String) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.awaited = Some(what);
        last.moved();
    }

    /// Records that a request is in flight, with the counter of its body if it has one.
    pub(crate) fn sending(&self, what: String, sent: Option<&ByteCounter>) {
        self.wait_for(what);
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.sent.extend(sent.cloned());
        if last.sent.len() > MOST_BODIES {
            last.sent.pop_front();
        }
    }

    /// Records progress.
    pub(crate) fn moved(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).moved();
    }

    /// Wraps a reader. `name` appears in notices while it is waited for.
    pub(crate) fn reader<R: AsyncRead + Unpin>(&self, name: &'static str, reader: R) -> Watched<R> {
        Watched { reader, name, is_waiting: false, watch: self.clone() }
    }

    /// Calls `say` once for each period without progress.
    pub(crate) async fn tell(&self, patience: Duration, mut say: impl FnMut(&str)) -> Infallible {
        loop {
            tokio::time::sleep_until(self.next_look(patience)).await;
            if let Some(line) = self.overdue(patience) {
                say(&line);
            }
        }
    }

    fn next_look(&self, patience: Duration) -> Instant {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if last.is_told || last.awaited.is_none() { now + patience } else { last.moved + patience }
    }

    fn overdue(&self, patience: Duration) -> Option<String> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = last.sent.iter().map(ByteCounter::get).fold(0, u64::wrapping_add);
        if std::mem::replace(&mut last.sum, sum) != sum {
            last.moved();
        }
        if last.is_told || last.moved.elapsed() < patience {
            return None;
        }
        let line = format!("waiting for {} since {}", last.awaited.as_ref()?, time_of_day(last.since));
        last.is_told = true;
        Some(line)
    }
}

/// A reader that reports to the watch when it waits.
#[derive(Debug)]
pub(crate) struct Watched<R> {
    reader: R,
    name: &'static str,
    is_waiting: bool,
    watch: Watch,
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = Pin::new(&mut this.reader).poll_read(context, buffer);
        if read.is_ready() {
            this.is_waiting = false;
            this.watch.moved();
        } else if !this.is_waiting {
            this.is_waiting = true;
            this.watch.wait_for(this.name.to_owned());
        }
        read
    }
}

impl Last {
    fn moved(&mut self) {
        self.moved = Instant::now();
        self.since = SystemTime::now();
        self.is_told = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The notices within a number of seconds of virtual time. `act` runs at the start of each second.
    async fn said(seconds: usize, mut act: impl FnMut(usize, &Watch)) -> Vec<(u64, String)> {
        let (watch, start) = (Watch::new(), Instant::now());
        let lines = Mutex::new(Vec::new());
        let telling = watch.tell(PATIENCE, |line| {
            let what = line.split(" since ").next().unwrap_or_default().to_owned();
            lines.lock().unwrap().push((start.elapsed().as_secs(), what));
        });
        let acting = async {
            for second in 0..seconds {
                act(second, &watch);
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        };
        tokio::select! {
            biased;
            never = telling => match never {},
            () = acting => {}
        }
        lines.into_inner().unwrap()
    }

    fn line(second: u64, what: &str) -> (u64, String) {
        (second, format!("waiting for {what}"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_stall_is_reported_once() {
        let lines = said(60, |second, watch| {
            if second == 0 {
                watch.wait_for("the response to GetObject".to_owned());
            }
        });
        assert_eq!(lines.await, [line(5, "the response to GetObject")]);
    }

    #[tokio::test(start_paused = true)]
    async fn progress_is_not_reported() {
        let lines = said(60, |second, watch| {
            if second == 0 {
                watch.wait_for("the content".to_owned());
            }
            if second % 4 == 0 {
                watch.moved();
            }
        });
        assert_eq!(lines.await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn each_stall_is_reported() {
        let lines = said(40, |second, watch| match second {
            2 => watch.wait_for("standard input".to_owned()),
            9 => watch.wait_for("the response to PutObject".to_owned()),
            17 => watch.moved(),
            _ => {}
        });
        let expected = [
            line(7, "standard input"),
            line(14, "the response to PutObject"),
            line(22, "the response to PutObject"),
        ];
        assert_eq!(lines.await, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn an_advancing_request_body_is_progress() {
        let counter = ByteCounter::default();
        let lines = said(40, |second, watch| {
            if second == 0 {
                watch.sending("the response to PutObject".to_owned(), Some(&counter));
            }
            if second < 20 {
                counter.add(1);
            }
        });
        let [(second, what)] = &lines.await[..] else { panic!() };
        assert!((24..=30).contains(second) && what.ends_with("PutObject"), "{second} {what}");
    }

    #[tokio::test(start_paused = true)]
    async fn local_work_is_not_a_stall() {
        assert_eq!(said(60, |_, watch| watch.moved()).await, []);
        assert_eq!(said(60, |_, _| ()).await, []);
    }
}
