//! Failures of the command: exit status, one line of error, and an optional hint.

use std::error::Error as _;
use std::io;

use serde_json::{Value, json};
use windlass::Error;
use windlass::paths::S3Url;

use crate::exit_code::ExitCode;
use crate::output::{Output, escape};
use crate::words;

/// A failure of the command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    message: String,
    hint: Option<String>,
    /// Whether the remaining work would fail in the same way.
    pub(crate) is_final: bool,
    facts: Box<Facts>,
}

/// Details for `--json`.
#[derive(Debug, Default)]
struct Facts {
    /// The machine-readable kind.
    kind: &'static str,
    /// S3's error code.
    code: Option<String>,
    request_id: Option<String>,
    /// The object, bucket or file concerned.
    source: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: ExitCode, message: impl Into<String>) -> Self {
        let facts = Box::new(Facts { kind: code.name(), ..Facts::default() });
        Self { code, message: message.into(), hint: None, is_final: false, facts }
    }

    /// An invalid command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, message)
    }

    /// An I/O error of a local file.
    pub(crate) fn file(what: impl std::fmt::Display, error: &io::Error) -> Self {
        let code =
            if error.kind() == io::ErrorKind::NotFound { ExitCode::NotFound } else { ExitCode::Failed };
        let is_final = matches!(
            error.kind(),
            io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::StorageFull
        );
        let mut failure = Self { is_final, ..Self::new(code, format!("{what}: {error}")) };
        failure.facts.kind = windlass::ErrorKind::LocalFile.name();
        failure.facts.source = Some(what.to_string());
        failure
    }

    /// Whether the command line is invalid.
    pub(crate) fn is_usage(&self) -> bool {
        self.code == ExitCode::Usage
    }

    /// Prefixes the message with what succeeded before.
    pub(crate) fn after(mut self, fact: &str) -> Self {
        self.message = format!("{fact}: {}", self.message);
        self
    }

    /// Sets the hint: what to do next.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn message(&self) -> String {
        escape(&self.message).into_owned()
    }

    /// Whether nothing is printed.
    pub(crate) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The record for `--json`. `source` overrides the source of the failure.
    pub(crate) fn record(&self, source: Option<&str>) -> Value {
        json!({
            "event": "error",
            "kind": self.facts.kind,
            "code": self.facts.code,
            "source": source.or(self.facts.source.as_deref()),
            "message": self.message,
            "hint": self.hint,
            "request_id": self.facts.request_id,
        })
    }

    /// Prints the failure and returns the exit status.
    pub(crate) fn report(&self, output: Output) -> ExitCode {
        if !self.is_silent() {
            output.last_words(self);
        }
        self.code
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        use windlass::ErrorKind as Kind;
        let is_final = matches!(
            error.kind(),
            Kind::BucketNotFound
                | Kind::ConnectFailed
                | Kind::CredentialsExpired
                | Kind::CredentialsInvalid
                | Kind::CredentialsNotFound
                | Kind::CredentialsRefreshFailed
                | Kind::DiskFull
                | Kind::DnsFailed
                | Kind::InvalidAccessKeyId
                | Kind::InvalidBucketName
                | Kind::SignatureMismatch
                | Kind::TlsFailed
        );
        let url = |bucket: &str| S3Url::new(bucket, error.key().unwrap_or_default()).to_string();
        Self {
            code: ExitCode::of(&error),
            message: message_of(&error),
            hint: hint(&error),
            is_final,
            facts: Box::new(Facts {
                kind: error.kind().name(),
                code: error.code().map(str::to_owned),
                request_id: error.request_id().map(str::to_owned),
                source: error.bucket().map(url),
            }),
        }
    }
}

/// The line of an error. Only the library's own text is translated; the service's text and user-chosen names are not.
fn message_of(error: &Error) -> String {
    let line = error.to_string();
    let own = error.message();
    if error.status().is_some() || error.source().is_some() || own.is_empty() {
        return line;
    }
    match line.rfind(own) {
        Some(start) => {
            let (before, rest) = line.split_at(start);
            format!("{before}{}{}", words::of_command(own), rest.get(own.len()..).unwrap_or_default())
        }
        None => line,
    }
}

/// The hint of an error, with settings named as options of the command.
fn hint(error: &Error) -> Option<String> {
    match (error.kind(), error.bucket_region()) {
        (windlass::ErrorKind::WrongRegion, Some(region)) => Some(format!("pass --region {region}")),
        (windlass::ErrorKind::RequestTooLarge, _) if error.suggestion().is_some() => {
            let hint =
                "a proxy in front of the service limits the size of requests: pass a smaller --part-size";
            Some(hint.to_owned())
        }
        _ => error.suggestion().map(words::of_command),
    }
}

/// A broken pipe ends the command silently and successfully, as is usual for filters.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(ExitCode::Success, "");
        }
        Self::new(ExitCode::Failed, error.to_string())
    }
}

/// A command line that clap rejects.
impl From<&clap::Error> for Failure {
    fn from(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let mut parts = text.trim_start_matches("error: ").split("\n\n");
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            "missing subcommand".to_owned()
        } else {
            one_line(parts.next().unwrap_or_default())
        };
        let tip = parts.find_map(|part| part.trim().strip_prefix("tip: ").map(one_line));
        Self::usage(message).with_hint(tip.unwrap_or_else(|| "see `windlass --help`".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_final() {
        let is_final = |kind| Failure::file("a", &io::Error::from(kind)).is_final;
        assert!(is_final(io::ErrorKind::StorageFull) && is_final(io::ErrorKind::ReadOnlyFilesystem));
        assert!(!is_final(io::ErrorKind::PermissionDenied) && !is_final(io::ErrorKind::NotFound));
    }

    #[test]
    fn only_the_librarys_own_text_is_translated() {
        let kind = windlass::ErrorKind::InvalidEndpoint;
        let error =
            || Error::new(kind, "allow it with allow_http(true)").with_target("b", "allow_http(true)");
        let failure = Failure::from(error());
        assert_eq!(failure.message, "s3://b/allow_http(true) failed: allow it with --allow-http");
        let failure = Failure::from(error().with_status(400));
        assert!(failure.message.ends_with("allow_http(true)"), "{}", failure.message);
    }
}
