//! What ends a command early: an exit status, one line of error, and a hint where there is one.

use std::error::Error as _;
use std::io;

use serde_json::{Value, json};
use windlass::Error;
use windlass::paths::S3Url;

use crate::exit_code::ExitCode;
use crate::output::{Output, escape};
use crate::words;

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    message: String,
    hint: Option<String>,
    /// Whether everything that follows would fail alike.
    pub(crate) is_final: bool,
    facts: Box<Facts>,
}

/// What only programs read.
#[derive(Debug, Default)]
struct Facts {
    /// The name of the kind.
    kind: &'static str,
    /// S3's error code.
    code: Option<String>,
    request_id: Option<String>,
    /// The object, bucket or file that it is about.
    source: Option<String>,
}

impl Failure {
    pub(crate) fn new(code: ExitCode, message: impl Into<String>) -> Self {
        let facts = Box::new(Facts { kind: code.name(), ..Facts::default() });
        Self { code, message: message.into(), hint: None, is_final: false, facts }
    }

    /// The command line asks for what cannot be.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitCode::Usage, message)
    }

    /// A local file could not be used.
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

    /// Whether the command line asks for what cannot be.
    pub(crate) fn is_usage(&self) -> bool {
        self.code == ExitCode::Usage
    }

    /// Tells what was done before.
    pub(crate) fn after(mut self, fact: &str) -> Self {
        self.message = format!("{fact}: {}", self.message);
        self
    }

    /// Says what to do next.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn message(&self) -> String {
        escape(&self.message).into_owned()
    }

    /// Whether there is nothing to say.
    pub(crate) fn is_silent(&self) -> bool {
        self.message.is_empty()
    }

    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The record of `--json`, about `source` if that is known better than the failure knows.
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

    /// Prints the failure and gives the exit status.
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

/// The line of an error. What a service said, and names that users chose, stay as they are.
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

/// What to do next, in the words of the command.
fn hint(error: &Error) -> Option<String> {
    match (error.kind(), error.bucket_region()) {
        (windlass::ErrorKind::WrongRegion, Some(region)) => Some(format!("use --region {region}")),
        (windlass::ErrorKind::RequestTooLarge, _) if error.suggestion().is_some() => {
            let hint =
                "a proxy in front of the service limits the size of requests: use a smaller --part-size";
            Some(hint.to_owned())
        }
        _ => error.suggestion().map(words::of_command),
    }
}

/// Standard output that nobody reads any more ends the command without a word, as it does for other filters.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(ExitCode::Success, "");
        }
        Self::new(ExitCode::Failed, error.to_string())
    }
}

/// A command line that clap refuses.
impl From<&clap::Error> for Failure {
    fn from(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let mut parts = text.trim_start_matches("error: ").split("\n\n");
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            "a subcommand is missing".to_owned()
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
    fn a_full_disk_ends_the_work_of_many() {
        let is_final = |kind| Failure::file("a", &io::Error::from(kind)).is_final;
        assert!(is_final(io::ErrorKind::StorageFull) && is_final(io::ErrorKind::ReadOnlyFilesystem));
        assert!(!is_final(io::ErrorKind::PermissionDenied) && !is_final(io::ErrorKind::NotFound));
    }

    #[test]
    fn only_the_librarys_own_words_are_translated() {
        let kind = windlass::ErrorKind::InvalidEndpoint;
        let error =
            || Error::new(kind, "allow it with allow_http(true)").with_target("b", "allow_http(true)");
        let failure = Failure::from(error());
        assert_eq!(failure.message, "s3://b/allow_http(true) failed: allow it with --allow-http");
        let failure = Failure::from(error().with_status(400));
        assert!(failure.message.ends_with("allow_http(true)"), "{}", failure.message);
    }
}
