//! Entity tags, which are opaque.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::encode;

/// An entity tag. It identifies content, but is not always its MD5: multipart uploads, SSE-KMS, SSE-C and
/// other services use other values.
///
/// Quotes and the weak prefix `W/` are kept as received and ignored in comparisons.
///
/// ```
/// use windlass::types::ETag;
///
/// let etag = ETag::new("\"9b2cf535f27731c974343645a3985328\"");
/// assert_eq!(etag, ETag::new("9b2cf535f27731c974343645a3985328"));
/// assert_eq!(etag.value(), "9b2cf535f27731c974343645a3985328");
/// ```
#[derive(Clone)]
pub struct ETag(Text);

/// A list has up to 1,000 tags. Nearly all of them are short enough to be stored inline.
#[derive(Clone)]
enum Text {
    Short { bytes: [u8; SHORT], length: u8 },
    Long(Box<str>),
}

/// An MD5 in hexadecimal digits, the number of up to 999 parts, and the quotes.
const SHORT: usize = 38;

impl ETag {
    /// Creates a tag from its text, quoted or not.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self::from_pieces([text.as_ref()])
    }

    /// Creates a tag with quotes around `value`.
    pub(crate) fn quoted(value: &str) -> Self {
        Self::from_pieces(["\"", value, "\""])
    }

    fn from_pieces<const N: usize>(pieces: [&str; N]) -> Self {
        let mut bytes = [0; SHORT];
        let mut length = 0;
        for piece in pieces {
            let Some(room) = bytes.get_mut(length..length + piece.len()) else {
                return Self(Text::Long(pieces.concat().into()));
            };
            room.copy_from_slice(piece.as_bytes());
            length += piece.len();
        }
        #[expect(clippy::cast_possible_truncation, reason = "it is at most SHORT")]
        Self(Text::Short { bytes, length: length as u8 })
    }

    /// Returns the tag of an object that was written in one request without KMS or customer keys: its MD5,
    /// given in base64.
    pub(crate) fn of_md5(base64: &str) -> Option<Self> {
        let md5 = STANDARD.decode(base64).ok()?;
        Some(Self::new(format!("\"{}\"", encode::hex(&md5))))
    }

    /// Returns the text as received.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Short { bytes, length } => {
                // The inline bytes are always a complete text.
                let text = bytes.get(..usize::from(*length)).map(std::str::from_utf8);
                text.and_then(Result::ok).unwrap_or_default()
            }
            Text::Long(text) => text,
        }
    }

    /// Returns the value without quotes and weak prefix.
    pub fn value(&self) -> &str {
        let text = self.as_str();
        let text = text.strip_prefix("W/").unwrap_or(text);
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
    }

    /// Returns the value for a condition header: quoted, except `*`.
    pub(crate) fn to_header(&self) -> String {
        let text = self.as_str();
        if text == "*" || text.ends_with('"') { text.to_owned() } else { format!("\"{text}\"") }
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
        write!(f, "ETag({})", self.as_str())
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
    use super::{ETag, Text};

    #[test]
    fn comparison_ignores_quotes_and_weakness() {
        assert_eq!(ETag::new("W/\"a-1\""), ETag::new("a-1"));
        assert_ne!(ETag::new("\"a\""), ETag::new("\"b\""));
    }

    #[test]
    fn a_condition_is_quoted_once() {
        assert_eq!(ETag::new("abc").to_header(), "\"abc\"");
        assert_eq!(ETag::new("\"abc\"").to_header(), "\"abc\"");
        assert_eq!(ETag::new("*").to_header(), "*");
    }

    #[test]
    fn the_text_is_preserved_at_every_length() {
        for length in 0..100 {
            let text = "é".repeat(length / 2) + &"a".repeat(length % 2);
            assert_eq!(ETag::new(&text).as_str(), text);
            assert_eq!(ETag::quoted(&text).as_str(), format!("\"{text}\""));
        }
    }

    #[test]
    fn a_tag_of_s3_needs_no_allocation() {
        assert!(matches!(ETag::quoted("9b2cf535f27731c974343645a3985328-999").0, Text::Short { .. }));
        assert_eq!(size_of::<Option<ETag>>(), 40);
    }
}
