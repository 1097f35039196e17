//! The error type of windlass: a kind to match on, and its context.
//!
//! One flat type instead of an enum per layer: callers match on [`ErrorKind`] or call a predicate such as
//! `is_not_found`, and every error has the same context (bucket, key, request id, attempts).

pub(crate) mod codes;
mod kind;
mod name;

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::io;
use std::sync::Arc;
use std::time::Duration;

pub use codes::RetryClass;
pub(crate) use codes::classify;
pub(crate) use codes::{kind_of_code, kind_of_status};
pub use kind::{ErrorCategory, ErrorKind};

use crate::text::{EncodedKey, visible};

/// A `Result` with [`Error`] as the default error type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with its kind, its context and a hint.
///
/// `Display` writes one line; [`source`](StdError::source) returns the cause, if any. An error is one pointer
/// wide, and clones share their content.
///
/// ```
/// use windlass::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::ObjectNotFound, "The specified key does not exist.")
///     .with_operation("GetObject")
///     .with_target("photos", "cat.jpg")
///     .with_code("NoSuchKey")
///     .with_status(404);
/// assert!(error.is_not_found());
/// assert_eq!(
///     error.to_string(),
///     "GetObject s3://photos/cat.jpg failed: NoSuchKey (404): The specified key does not exist."
/// );
/// ```
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone, Debug, Default)]
struct Inner {
    kind: Option<ErrorKind>,
    message: String,
    operation: Option<&'static str>,
    bucket: Option<String>,
    key: Option<String>,
    code: Option<String>,
    status: Option<u16>,
    request_id: Option<String>,
    extended_request_id: Option<String>,
    attempts: u32,
    retry_after: Option<Duration>,
    /// The retry class, which the code and status of a response can override.
    retry_class: Judgement,
    bucket_region: Option<String>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The origin of the retry class of an error.
#[derive(Clone, Debug, Default)]
enum Judgement {
    /// The class of the kind.
    #[default]
    OfKind,
    /// The class of the response's code and status.
    OfResponse(Option<RetryClass>),
}

impl Error {
    /// Creates an error with a message of one sentence.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner { kind: Some(kind), message: message.into(), ..Inner::default() }))
    }

    /// Creates the error for an S3 error code.
    pub(crate) fn of_code(code: &str, message: &str) -> Self {
        let kind = kind_of_code(code).unwrap_or(ErrorKind::Rejected);
        Self::new(kind, message).with_code(code).with_retry_class(classify(0, Some(code)))
    }

