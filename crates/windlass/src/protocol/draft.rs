//! An S3 request as an operation states it: not addressed, not signed, not sealed. The client makes one
//! HTTP request of it for every attempt.

use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::checksum::{ChecksumAlgorithm, ObjectChecksums};
use super::xml::XmlWriter;
use super::{RequestOptions, Subresource};
use crate::body::Body;
use crate::{Error, ErrorKind, Result};

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// An object of a bucket.
    Object {
        /// The bucket.
        bucket: &'a str,
        /// The key.
        key: &'a str,
    },
    /// A bucket.
    Bucket(&'a str),
    /// The service itself, as `ListBuckets` has it.
    Service,
}

impl<'a> Target<'a> {
    /// An object.
    pub fn object(bucket: &'a str, key: &'a str) -> Self {
        Self::Object { bucket, key }
    }

    /// The bucket's name; empty where there is none.
    pub fn bucket(&self) -> &'a str {
        match self {
            Self::Object { bucket, .. } | Self::Bucket(bucket) => bucket,
            Self::Service => "",
        }
    }

    /// The object's key; empty where there is none.
    pub fn key(&self) -> &'a str {
        match self {
            Self::Object { key, .. } => key,
            Self::Bucket(_) | Self::Service => "",
        }
    }
}

/// Which checksum a request wants over its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Integrity {
    /// None: the request has no body that S3 checks, or carries its checksum already.
    #[default]
    None,
    /// The one of the client's settings, if these want one.
    Supported,
    /// The one of the client's settings in any case: S3 refuses the request without.
    Required,
    /// This one.
    Algorithm(ChecksumAlgorithm),
}

impl Integrity {
    /// The algorithm that the caller chose, or else that of the client's settings in any case.
    pub(crate) fn required(algorithm: Option<&ChecksumAlgorithm>) -> Self {
        algorithm.map_or(Self::Required, |algorithm| Self::Algorithm(algorithm.clone()))
    }

    /// The algorithm that the caller chose, or else that of the client's settings.
    pub(crate) fn chosen(algorithm: Option<&ChecksumAlgorithm>) -> Self {
        algorithm.map_or(Self::Supported, |algorithm| Self::Algorithm(algorithm.clone()))
    }
}

/// A request that is not addressed and not signed yet.
///
/// Setters do not fail: what cannot be sent is remembered, and refused by the client before anything is sent.
#[derive(Debug)]
pub struct Draft<'a> {
    pub(crate) method: Method,
    pub(crate) target: Target<'a>,
    pub(crate) subresource: Option<&'static Subresource>,
    pub(crate) query: Vec<(&'static str, Cow<'a, str>)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) integrity: Integrity,
    /// Whether the client may ask for the checksum of what is read.
    pub(crate) verify: bool,
    /// Whether the request goes to the client's own region, whatever was learnt about the bucket.
    pub(crate) keeps_region: bool,
    /// Whether a success ends what was learnt about the bucket.
    pub(crate) forgets_region: bool,
    /// The most bytes that a response may have that is read whole.
    pub(crate) largest_response: usize,
    /// Whether the reader of the response checks the confirmation of an SSE-C key.
    pub(crate) confirmed_later: bool,
    /// The options of the call.
    pub(crate) options: Option<&'a Arc<RequestOptions>>,
    refused: Option<Error>,
}

/// The most bytes of a response that is one document.
const LARGEST_DOCUMENT: usize = 1 << 20;

impl<'a> Draft<'a> {
    /// A request without body, parameters and headers.
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

    /// A DELETE request.
    pub fn delete(target: Target<'a>) -> Self {
        Self::new(Method::DELETE, target)
    }

    /// A GET request.
    pub fn get(target: Target<'a>) -> Self {
        Self::new(Method::GET, target)
    }

    /// A HEAD request.
    pub fn head(target: Target<'a>) -> Self {
        Self::new(Method::HEAD, target)
    }

    /// A POST request.
    pub fn post(target: Target<'a>) -> Self {
        Self::new(Method::POST, target)
    }

    /// A PUT request.
    pub fn put(target: Target<'a>) -> Self {
        Self::new(Method::PUT, target)
    }

