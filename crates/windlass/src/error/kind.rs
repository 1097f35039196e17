//! What can go wrong: one flat list of kinds, and one table that says for each its category, whether a
//! retry helps, and what to do next.

use super::RetryClass;
use ErrorCategory as C;
use RetryClass::{Throttling, Transient};

/// What went wrong. New kinds may come; match with a wildcard arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller is not allowed to do this.
    AccessDenied,
    /// The account is suspended, not signed up or otherwise unusable.
    AccountProblem,
    /// The work was given up before its end.
    Aborted,
    /// A proxy or gateway between here and the service failed.
    BadGateway,
    /// The bucket name is taken by somebody else.
    BucketAlreadyExists,
    /// The bucket exists already and is yours.
    BucketAlreadyOwnedByYou,
    /// A bucket with objects in it cannot be deleted.
    BucketNotEmpty,
    /// There is no such bucket.
    BucketNotFound,
    /// The data does not match its checksum.
    ChecksumMismatch,
    /// The local clock and the service's differ too much for a signature.
    ClockSkew,
    /// The bucket or object does not have what was asked for about it: tags, a policy, rules.
    ConfigurationNotFound,
    /// Another request changed the object at the same time.
    Conflict,
    /// No connection could be made.
    ConnectFailed,
    /// The credentials are past their end.
    CredentialsExpired,
    /// A source of credentials gave something unusable.
    CredentialsInvalid,
    /// No source had credentials.
    CredentialsNotFound,
    /// Credentials could not be renewed.
    CredentialsRefreshFailed,
    /// No space is left on the local disk.
    DiskFull,
    /// The host name could not be resolved.
    DnsFailed,
    /// Fewer or more bytes came than were promised.
    IncompleteBody,
    /// The service failed inside.
    InternalError,
    /// The connection broke while bytes were moving.
    Interrupted,
    /// The access key id is not known to the service.
    InvalidAccessKeyId,
    /// A member of the request is not acceptable.
    InvalidArgument,
    /// This cannot be the name of a bucket.
    InvalidBucketName,
    /// The endpoint is not a usable URL.
    InvalidEndpoint,
    /// This cannot be the key of an object.
    InvalidKey,
    /// The object's state or storage class forbids the operation.
    InvalidObjectState,
    /// A part is missing or its `ETag` does not match.
    InvalidPart,
    /// The list of parts is not in ascending order.
    InvalidPartOrder,
    /// The range lies outside the object.
    InvalidRange,
    /// The answer cannot be understood.
    InvalidResponse,
    /// A setting of the client is wrong.
    InvalidSetting,
    /// A local file could not be read or written.
    LocalFile,
    /// A local file changed while it was read.
    LocalFileChanged,
    /// The length of the body has to be known.
    MissingLength,
    /// No region is configured.
    MissingRegion,
    /// The call was made outside of a tokio runtime.
    NoRuntime,
    /// The service did not confirm the encryption that the request asked for.
    NotEncrypted,
    /// The service does not have this operation or feature.
    NotImplemented,
    /// The object has not changed (status 304).
    NotModified,
    /// There is no such object, or no such version of it.
    ObjectNotFound,
    /// A write was sent, its answer was lost, and the state does not tell whether it took effect.
    OutcomeUnknown,
    /// A part other than the last is too small.
    PartTooSmall,
    /// A condition of the request did not hold.
    PreconditionFailed,
    /// The account, the bucket or the service has no space left.
    QuotaExceeded,
    /// The service refused the request for a reason that has no kind of its own; see the code.
    Rejected,
    /// The object, part, key or header is larger than S3 allows.
    RequestTooLarge,
    /// The body or part is smaller than S3 allows.
    RequestTooSmall,
    /// The service is not available.
    ServiceUnavailable,
    /// The signature is not the one that the service computes.
    SignatureMismatch,
    /// The service asks for fewer requests.
    SlowDown,
    /// No byte moved for too long.
    Stalled,
    /// The service or a limit on time gave up waiting.
    Timeout,
    /// No secure connection could be made.
    TlsFailed,
    /// The account has as many buckets as it may.
    TooManyBuckets,
    /// The upload has more parts than S3 allows.
    TooManyParts,
    /// Windlass does not do this part of S3.
    Unsupported,
    /// The service does not take this signature or checksum algorithm.
    UnsupportedAlgorithm,
    /// There is no such multipart upload.
    UploadNotFound,
    /// The bucket is in another region.
    WrongRegion,
}

