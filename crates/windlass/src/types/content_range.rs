//! The position of a response body within its object.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind, Result};

/// The header `Content-Range` (RFC 9110, section 14.4).
///
/// ```
/// use windlass::types::ContentRange;
///
/// let range: ContentRange = "bytes 0-1023/146515".parse()?;
/// assert_eq!((range.bytes, range.size), (Some((0, 1023)), Some(146_515)));
/// # Ok::<(), windlass::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentRange {
    /// The first and the last byte, inclusive; `None` if the requested range is outside the object (status
    /// 416).
    pub bytes: Option<(u64, u64)>,
    /// The size of the whole object; `None` if the service does not state it.
    pub size: Option<u64>,
}

impl ContentRange {
    /// Returns the number of bytes.
    pub(crate) fn length(self) -> Option<u64> {
        let (first, last) = self.bytes?;
        last.checked_sub(first)?.checked_add(1)
    }

    /// Whether the response has the whole object.
    pub(crate) fn is_whole(&self) -> bool {
        matches!((self.bytes, self.size), (Some((0, last)), Some(size)) if last.checked_add(1) == Some(size))
    }
}

impl FromStr for ContentRange {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let read = || {
            let (range, size) = text.strip_prefix("bytes ")?.trim().split_once('/')?;
            let size = if size == "*" { None } else { Some(number(size)?) };
            let bytes = if range == "*" {
                None
            } else {
                let (first, last) = range.split_once('-')?;
                let (first, last) = (number(first)?, number(last)?);
                if first > last || size.is_some_and(|size| last >= size) {
                    return None;
                }
                Some((first, last))
            };
            (bytes.is_some() || size.is_some()).then_some(Self { bytes, size })
        };
        read().ok_or_else(|| {
            let message =
                format!("invalid content range {text:?}: expected a range such as \"bytes 0-1023/146515\"");
            Error::new(ErrorKind::InvalidResponse, message)
        })
    }
}

impl fmt::Display for ContentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bytes {
            Some((first, last)) => write!(f, "bytes {first}-{last}/")?,
            None => f.write_str("bytes */")?,
        }
        match self.size {
            Some(size) => write!(f, "{size}"),
            None => f.write_str("*"),
        }
    }
}

/// Parses digits. `u64::from_str` would also accept a sign.
pub(super) fn number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_content_ranges_are_parsed() {
        for text in ["bytes 55-100/12345", "bytes 0-0/1", "bytes 0-9/*", "bytes */1234"] {
            assert_eq!(text.parse::<ContentRange>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "bytes 55-100/",
            "bytes 10-5/100",
            "bytes 0-100/50",
            "items 0-9/10",
            "bytes */*",
            "bytes +1-2/3",
            "bytes 0-18446744073709551616/*",
        ] {
            assert!(text.parse::<ContentRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_whole_object_is_distinguished_from_a_part() {
        let whole = |text: &str| text.parse::<ContentRange>().unwrap().is_whole();
        assert!(whole("bytes 0-9/10"));
        assert!(!whole("bytes 0-8/10") && !whole("bytes 1-9/10") && !whole("bytes 0-9/*"));
        assert!(!whole("bytes 0-18446744073709551615/*"));
    }
}
