//! An unaddressed and unsigned S3 request, as an operation defines it. The client builds one HTTP request
//! from it for each attempt.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::checksum::{ChecksumAlgorithm, ObjectChecksums};
use super::xml::XmlWriter;
use super::{RequestOptions, Subresource};
use crate::body::Body;
use crate::{Error, ErrorKind, Result};

/// The target of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// An object in a bucket.
    Object {
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
    },
    /// A bucket.
    Bucket(&'a str),
    /// The service itself, for example for `ListBuckets`.
    Service,
}

impl<'a> Target<'a> {
    /// Creates the target of an object.
    pub fn object(bucket: &'a str, key: &'a str) -> Self {
        Self::Object { bucket, key }
    }

    /// Returns the bucket's name, or an empty string.
    pub fn bucket(&self) -> &'a str {
        match self {
            Self::Object { bucket, .. } | Self::Bucket(bucket) => bucket,
            Self::Service => "",
        }
    }

    /// Returns the object's key, or an empty string.
    pub fn key(&self) -> &'a str {
        match self {
            Self::Object { key, .. } => key,
            Self::Bucket(_) | Self::Service => "",
        }
    }
}

/// The checksum that a request needs over its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Integrity {
    /// None: S3 does not check the body, or the request already has a checksum.
    #[default]
    None,
    /// The algorithm of the client's settings, if they enable checksums.
    Supported,
    /// The algorithm of the client's settings, even if they disable optional checksums: S3 rejects the
    /// request without one.
    Required,
    /// A given algorithm.
    Algorithm(ChecksumAlgorithm),
}

impl Integrity {
    /// Uses the caller's algorithm, or else that of the client's settings; a checksum is required.
    pub(crate) fn required(algorithm: Option<&ChecksumAlgorithm>) -> Self {
        algorithm.map_or(Self::Required, |algorithm| Self::Algorithm(algorithm.clone()))
    }

    /// Uses the caller's algorithm, or else that of the client's settings; a checksum is optional.
    pub(crate) fn chosen(algorithm: Option<&ChecksumAlgorithm>) -> Self {
        algorithm.map_or(Self::Supported, |algorithm| Self::Algorithm(algorithm.clone()))
    }
}

/// A request that is not addressed or signed yet.
///
/// Setters do not fail. An invalid value is recorded, and the client returns the error before it sends
/// anything.
#[derive(Debug)]
pub struct Draft<'a> {
    pub(crate) method: Method,
    pub(crate) target: Target<'a>,
    pub(crate) subresource: Option<&'static Subresource>,
    pub(crate) query: Vec<(&'static str, Cow<'a, str>)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) integrity: Integrity,
    /// Whether the client may request a checksum of the content and verify it.
    pub(crate) verify: bool,
    /// Whether the request uses the client's own region and ignores the cached region of the bucket.
    pub(crate) keeps_region: bool,
    /// Whether a success removes the cached region of the bucket.
    pub(crate) forgets_region: bool,
    /// The maximum size of a buffered response, in bytes.
    pub(crate) largest_response: usize,
    /// Whether the parser of the response checks the confirmation of an SSE-C key.
    pub(crate) confirmed_later: bool,
    /// The options of the call.
    pub(crate) options: Option<&'a Arc<RequestOptions>>,
    refused: Option<Error>,
}

/// The default maximum size of a document, in bytes.
const LARGEST_DOCUMENT: usize = 1 << 20;

impl<'a> Draft<'a> {
    /// Creates a request without body, parameters and headers.
    pub fn new(method: Method, target: Target<'a>) -> Self {
        Self {
            method,
            target,
            subresource: None,
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Body::empty(),
            integrity: Integrity::None,
            verify: false,
            keeps_region: false,
            forgets_region: false,
            largest_response: LARGEST_DOCUMENT,
            confirmed_later: false,
            options: None,
            refused: None,
        }
    }

    /// Creates a DELETE request.
    pub fn delete(target: Target<'a>) -> Self {
        Self::new(Method::DELETE, target)
    }

    /// Creates a GET request.
    pub fn get(target: Target<'a>) -> Self {
        Self::new(Method::GET, target)
    }

    /// Creates a HEAD request.
    pub fn head(target: Target<'a>) -> Self {
        Self::new(Method::HEAD, target)
    }

    /// Creates a POST request.
    pub fn post(target: Target<'a>) -> Self {
        Self::new(Method::POST, target)
    }

    /// Creates a PUT request.
    pub fn put(target: Target<'a>) -> Self {
        Self::new(Method::PUT, target)
    }

