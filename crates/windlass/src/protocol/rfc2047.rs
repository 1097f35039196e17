//! RFC 2047 encoded words: how S3 writes metadata values that are not ASCII.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest text of one encoded word: RFC 2047 allows 75 characters with its frame.
const BYTES_PER_WORD: usize = 45;

/// Writes a value as it can stand in a header: ASCII as it is, anything else as base64 words. ASCII that could be taken for
/// such a word is written as one, so that it is read as it was.
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

/// Reads a value that may hold encoded words; what is not a well-formed word stays as it is.
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
        // White space between two words belongs to the encoding, not to the text.
        if !(after_word && plain.bytes().all(|byte| byte.is_ascii_whitespace())) {
            out.extend_from_slice(plain.as_bytes());
        }
        out.extend_from_slice(&bytes);
        after_word = true;
        rest = tail;
    }
    out.extend_from_slice(rest.as_bytes());
    // Writers may cut a character in two between words, so only the whole tells whether it is text.
    String::from_utf8(out).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// Why HTTP would change this value of metadata, if it would.
pub(crate) fn refusal(value: &str) -> Option<&'static str> {
    if value.starts_with(' ') || value.ends_with(' ') {
        return Some("begins or ends with a blank, which HTTP does not keep");
    }
    value.contains(char::is_control).then_some("holds a line break or another control character")
}

/// The bytes of the word at the start of `text`, and what follows it. None if it is not a word of UTF-8,
/// US-ASCII or Latin-1.
fn decode_word(text: &str) -> Option<(Vec<u8>, &str)> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (content, tail) = rest.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => quoted_printable(content)?,
        _ => return None,
    };
    // A language may follow the character set (RFC 2231).
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
    fn words_of_other_writers_are_read() {
        assert_eq!(decode("=?UTF-8?Q?caf=C3=A9_au_lait?="), "café au lait");
        assert_eq!(decode("=?utf-8?b?w7w=?= =?UTF-8?B?w7w=?= x"), "üü x");
        assert_eq!(decode("=?iso-8859-1?Q?=FC?="), "ü");
        assert_eq!(decode("1 =? 2 ?= 3"), "1 =? 2 ?= 3");
    }

    #[test]
    fn what_looks_like_a_word_is_written_as_one() {
        for text in ["=?UTF-8?B?w7w=?=", "a =? b", "=?", "x=?UTF-8?Q?=FF?=", "=?utf-8?q?_?= =?utf-8?q?_?="] {
            let encoded = encode(text);
            assert!(encoded.starts_with("=?UTF-8?B?"), "{encoded}");
            assert_eq!(decode(&encoded), text);
        }
    }

    #[test]
    fn words_that_are_not_text_stay_as_they_are() {
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
    fn ascii_is_left_alone() {
        assert_eq!(encode("plain text"), "plain text");
        assert_eq!(decode("plain text"), "plain text");
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(text in "\\PC*") {
            prop_assert_eq!(decode(&encode(&text)).into_owned(), text);
        }

        #[test]
        fn decoding_never_panics(text in any::<String>()) {
            let _ = decode(&text);
        }
    }
}
