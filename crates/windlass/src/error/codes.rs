//! Maps S3 error codes and HTTP statuses to error kinds and retry classes.

use super::ErrorKind;

/// The class of a retryable error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// The service throttles requests: retries wait longer.
    Throttling,
    /// A temporary failure.
    Transient,
}

/// Returns the retry class of a response with this status and code, or `None` if it is not retryable.
///
/// A known code takes precedence over the status: S3 also sends retryable codes with statuses 200 and 400.
///
/// ```
/// use windlass::error::RetryClass;
/// use windlass::unversioned::classify;
///
/// assert_eq!(classify(400, Some("RequestTimeout")), Some(RetryClass::Transient));
/// assert_eq!(classify(503, Some("SlowDown")), Some(RetryClass::Throttling));
/// assert_eq!(classify(404, Some("NoSuchKey")), None);
/// ```
pub fn classify(status: u16, code: Option<&str>) -> Option<RetryClass> {
    match code {
        Some(
            "BandwidthLimitExceeded"
            | "EC2ThrottledException"
            | "LimitExceededException"
            | "PriorRequestNotComplete"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "SlowDown"
            | "SlowDownRead"
            | "SlowDownWrite"
            | "ThrottledException"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequests"
            | "TooManyRequestsException"
            | "TransactionInProgressException",
        ) => Some(RetryClass::Throttling),
        Some(
            "IncompleteBody"
            | "InternalError"
            | "RequestTimeout"
            | "RequestTimeoutException"
            | "ServiceUnavailable",
        ) => Some(RetryClass::Transient),
        _ => match status {
            429 => Some(RetryClass::Throttling),
            // Proxies in front of S3-compatible services send 520 to 530.
            408 | 500 | 502 | 503 | 504 | 520..=524 | 530 => Some(RetryClass::Transient),
            _ => None,
        },
    }
}

/// Returns the kind of an S3 error code, or `None` if the code is unknown.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
pub(crate) fn kind_of_code(code: &str) -> Option<ErrorKind> {
    use ErrorKind as K;
    Some(match code {
        "AccessDenied" | "AccessForbidden" | "AllAccessDisabled" | "Forbidden" | "InvalidPayer" => {
            K::AccessDenied
        }
        "AccountProblem" | "InvalidSecurity" | "NotSignedUp" | "UnauthorizedAccess" => K::AccountProblem,
        "AuthorizationHeaderMalformed"
        | "IllegalLocationConstraintException"
        | "IncorrectEndpoint"
        | "InvalidRegion"
        | "PermanentRedirect"
        | "Redirect"
        | "TemporaryRedirect" => K::WrongRegion,
        "BadDigest" | "InvalidDigest" | "XAmzContentChecksumMismatch" | "XAmzContentSHA256Mismatch" => {
            K::ChecksumMismatch
        }
        "BucketAlreadyExists" => K::BucketAlreadyExists,
        "BucketAlreadyOwnedByYou" => K::BucketAlreadyOwnedByYou,
        "BucketNotEmpty" => K::BucketNotEmpty,
        "ConditionalRequestConflict" | "OperationAborted" => K::Conflict,
        "EntityTooLarge"
        | "MaxMessageLengthExceeded"
        | "MaxPostPreDataLengthExceededError"
        | "MetadataTooLarge"
        | "RequestHeaderSectionTooLarge" => K::RequestTooLarge,
        "EntityTooSmall" => K::PartTooSmall,
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => K::CredentialsExpired,
        "IncompleteBody" => K::IncompleteBody,
        "InternalError" => K::InternalError,
        "InvalidAccessKeyId" | "InvalidClientTokenId" | "InvalidToken" | "UnrecognizedClientException" => {
            K::InvalidAccessKeyId
        }
        "InvalidArgument"
        | "InvalidRequest"
        | "InvalidStorageClass"
        | "InvalidTag"
        | "MalformedXML"
        | "InvalidLocationConstraint"
        | "AuthorizationQueryParametersError" => K::InvalidArgument,
        "InvalidBucketName" => K::InvalidBucketName,
        "InvalidObjectState"
        | "ObjectAlreadyInActiveTierError"
        | "ObjectNotInActiveTierError"
        | "RestoreAlreadyInProgress" => K::InvalidObjectState,
        "InvalidPart" => K::InvalidPart,
        "InvalidPartOrder" => K::InvalidPartOrder,
        "InvalidRange" => K::InvalidRange,
        "KeyTooLongError" | "KeyTooLong" | "InvalidObjectName" => K::InvalidKey,
        "MethodNotAllowed" => K::Rejected,
        "MissingContentLength" => K::MissingLength,
        "NoSuchBucket" => K::BucketNotFound,
        "NoSuchBucketPolicy"
        | "NoSuchConfiguration"
        | "NoSuchCORSConfiguration"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchObjectLockConfiguration"
        | "NoSuchPublicAccessBlockConfiguration"
        | "NoSuchTagSet"
        | "NoSuchTagSetError"
        | "NoSuchWebsiteConfiguration"
        | "ObjectLockConfigurationNotFoundError"
        | "OwnershipControlsNotFoundError"
        | "ReplicationConfigurationNotFoundError"
        | "ServerSideEncryptionConfigurationNotFoundError" => K::ConfigurationNotFound,
        "NoSuchKey" | "NoSuchVersion" => K::ObjectNotFound,
        "NoSuchUpload" => K::UploadNotFound,
        "NotImplemented" => K::NotImplemented,
        "PreconditionFailed" => K::PreconditionFailed,
        "BucketQuotaExceeded"
        | "InsufficientStorage"
        | "QuotaExceeded"
        | "StorageFull"
        | "StorageQuotaExceeded"
        | "XMinioAdminBucketQuotaExceeded"
        | "XMinioStorageFull" => K::QuotaExceeded,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => K::ClockSkew,
        "RequestTimeout" | "RequestTimeoutException" => K::Timeout,
        "ServiceUnavailable" => K::ServiceUnavailable,
        "SignatureDoesNotMatch" => K::SignatureMismatch,
        "TooManyBuckets" => K::TooManyBuckets,
        "TooManyParts" => K::TooManyParts,
        "UnsupportedSignature" => K::UnsupportedAlgorithm,
        code if matches!(classify(0, Some(code)), Some(RetryClass::Throttling)) => K::SlowDown,
        _ => return None,
    })
}