    /// Sets a query parameter. `None` sets nothing; an empty string sets a parameter without a value.
    pub fn set_query<T: Into<Cow<'a, str>>>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.query.push((name, value.into()));
        }
    }

    /// Sets the subresource. A write of it (PUT or DELETE) is sent only if the service supports the
    /// subresource: according to its service profile, or because a GET returns the document or error code of
    /// the subresource.
    pub fn set_subresource(&mut self, subresource: &'static Subresource) {
        self.subresource = Some(subresource);
        self.set_query(subresource.name, Some(""));
    }

    /// Sets a header; the name must be in lower case. `None` sets nothing. A value with CR, LF or another
    /// control character is an error.
    pub fn set_header<T: AsRef<str>>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.insert(HeaderName::from_static(name), value.as_ref(), false);
        }
    }

    /// Sets a header to a list of words. An empty list sets nothing.
    pub(crate) fn set_word_list<'b>(&mut self, name: &'static str, words: impl Iterator<Item = &'b str>) {
        let words: Vec<&str> = words.collect();
        self.set_header(name, (!words.is_empty()).then(|| words.join(",")));
    }

    /// Sets a header whose value is redacted in debug output.
    pub fn set_sensitive_header(&mut self, name: &'static str, value: impl AsRef<str>) {
        self.insert(HeaderName::from_static(name), value.as_ref(), true);
    }

    /// Sends the request to the client's own region instead of the cached region of the bucket, which it
    /// creates.
    pub fn keep_region(&mut self) {
        self.keeps_region = true;
    }

    /// Removes the cached region of the bucket on success, because the bucket is deleted.
    pub fn forget_region(&mut self) {
        self.forgets_region = true;
    }

    /// Whether the request creates or deletes its bucket. Such a request goes to the regional endpoint.
    pub(crate) fn is_about_existence(&self) -> bool {
        self.keeps_region || self.forgets_region
    }

    /// Returns the subresource that a PUT or DELETE writes: a parameter other than the version and the part
    /// of an upload. A service that ignores it would write the object or bucket itself.
    pub(crate) fn written_subresource(&self) -> Option<&'static str> {
        if self.query.is_empty() || self.method != Method::PUT && self.method != Method::DELETE {
            return None;
        }
        let mut names = self.query.iter().map(|(name, _)| *name);
        names.find(|name| !matches!(*name, "partNumber" | "uploadId" | "versionId"))
    }

    /// Sets an entry of user metadata. `name` has no `x-amz-meta-` prefix. A value that HTTP would change is
    /// an error.
    pub fn set_metadata(&mut self, name: &str, value: &str) {
        match HeaderName::try_from(format!("x-amz-meta-{name}")) {
            Ok(header) if self.headers.contains_key(&header) => {
                let message = format!("duplicate metadata entry {header:?}: names are case-insensitive");
                self.refuse(Error::new(ErrorKind::InvalidArgument, message));
            }
            Ok(header) if value.starts_with(' ') || value.ends_with(' ') => {
                let message = format!(
                    "the value of {header} starts or ends with white space, which HTTP does not preserve"
                );
                self.refuse(Error::new(ErrorKind::InvalidArgument, message));
            }
            Ok(header) if !name.is_empty() => self.insert(header, value, false),
            _ => {
                let message = format!("invalid metadata name {name:?}: it must be a valid header name");
                self.refuse(Error::new(ErrorKind::InvalidArgument, message));
            }
        }
    }

    /// Sets the body and the checksum that it needs.
    pub fn set_body(&mut self, body: Body, integrity: Integrity) {
        self.body = body;
        self.integrity = integrity;
    }

    /// Sets checksums that the caller computed.
    pub(crate) fn set_checksums(&mut self, checksums: &ObjectChecksums) {
        for (algorithm, value) in checksums.iter() {
            if let Some(name) = algorithm.header_name() {
                self.set_header(name, Some(value));
            }
        }
    }

    /// Sets an XML body.
    pub(crate) fn set_xml(&mut self, xml: XmlWriter, integrity: Integrity) {
        self.set_header("content-type", Some("application/xml"));
        self.set_body(Body::from(xml.finish()), integrity);
    }

    /// Allows the client to request a checksum of the content and verify it, if its settings enable that.
    pub fn verify_content(&mut self) {
        self.verify = true;
    }

    /// Sets the maximum size of a buffered response, in bytes. Default: 1 MiB. Errors have a separate limit
    /// of 64 KiB.
    pub fn set_largest_response(&mut self, bytes: usize) {
        self.largest_response = bytes;
    }

    /// Records an error that prevents the request. The first one counts.
    pub fn refuse(&mut self, error: Error) {
        self.refused.get_or_insert(error);
    }

    /// Returns the recorded error, if any.
    pub(crate) fn take_refusal(&mut self) -> Result<()> {
        self.refused.take().map_or(Ok(()), Err)
    }

    pub(super) fn insert(&mut self, name: HeaderName, value: &str, sensitive: bool) {
        match HeaderValue::from_bytes(value.as_bytes()) {
            // HTTP allows a tab; S3's canonical form does not preserve it.
            Ok(mut header) if !value.contains('\t') => {
                header.set_sensitive(sensitive);
                self.headers.insert(name, header);
            }
            _ => {
                let message =
                    format!("the value of {name} contains a line break or another control character");
                self.refuse(Error::new(ErrorKind::InvalidArgument, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_cannot_be_split() {
        let mut draft = Draft::put(Target::object("b", "k"));
        draft.set_header("content-type", Some("text/plain\r\nx-amz-acl: public-read"));
        let error = draft.take_refusal().unwrap_err();
        assert!(error.message().contains("content-type"), "{error}");
        assert!(draft.headers.is_empty());
    }

    #[test]
    fn a_metadata_name_must_be_a_valid_header_name() {
        for name in ["", "a b", "a:b", "ü"] {
            let mut draft = Draft::put(Target::object("b", "k"));
            draft.set_metadata(name, "v");
            assert!(draft.take_refusal().is_err(), "{name:?}");
        }
    }
}