/// The group a kind belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCategory {
    /// Who may do what.
    Access,
    /// Buckets.
    Bucket,
    /// Settings of the client.
    Configuration,
    /// Where credentials come from.
    Credentials,
    /// Multipart uploads.
    Multipart,
    /// The way to the service.
    Network,
    /// Objects.
    Object,
    /// Requests that cannot be sent or are refused as they are.
    Request,
    /// Answers that cannot be understood.
    Response,
    /// The service itself.
    Server,
    /// Signatures and clocks.
    Signing,
    /// Bytes on their way, and local files.
    Transfer,
}

impl ErrorKind {
    /// The group that this kind belongs to.
    pub fn category(self) -> ErrorCategory {
        self.row().0
    }

    /// How the retry policy sees this kind; None if the same request would fail again.
    pub fn retry_class(self) -> Option<RetryClass> {
        self.row().1
    }

    /// A few words, used where nobody sent a message.
    pub fn summary(self) -> &'static str {
        self.row().2
    }

    /// What to do next, where something general can be said.
    pub fn suggestion(self) -> Option<&'static str> {
        Some(self.row().3).filter(|text| !text.is_empty())
    }

    #[rustfmt::skip]
    fn row(self) -> (ErrorCategory, Option<RetryClass>, &'static str, &'static str) {
        match self {
            Self::AccessDenied => (C::Access, None, "access denied", "check the policy of the bucket and of the caller"),
            Self::AccountProblem => (C::Access, None, "the account cannot be used", "look at the account in the service's console"),
            Self::Aborted => (C::Transfer, None, "given up before the end", ""),
            Self::BadGateway => (C::Server, Some(Transient), "a gateway failed", "try again later; look at proxies and load balancers on the way"),
            Self::BucketAlreadyExists => (C::Bucket, None, "the bucket name is taken", "choose another name: bucket names are shared by all accounts"),
            Self::BucketAlreadyOwnedByYou => (C::Bucket, None, "the bucket exists already and is yours", ""),
            Self::BucketNotEmpty => (C::Bucket, None, "the bucket is not empty", "delete its objects, versions and unfinished uploads first"),
            Self::BucketNotFound => (C::Bucket, None, "no such bucket", "check the bucket's name, the region and the endpoint"),
            Self::ChecksumMismatch => (C::Transfer, None, "the data does not match its checksum", "transfer it again; if it persists, suspect memory, disk or a proxy that rewrites bodies"),
            Self::ClockSkew => (C::Signing, None, "the clocks differ too much", "set this machine's clock"),
            Self::ConfigurationNotFound => (C::Bucket, None, "nothing of this kind is set", "set it first, or take it for empty"),
            Self::Conflict => (C::Object, None, "another request interfered", "read the object again and repeat the change"),
            Self::ConnectFailed => (C::Network, Some(Transient), "no connection", "check the endpoint, its port, firewalls and proxies"),
            Self::CredentialsExpired => (C::Credentials, None, "the credentials have expired", "sign in again or renew the credentials"),
            Self::CredentialsInvalid => (C::Credentials, None, "the credentials are not usable", "give an access key id together with its secret access key"),
            Self::CredentialsNotFound => (C::Credentials, None, "no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or send requests unsigned with anonymous()"),
            Self::CredentialsRefreshFailed => (C::Credentials, None, "the credentials could not be renewed", "look at the cause; the source of the credentials did not answer as it should"),
            Self::DiskFull => (C::Transfer, None, "no space is left on the disk", "free some space and start again"),
            Self::DnsFailed => (C::Network, Some(Transient), "the host name was not found", "check the endpoint and the region; with path style the bucket is not part of the host name"),
            Self::IncompleteBody => (C::Transfer, Some(Transient), "the body is not as long as promised", "transfer it again"),
            Self::InternalError => (C::Server, Some(Transient), "internal error of the service", "try again later; if it persists, give the request id to the service's operators"),
            Self::Interrupted => (C::Transfer, Some(Transient), "the connection broke", "try again"),
            Self::InvalidAccessKeyId => (C::Access, None, "unknown access key id", "check AWS_ACCESS_KEY_ID and that the key belongs to this service"),
            Self::InvalidArgument => (C::Request, None, "an argument is not acceptable", ""),
            Self::InvalidBucketName => (C::Request, None, "not a bucket name", "bucket names are 3 to 63 of a-z, 0-9, '-' and '.'; older ones and those of other services have to be allowed with legacy_bucket_names(true)"),
            Self::InvalidEndpoint => (C::Configuration, None, "not a usable endpoint", "give a URL such as https://s3.example.com:9000"),
            Self::InvalidKey => (C::Request, None, "not an object key", "keys are 1 to 1024 bytes of UTF-8 without NUL"),
            Self::InvalidObjectState => (C::Object, None, "the object's state forbids this", "an archived object has to be restored, which takes hours, before it is read; the message tells more"),
            Self::InvalidPart => (C::Multipart, None, "a part is missing or differs", "upload the part again"),
            Self::InvalidPartOrder => (C::Multipart, None, "the parts are not in order", "list the parts in ascending order"),
            Self::InvalidRange => (C::Request, None, "the range lies outside the object", "check the object's size"),
            Self::InvalidResponse => (C::Response, None, "the answer cannot be understood", "check that the endpoint is an S3 service and that no proxy answers in its place"),
            Self::InvalidSetting => (C::Configuration, None, "a setting is wrong", ""),
            Self::LocalFile => (C::Transfer, None, "a local file could not be used", ""),
            Self::LocalFileChanged => (C::Transfer, None, "a local file changed while it was read", "start again when nobody writes to it"),
            Self::MissingLength => (C::Request, None, "the length of the body is not known", "give the body's length"),
            Self::MissingRegion => (C::Configuration, None, "no region", "set AWS_REGION or a region in the profile, or give one with region(name)"),
            Self::NoRuntime => (C::Configuration, None, "there is no tokio runtime", "call this from code that runs on tokio, as in #[tokio::main] or Runtime::block_on"),
            Self::NotEncrypted => (C::Response, None, "the requested encryption was not confirmed", "the service may have stored the content in plain: delete it, and look for SSE-C in the documentation of the service"),
            Self::NotImplemented => (C::Server, None, "the service does not have this", "look for this feature in the documentation of the service"),
            Self::NotModified => (C::Object, None, "not modified", ""),
            Self::ObjectNotFound => (C::Object, None, "no such object", "check the key: it is compared byte for byte, case and slashes included"),
            Self::OutcomeUnknown => (C::Transfer, None, "the outcome of the write is unknown", "read the object before repeating the change"),
            Self::PartTooSmall => (C::Multipart, None, "a part is too small", "every part but the last has at least 5 MiB"),
            Self::PreconditionFailed => (C::Object, None, "a condition did not hold", "read the object again and decide anew"),
            Self::QuotaExceeded => (C::Server, None, "no space is left on the service", "delete something, or raise the quota of the bucket or account"),
            Self::Rejected => (C::Request, None, "the service refused the request", ""),
            Self::RequestTooLarge => (C::Request, None, "too large", ""),
            Self::RequestTooSmall => (C::Request, None, "too small", ""),
            Self::ServiceUnavailable => (C::Server, Some(Transient), "the service is not available", "try again later"),
            Self::SignatureMismatch => (C::Access, None, "the signature does not match", "check the secret access key, and that no proxy changes the host, path or headers"),
            Self::SlowDown => (C::Server, Some(Throttling), "the service asks for fewer requests", "lower the concurrency, or spread the keys over more prefixes"),
            Self::Stalled => (C::Network, Some(Transient), "no byte moved for too long", "try again; look at the network"),
            Self::Timeout => (C::Network, Some(Transient), "out of time", "try again, or allow more time"),
            Self::TlsFailed => (C::Network, None, "no secure connection", "check the host's certificate, or name its authority with AWS_CA_BUNDLE or ca_bundle(path)"),
            Self::TooManyBuckets => (C::Bucket, None, "the account has as many buckets as it may", "delete a bucket or ask for a higher quota"),
            Self::TooManyParts => (C::Multipart, None, "too many parts", "an upload has at most 10,000 parts: use larger ones"),
            Self::Unsupported => (C::Request, None, "windlass does not do this", ""),
            Self::UnsupportedAlgorithm => (C::Signing, None, "the algorithm is not supported", ""),
            Self::UploadNotFound => (C::Multipart, None, "no such upload", "it was completed, aborted or never created"),
            Self::WrongRegion => (C::Bucket, None, "the bucket is in another region", "use the bucket's own region"),
        }
    }
}