/// Returns the kind of a response without a known code, such as every response to HEAD, which has no body.
/// `about_object` and `about_bucket` say whether the request names an object and a bucket.
pub(crate) fn kind_of_status(status: u16, about_object: bool, about_bucket: bool) -> ErrorKind {
    use ErrorKind as K;
    match status {
        301 | 307 | 308 => K::WrongRegion,
        304 => K::NotModified,
        400 => K::InvalidArgument,
        401 | 403 => K::AccessDenied,
        404 if about_object => K::ObjectNotFound,
        404 if about_bucket => K::BucketNotFound,
        408 => K::Timeout,
        409 => K::Conflict,
        411 => K::MissingLength,
        412 => K::PreconditionFailed,
        413 => K::RequestTooLarge,
        416 => K::InvalidRange,
        429 => K::SlowDown,
        501 => K::NotImplemented,
        502 | 504 | 520..=524 | 530 => K::BadGateway,
        503 => K::ServiceUnavailable,
        507 => K::QuotaExceeded,
        500 | 505.. => K::InternalError,
        _ => K::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_code_takes_precedence_over_the_status() {
        let check =
            |status, code, expected| assert_eq!(classify(status, code), expected, "{status} {code:?}");
        check(404, Some("SlowDown"), Some(RetryClass::Throttling));
        check(400, Some("IncompleteBody"), Some(RetryClass::Transient));
        check(500, Some("NoSuchKey"), Some(RetryClass::Transient));
        check(400, Some("BadDigest"), None);
        check(403, Some("RequestTimeTooSkewed"), None);
        check(429, None, Some(RetryClass::Throttling));
        check(501, None, None);
        for status in [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530] {
            check(status, None, Some(RetryClass::Transient));
        }
        for status in [400, 417, 501, 505, 507, 519, 525, 526, 529, 531] {
            check(status, None, None);
        }
    }

    #[test]
    fn a_404_without_a_code_means_the_object_or_bucket_of_the_request() {
        assert_eq!(kind_of_status(404, true, true), ErrorKind::ObjectNotFound);
        assert_eq!(kind_of_status(404, false, true), ErrorKind::BucketNotFound);
        assert_eq!(kind_of_code("NoSuchBucket"), Some(ErrorKind::BucketNotFound));
        assert_eq!(kind_of_code("TooManyParts"), Some(ErrorKind::TooManyParts));
        // The bucket exists without tags.
        assert_eq!(kind_of_code("NoSuchTagSet"), Some(ErrorKind::ConfigurationNotFound));
        assert_eq!(kind_of_code("SomethingNew"), None);
    }
}
