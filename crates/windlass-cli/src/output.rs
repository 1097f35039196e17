//! Standard output has data and what was done, standard error everything else; both in lines of text or of JSON.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write as _};
use std::time::SystemTime;

use jiff::civil::DateTime;
use serde_json::{Value, json};
use windlass::paths::visible;

use crate::failure::Failure;

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
            self.remark("note", text);
        }
    }

    /// A warning about `source`. `kind` is its word in JSON, in `snake_case`.
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

    /// The failure of one thing of many: in text after `what` was done, in JSON about `source`.
    pub(crate) fn error(self, failure: &Failure, what: Option<&str>, source: Option<&str>) {
        if !self.quiet {
            let what = what.map_or_else(String::new, |what| format!("{what}: "));
            self.tell(&format!("error: {what}{}", failure.message()), &failure.record(source));
        }
    }

    /// The failure that ends the command. It is always printed.
    pub(crate) fn last_words(self, failure: &Failure) {
        self.tell(&format!("error: {}", failure.message()), &failure.record(None));
        if let (Some(hint), false) = (failure.hint(), self.json) {
            tell(format_args!("hint: {hint}"));
        }
    }

    /// Something that `--verbose` or `--debug` asked for.
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

/// Says where an error happened that cannot know.
pub(crate) fn of_output(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("standard output: {error}"))
}

/// Writes a line to standard error, whatever stands in the names of it. Where nobody reads it, there is nobody to be
/// told of that.
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

/// A name for people's eyes: what moves the cursor, turns the direction of text or cannot be seen is escaped.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// `2026-11-23 10:37:30`, in the time of this place, which `TZ` can set, or that it is not known.
pub(crate) fn plain_time(time: Option<SystemTime>) -> String {
    let text = time.and_then(local).map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
    text.unwrap_or_else(|| format!("{:19}", "unknown"))
}

/// The date and time here. The last days of the calendar are shown in UTC: they are no days of every zone.
fn local(time: SystemTime) -> Option<DateTime> {
    let Ok(timestamp) = jiff::Timestamp::try_from(time) else { return civil(time) };
    Some(timestamp.to_zoned(jiff::tz::TimeZone::system()).datetime())
}

/// `10:37:30`, in the time of this place.
pub(crate) fn time_of_day(time: SystemTime) -> String {
    plain_time(Some(time)).split_off(11)
}

/// `1 object`, `2 objects`.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
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
