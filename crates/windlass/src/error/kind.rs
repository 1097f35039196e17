//! The kinds of errors, and one table with the category, retry class, summary and hint of each kind.

use super::RetryClass;
use ErrorCategory as C;
use RetryClass::{Throttling, Transient};

/// The kind of an error. Releases may add kinds: match with a wildcard arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller lacks the permission.
    AccessDenied,
    /// The account is suspended, not signed up for the service or otherwise unusable.
    AccountProblem,
    /// The operation was aborted before it finished.
    Aborted,
    /// A proxy or gateway in front of the service failed.
    BadGateway,
    /// Another account owns a bucket of this name.
    BucketAlreadyExists,
    /// The caller already owns a bucket of this name.
    BucketAlreadyOwnedByYou,
    /// The bucket cannot be deleted because it contains objects.
    BucketNotEmpty,
    /// The bucket does not exist.
    BucketNotFound,
    /// The data does not match its checksum.
    ChecksumMismatch,
    /// The clocks of this machine and of the service differ by more than signatures allow.
    ClockSkew,
    /// The bucket or object has no such configuration: tags, a policy, rules.
    ConfigurationNotFound,
    /// A concurrent request changed the object or bucket.
    Conflict,
    /// The connection to the service failed.
    ConnectFailed,
    /// The credentials have expired.
    CredentialsExpired,
    /// A credentials source returned unusable credentials.
    CredentialsInvalid,
    /// No source provides credentials.
    CredentialsNotFound,
    /// Refreshing the credentials failed.
    CredentialsRefreshFailed,
    /// The local disk is full.
    DiskFull,
    /// The host name did not resolve.
    DnsFailed,
    /// The body is shorter or longer than its declared length.
    IncompleteBody,
    /// The service reported an internal error.
    InternalError,
    /// The connection was lost during the transfer.
    Interrupted,
    /// The service does not know the access key id.
    InvalidAccessKeyId,
    /// A member of the request is invalid.
    InvalidArgument,
    /// The bucket name is invalid.
    InvalidBucketName,
    /// The endpoint is not a valid URL for an S3 service.
    InvalidEndpoint,
    /// The object key is invalid.
    InvalidKey,
    /// The object's state or storage class forbids the operation.
    InvalidObjectState,
    /// A part is missing or its `ETag` does not match.
    InvalidPart,
    /// The part numbers are not in ascending order.
    InvalidPartOrder,
    /// The range is outside the object.
    InvalidRange,
    /// The response is malformed or is not from an S3 service.
    InvalidResponse,
    /// A setting of the client is invalid.
    InvalidSetting,
    /// Reading or writing a local file failed.
    LocalFile,
    /// A local file changed while it was being read.
    LocalFileChanged,
    /// The operation needs a body of known length.
    MissingLength,
    /// No region is configured.
    MissingRegion,
    /// The call was made outside a tokio runtime.
    NoRuntime,
    /// The service did not confirm the encryption that the request specified.
    NotEncrypted,
    /// The service does not implement this operation or feature.
    NotImplemented,
    /// The object has not changed (status 304).
    NotModified,
    /// The object or the version does not exist.
    ObjectNotFound,
    /// The response to a write was lost, and a look at the object does not show whether the write took effect.
    OutcomeUnknown,
    /// A part other than the last is smaller than S3 allows.
    PartTooSmall,
    /// A precondition of the request does not hold.
    PreconditionFailed,
    /// The quota of the account or bucket, or the storage of the service, is exhausted.
    QuotaExceeded,
    /// The service rejected the request with a code that maps to no other kind.
    Rejected,
    /// The object, part, key or header is larger than S3 allows.
    RequestTooLarge,
    /// The body is smaller than S3 allows.
    RequestTooSmall,
    /// The service is temporarily unavailable.
    ServiceUnavailable,
    /// The signature differs from the one that the service computed.
    SignatureMismatch,
    /// The service throttles requests.
    SlowDown,
    /// No data was transferred for longer than the stall timeout.
    Stalled,
    /// A timeout of the client or the service elapsed.
    Timeout,
    /// The TLS handshake failed.
    TlsFailed,
    /// The account has reached its bucket limit.
    TooManyBuckets,
    /// The upload has more parts than S3 allows.
    TooManyParts,
    /// windlass does not support this part of S3.
    Unsupported,
    /// The service does not accept the signature or checksum algorithm.
    UnsupportedAlgorithm,
    /// The multipart upload does not exist.
    UploadNotFound,
    /// The bucket is in another region.
    WrongRegion,
}

