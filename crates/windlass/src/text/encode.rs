//! Percent-encoding for Signature Version 4 (RFC 3986): everything but `A-Z a-z 0-9 - . _ ~` is encoded once,
//! in upper case. Paths keep their slashes and are never normalised.

use std::borrow::Cow;

use super::EncodedKey;

/// Appends an encoded key or path. Slashes are kept.
pub(crate) fn push_path(out: &mut String, text: &str) {
    push(out, text, true);
}

/// Appends an encoded name or value of a query parameter. Slashes are encoded, a space is `%20`.
pub(crate) fn push_query(out: &mut String, text: &str) {
    push(out, text, false);
}

/// Encodes a key or path. Slashes are kept.
///
/// ```
/// use windlass::unversioned::encode;
///
/// assert_eq!(encode::path("a b/ü+~"), "a%20b/%C3%BC%2B~");
/// assert_eq!(encode::query("a/b"), "a%2Fb");
/// ```
pub fn path(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    push_path(&mut out, text);
    out
}

/// Encodes the name or value of a query parameter.
pub fn query(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    push_query(&mut out, text);
    out
}

/// Decodes percent-encoding. A `%` without two hexadecimal digits is kept, invalid UTF-8 becomes replacement
/// characters, and `+` stays a plus.
pub fn decode(text: &str) -> Cow<'_, str> {
    decode_with(text, b'+')
}

/// Decodes form encoding, where a space is `+`. Invalid UTF-8 becomes replacement characters.
pub(crate) fn decode_form(text: &str) -> Cow<'_, str> {
    decode_with(text, b' ')
}

/// Returns the bytes of a key in a list, where S3 encodes a space as `+` and a plus as `%2B`.
pub(crate) fn decode_listed_bytes(text: &str) -> Vec<u8> {
    decoded_bytes(text, b' ')
}

/// Appends a query value that can come from a list: a key that is not UTF-8 is sent as its original bytes.
pub(crate) fn push_query_of_listed(out: &mut String, text: &str) {
    match EncodedKey::of(text) {
        None => push_query(out, text),
        Some(key) => key.to_bytes().into_iter().for_each(|byte| push_byte(out, byte, false)),
    }
}

/// Returns the canonical encoding of a text in any encoding. The decoded bytes need not be UTF-8.
pub(crate) fn encoded_once(text: &str, keep_slash: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in decoded_bytes(text, b'+') {
        push_byte(&mut out, byte, keep_slash);
    }
    out
}

fn decode_with(text: &str, plus: u8) -> Cow<'_, str> {
    if memchr::memchr2(b'%', if plus == b'+' { b'%' } else { b'+' }, text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(match String::from_utf8(decoded_bytes(text, plus)) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

fn decoded_bytes(text: &str, plus: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        match (byte, tail) {
            (b'%', [high, low, after @ ..]) => match (hex_value(*high), hex_value(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                    continue;
                }
                _ => out.push(byte),
            },
            (b'+', _) => out.push(plus),
            _ => out.push(byte),
        }
        rest = tail;
    }
    out
}

/// Appends bytes as lower-case hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    for bytes in bytes.chunks(32) {
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
        // Digits are ASCII.
        out.push_str(
            digits.get(..2 * bytes.len()).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default(),
        );
    }
}

/// Encodes bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    push_hex(&mut out, bytes);
    out
}

/// Decodes hexadecimal digits of either case. `None` for other text.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let bytes = pairs.map(|pair| match pair {
        [high, low] => Some(hex_value(*high)? << 4 | hex_value(*low)?),
        _ => None,
    });
    bytes.collect::<Option<_>>().filter(|_| whole)
}

fn push(out: &mut String, text: &str, keep_slash: bool) {
    let mut rest = text;
    loop {
        let plain = rest.bytes().take_while(|byte| is_plain(*byte, keep_slash)).count();
        // `plain` bytes are ASCII, so this is a character boundary.
        let (head, tail) = rest.split_at(plain);
        out.push_str(head);
        let Some(next) = tail.chars().next() else { return };
        let (encoded, after) = tail.split_at(next.len_utf8());
        for byte in encoded.bytes() {
            push_byte(out, byte, keep_slash);
        }
        rest = after;
    }
}

fn push_byte(out: &mut String, byte: u8, keep_slash: bool) {
    if is_plain(byte, keep_slash) {
        out.push(char::from(byte));
        return;
    }
    out.push('%');
    out.push(char::from(hex_digit(byte >> 4).to_ascii_uppercase()));
    out.push(char::from(hex_digit(byte & 15).to_ascii_uppercase()));
}

fn is_plain(byte: u8, keep_slash: bool) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') || keep_slash && byte == b'/'
}

fn hex_digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query_of_listed(text: &str) -> String {
        let mut out = String::new();
        push_query_of_listed(&mut out, text);
        out
    }
    use proptest::prelude::*;

    #[test]
    fn only_unreserved_characters_are_kept() {
        assert_eq!(path("AZaz09-._~/"), "AZaz09-._~/");
        assert_eq!(query("AZaz09-._~/"), "AZaz09-._~%2F");
        assert_eq!(query(" !*'()%+"), "%20%21%2A%27%28%29%25%2B");
        assert_eq!(path("a//../é"), "a//../%C3%A9");
    }

    #[test]
    fn decoding_keeps_plain_text() {
        assert_eq!(decode("a+b%20c%2"), "a+b c%2");
        assert_eq!(decode("%zz"), "%zz");
        assert_eq!(decode("%FF"), "\u{FFFD}");
        assert_eq!(decode_form("a+b%2Bc"), "a b+c");
    }

    #[test]
    fn a_key_that_is_not_utf8_is_sent_as_its_bytes() {
        let listed = crate::text::encoded_key::decode("a+%2B%FF/%25");
        assert_eq!(query_of_listed(&listed), "a%20%2B%FF%2F%25");
        assert_eq!(query_of_listed("a%FF"), "a%25FF");
    }

    #[test]
    fn hexadecimal_digits_come_in_pairs() {
        assert_eq!(from_hex("00fFa9"), Some(vec![0, 255, 0xa9]));
        assert_eq!(from_hex(""), Some(vec![]));
        for text in ["0", "0g", "+1", "é"] {
            assert_eq!(from_hex(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn encoded_text_round_trips(text in any::<String>()) {
            for encoded in [path(&text), query(&text)] {
                prop_assert_eq!(decode(&encoded).into_owned(), text.clone());
            }
        }
    }
}
