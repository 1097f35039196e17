//! Percent-encoding in request targets and listings. Keys are never normalised: `..` and `//` stay as they
//! are.

/// Decodes percent-encoding. `None` if an escape is malformed or the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = hex_value(bytes.next()?)?;
            let low = hex_value(bytes.next()?)?;
            decoded.push(high << 4 | low);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// Splits and decodes a query string, keeping its order.
pub(crate) fn query_pairs(query: &str) -> Option<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Encodes every byte outside RFC 3986's unreserved set, except the bytes in `keep`.
pub(crate) fn encode(text: &str, keep: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_unreserved(byte) || keep.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            push_escape(&mut encoded, '%', byte);
        }
    }
    encoded
}

/// Encodes for `encoding-type=url`: S3 writes a space as `+` and keeps slashes and stars.
pub(crate) fn encode_listed(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => push_escape(&mut encoded, '%', byte),
        }
    }
    encoded
}

/// Whether a raw path is in the canonical encoding that signatures use.
pub(crate) fn is_canonical_path(path: &str) -> bool {
    is_canonical(path, b"/")
}

/// Whether a raw query string is in the canonical encoding that signatures use.
pub(crate) fn is_canonical_query(query: &str) -> bool {
    is_canonical(query, b"=&")
}

/// Appends the marker and the byte as two upper-case hexadecimal digits.
pub(crate) fn push_escape(text: &mut String, marker: char, byte: u8) {
    text.push(marker);
    for digit in [byte >> 4, byte & 15] {
        text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
    }
}

/// Encodes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

/// Decodes hexadecimal.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut digits = text.bytes();
    while let Some(high) = digits.next() {
        bytes.push(hex_value(high)? << 4 | hex_value(digits.next()?)?);
    }
    Some(bytes)
}

fn is_canonical(text: &str, separators: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fine = match byte {
            b'%' => [bytes.next(), bytes.next()].into_iter().all(|digit| digit.and_then(hex_value).is_some()),
            _ => is_unreserved(byte) || separators.contains(&byte),
        };
        if !fine {
            return false;
        }
    }
    true
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_text_round_trips() {
        for text in ["", "plain", "a b+c%d", "ü/ö//..", "\u{1}\r\n", "~*'()"] {
            assert_eq!(decode(&encode(text, b"/")).as_deref(), Some(text));
        }
    }

    #[test]
    fn malformed_escapes_and_invalid_utf8_are_rejected() {
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn listings_encode_a_space_as_plus_and_escape_a_plus() {
        assert_eq!(encode_listed("a b+c/d*e~f"), "a+b%2Bc/d*e%7Ef");
    }

    #[test]
    fn raw_bytes_that_need_an_escape_are_not_canonical() {
        assert!(is_canonical_path("/bucket/a%20b/..//%2f~"));
        for path in ["/a b", "/a+b", "/a=b", "/a%2", "/ü", "/a:b"] {
            assert!(!is_canonical_path(path), "{path}");
        }
        assert!(is_canonical_query("prefix=a%2Fb&delete"));
        assert!(!is_canonical_query("prefix=a/b"));
    }
}
