//! Output: data and completed work on standard output, everything else on standard error, in text or JSON lines.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};
use std::time::SystemTime;

use jiff::civil::DateTime;
use serde_json::{Value, json};
use windlass::paths::visible;

use crate::failure::Failure;

/// The output format and verbosity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) json: bool,
    /// Write only errors beside requested data.
    pub(crate) errors_only: bool,
    /// Write only requested data and the error that ends the command.
    pub(crate) quiet: bool,
}

impl Output {
    /// Writes one line of data: the text, or with `--json` the value.
    pub(crate) fn data(self, text: &str, value: &Value) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        let written = if self.json { writeln!(stdout, "{value}") } else { writeln!(stdout, "{text}") };
        written.map_err(|error| of_output(&error))
    }

    /// Writes the properties that are not null: one per line, or with `--json` one object.
    pub(crate) fn properties(self, properties: Vec<(&str, Value)>) -> io::Result<()> {
        let given: Vec<_> = properties.into_iter().filter(|(_, value)| !value.is_null()).collect();
        let lines: Vec<String> = given.iter().flat_map(|(name, value)| lines(name, value)).collect();
        let members = given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.data(&lines.join("\n"), &Value::Object(members))
    }

    /// Reports completed work, unless only errors are wanted. A closed pipe is not an error: the work continues.
    pub(crate) fn done(self, text: &str, value: &Value) -> io::Result<()> {
        if self.errors_only {
            return Ok(());
        }
        match self.data(text, value) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// Writes a note to standard error, unless only errors are wanted.
    pub(crate) fn note(self, text: &str) {
        if !self.errors_only {
            self.remark("note", text);
        }
    }

    /// Writes a warning about `source`. `kind` is its machine-readable name, in `snake_case`.
    pub(crate) fn warn(self, kind: &str, source: Option<&str>, text: &str) {
        if !self.quiet {
            let record = json!({
                "event": "warning",
                "kind": kind,
                "code": null,
                "source": source,
                "message": text,
                "hint": null,
                "request_id": null,
            });
            self.tell(&format!("warning: {text}"), &record);
        }
    }

    /// Reports the failure of one item among many. Text prefixes `what`, the failed work; JSON has `source`.
    pub(crate) fn error(self, failure: &Failure, what: Option<&str>, source: Option<&str>) {
        if !self.quiet {
            let what = what.map_or_else(String::new, |what| format!("{what}: "));
            self.tell(&format!("error: {what}{}", failure.message()), &failure.record(source));
        }
    }

    /// Reports the failure that ends the command, whatever the verbosity.
    pub(crate) fn last_words(self, failure: &Failure) {
        self.tell(&format!("error: {}", failure.message()), &failure.record(None));
        if let (Some(hint), false) = (failure.hint(), self.json) {
            tell(format_args!("hint: {hint}"));
        }
    }

    /// Writes a line for `--verbose` or `--debug`.
    pub(crate) fn trace(self, level: &str, text: &str) {
        if self.json { self.remark(level, text) } else { tell(format_args!("{level}: {text}")) }
    }

    fn remark(self, event: &str, text: &str) {
        self.tell(text, &json!({"event": event, "message": text}));
    }

    fn tell(self, text: &str, record: &Value) {
        if self.json { tell(record) } else { tell(text) }
    }
}

/// Adds "standard output" to an I/O error.
pub(crate) fn of_output(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("standard output: {error}"))
}

/// Writes a line to standard error, with control characters escaped. A failed write is ignored: there is no other place
/// to report it.
fn tell(text: impl Display) {
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

/// Escapes control, bidirectional and invisible characters for display.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// A time as `2026-11-23 10:37:30` in the local time zone (`TZ` overrides it), or `unknown`.
pub(crate) fn plain_time(time: Option<SystemTime>) -> String {
    let text = time.and_then(local).map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
    text.unwrap_or_else(|| format!("{:19}", "unknown"))
}

/// The local date and time. Falls back to UTC for the last days of year 9999, which do not exist in every time zone.
fn local(time: SystemTime) -> Option<DateTime> {
    let Ok(timestamp) = jiff::Timestamp::try_from(time) else { return civil(time) };
    Some(timestamp.to_zoned(jiff::tz::TimeZone::system()).datetime())
}

/// A time as `10:37:30` in the local time zone.
pub(crate) fn time_of_day(time: SystemTime) -> String {
    plain_time(Some(time)).split_off(11)
}

/// A number with its noun: `1 object`, `2 objects`.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// A time in ISO 8601 and UTC, or null.
pub(crate) fn json_time(time: Option<SystemTime>) -> Value {
    time.and_then(civil).map_or(Value::Null, |time| Value::String(format!("{time}Z")))
}

/// The date and time in UTC. Covers the whole year 9999, which services use for "never".
fn civil(time: SystemTime) -> Option<DateTime> {
    let epoch = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => epoch.checked_add(since).ok(),
        Err(before) => epoch.checked_sub(before.duration()).ok(),
    }
}
