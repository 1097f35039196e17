//! The `Range` header, with the semantics of S3.

use crate::refusal::{Code, Refusal};

/// A byte range of an object: never empty, always within it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) length: u64,
}

impl Span {
    /// Formats the `Content-Range` of the response.
    pub(super) fn content_range(self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.first, self.first + self.length - 1)
    }
}

/// Resolves the header. `None` means the whole object: S3 ignores multiple ranges, other units and malformed
/// values.
///
/// # Errors
///
/// 416 when the range starts after the end. A suffix range of an empty object is valid and empty.
pub(super) fn resolve(header: &str, size: u64) -> Result<Option<Span>, Refusal> {
    let Some((first, last)) = parse(header) else { return Ok(None) };
    let unsatisfiable = || {
        Refusal::new(Code::InvalidRange)
            .header("content-range", &format!("bytes */{size}"))
            .detail("RangeRequested", header)
            .detail("ActualObjectSize", size.to_string())
    };
    let (first, last) = match (first, last) {
        (Some(first), last) => (first, last.map_or(size, |last| last.saturating_add(1)).min(size)),
        (None, Some(1..)) if size == 0 => return Ok(None),
        (None, Some(suffix)) => (size.saturating_sub(suffix), size),
        (None, None) => return Ok(None),
    };
    if first >= last {
        return Err(unsatisfiable());
    }
    Ok(Some(Span { first, length: last - first }))
}

/// Parses the first and last position. A last one alone means that many bytes from the end.
fn parse(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (first, last) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(Some(digits.parse().unwrap_or(u64::MAX)))
        }
        _ => None,
    };
    let (first, last) = (number(first)?, number(last)?);
    match (first, last) {
        (Some(first), Some(last)) if last < first => None,
        _ => Some((first, last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, size: u64, expected: Option<(u64, u64)>) {
        let span = resolve(header, size).unwrap();
        assert_eq!(span.map(|span| (span.first, span.length)), expected, "{header} of {size}");
    }

    #[test]
    fn ranges_are_clamped_to_the_object() {
        check("bytes=0-0", 10, Some((0, 1)));
        check("bytes=2-5", 10, Some((2, 4)));
        check("bytes=2-500", 10, Some((2, 8)));
        check("bytes=9-", 10, Some((9, 1)));
        check("bytes=-3", 10, Some((7, 3)));
        check("bytes=-30", 10, Some((0, 10)));
        check("bytes=0-99999999999999999999999", 10, Some((0, 10)));
        // AWS responds with 200 and no content.
        check("bytes=-5", 0, None);
        check("bytes=-1", 0, None);
    }

    #[test]
    fn malformed_and_multiple_ranges_are_ignored() {
        for header in ["bytes=0-1,3-4", "items=0-1", "bytes=5-2", "bytes=a-b", "bytes=-", "bytes"] {
            check(header, 10, None);
        }
    }

    #[test]
    fn an_unsatisfiable_range_is_an_error_with_the_size() {
        for (header, size) in
            [("bytes=10-", 10), ("bytes=0-0", 0), ("bytes=0-", 0), ("bytes=-0", 0), ("bytes=-0", 10)]
        {
            let refusal = resolve(header, size).unwrap_err();
            assert_eq!(refusal.code, Code::InvalidRange, "{header}");
            assert_eq!(refusal.headers()["content-range"], format!("bytes */{size}"));
        }
    }
}
