//! Keys in lists that are not UTF-8. S3 stores keys as UTF-8, but some services store any bytes, and names in
//! windlass are strings. Such a key keeps the encoded form of the list and gets a mark, so that it cannot be
//! confused with another key.

use std::borrow::Cow;
use std::fmt;

use super::encode;

/// The mark after the encoded form. It contains NUL, so no valid key ends with it and every operation rejects
/// it.
pub(crate) const MARK: &str = "\0 (percent-encoded)";

/// A key or prefix in a list whose bytes are not UTF-8 or contain NUL, in percent-encoded form.
///
/// Lists return such a key as a string that ends with a mark, which operations reject. Only list operations
/// accept it, as prefix or marker, so that keys below such a prefix can be listed.
///
/// ```
/// use windlass::types::EncodedKey;
/// # use windlass::testing::{self, MockTransport};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # let transport = MockTransport::new();
/// # transport.response(200, "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>a%FF</Key></Contents></ListBucketResult>");
/// # let client = testing::client(&transport);
///
/// let page = client.list_objects_v2("photos").await?;
/// let key = EncodedKey::of(&page.contents[0].key).expect("its bytes are not UTF-8");
/// assert_eq!(key.as_str(), "a%FF");
/// assert_eq!(key.to_bytes(), b"a\xff");
/// assert!(client.delete_object("photos", &page.contents[0].key).await.is_err());
/// # windlass::Result::<()>::Ok(())
/// # }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EncodedKey<'a>(&'a str);

impl<'a> EncodedKey<'a> {
    /// Returns the encoded form of a key, marker or prefix of a list. `None` if it is plain text.
    pub fn of(listed: &'a str) -> Option<Self> {
        listed.strip_suffix(MARK).map(Self)
    }

    /// Returns the encoded form, as the service wrote it. A space is `+`.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// Returns the bytes of the key.
    pub fn to_bytes(self) -> Vec<u8> {
        encode::decode_listed_bytes(self.0)
    }

    /// Returns the key as text, with U+FFFD for invalid UTF-8. For matching patterns; it does not name the
    /// object.
    pub fn to_string_lossy(self) -> String {
        String::from_utf8_lossy(&self.to_bytes()).into_owned()
    }
}

impl fmt::Display for EncodedKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Decodes a key of a list, or marks it if it is not UTF-8.
pub(crate) fn decode(listed: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'%', b'+', listed.as_bytes()).is_none() {
        return Cow::Borrowed(listed);
    }
    match String::from_utf8(encode::decode_listed_bytes(listed)) {
        Ok(text) if !text.contains('\0') => Cow::Owned(text),
        _ => Cow::Owned(format!("{listed}{MARK}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_utf8_is_kept_and_marked() {
        for encoded in
            ["%FF", "a%FF+b", "%ff/", "a%00", "%ED%A0%80", "%C3", "%C0%AF", "%F5%80%80%80", "x%00%FF"]
        {
            let listed = decode(encoded);
            let key = EncodedKey::of(&listed).unwrap();
            assert_eq!(key.as_str(), encoded);
            assert!(crate::types::object_key::check(&listed).is_err(), "{encoded}");
        }
        assert_eq!(EncodedKey::of(&decode("a+%FF")).unwrap().to_bytes(), b"a \xff");
        assert_eq!(EncodedKey::of(&decode("a%FF")).unwrap().to_string_lossy(), "a\u{FFFD}");
    }

    #[test]
    fn a_utf8_key_is_decoded_and_never_marked() {
        for (encoded, text) in
            [("a", "a"), ("a%25FF", "a%FF"), ("%EF%BF%BD", "\u{FFFD}"), ("%C3%A9+", "é "), ("%2", "%2")]
        {
            assert_eq!(decode(encoded), text);
            assert_eq!(EncodedKey::of(text), None);
        }
    }
}
