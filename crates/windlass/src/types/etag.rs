//! Entity tags, as opaque as S3 means them to be.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::protocol::encode;

/// An entity tag. It identifies content, but it is not in general the MD5 of it (multipart uploads,
/// SSE-KMS, SSE-C and other services use other values).
///
/// Quotes and the weak prefix `W/` are kept as received and do not matter when tags are compared.
///
/// ```
/// use windlass::types::ETag;
///
/// let etag = ETag::new("\"9b2cf535f27731c974343645a3985328\"");
/// assert_eq!(etag, ETag::new("9b2cf535f27731c974343645a3985328"));
/// assert_eq!(etag.value(), "9b2cf535f27731c974343645a3985328");
/// ```
#[derive(Clone)]
pub struct ETag(Box<str>);

impl ETag {
    /// The tag as the service wrote it, quoted or not.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The tag of an object that was written in one request and is not encrypted with a key: its MD5, given in base64.
    pub(crate) fn of_md5(base64: &str) -> Option<Self> {
        let md5 = STANDARD.decode(base64).ok()?;
        Some(Self::new(format!("\"{}\"", encode::hex(&md5))))
    }

    /// The text as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The value without quotes and weak prefix.
    pub fn value(&self) -> &str {
        let text = self.0.strip_prefix("W/").unwrap_or(&self.0);
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
    }

    /// The value as a condition header wants it: quoted, and `*` as it is.
    pub(crate) fn to_header(&self) -> String {
        if &*self.0 == "*" || self.0.ends_with('"') { self.0.to_string() } else { format!("\"{}\"", self.0) }
    }
}

impl PartialEq for ETag {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Eq for ETag {}

impl std::hash::Hash for ETag {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value().hash(state);
    }
}

impl fmt::Debug for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ETag({})", self.0)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ETag {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for ETag {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::ETag;

    #[test]
    fn quotes_and_weakness_do_not_matter() {
        assert_eq!(ETag::new("W/\"a-1\""), ETag::new("a-1"));
        assert_ne!(ETag::new("\"a\""), ETag::new("\"b\""));
    }

    #[test]
    fn a_condition_is_quoted_once() {
        assert_eq!(ETag::new("abc").to_header(), "\"abc\"");
        assert_eq!(ETag::new("\"abc\"").to_header(), "\"abc\"");
        assert_eq!(ETag::new("*").to_header(), "*");
    }
}
