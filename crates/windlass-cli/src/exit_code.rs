//! The exit statuses of the command.

use std::process::ExitCode as ProcessExitCode;

use windlass::types::EncodedKey;
use windlass::{Error, ErrorCategory};

/// The exit status, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Everything succeeded.
    Success = 0,
    /// Something failed or was skipped.
    Failed = 1,
    /// The command line is invalid.
    Usage = 2,
    /// Credentials are missing, or access is denied.
    Access = 3,
    /// The bucket, object or file does not exist.
    NotFound = 4,
    /// Interrupted by a signal.
    Interrupted = 130,
}

impl ExitCode {
    /// The `kind` in `--json` for failures without a more specific one.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Access => "access_denied",
            Self::NotFound => "not_found",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit status for an error of the library.
    pub(crate) fn of(error: &Error) -> Self {
        if error.is_not_found() {
            return Self::NotFound;
        }
        match error.category() {
            // An encoded key comes from a list, not from the command line.
            _ if error.key().and_then(EncodedKey::of).is_some() => Self::Failed,
            ErrorCategory::Access | ErrorCategory::Credentials => Self::Access,
            ErrorCategory::Configuration => Self::Usage,
            // The library rejected the request before sending it: a mistake of the user.
            ErrorCategory::Request if error.attempts() == 0 => Self::Usage,
            _ => Self::Failed,
        }
    }
}

/// Collects the outcomes of many items into one exit status.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    some_went_well: bool,
    /// The status of the failures if all agree, otherwise [`ExitCode::Failed`].
    failure: Option<ExitCode>,
}

impl Outcomes {
    pub(crate) fn went_well(&mut self) {
        self.some_went_well = true;
    }

    pub(crate) fn failed(&mut self, code: ExitCode) {
        let is_new = self.failure.is_none_or(|known| known == code);
        self.failure = Some(if is_new { code } else { ExitCode::Failed });
    }

    /// The combined status. If every item failed for the same reason, it is the status of that reason.
    pub(crate) fn status(&self) -> ExitCode {
        match self.failure {
            None => ExitCode::Success,
            Some(code) if !self.some_went_well => code,
            Some(_) => ExitCode::Failed,
        }
    }
}

impl From<ExitCode> for ProcessExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_shared_by_all_failures_is_the_status() {
        let check = |outcomes: &[Option<ExitCode>], expected| {
            let mut verdict = Outcomes::default();
            for outcome in outcomes {
                match outcome {
                    Some(code) => verdict.failed(*code),
                    None => verdict.went_well(),
                }
            }
            assert_eq!(verdict.status(), expected, "{outcomes:?}");
        };
        let (access, missing) = (Some(ExitCode::Access), Some(ExitCode::NotFound));
        check(&[], ExitCode::Success);
        check(&[None, None], ExitCode::Success);
        check(&[access, access], ExitCode::Access);
        check(&[access, missing, access], ExitCode::Failed);
        check(&[access, None], ExitCode::Failed);
        check(&[None, missing], ExitCode::Failed);
    }
}
