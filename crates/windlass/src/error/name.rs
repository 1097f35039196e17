//! Stable names of error kinds for logs, JSON and bindings to other languages.

use super::ErrorKind;

/// Defines `ErrorKind::name` and the list of all kinds. A kind without a name does not compile.
macro_rules! names {
    ($($kind:ident => $name:literal,)*) => {
        const ALL: &[ErrorKind] = &[$(ErrorKind::$kind),*];

        impl ErrorKind {
            /// The name of the kind in `snake_case`, for logs and JSON. Names never change.
            ///
            /// ```
            /// assert_eq!(windlass::ErrorKind::SlowDown.name(), "slow_down");
            /// ```
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

names! {
    AccessDenied => "access_denied",
    AccountProblem => "account_problem",
    Aborted => "aborted",
    BadGateway => "bad_gateway",
    BucketAlreadyExists => "bucket_already_exists",
    BucketAlreadyOwnedByYou => "bucket_already_owned_by_you",
    BucketNotEmpty => "bucket_not_empty",
    BucketNotFound => "bucket_not_found",
    ChecksumMismatch => "checksum_mismatch",
    ClockSkew => "clock_skew",
    ConfigurationNotFound => "configuration_not_found",
    Conflict => "conflict",
    ConnectFailed => "connect_failed",
    CredentialsExpired => "credentials_expired",
    CredentialsInvalid => "credentials_invalid",
    CredentialsNotFound => "credentials_not_found",
    CredentialsRefreshFailed => "credentials_refresh_failed",
    DiskFull => "disk_full",
    DnsFailed => "dns_failed",
    IncompleteBody => "incomplete_body",
    InternalError => "internal_error",
    Interrupted => "interrupted",
    InvalidAccessKeyId => "invalid_access_key_id",
    InvalidArgument => "invalid_argument",
    InvalidBucketName => "invalid_bucket_name",
    InvalidEndpoint => "invalid_endpoint",
    InvalidKey => "invalid_key",
    InvalidObjectState => "invalid_object_state",
    InvalidPart => "invalid_part",
    InvalidPartOrder => "invalid_part_order",
    InvalidRange => "invalid_range",
    InvalidResponse => "invalid_response",
    InvalidSetting => "invalid_setting",
    LocalFile => "local_file",
    LocalFileChanged => "local_file_changed",
    MissingLength => "missing_length",
    MissingRegion => "missing_region",
    NoRuntime => "no_runtime",
    NotEncrypted => "not_encrypted",
    NotImplemented => "not_implemented",
    NotModified => "not_modified",
    ObjectNotFound => "object_not_found",
    OutcomeUnknown => "outcome_unknown",
    PartTooSmall => "part_too_small",
    PreconditionFailed => "precondition_failed",
    QuotaExceeded => "quota_exceeded",
    Rejected => "rejected",
    RequestTooLarge => "request_too_large",
    RequestTooSmall => "request_too_small",
    ServiceUnavailable => "service_unavailable",
    SignatureMismatch => "signature_mismatch",
    SlowDown => "slow_down",
    Stalled => "stalled",
    Timeout => "timeout",
    TlsFailed => "tls_failed",
    TooManyBuckets => "too_many_buckets",
    TooManyParts => "too_many_parts",
    Unsupported => "unsupported",
    UnsupportedAlgorithm => "unsupported_algorithm",
    UploadNotFound => "upload_not_found",
    WrongRegion => "wrong_region",
}

impl ErrorKind {
    /// Iterates over all kinds of this version of windlass.
    pub fn all() -> impl Iterator<Item = Self> {
        ALL.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// A second copy of the names, because programs match on them: renaming one takes two deliberate edits.
    const NAMES: &str = "\
        access_denied account_problem aborted bad_gateway bucket_already_exists bucket_already_owned_by_you \
        bucket_not_empty bucket_not_found checksum_mismatch clock_skew configuration_not_found conflict \
        connect_failed credentials_expired credentials_invalid credentials_not_found credentials_refresh_failed \
        disk_full dns_failed incomplete_body internal_error interrupted invalid_access_key_id \
        invalid_argument invalid_bucket_name invalid_endpoint invalid_key invalid_object_state invalid_part \
        invalid_part_order invalid_range invalid_response invalid_setting local_file local_file_changed \
        missing_length missing_region no_runtime not_encrypted not_implemented not_modified object_not_found \
        outcome_unknown part_too_small precondition_failed quota_exceeded rejected request_too_large \
        request_too_small service_unavailable signature_mismatch slow_down stalled timeout tls_failed \
        too_many_buckets too_many_parts unsupported unsupported_algorithm upload_not_found wrong_region";

    #[test]
    fn names_are_stable() {
        let names: Vec<&str> = ErrorKind::all().map(ErrorKind::name).collect();
        assert_eq!(names.join(" "), NAMES);
    }

    #[test]
    fn names_are_distinct_words_in_snake_case() {
        let names: HashSet<&str> = ErrorKind::all().map(ErrorKind::name).collect();
        assert_eq!(names.len(), ErrorKind::all().count());
        for name in names {
            let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
            assert!(name.split('_').all(is_word), "{name}");
        }
    }

    #[test]
    fn a_name_is_the_snake_case_form_of_its_kind() {
        for kind in ErrorKind::all() {
            assert_eq!(kind.name().replace('_', ""), format!("{kind:?}").to_ascii_lowercase());
        }
    }
}