    /// Creates the error of a failed write to a local file: `DiskFull` if the disk or the quota is full, else
    /// `LocalFile`.
    pub(crate) fn of_writing(message: impl Into<String>, cause: io::Error) -> Self {
        let kind = match cause.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::DiskFull,
            _ => ErrorKind::LocalFile,
        };
        Self::new(kind, message).with_source(cause)
    }

    /// Returns the content for modification. It is copied only if a clone shares it.
    fn inner(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// The kind, to match on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind.unwrap_or(ErrorKind::Rejected)
    }

    /// The category of the kind.
    pub fn category(&self) -> ErrorCategory {
        self.kind().category()
    }

    /// The message: the service's, if it sent one.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the message with the innermost cause, for callers that keep the text and drop the error.
    pub(crate) fn full_message(&self) -> String {
        let message = if self.0.message.is_empty() { self.kind().summary() } else { &self.0.message };
        match innermost_cause(&self.0).filter(|cause| !message.contains(cause.as_str())) {
            Some(cause) => format!("{message}: {cause}"),
            None => message.to_owned(),
        }
    }

    /// Appends a remark to the message.
    pub(crate) fn with_remark(mut self, remark: &str) -> Self {
        let message = if self.0.message.is_empty() { self.kind().summary() } else { &self.0.message };
        self.inner().message = format!("{message}; {remark}");
        self
    }

    /// The API name of the operation, such as `GetObject`.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The bucket of the request.
    pub fn bucket(&self) -> Option<&str> {
        self.0.bucket.as_deref()
    }

    /// The object key of the request.
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// The S3 error code, known to windlass or not. `None` if the response has none, as with HEAD.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The HTTP status of the response, if any.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The `x-amz-request-id` of the response. AWS support asks for it.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The `x-amz-id-2` of the response. AWS support asks for it together with the request id.
    pub fn extended_request_id(&self) -> Option<&str> {
        self.0.extended_request_id.as_deref()
    }

    /// The number of times the request was sent. 0 if it was not sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The delay that the service requested before a retry.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The region of the bucket according to the service.
    pub fn bucket_region(&self) -> Option<&str> {
        self.0.bucket_region.as_deref()
    }

    /// The retry class. `None` if the same request would fail again.
    pub fn retry_class(&self) -> Option<RetryClass> {
        match self.0.retry_class {
            Judgement::OfKind => self.kind().retry_class(),
            Judgement::OfResponse(class) => class,
        }
    }

    /// Whether the same request may succeed if it is sent again.
    pub fn is_retryable(&self) -> bool {
        self.retry_class().is_some()
    }

    /// Whether the bucket, object, configuration or upload does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::BucketNotFound
                | ErrorKind::ConfigurationNotFound
                | ErrorKind::ObjectNotFound
                | ErrorKind::UploadNotFound
        )
    }

    /// Whether the caller lacks a permission or could not be authenticated.
    pub fn is_access_denied(&self) -> bool {
        self.category() == ErrorCategory::Access
    }

    /// Whether a timeout elapsed, including the stall timeout.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout | ErrorKind::Stalled)
    }

    /// A hint on how to fix the error.
    pub fn suggestion(&self) -> Option<&'static str> {
        // S3 reports a missing key as AccessDenied if the caller may not list the bucket.
        if self.kind() == ErrorKind::AccessDenied && self.0.key.is_some() {
            return Some(
                "check the policies of the bucket and of the caller; without s3:ListBucket, S3 reports a missing key as AccessDenied",
            );
        }
        // S3 sends a code, so a 413 without one comes from a proxy in front of it.
        if self.kind() == ErrorKind::RequestTooLarge && self.0.status == Some(413) && self.0.code.is_none() {
            return Some(
                "upload in smaller parts: a proxy in front of the service limits the size of requests",
            );
        }
        self.kind().suggestion()
    }

    /// Sets the operation, unless it is already set.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.inner().operation.get_or_insert(operation);
        self
    }

    /// Sets the bucket and the key, unless they are empty or already set.
    #[must_use]
    pub fn with_target(mut self, bucket: &str, key: &str) -> Self {
        if !bucket.is_empty() {
            self.inner().bucket.get_or_insert_with(|| bucket.to_owned());
        }
        if !key.is_empty() {
            self.inner().key.get_or_insert_with(|| key.to_owned());
        }
        self
    }

    /// Sets the S3 error code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.inner().code = Some(code.into());
        self
    }

    /// Sets the HTTP status of the response.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.inner().status = Some(status);
        self
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner().source = Some(source.into().into());
        self
    }

    pub(crate) fn with_request_ids(mut self, request_id: Option<String>, extended: Option<String>) -> Self {
        self.inner().request_id = request_id;
        self.inner().extended_request_id = extended;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.inner().attempts = attempts;
        self
    }

    pub(crate) fn with_retry_after(mut self, delay: Option<Duration>) -> Self {
        self.inner().retry_after = delay;
        self
    }

    pub(crate) fn with_retry_class(mut self, class: Option<RetryClass>) -> Self {
        self.inner().retry_class = Judgement::OfResponse(class);
        self
    }

    pub(crate) fn with_bucket_region(mut self, region: Option<String>) -> Self {
        self.inner().bucket_region = region;
        self
    }
}

