//! The exit statuses of the command.

use std::process::ExitCode as ProcessExitCode;

use windlass::{Error, ErrorCategory};

/// How it went, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// All done.
    Success = 0,
    /// Something failed or was skipped.
    Failed = 1,
    /// The command line cannot be understood, or asks for what cannot be.
    Usage = 2,
    /// Credentials are missing, or do not allow this.
    Access = 3,
    /// The bucket or object is not there.
    NotFound = 4,
    /// Ctrl-C.
    Interrupted = 130,
}

impl ExitCode {
    /// The status for an error of the library.
    pub(crate) fn of(error: &Error) -> Self {
        if error.is_not_found() {
            return Self::NotFound;
        }
        match error.category() {
            ErrorCategory::Access | ErrorCategory::Credentials => Self::Access,
            ErrorCategory::Configuration => Self::Usage,
            // What was refused before it was sent is the caller's mistake.
            ErrorCategory::Request if error.attempts() == 0 => Self::Usage,
            _ => Self::Failed,
        }
    }
}

impl From<ExitCode> for ProcessExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