/// A group of error kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCategory {
    /// Permissions and the account.
    Access,
    /// Buckets.
    Bucket,
    /// The configuration of the client.
    Configuration,
    /// Sources of credentials.
    Credentials,
    /// Multipart uploads.
    Multipart,
    /// Connections to the service.
    Network,
    /// Objects.
    Object,
    /// Invalid requests.
    Request,
    /// Malformed responses.
    Response,
    /// Failures and limits of the service.
    Server,
    /// Signatures and clocks.
    Signing,
    /// Transfers and local files.
    Transfer,
}

impl ErrorKind {
    /// The category of this kind.
    pub fn category(self) -> ErrorCategory {
        self.row().0
    }

    /// The retry class of this kind. `None` if the same request would fail again.
    pub fn retry_class(self) -> Option<RetryClass> {
        self.row().1
    }

    /// The message of an error for which the service sent none.
    pub fn summary(self) -> &'static str {
        self.row().2
    }

    /// A hint on how to fix errors of this kind.
    pub fn suggestion(self) -> Option<&'static str> {
        Some(self.row().3).filter(|text| !text.is_empty())
    }

    #[rustfmt::skip]
    fn row(self) -> (ErrorCategory, Option<RetryClass>, &'static str, &'static str) {
        match self {
            Self::AccessDenied => (C::Access, None, "access denied", "check the policies of the bucket and of the caller"),
            Self::AccountProblem => (C::Access, None, "the account cannot be used", "check the account in the console of the service"),
            Self::Aborted => (C::Transfer, None, "the operation was aborted", ""),
            Self::BadGateway => (C::Server, Some(Transient), "a gateway failed", "retry later; check the proxies and load balancers in front of the service"),
            Self::BucketAlreadyExists => (C::Bucket, None, "the bucket name is taken", "choose another name: all accounts share one namespace"),
            Self::BucketAlreadyOwnedByYou => (C::Bucket, None, "you already own this bucket", ""),
            Self::BucketNotEmpty => (C::Bucket, None, "the bucket is not empty", "delete its objects and versions and abort its multipart uploads first"),
            Self::BucketNotFound => (C::Bucket, None, "the bucket does not exist", "check the bucket name, the region and the endpoint"),
            Self::ChecksumMismatch => (C::Transfer, None, "the data does not match its checksum", "repeat the transfer; if the error persists, check for faulty memory or disks and for proxies that rewrite bodies"),
            Self::ClockSkew => (C::Signing, None, "the clocks of this machine and of the service differ too much", "synchronize the clock of this machine"),
            Self::ConfigurationNotFound => (C::Bucket, None, "no such configuration", "set it first, or treat it as empty"),
            Self::Conflict => (C::Object, None, "conflict with a concurrent request", "read the object again and repeat the change"),
            Self::ConnectFailed => (C::Network, Some(Transient), "connection failed", "check the host, the port, firewalls and proxies"),
            Self::CredentialsExpired => (C::Credentials, None, "the credentials have expired", "sign in again or renew the credentials"),
            Self::CredentialsInvalid => (C::Credentials, None, "invalid credentials", "pass both the access key id and its secret access key"),
            Self::CredentialsNotFound => (C::Credentials, None, "no credentials found", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, select a profile with AWS_PROFILE, or send unsigned requests with anonymous()"),
            Self::CredentialsRefreshFailed => (C::Credentials, None, "refreshing the credentials failed", "fix the cause: the credentials source failed or returned an invalid response"),
            Self::DiskFull => (C::Transfer, None, "the disk is full", "free disk space and start again"),
            Self::DnsFailed => (C::Network, Some(Transient), "the host name does not resolve", "check the endpoint and the region, or use path-style addressing, which keeps the bucket out of the host name"),
            Self::IncompleteBody => (C::Transfer, Some(Transient), "the body does not have its declared length", "repeat the transfer"),
            Self::InternalError => (C::Server, Some(Transient), "internal error of the service", "retry later; if the error persists, report the request id to the operator of the service"),
            Self::Interrupted => (C::Transfer, Some(Transient), "the connection was lost", "retry"),
            Self::InvalidAccessKeyId => (C::Access, None, "unknown access key id", "check AWS_ACCESS_KEY_ID, and that the key belongs to this service"),
            Self::InvalidArgument => (C::Request, None, "invalid argument", ""),
            Self::InvalidBucketName => (C::Request, None, "invalid bucket name", "use 3 to 63 characters from a-z, 0-9, '-' and '.', or allow other names with legacy_bucket_names(true)"),
            Self::InvalidEndpoint => (C::Configuration, None, "invalid endpoint", "use a URL such as https://s3.example.com:9000"),
            Self::InvalidKey => (C::Request, None, "invalid object key", "use 1 to 1,024 bytes of UTF-8 without NUL"),
            Self::InvalidObjectState => (C::Object, None, "the state of the object does not allow this operation", "restore an archived object before reading it; a restore takes minutes to hours"),
            Self::InvalidPart => (C::Multipart, None, "a part is missing or its ETag differs", "upload the part again"),
            Self::InvalidPartOrder => (C::Multipart, None, "the parts are not in ascending order", "sort the parts by part number"),
            Self::InvalidRange => (C::Request, None, "the range is outside the object", "check the size of the object"),
            Self::InvalidResponse => (C::Response, None, "invalid response", "check that the endpoint is an S3 service and that no proxy responds in its place"),
            Self::InvalidSetting => (C::Configuration, None, "invalid setting", ""),
            Self::LocalFile => (C::Transfer, None, "reading or writing a local file failed", ""),
            Self::LocalFileChanged => (C::Transfer, None, "a local file changed while it was being read", "start again when no other program writes to the file"),
            Self::MissingLength => (C::Request, None, "the length of the body is unknown", "set the length with Body::with_length"),
            Self::MissingRegion => (C::Configuration, None, "no region is configured", "set AWS_REGION, a region in the profile or region(name)"),
            Self::NoRuntime => (C::Configuration, None, "no tokio runtime", "make the call inside #[tokio::main] or Runtime::block_on"),
            Self::NotEncrypted => (C::Response, None, "the requested encryption was not confirmed", "the content may be stored unencrypted: delete it, and check the service's documentation for SSE-C"),
            Self::NotImplemented => (C::Server, None, "the service does not implement this", "check the documentation of the service for this feature"),
            Self::NotModified => (C::Object, None, "not modified", ""),
            Self::ObjectNotFound => (C::Object, None, "the object does not exist", "check the key: keys are compared byte for byte, including case and slashes"),
            Self::OutcomeUnknown => (C::Transfer, None, "the outcome of the write is unknown", "read the object before repeating the change"),
            Self::PartTooSmall => (C::Multipart, None, "a part is too small", "make every part except the last at least 5 MiB"),
            Self::PreconditionFailed => (C::Object, None, "a precondition does not hold", "read the object again before repeating the request"),
            Self::QuotaExceeded => (C::Server, None, "a storage quota is exhausted", "delete objects, or raise the quota of the bucket or account"),
            Self::Rejected => (C::Request, None, "the service rejected the request", ""),
            Self::RequestTooLarge => (C::Request, None, "the request is too large", ""),
            Self::RequestTooSmall => (C::Request, None, "the body is too small", ""),
            Self::ServiceUnavailable => (C::Server, Some(Transient), "the service is unavailable", "retry later"),
            Self::SignatureMismatch => (C::Access, None, "the signature does not match", "check the secret access key, and that no proxy changes the host, path or headers"),
            Self::SlowDown => (C::Server, Some(Throttling), "the service throttles requests", "lower the concurrency, or spread the keys over more prefixes"),
            Self::Stalled => (C::Network, Some(Transient), "timed out waiting for data", "retry; check the network"),
            Self::Timeout => (C::Network, Some(Transient), "timed out", "retry, or raise the timeout"),
            Self::TlsFailed => (C::Network, None, "TLS handshake failed", "check the certificate of the host, or add its CA with AWS_CA_BUNDLE or ca_bundle(path)"),
            Self::TooManyBuckets => (C::Bucket, None, "the account has reached its bucket limit", "delete a bucket or request a higher limit"),
            Self::TooManyParts => (C::Multipart, None, "too many parts", "use larger parts: an upload has at most 10,000"),
            Self::Unsupported => (C::Request, None, "not supported by windlass", ""),
            Self::UnsupportedAlgorithm => (C::Signing, None, "the algorithm is not supported", ""),
            Self::UploadNotFound => (C::Multipart, None, "the multipart upload does not exist", "start a new upload: this one was completed, aborted or never created"),
            Self::WrongRegion => (C::Bucket, None, "the bucket is in another region", "use the region of the bucket"),
        }
    }
}
