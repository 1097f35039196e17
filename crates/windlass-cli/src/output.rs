//! Standard output is data, in lines of text or of JSON; everything else goes to standard error.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};
use std::time::SystemTime;

use jiff::civil::DateTime;
use serde_json::Value;
use windlass::paths::visible;

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
        let written = if self.json { writeln!(stdout, "{value}") } else { writeln!(stdout, "{text}") };
        written.map_err(|error| of_output(&error))
    }

    /// Writes the properties of one thing that are not null: a line each, or with `--json` one object.
    pub(crate) fn properties(self, properties: Vec<(&str, Value)>) -> io::Result<()> {
        let given: Vec<_> = properties.into_iter().filter(|(_, value)| !value.is_null()).collect();
        let lines: Vec<String> = given.iter().flat_map(|(name, value)| lines(name, value)).collect();
        let members = given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.data(&lines.join("\n"), &Value::Object(members))
    }

    /// Writes about one thing that was done, unless only errors are wanted. Nobody has to read it: the work goes on.
    pub(crate) fn done(self, text: &str, value: &Value) -> io::Result<()> {
        if self.errors_only {
            return Ok(());
        }
        match self.data(text, value) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// A remark on standard error, unless only errors are wanted.
    pub(crate) fn note(self, text: &str) {
        if !self.errors_only {
            tell(text);
        }
    }

    /// A warning or error about one thing of many.
    pub(crate) fn complain(self, text: &str) {
        if !self.quiet {
            tell(text);
        }
    }
}

/// Says where an error happened that cannot know.
pub(crate) fn of_output(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("standard output: {error}"))
}

/// Writes a line to standard error, whatever stands in the names of it. Where nobody reads it, there is nobody to be
/// told of that.
pub(crate) fn tell(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", escape(&text.to_string()));
}

fn lines(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            members.iter().flat_map(|(member, value)| lines(&format!("{name}.{member}"), value)).collect()
        }
        Value::String(text) => vec![format!("{name}: {}", escape(text))],
        other => vec![format!("{name}: {other}")],
    }
}

/// A name for people's eyes: what moves the cursor, turns the direction of text or cannot be seen is escaped.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// `2026-11-23 10:37:30`, in UTC, or that it is not known.
pub(crate) fn plain_time(time: Option<SystemTime>) -> String {
    let time = time.and_then(civil);
    time.map_or_else(|| format!("{:19}", "unknown"), |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// ISO 8601 in UTC, or null.
pub(crate) fn json_time(time: Option<SystemTime>) -> Value {
    time.and_then(civil).map_or(Value::Null, |time| Value::String(format!("{time}Z")))
}

/// The calendar's date and time in UTC, which exist up to the end of the year 9999: the date that stands for "never".
fn civil(time: SystemTime) -> Option<DateTime> {
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => epoch.checked_add(since).ok(),
        Err(before) => epoch.checked_sub(before.duration()).ok(),
    }
}