    /// Sets a query parameter; None sets nothing, an empty text sets one without a value.
    pub fn set_query<T: Into<Cow<'a, str>>>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.query.push((name, value.into()));
        }
    }

    /// Asks for a subresource. A write of it (PUT or DELETE) goes out only where the service knows it: by its service profile,
    /// or because a GET brings the subresource's own document or error code.
    pub fn set_subresource(&mut self, subresource: &'static Subresource) {
        self.subresource = Some(subresource);
        self.set_query(subresource.name, Some(""));
    }

    /// Sets a header, whose name is in lower case; None sets nothing. A value with CR, LF or another control
    /// character is refused.
    pub fn set_header<T: AsRef<str>>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.insert(HeaderName::from_static(name), value.as_ref(), false);
        }
    }

    /// Sets a header that lists words; no words set nothing.
    pub(crate) fn set_word_list<'b>(&mut self, name: &'static str, words: impl Iterator<Item = &'b str>) {
        let words: Vec<&str> = words.collect();
        self.set_header(name, (!words.is_empty()).then(|| words.join(",")));
    }

    /// Sets a header whose value is never shown.
    pub fn set_sensitive_header(&mut self, name: &'static str, value: impl AsRef<str>) {
        self.insert(HeaderName::from_static(name), value.as_ref(), true);
    }

    /// Sends the request to the client's own region, whatever was learnt about the bucket: it is to be made there.
    pub fn keep_region(&mut self) {
        self.keeps_region = true;
    }

    /// Ends, with the success of the request, what was learnt about the bucket: it is gone.
    pub fn forget_region(&mut self) {
        self.forgets_region = true;
    }

    /// Whether the request makes or deletes its bucket: that goes to the region itself.
    pub(crate) fn is_about_existence(&self) -> bool {
        self.keeps_region || self.forgets_region
    }

    /// The subresource that the request writes: what a PUT or DELETE names beside the object, its version and an upload's
    /// part. A service that ignores it would write the object or bucket itself.
    pub(crate) fn written_subresource(&self) -> Option<&'static str> {
        if self.query.is_empty() || self.method != Method::PUT && self.method != Method::DELETE {
            return None;
        }
        let mut names = self.query.iter().map(|(name, _)| *name);
        names.find(|name| !matches!(*name, "partNumber" | "uploadId" | "versionId"))
    }

    /// Sets an entry of user metadata, `name` without the prefix `x-amz-meta-`. A value that HTTP would change is refused.
    pub fn set_metadata(&mut self, name: &str, value: &str) {
        match HeaderName::try_from(format!("x-amz-meta-{name}")) {
            Ok(header) if self.headers.contains_key(&header) => {
                let message =
                    format!("there is more than one entry of metadata {header:?}: names have no case");
                self.refuse(Error::new(ErrorKind::InvalidArgument, message));
            }
            Ok(header) if value.starts_with(' ') || value.ends_with(' ') => {
                let message =
                    format!("the value of {header} begins or ends with a blank, which HTTP does not keep");
                self.refuse(Error::new(ErrorKind::InvalidArgument, message));
            }
            Ok(header) if !name.is_empty() => self.insert(header, value, false),
            _ => {
                let message =
                    format!("{name:?} cannot be the name of metadata: it has to be fit for a header");
                self.refuse(Error::new(ErrorKind::InvalidArgument, message));
            }
        }
    }

    /// Sets the body and which checksum it wants.
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

    /// Sets a body of XML.
    pub(crate) fn set_xml(&mut self, xml: XmlWriter, integrity: Integrity) {
        self.set_header("content-type", Some("application/xml"));
        self.set_body(Body::from(xml.finish()), integrity);
    }

    /// Lets the client ask for the checksum of the content and verify it, where its settings say so.
    pub fn verify_content(&mut self) {
        self.verify = true;
    }

    /// Takes a response of so many bytes where it is read whole; 1 MiB unless an operation needs more. Errors have
    /// their own limit of 64 KiB.
    pub fn set_largest_response(&mut self, bytes: usize) {
        self.largest_response = bytes;
    }

    /// Remembers that the request cannot be sent; the first reason counts.
    pub fn refuse(&mut self, error: Error) {
        self.refused.get_or_insert(error);
    }

    /// The reason for which the request cannot be sent, if there is one.
    pub(crate) fn take_refusal(&mut self) -> Result<()> {
        self.refused.take().map_or(Ok(()), Err)
    }

    pub(super) fn insert(&mut self, name: HeaderName, value: &str, sensitive: bool) {
        match HeaderValue::from_bytes(value.as_bytes()) {
            // HTTP lets a tab pass; S3's canonical form does not keep it.
            Ok(mut header) if !value.contains('\t') => {
                header.set_sensitive(sensitive);
                self.headers.insert(name, header);
            }
            _ => {
                let message = format!("the value of {name} holds a line break or another control character");
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
    fn metadata_needs_a_name_fit_for_a_header() {
        for name in ["", "a b", "a:b", "ü"] {
            let mut draft = Draft::put(Target::object("b", "k"));
            draft.set_metadata(name, "v");
            assert!(draft.take_refusal().is_err(), "{name:?}");
        }
    }
}
