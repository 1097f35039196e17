//! The progress bar on standard error, for long transfers on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::watch::Watch;

/// A progress bar that appears once at least [`LONG_BYTES`] are expected.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    wanted: bool,
    watch: Watch,
}

/// Shorter transfers finish before a bar is useful.
const LONG_BYTES: u64 = 8 << 20;

impl Progress {
    /// An empty bar. It is never drawn if `wanted` is false.
    pub(crate) fn new(wanted: bool, watch: Watch) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
        {
            bar.set_style(style);
        }
        Self { bar, wanted, watch }
    }

    /// Adds `bytes` to the expected total.
    pub(crate) fn expect(&self, bytes: u64) {
        self.bar.inc_length(bytes);
        if self.wanted && self.bar.is_hidden() && self.bar.length().unwrap_or(0) >= LONG_BYTES {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Adds `bytes` to the completed work.
    pub(crate) fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.watch.moved();
    }

    /// Hides the bar while `write` runs.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
