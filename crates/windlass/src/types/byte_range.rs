//! Byte ranges of an object.

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo};
use std::str::FromStr;

use super::content_range::number;
use crate::{Error, ErrorKind, Result};

/// The bytes of an object to read, with the semantics of the `Range` header (RFC 9110, section 14).
///
/// ```
/// use windlass::types::ByteRange;
///
/// assert_eq!(ByteRange::from(0..1024).to_string(), "bytes=0-1023");
/// assert_eq!(ByteRange::from(1024..).to_string(), "bytes=1024-");
/// assert_eq!(ByteRange::last(500).to_string(), "bytes=-500");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ByteRange {
    /// The first and the last byte, inclusive.
    Inclusive(u64, u64),
    /// From this byte to the end.
    From(u64),
    /// This many bytes at the end.
    Last(u64),
    /// The text of a `Range` header, sent unchanged.
    Raw(Box<str>),
}

impl ByteRange {
    /// Selects the last `count` bytes.
    pub fn last(count: u64) -> Self {
        Self::Last(count)
    }

    /// Returns the first and the last selected byte of an object of `size` bytes. `None` if there is none.
    pub(crate) fn within(&self, size: u64) -> Option<(u64, u64)> {
        let end = size.checked_sub(1)?;
        let (first, last) = match self {
            Self::Inclusive(first, last) => (*first, end.min(*last)),
            Self::From(first) => (*first, end),
            Self::Last(count) => (size.saturating_sub(*count), end),
            Self::Raw(_) => return None,
        };
        (first <= last).then_some((first, last))
    }

    /// Whether the range covers all of an object of `size` bytes.
    pub(crate) fn is_all_of(&self, size: u64) -> bool {
        self.within(size).is_some_and(|(first, last)| first == 0 && last + 1 == size)
    }

    /// Whether these bytes can be a response to this range, if the size of the object is unknown.
    pub(crate) fn may_be(&self, first: u64, last: u64) -> bool {
        match self {
            Self::Inclusive(from, to) => first == *from && last <= *to,
            Self::From(from) => first == *from,
            Self::Last(count) => last.checked_sub(first).is_some_and(|before| before < *count),
            Self::Raw(_) => true,
        }
    }
}

impl fmt::Display for ByteRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inclusive(first, last) => write!(f, "bytes={first}-{last}"),
            Self::From(first) => write!(f, "bytes={first}-"),
            Self::Last(count) => write!(f, "bytes=-{count}"),
            Self::Raw(text) => f.write_str(text),
        }
    }
}

impl From<Range<u64>> for ByteRange {
    /// An empty range has no valid header. The header that is sent makes the service respond with 416.
    fn from(range: Range<u64>) -> Self {
        match range.end.checked_sub(1) {
            Some(last) if last >= range.start => Self::Inclusive(range.start, last),
            _ => Self::Last(0),
        }
    }
}

impl From<RangeInclusive<u64>> for ByteRange {
    fn from(range: RangeInclusive<u64>) -> Self {
        if range.is_empty() { Self::Last(0) } else { Self::Inclusive(*range.start(), *range.end()) }
    }
}

impl From<RangeFrom<u64>> for ByteRange {
    fn from(range: RangeFrom<u64>) -> Self {
        Self::From(range.start)
    }
}

impl From<RangeTo<u64>> for ByteRange {
    fn from(range: RangeTo<u64>) -> Self {
        Self::from(0..range.end)
    }
}

impl From<RangeFull> for ByteRange {
    fn from(_: RangeFull) -> Self {
        Self::From(0)
    }
}

impl FromStr for ByteRange {
    type Err = Error;

    /// Parses a header with one range: `bytes=0-1023`, `bytes=1024-`, `bytes=-500`.
    fn from_str(header: &str) -> Result<Self> {
        let read = || {
            let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
            match (first, last) {
                ("", count) => Some(Self::Last(number(count)?)),
                (first, "") => Some(Self::From(number(first)?)),
                (first, last) => {
                    let (first, last) = (number(first)?, number(last)?);
                    (first <= last).then_some(Self::Inclusive(first, last))
                }
            }
        };
        read().ok_or_else(|| {
            let message = format!("invalid range {header:?}: use a range such as \"bytes=0-1023\"");
            Error::new(ErrorKind::InvalidArgument, message)
        })
    }
}

impl From<&str> for ByteRange {
    fn from(header: &str) -> Self {
        Self::Raw(header.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_round_trips() {
        for header in ["bytes=5-10", "bytes=0-0", "bytes=0-", "bytes=-10"] {
            assert_eq!(header.parse::<ByteRange>().unwrap().to_string(), header);
        }
        for header in ["", "bytes=-", "bytes=10-5", "byts=0-5", "5-10", "bytes=+1-2", "bytes=1-2,3-4"] {
            assert!(header.parse::<ByteRange>().is_err(), "{header}");
        }
    }
}
