//! A response of S3, with accessors for its content.

use std::borrow::Cow;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::checksum::ObjectChecksums;
use super::list_root::ListRoot;
use super::rfc2047;
use super::timestamp::read_date;
use super::xml::Element;
use crate::body::ByteStream;
use crate::{Error, ErrorKind, Result};

/// A successful response.
#[derive(Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Buffered(Bytes),
    Streamed(ByteStream),
}

/// The text of one header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeaderText<'a>(&'a HeaderValue);

impl Response {
    /// Creates a response with a buffered body.
    pub fn buffered(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self { status, headers, content: Content::Buffered(body) }
    }

    /// Replaces the body with a stream.
    pub(crate) fn set_stream(&mut self, body: ByteStream) {
        self.content = Content::Streamed(body);
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns a header as text: UTF-8, or else Latin-1. `None` if it is missing.
    pub fn text(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| HeaderText(value).text())
    }

    /// Returns a header as an enum value.
    pub fn word<T: for<'a> From<&'a str>>(&self, name: &str) -> Option<T> {
        self.headers.get(name).map(|value| HeaderText(value).word())
    }

    /// Returns a header as a time, or its text if it is not a valid time.
    pub(crate) fn time(&self, name: &str) -> (Option<SystemTime>, Option<String>) {
        self.headers.get(name).map(|value| HeaderText(value).time()).unwrap_or_default()
    }

    /// Returns a buffered body.
    pub fn body(&self) -> &[u8] {
        match &self.content {
            Content::Buffered(body) => body,
            Content::Streamed(_) => &[],
        }
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        HeaderText(self.headers.get(name)?).flag()
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        HeaderText(self.headers.get(name)?).number()
    }

    pub(crate) fn header_texts(&self) -> impl Iterator<Item = (&str, HeaderText<'_>)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), HeaderText(value)))
    }

    pub(crate) fn checksums(&self) -> ObjectChecksums {
        ObjectChecksums::of_headers(&self.headers)
    }

    /// Parses the body as XML with this root.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidResponse`], retryable, if the body is empty, truncated or another document.
    pub(crate) fn xml(&self, root: &str) -> Result<Element> {
        self.xml_of(&[root])
    }

    /// Like [`xml`](Self::xml), but accepts a root of any name that has the given child.
    pub(crate) fn xml_that_has(&self, root: &str, child: &str) -> Result<Element> {
        let element = Element::parse(self.body())?;
        let name = element.name().to_ascii_lowercase();
        let is_refusal = ["error", "fault", "html"].iter().any(|word| name.contains(word));
        // Some services write an empty entity tag as two quotes.
        let is_proof = |text: &str| !matches!(text.trim_ascii(), "" | "\"\"");
        if element.name() == root || !is_refusal && element.str_of(child).is_some_and(is_proof) {
            return Ok(element);
        }
        let message = format!("expected a response <{root}>, got <{}>", element.name());
        Err(Error::new(ErrorKind::InvalidResponse, message))
    }

    /// Parses the body as a list.
    ///
    /// # Errors
    /// Like [`xml`](Self::xml). A root with another name than S3's must contain an element of such a list.
    pub(crate) fn xml_list(&self, root: ListRoot) -> Result<Element> {
        let element = Element::parse(self.body())?;
        let name = element.name();
        let proven = || element.child_names().any(|child| root.is_proven_by(child));
        if name == root.name || root.accepts(name) && proven() {
            return Ok(element);
        }
        Err(Error::new(ErrorKind::InvalidResponse, root.refusal(name)))
    }

    /// Like [`xml`](Self::xml), with several names for the root.
    pub(crate) fn xml_of(&self, roots: &[&str]) -> Result<Element> {
        let element = Element::parse(self.body())?;
        if !roots.contains(&element.name()) {
            let message = format!("expected a response <{}>, got <{}>", roots.join("> or <"), element.name());
            return Err(Error::new(ErrorKind::InvalidResponse, message));
        }
        Ok(element)
    }

    /// Converts the body into a stream.
    pub(crate) fn into_stream(self) -> ByteStream {
        match self.content {
            Content::Streamed(stream) => stream,
            Content::Buffered(body) => {
                let length = Some(body.len() as u64);
                let chunk = (!body.is_empty()).then_some(Ok(body));
                ByteStream::new(futures_util::stream::iter(chunk), length)
            }
        }
    }
}

impl HeaderText<'_> {
    pub(crate) fn text(self) -> String {
        self.cow().into_owned()
    }

    pub(crate) fn word<T: for<'a> From<&'a str>>(self) -> T {
        T::from(&self.cow())
    }

    pub(crate) fn flag(self) -> Option<bool> {
        match self.0.as_bytes().trim_ascii() {
            value if value.eq_ignore_ascii_case(b"true") => Some(true),
            value if value.eq_ignore_ascii_case(b"false") => Some(false),
            _ => None,
        }
    }

    /// Parses a time; returns the text if it is not valid.
    pub(crate) fn time(self) -> (Option<SystemTime>, Option<String>) {
        read_date(&self.cow())
    }

    pub(crate) fn number<T: std::str::FromStr>(self) -> Option<T> {
        self.0.to_str().ok()?.trim().parse().ok()
    }

    /// Returns the value of user metadata. S3 encodes non-ASCII text as RFC 2047 words.
    pub(crate) fn metadata(self) -> String {
        rfc2047::decode(&self.cow()).into_owned()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn cow(&self) -> Cow<'_, str> {
        let bytes = self.0.as_bytes();
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_parsed_in_any_case() {
        for (text, flag) in
            [("true", Some(true)), ("False", Some(false)), (" false", Some(false)), ("0", None), ("", None)]
        {
            let headers = [("x-flag".parse().unwrap(), HeaderValue::from_str(text).unwrap())];
            let headers = headers.into_iter().collect();
            assert_eq!(
                Response::buffered(StatusCode::OK, headers, Bytes::new()).flag("x-flag"),
                flag,
                "{text}"
            );
        }
    }

    #[tokio::test]
    async fn a_buffered_body_becomes_a_stream() {
        let stream = |body: &'static str| {
            Response::buffered(StatusCode::OK, HeaderMap::new(), body.into()).into_stream()
        };
        assert_eq!(stream("content").length(), Some(7));
        assert_eq!(stream("content").text().await.unwrap(), "content");
        assert_eq!(stream("").try_next().await.unwrap(), None);
    }
}
