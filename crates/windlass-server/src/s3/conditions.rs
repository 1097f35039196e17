//! Conditional requests: parsing and evaluation of their headers.

use http::HeaderMap;

use super::text;
use crate::date;
use crate::refusal::{Code, Refusal};
use crate::store::{ObjectRecord, Version};

/// The conditions of a request. Like S3, ignores dates that cannot be parsed.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    matches: Option<String>,
    differs: Option<String>,
    /// Seconds since 1970.
    modified_since: Option<i64>,
    unmodified_since: Option<i64>,
}

/// The outcome of the conditions of a read.
#[derive(Debug, Eq, PartialEq)]
enum Verdict {
    Fine,
    NotModified,
    Failed(&'static str),
}

impl Conditions {
    /// Reads the conditions on the object of the request.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self::with_prefix(headers, "")
    }

    /// Reads the conditions on the source of a copy.
    pub(super) fn of_copy_source(headers: &HeaderMap) -> Self {
        Self::with_prefix(headers, "x-amz-copy-source-")
    }

    fn with_prefix(headers: &HeaderMap, prefix: &str) -> Self {
        let value = |name: &str| text(headers, &format!("{prefix}{name}")).map(str::to_owned);
        let date = |name: &str| text(headers, &format!("{prefix}{name}")).and_then(date::parse_http);
        Self {
            matches: value("if-match"),
            differs: value("if-none-match"),
            modified_since: date("if-modified-since"),
            unmodified_since: date("if-unmodified-since"),
        }
    }

    /// Checks a GET or HEAD: 412 or 304.
    pub(super) fn check_read(&self, object: &ObjectRecord) -> Result<(), Refusal> {
        match self.judge(object) {
            Verdict::Fine => Ok(()),
            Verdict::Failed(condition) => Err(failed(condition)),
            Verdict::NotModified => Err(Refusal::new(Code::NotModified)
                .header("etag", &format!("\"{}\"", object.etag))
                .header("last-modified", &date::format_http(object.last_modified))),
        }
    }

    /// Checks the source of a copy: always 412.
    pub(super) fn check_copy_source(&self, object: &ObjectRecord) -> Result<(), Refusal> {
        match self.judge(object) {
            Verdict::Fine => Ok(()),
            Verdict::Failed(condition) => Err(failed(condition)),
            Verdict::NotModified if self.differs.is_some() => Err(failed("x-amz-copy-source-If-None-Match")),
            Verdict::NotModified => Err(failed("x-amz-copy-source-If-Modified-Since")),
        }
    }

    /// Rejects conditions that S3 does not support for writes.
    pub(super) fn check_writable(&self) -> Result<(), Refusal> {
        if self.matches.as_deref() == Some("*") {
            return Err(Code::NotImplemented.into());
        }
        self.check_deletable()
    }

    /// Rejects conditions that S3 does not support for deletes.
    pub(super) fn check_deletable(&self) -> Result<(), Refusal> {
        if self.differs.as_deref().is_some_and(|value| value != "*")
            || self.differs.is_some() && self.matches.is_some()
        {
            return Err(Code::NotImplemented.into());
        }
        Ok(())
    }

    /// Checks a write or delete against the current version: 412, or 404 if there is none.
    pub(super) fn check_write(&self, current: Option<&Version>) -> Result<(), Refusal> {
        let current = current.and_then(Version::object);
        if self.differs.is_some() && current.is_some() {
            return Err(failed("If-None-Match"));
        }
        match (&self.matches, current) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(Code::NoSuchKey.into()),
            (Some(wanted), Some(object)) if names(wanted, &object.etag, Comparison::Strong) => Ok(()),
            (Some(_), Some(_)) => Err(failed("If-Match")),
        }
    }

    /// Evaluates in the order of RFC 9110, section 13.2.2: a condition on the `ETag` overrides the one on the
    /// date.
    fn judge(&self, object: &ObjectRecord) -> Verdict {
        let modified = object.last_modified / 1000;
        match (&self.matches, self.unmodified_since) {
            (Some(wanted), _) if !names(wanted, &object.etag, Comparison::Strong) => {
                return Verdict::Failed("If-Match");
            }
            (None, Some(since)) if modified > since => return Verdict::Failed("If-Unmodified-Since"),
            _ => {}
        }
        match (&self.differs, self.modified_since) {
            (Some(unwanted), _) if names(unwanted, &object.etag, Comparison::Weak) => Verdict::NotModified,
            (None, Some(since)) if modified <= since => Verdict::NotModified,
            _ => Verdict::Fine,
        }
    }
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Comparison {
    Strong,
    Weak,
}

/// Whether a list of `ETags`, quoted or bare, contains this one.
fn names(list: &str, etag: &str, comparison: Comparison) -> bool {
    list.split(',').map(str::trim).any(|candidate| {
        let strong = candidate.strip_prefix("W/");
        if strong.is_some() && comparison == Comparison::Strong {
            return false;
        }
        let candidate = strong.unwrap_or(candidate);
        candidate == "*" || candidate.trim_matches('"') == etag
    })
}

fn failed(condition: &'static str) -> Refusal {
    Refusal::new(Code::PreconditionFailed).detail("Condition", condition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn etags_match_quoted_bare_or_in_a_list() {
        for list in ["\"abc\"", "abc", "*", "\"x\", \"abc\""] {
            assert!(names(list, "abc", Comparison::Strong), "{list}");
        }
        assert!(!names("\"abcd\"", "abc", Comparison::Strong));
        assert!(!names("W/\"abc\"", "abc", Comparison::Strong));
        assert!(names("W/\"abc\"", "abc", Comparison::Weak));
    }
}
