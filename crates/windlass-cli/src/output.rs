//! Standard output is data, in lines of text or of JSON; everything else goes to standard error.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::SystemTime;

use serde_json::Value;

/// How and how much is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    /// Nothing but errors is written beside data that was asked for.
    pub(crate) errors_only: bool,
    /// Not even those.
    pub(crate) quiet: bool,
}

impl Output {
    /// Writes one piece of data: the text, or with `--json` the value, on a line of its own.
    pub(crate) fn data(self, text: &str, value: &Value) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        if self.json { writeln!(stdout, "{value}") } else { writeln!(stdout, "{text}") }
    }

    /// Writes about one thing that was done, unless only errors are wanted.
    pub(crate) fn done(self, text: &str, value: &Value) -> io::Result<()> {
        if self.errors_only { Ok(()) } else { self.data(text, value) }
    }

    /// A remark on standard error, unless only errors are wanted.
    pub(crate) fn note(self, text: &str) {
        if !self.errors_only {
            eprintln!("{text}");
        }
    }

    /// A warning or error about one thing of many.
    pub(crate) fn complain(self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }
}

/// A name for people's eyes: control characters are escaped, so that no key can move the cursor.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            let _ = write!(escaped, "{}", c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// `2026-11-23 10:37:30`, in UTC.
pub(crate) fn plain_time(time: Option<SystemTime>) -> String {
    let timestamp = time.and_then(|time| jiff::Timestamp::try_from(time).ok());
    timestamp.map_or_else(|| " ".repeat(19), |timestamp| timestamp.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// ISO 8601 in UTC, or null.
pub(crate) fn json_time(time: Option<SystemTime>) -> Value {
    let timestamp = time.and_then(|time| jiff::Timestamp::try_from(time).ok());
    timestamp.map_or(Value::Null, |timestamp| Value::String(timestamp.to_string()))
}
