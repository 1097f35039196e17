//! Interruption by signals. The first signal starts the cleanup, the second one ends the process immediately.

use std::io;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::Instant;

use crate::exit_code::ExitCode;
use crate::output::Output;

/// Signals within this time of the first one count as the same: `timeout` and terminals signal both the process and its
/// group.
const SAME: Duration = Duration::from_millis(200);

/// Waits for SIGINT, SIGTERM or SIGHUP. A second signal during the cleanup ends the process immediately.
pub(crate) async fn interrupted(output: Output) {
    let Ok(signals) = Signals::new() else {
        // Without a handler the default action of the signal applies.
        return std::future::pending().await;
    };
    let mut signals = Box::pin(stream::unfold(signals, async |mut signals| {
        signals.next().await;
        Some(((), signals))
    }));
    signals.next().await;
    let first = Instant::now();
    output.note("interrupted");
    tokio::spawn(async move {
        second(first, signals).await;
        std::process::exit(ExitCode::Interrupted as i32);
    });
}

/// Waits for the next signal at least [`SAME`] after `first`.
async fn second(first: Instant, mut signals: impl Stream<Item = ()> + Unpin) {
    while signals.next().await.is_some() {
        if first.elapsed() >= SAME {
            return;
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` if the process ignores SIGHUP, as under `nohup`, or if that is unknown.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        // Read before a handler is installed.
        let hangup = is_ignored(SignalKind::hangup().as_raw_value()) == Some(false);
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: if hangup { Some(signal(SignalKind::hangup())?) } else { None },
        })
    }

    async fn next(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Whether the process ignores a signal; `None` if unknown.
#[cfg(unix)]
fn is_ignored(signal: i32) -> Option<bool> {
    ignored_by(&std::fs::read_to_string("/proc/self/status").ok()?, signal)
}

#[cfg(unix)]
fn ignored_by(status: &str, signal: i32) -> Option<bool> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    let mask = u64::from_str_radix(mask.trim(), 16).ok()?;
    let bit = u32::try_from(signal).ok()?.checked_sub(1)?;
    Some(mask.checked_shr(bit)? & 1 == 1)
}

/// Makes a write beyond the file size limit return an error, instead of killing the process and leaving a partial file.
pub(crate) fn survive_file_size_limit() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        // The handler outlives the dropped signal stream. If it cannot be installed, the default action applies.
        let _ = signal(SignalKind::from_raw(FILE_SIZE_LIMIT));
    }
}

/// The number of `SIGXFSZ`.
#[cfg(all(unix, any(target_arch = "mips", target_arch = "mips64")))]
const FILE_SIZE_LIMIT: i32 = 31;
#[cfg(all(unix, not(any(target_arch = "mips", target_arch = "mips64"))))]
const FILE_SIZE_LIMIT: i32 = 25;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn signals_in_quick_succession_count_as_one() {
        let (send, received) = tokio::sync::mpsc::channel(8);
        let signals = stream::unfold(received, async |mut received| Some((received.recv().await?, received)));
        let first = Instant::now();
        let mut ended = tokio::spawn(second(first, Box::pin(signals)));
        let mut step = async |after: u64| {
            tokio::time::advance(Duration::from_millis(after)).await;
            send.send(()).await.unwrap();
            // The paused clock advances only after the signal has been handled.
            tokio::time::timeout(Duration::from_millis(1), &mut ended).await.is_ok()
        };
        assert!(!step(0).await);
        assert!(!step(150).await);
        assert!(!step(40).await);
        assert!(step(10).await);
    }

    #[cfg(unix)]
    #[test]
    fn ignored_signals_are_read_from_the_process_status() {
        let status = "Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(
            [1, 2, 13, 15].map(|signal| ignored_by(status, signal)),
            [Some(true), Some(false), Some(true), Some(false)]
        );
        assert_eq!((ignored_by("", 1), ignored_by(status, 0), ignored_by(status, 99)), (None, None, None));
    }
}