/// Returns the innermost cause, which names the host, the certificate or the file.
fn innermost_cause(inner: &Inner) -> Option<String> {
    let mut cause = inner.source.as_deref().map(|source| source as &(dyn StdError + 'static));
    let mut last = None;
    while let Some(error) = cause {
        last = Some(error.to_string());
        cause = error.source();
    }
    last
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut line = OneLine(f);
        if let Some(operation) = inner.operation {
            write!(line, "{operation} ")?;
        }
        if let Some(bucket) = &inner.bucket {
            write!(line, "s3://{}", bucket.escape_debug())?;
            match inner.key.as_deref().map(|key| EncodedKey::of(key).ok_or(key)) {
                Some(Ok(encoded)) => write!(line, "/{} (percent-encoded)", encoded.as_str().escape_debug())?,
                Some(Err(key)) => write!(line, "/{}", key.escape_debug())?,
                None => {}
            }
            line.write_str(" ")?;
        }
        if inner.operation.is_some() || inner.bucket.is_some() {
            line.write_str("failed: ")?;
        }
        match (&inner.code, inner.status) {
            (Some(code), Some(status)) => write!(line, "{} ({status}): ", Cut(code, MOST_OF_A_CODE))?,
            (Some(code), None) => write!(line, "{}: ", Cut(code, MOST_OF_A_CODE))?,
            (None, Some(status)) => write!(line, "status {status}: ")?,
            (None, None) => {}
        }
        let message = if inner.message.is_empty() { self.kind().summary() } else { &inner.message };
        write!(line, "{}", Cut(message, MOST_OF_A_MESSAGE))?;
        if let Some(last) = innermost_cause(inner).filter(|last| !inner.message.contains(last.as_str())) {
            write!(line, ": {}", Cut(&last, MOST_OF_A_MESSAGE))?;
        }
        match (&inner.request_id, inner.attempts) {
            (Some(id), 0 | 1) => write!(line, " [request id {}]", Cut(id, MOST_OF_A_CODE)),
            (Some(id), attempts) => {
                write!(line, " [request id {}, {attempts} attempts]", Cut(id, MOST_OF_A_CODE))
            }
            (None, 0 | 1) => Ok(()),
            (None, attempts) => write!(line, " [{attempts} attempts]"),
        }
    }
}

/// Escapes control characters: text from services, files and users must not break the line or control a
/// terminal.
struct OneLine<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(&visible(text))
    }
}

/// Text from a service, truncated to a number of bytes.
struct Cut<'a>(&'a str, usize);

/// The maximum length of a displayed message in bytes.
const MOST_OF_A_MESSAGE: usize = 1024;

/// The maximum length of a displayed error code or request id in bytes.
const MOST_OF_A_CODE: usize = 128;

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, most) = *self;
        if text.len() <= most {
            return f.write_str(text);
        }
        let mut end = most;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        f.write_str(text.get(..end).unwrap_or_default())?;
        f.write_str("...")
    }
}

