//! Bucket names, validated before a request is sent.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>

use crate::{Error, ErrorKind, Result};

/// The rules for bucket names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BucketNameRules {
    /// The current rules of AWS: 3 to 63 of `a-z`, `0-9`, `-` and `.`.
    #[default]
    Strict,
    /// The rules of old and S3-compatible buckets: 3 to 255 of `A-Z`, `a-z`, `0-9`, `-`, `.` and `_`.
    Legacy,
}

/// A valid bucket name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BucketName(String);

impl BucketName {
    /// Validates a name.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidBucketName`], naming the violated rule.
    pub fn new(name: impl Into<String>, rules: BucketNameRules) -> Result<Self> {
        let name = name.into();
        check(&name, rules)?;
        Ok(Self(name))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for BucketName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Operations take it where they take the name of a bucket.
impl From<BucketName> for String {
    fn from(name: BucketName) -> Self {
        name.0
    }
}

impl From<&BucketName> for String {
    fn from(name: &BucketName) -> Self {
        name.0.clone()
    }
}

pub(crate) fn check(name: &str, rules: BucketNameRules) -> Result<()> {
    let refuse = |why: String| {
        Err(Error::new(ErrorKind::InvalidBucketName, format!("invalid bucket name {name:?}: {why}")))
    };
    let longest = if rules == BucketNameRules::Strict { 63 } else { 255 };
    if !(3..=longest).contains(&name.len()) {
        let characters = if name.len() == 1 { "character" } else { "characters" };
        return refuse(format!("it has {} {characters}, not 3 to {longest}", name.len()));
    }
    let allowed = |c: char| match rules {
        BucketNameRules::Strict => c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'),
        BucketNameRules::Legacy => c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'),
    };
    if let Some(c) = name.chars().find(|c| !allowed(*c)) {
        return refuse(format!("{c:?} is not allowed"));
    }
    if rules == BucketNameRules::Legacy {
        // Proxies and servers resolve a path segment of dots.
        return if name.bytes().all(|b| b == b'.') { refuse("it consists of dots".into()) } else { Ok(()) };
    }
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if !edge(name.chars().next()) || !edge(name.chars().next_back()) {
        return refuse("it must start and end with a letter or digit".into());
    }
    if name.contains("..") {
        return refuse("it contains two adjacent dots".into());
    }
    if name.split('.').count() == 4 && name.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return refuse("it is formatted as an IP address".into());
    }
    if let Some(prefix) = ["xn--", "sthree-"].iter().find(|prefix| name.starts_with(**prefix)) {
        return refuse(format!("the prefix {prefix:?} is reserved"));
    }
    Ok(())
}

/// Whether a bucket name is a single DNS label, which matches a wildcard certificate.
pub(crate) fn is_dns_label(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Whether a bucket name can be part of a host name. Dots are allowed, which suits only plain HTTP.
pub(crate) fn is_dns_name(name: &str) -> bool {
    check(name, BucketNameRules::Strict).is_ok() && !name.contains(".-") && !name.contains("-.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_counts_in_singular_and_plural() {
        let told = |name| check(name, BucketNameRules::Strict).unwrap_err().to_string();
        assert!(told("a").contains("it has 1 character, not") && told("ab").contains("it has 2 characters,"));
    }

    #[test]
    fn names_are_checked_against_both_rules() {
        let strict = |name: &str| check(name, BucketNameRules::Strict).is_ok();
        let legacy = |name: &str| check(name, BucketNameRules::Legacy).is_ok();
        for name in ["abc", "my-bucket-1", "a.b.c", "1bucket", &"a".repeat(63)] {
            assert!(strict(name) && legacy(name), "{name}");
        }
        for name in [
            "ab",
            "Upper",
            "under_score",
            "-a-",
            "a..b",
            "192.168.5.4",
            "256.1.1.1",
            "xn--abc",
            &"a".repeat(64),
        ] {
            assert!(!strict(name), "{name}");
        }
        for name in ["Upper", "under_score", "a..b", &"A".repeat(255)] {
            assert!(legacy(name), "{name}");
        }
        for name in ["a b", "a/b", "...", "é-bucket", &"a".repeat(256)] {
            assert!(!legacy(name), "{name}");
        }
    }
}
