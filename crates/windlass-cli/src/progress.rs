//! A progress bar on standard error, for long work on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::watch::Watch;

/// The bar. It is drawn as soon as there is much to do.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    wanted: bool,
    watch: Watch,
}

/// Less work than this is done before anybody could read a bar.
const LONG_BYTES: u64 = 8 << 20;

impl Progress {
    /// A bar for no work so far. `wanted` is false where nothing may be drawn.
    pub(crate) fn new(wanted: bool, watch: Watch) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
        {
            bar.set_style(style);
        }
        Self { bar, wanted, watch }
    }

    /// So many bytes more have to be done.
    pub(crate) fn expect(&self, bytes: u64) {
        self.bar.inc_length(bytes);
        if self.wanted && self.bar.is_hidden() && self.bar.length().unwrap_or(0) >= LONG_BYTES {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// So many bytes more are done.
    pub(crate) fn add(&self, bytes: u64) {
        self.bar.inc(bytes);
        self.watch.moved();
    }

    /// Takes the bar away while something is written.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar away for good.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
