//! S3 errors: code, status, message and error document.

use std::borrow::Cow;
use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, StatusCode};
use s3s::{S3Error, S3ErrorCode};

use crate::encode;

/// One S3 error.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) message: Cow<'static, str>,
    /// Further elements of the error document, in order.
    pub(crate) details: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) fn new(code: Code) -> Self {
        Self { code, message: Cow::Borrowed(code.message()), details: Vec::new(), headers: Vec::new() }
    }

    pub(crate) fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = message.into();
        self
    }

    pub(crate) fn detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Returns the headers that only this error has.
    pub(crate) fn headers(&self) -> HeaderMap {
        let headers = self.headers.iter();
        headers
            .filter_map(|(name, value)| Some((HeaderName::from_static(name), value.parse().ok()?)))
            .collect()
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::new(Code::InternalError).message(format!("the store failed: {error}"))
    }
}

/// s3s has no field for details, so they travel in headers to [`take_details`].
impl From<Refusal> for S3Error {
    fn from(refusal: Refusal) -> Self {
        let mut headers = refusal.headers();
        for (name, value) in &refusal.details {
            if let Ok(detail) = format!("{name}={}", encode::encode(value, b"")).parse() {
                headers.append(DETAIL, detail);
            }
        }
        let code = S3ErrorCode::from_bytes(refusal.code.name().as_bytes());
        let mut error = Self::with_message(code.unwrap_or(S3ErrorCode::InternalError), refusal.message);
        error.set_status_code(refusal.code.status());
        error.set_headers(headers);
        error
    }
}

/// Removes the details of a refusal that went through s3s from the headers.
pub(crate) fn take_details(headers: &mut HeaderMap) -> Vec<(String, String)> {
    let details = headers.get_all(DETAIL).iter().filter_map(|detail| {
        let (name, value) = detail.to_str().ok()?.split_once('=')?;
        Some((name.to_owned(), encode::decode(value)?))
    });
    let details = details.collect();
    headers.remove(DETAIL);
    details
}

/// Builds an error document. The message must already be escaped; details are escaped here.
pub(crate) fn document(code: &str, escaped_message: &str, details: &[(&str, String)]) -> String {
    let mut document = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    let _ = write!(document, "<Code>{code}</Code><Message>{escaped_message}</Message>");
    for (name, value) in details {
        let _ = write!(document, "<{name}>{}</{name}>", escape(value));
    }
    document.push_str("</Error>");
    document
}

/// Escapes text for XML, control characters as S3 does.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            _ if character.is_ascii_control() => {
                let _ = write!(escaped, "&#x{:x};", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

macro_rules! codes {
    ($($name:ident $status:literal $message:literal)*) => {
        /// The S3 error codes that this server sends itself.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Code { $($name),* }

        impl Code {
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            /// Returns the code with this name.
            pub(crate) fn named(name: &str) -> Option<Self> {
                [$(Self::$name),*].into_iter().find(|code| code.name() == name)
            }

            pub(crate) fn status(self) -> StatusCode {
                let status: u16 = match self { $(Self::$name => $status),* };
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }

            pub(crate) fn message(self) -> &'static str {
                match self { $(Self::$name => $message),* }
            }
        }
    };
}

codes! {
    AccessDenied 403 "Access Denied"
    AuthorizationHeaderMalformed 400 "The authorization header is malformed."
    AuthorizationQueryParametersError 400 "The authorization query parameters are malformed."
    BadDigest 400 "The Content-MD5 you specified did not match what we received."
    BadRequest 400 "Bad Request"
    BucketAlreadyOwnedByYou 409 "Your previous request to create the named bucket succeeded and you already own it."
    BucketNotEmpty 409 "The bucket you tried to delete is not empty."
    EntityTooLarge 400 "Your proposed upload exceeds the maximum allowed object size."
    EntityTooSmall 400 "Your proposed upload is smaller than the minimum allowed size"
    IllegalLocationConstraintException 400 "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
    IllegalVersioningConfigurationException 400 "The Versioning element must be specified"
    IncompleteBody 400 "The request body terminated unexpectedly."
    InternalError 500 "We encountered an internal error. Please try again."
    InvalidAccessKeyId 403 "The AWS Access Key Id you provided does not exist in our records."
    InvalidArgument 400 "Invalid Argument"
    InvalidBucketState 409 "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
    InvalidDigest 400 "The Content-MD5 you specified was invalid."
    InvalidEncryptionAlgorithmError 400 "The encryption request that you specified is not valid. The valid value is AES256."
    InvalidLocationConstraint 400 "The specified location-constraint is not valid."
    InvalidObjectState 403 "The operation is not valid for the object's storage class"
    InvalidPart 400 "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."
    InvalidPartNumber 416 "The requested partnumber is not satisfiable."
    InvalidPartOrder 400 "The list of parts was not in ascending order. Parts must be ordered by part number."
    InvalidPolicyDocument 400 "The content of the form does not meet the conditions specified in the policy document."
    InvalidRange 416 "The requested range is not satisfiable."
    InvalidRedirectLocation 400 "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."
    InvalidRequest 400 "Invalid Request"
    InvalidStorageClass 400 "The storage class you specified is not valid."
    InvalidTag 400 "The tag provided was not a valid tag."
    InvalidToken 400 "The provided token is malformed or otherwise invalid."
    InvalidURI 400 "Couldn't parse the specified URI."
    KeyTooLongError 400 "Your key is too long."
    MalformedPOSTRequest 400 "The body of your POST request is not well-formed multipart/form-data."
    MalformedTrailerError 400 "The request contained trailing data that was not well-formed or did not conform to our published schema."
    MalformedXML 400 "The XML you provided was not well-formed or did not validate against our published schema."
    MaxMessageLengthExceeded 400 "Your request was too big."
    MaxPostPreDataLengthExceededError 400 "Your POST request fields preceding the upload file were too large."
    MetadataTooLarge 400 "Your metadata headers exceed the maximum allowed metadata size."
    MethodNotAllowed 405 "The specified method is not allowed against this resource."
    MissingContentLength 411 "You must provide the Content-Length HTTP header."
    NoSuchBucket 404 "The specified bucket does not exist."
    NoSuchCORSConfiguration 404 "The CORS configuration does not exist"
    NoSuchKey 404 "The specified key does not exist."
    NoSuchLifecycleConfiguration 404 "The lifecycle configuration does not exist"
    NoSuchObjectLockConfiguration 404 "The specified object does not have a ObjectLock configuration"
    NoSuchPublicAccessBlockConfiguration 404 "The public access block configuration was not found"
    NoSuchTagSet 404 "The TagSet does not exist"
    NoSuchUpload 404 "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    NoSuchVersion 404 "The specified version does not exist."
    NotImplemented 501 "A header you provided implies functionality that is not implemented."
    NotModified 304 "Not Modified"
    ObjectLockConfigurationNotFoundError 404 "Object Lock configuration does not exist for this bucket"
    ObjectNotInActiveTierError 403 "The source object of the COPY operation is not in the active tier and is only stored in Amazon S3 Glacier."
    PreconditionFailed 412 "At least one of the pre-conditions you specified did not hold."
    RequestTimeTooSkewed 403 "The difference between the request time and the current time is too large."
    RestoreAlreadyInProgress 409 "Object restore is already in progress"
    ServerSideEncryptionConfigurationNotFoundError 404 "The server side encryption configuration was not found"
    SignatureDoesNotMatch 403 "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    XAmzContentSHA256Mismatch 400 "The provided 'x-amz-content-sha256' header does not match what was computed."
}

/// Internal; removed before the response is sent.
const DETAIL: &str = "x-windlass-detail";
