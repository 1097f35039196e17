//! The exit statuses of the command.

use std::process::ExitCode as ProcessExitCode;

use windlass::types::EncodedKey;
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
    /// The kind of a failure of which no more is known, as `--json` names it.
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

    /// The status for an error of the library.
    pub(crate) fn of(error: &Error) -> Self {
        if error.is_not_found() {
            return Self::NotFound;
        }
        match error.category() {
            // A list gave that key: the caller did not write it.
            _ if error.key().and_then(EncodedKey::of).is_some() => Self::Failed,
            ErrorCategory::Access | ErrorCategory::Credentials => Self::Access,
            ErrorCategory::Configuration => Self::Usage,
            // What was refused before it was sent is the caller's mistake.
            ErrorCategory::Request if error.attempts() == 0 => Self::Usage,
            _ => Self::Failed,
        }
    }
}

/// The status of many things of which some may have failed.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    some_went_well: bool,
    /// The status that all failures have in common.
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

    /// Where nothing at all went well, the reason is worth more than that something failed.
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
    fn the_verdict_on_many_tells_the_reason_that_all_share() {
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
