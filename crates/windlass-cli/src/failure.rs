//! What ends a command early: an exit status, one line of error, and a hint where there is one.

use std::io;

use windlass::Error;

use crate::exit_code::ExitCode;
use crate::output::{escape, tell};

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    message: String,
    hint: Option<String>,
    /// Whether everything that follows would fail alike.
    pub(crate) is_final: bool,
}

impl Failure {
    pub(crate) fn new(code: ExitCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, is_final: false }
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
        Self { is_final, ..Self::new(code, format!("{what}: {error}")) }
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

    /// Prints the failure and gives the exit status.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.message.is_empty() {
            tell(format_args!("error: {}", self.message));
        }
        if let Some(hint) = &self.hint {
            tell(format_args!("hint: {hint}"));
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
                | Kind::ExpiredToken
                | Kind::InvalidAccessKeyId
                | Kind::InvalidBucketName
                | Kind::SignatureMismatch
                | Kind::TlsFailed
        );
        let hint = hint(&error);
        Self { code: ExitCode::of(&error), message: error.to_string(), hint, is_final }
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
        _ => error.suggestion().map(str::to_owned),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_ends_the_work_of_many() {
        let is_final = |kind| Failure::file("a", &io::Error::from(kind)).is_final;
        assert!(is_final(io::ErrorKind::StorageFull) && is_final(io::ErrorKind::ReadOnlyFilesystem));
        assert!(!is_final(io::ErrorKind::PermissionDenied) && !is_final(io::ErrorKind::NotFound));
    }
}
