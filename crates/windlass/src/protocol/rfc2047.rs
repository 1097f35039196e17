//! RFC 2047 encoded words, the encoding of non-ASCII metadata values in S3.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The maximum number of bytes in one encoded word: RFC 2047 limits a word to 75 characters with its
/// delimiters.
const BYTES_PER_WORD: usize = 45;

/// Encodes a value for a header: ASCII as is, other text as base64 words. ASCII that looks like an encoded
/// word is encoded too, so that it round-trips.
pub(crate) fn encode(value: &str) -> Cow<'_, str> {
    if value.is_ascii() && !value.contains("=?") {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len() * 2);
    let mut rest = value;
    while !rest.is_empty() {
        let mut end = rest.len().min(BYTES_PER_WORD);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (word, tail) = rest.split_at(end);
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str("=?UTF-8?B?");
        STANDARD.encode_string(word, &mut out);
        out.push_str("?=");
        rest = tail;
    }
    Cow::Owned(out)
}

/// Decodes a value with encoded words. Malformed words are kept.
pub(crate) fn decode(value: &str) -> Cow<'_, str> {
    if !value.contains("=?") {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (plain, candidate) = rest.split_at(start);
        let Some((bytes, tail)) = decode_word(candidate) else {
            out.extend_from_slice(plain.as_bytes());
            out.extend_from_slice(b"=?");
            rest = candidate.get(2..).unwrap_or_default();
            after_word = false;
            continue;
        };
        // White space between two words is part of the encoding.
        if !(after_word && plain.bytes().all(|byte| byte.is_ascii_whitespace())) {
            out.extend_from_slice(plain.as_bytes());
        }
        out.extend_from_slice(&bytes);
        after_word = true;
        rest = tail;
    }
    out.extend_from_slice(rest.as_bytes());
    // Some writers split a character between words, so only the whole value is checked for UTF-8.
    String::from_utf8(out).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// Returns why HTTP would change this metadata value, if it would.
pub(crate) fn refusal(value: &str) -> Option<&'static str> {
    if value.starts_with(' ') || value.ends_with(' ') {
        return Some("starts or ends with white space, which HTTP does not preserve");
    }
    value.contains(char::is_control).then_some("contains a line break or another control character")
}

/// Returns the bytes of the encoded word at the start of `text`, and the rest. `None` if it is not a word in
/// UTF-8, US-ASCII or Latin-1.
fn decode_word(text: &str) -> Option<(Vec<u8>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (content, tail) = rest.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => quoted_printable(content)?,
        _ => return None,
    };
    // RFC 2231 allows a language after the character set.
    let charset = charset.split('*').next().unwrap_or_default();
    let bytes = match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => bytes,
        "iso-8859-1" => bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes(),
        _ => return None,
    };
    Some((bytes, tail))
}

fn quoted_printable(content: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(content.len());
    let mut bytes = content.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b' ',
            b'=' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_other_encoders_are_decoded() {
        assert_eq!(decode("=?UTF-8?Q?caf=C3=A9_au_lait?="), "café au lait");
        assert_eq!(decode("=?utf-8?b?w7w=?= =?UTF-8?B?w7w=?= x"), "üü x");
        assert_eq!(decode("=?iso-8859-1?Q?=FC?="), "ü");
        assert_eq!(decode("1 =? 2 ?= 3"), "1 =? 2 ?= 3");
    }

    #[test]
    fn text_that_looks_like_a_word_is_encoded() {
        for text in ["=?UTF-8?B?w7w=?=", "a =? b", "=?", "x=?UTF-8?Q?=FF?=", "=?utf-8?q?_?= =?utf-8?q?_?="] {
            let encoded = encode(text);
            assert!(encoded.starts_with("=?UTF-8?B?"), "{encoded}");
            assert_eq!(decode(&encoded), text);
        }
    }

    #[test]
    fn invalid_words_are_kept() {
        for text in [
            "=?UTF-8?Q?=FF?=",
            "a =?UTF-8?B?/w==?= b",
            "=?UTF-16?B?AGE=?=",
            "=?UTF-8?B?w7w?=",
            "=?UTF-8?X?a?=",
        ] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(decode("=?UTF-8?Q?=C3?= =?UTF-8?Q?=BC?="), "ü");
        assert_eq!(decode("=?UTF-8*en?Q?a?="), "a");
    }

    #[test]
    fn ascii_is_unchanged() {
        assert_eq!(encode("plain text"), "plain text");
        assert_eq!(decode("plain text"), "plain text");
    }

    proptest! {
        #[test]
        fn values_round_trip(text in "\\PC*") {
            prop_assert_eq!(decode(&encode(&text)).into_owned(), text);
        }

        #[test]
        fn decoding_never_panics(text in any::<String>()) {
            let _ = decode(&text);
        }
    }
}