impl fmt::Debug for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.kind()).field("message", &Cut(&inner.message, MOST_OF_A_MESSAGE));
        for (name, value) in [
            ("operation", inner.operation),
            ("bucket", inner.bucket.as_deref()),
            ("key", inner.key.as_deref()),
            ("code", inner.code.as_deref()),
            ("request_id", inner.request_id.as_deref()),
            ("extended_request_id", inner.extended_request_id.as_deref()),
            ("bucket_region", inner.bucket_region.as_deref()),
        ] {
            if let Some(value) = value {
                out.field(name, &Cut(value, MOST_OF_A_MESSAGE));
            }
        }
        if let Some(status) = inner.status {
            out.field("status", &status);
        }
        if let Some(delay) = inner.retry_after {
            out.field("retry_after", &delay);
        }
        out.field("attempts", &inner.attempts);
        if let Some(source) = &inner.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<Error> for io::Error {
    /// Wraps the error for `AsyncRead` and similar traits. The windlass error is the inner error.
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_is_one_line_with_ids_and_attempts() {
        let error = Error::new(ErrorKind::SlowDown, "Please reduce your request rate.")
            .with_operation("PutObject")
            .with_target("b", "k\n1")
            .with_code("SlowDown")
            .with_status(503)
            .with_request_ids(Some("4K2".into()), None)
            .with_attempts(5);
        assert_eq!(
            error.to_string(),
            "PutObject s3://b/k\\n1 failed: SlowDown (503): Please reduce your request rate. [request id 4K2, 5 attempts]"
        );
    }

    #[test]
    fn control_characters_from_a_service_are_escaped() {
        let cause = io::Error::other("a\tcause");
        let error = Error::new(ErrorKind::Rejected, "two\nlines\u{1b}[2J\u{9b}ü")
            .with_code("Odd\0")
            .with_status(400)
            .with_request_ids(Some("\r".into()), None)
            .with_source(cause);
        let expected = "Odd\\u{0} (400): two\\nlines\\u{1b}[2J\\u{9b}ü: a\\tcause [request id \\r]";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn display_ends_with_the_innermost_cause() {
        let cause = io::Error::other("certificate has expired");
        let error =
            Error::new(ErrorKind::TlsFailed, "TLS handshake failed with s3.example.com").with_source(cause);
        assert_eq!(error.to_string(), "TLS handshake failed with s3.example.com: certificate has expired");
    }

    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Option<Error>>(), size_of::<usize>());
    }

    #[test]
    fn a_clone_is_equal_and_shares_its_cause() {
        let error = Error::new(ErrorKind::SlowDown, "m")
            .with_operation("GetObject")
            .with_target("b", "k")
            .with_code("SlowDown")
            .with_status(503)
            .with_request_ids(Some("4K2".into()), Some("9".into()))
            .with_retry_after(Some(Duration::from_secs(1)))
            .with_retry_class(None)
            .with_bucket_region(Some("eu-west-1".into()))
            .with_attempts(2)
            .with_source(io::Error::new(io::ErrorKind::BrokenPipe, "the cause"));
        let clone = error.clone();
        assert_eq!(format!("{clone:?}"), format!("{error:?}"));
        assert_eq!((clone.to_string(), clone.retry_class()), (error.to_string(), error.retry_class()));
        let cause = |error: &Error| std::ptr::from_ref(error.source().unwrap()).cast::<()>();
        assert_eq!(cause(&clone), cause(&error));
    }

    #[test]
    fn changing_a_clone_does_not_change_the_original() {
        let error = Error::new(ErrorKind::Timeout, "m").with_source(io::Error::other("the cause"));
        let changed = error.clone().with_operation("GetObject").with_attempts(3).with_remark("r");
        assert_eq!((error.operation(), error.attempts(), error.message()), (None, 0, "m"));
        assert_eq!(changed.to_string(), "GetObject failed: m; r: the cause [3 attempts]");
    }

    #[test]
    fn an_unshared_error_is_changed_in_place() {
        let error = Error::new(ErrorKind::Timeout, "m");
        let place = Arc::as_ptr(&error.0);
        let error = error.with_operation("GetObject").with_target("b", "k").with_status(503);
        assert_eq!(Arc::as_ptr(&error.0), place);
    }

    #[test]
    fn the_cause_can_be_downcast() {
        let cause = io::Error::from(io::ErrorKind::StorageFull);
        let error = Error::of_writing("m", cause).clone();
        let cause = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(cause.kind(), io::ErrorKind::StorageFull);
        let outer = Error::new(ErrorKind::Aborted, "outer").with_source(error);
        let inner = outer.source().unwrap().downcast_ref::<Error>().unwrap();
        assert_eq!(inner.kind(), ErrorKind::DiskFull);
        let io = io::Error::from(outer);
        assert_eq!(io.downcast::<Error>().unwrap().kind(), ErrorKind::Aborted);
    }
}
