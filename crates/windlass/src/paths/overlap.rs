//! Detects moves within S3 whose sources and targets overlap, because their result depends on the order of
//! the copies.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::S3Url;

/// The reason why objects cannot be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overlap {
    /// The target is, or can be, the source itself.
    OntoItself {
        /// The object.
        source: S3Url,
    },
    /// The target is, or can be, another source of the move.
    OntoSource {
        /// The object.
        source: S3Url,
        /// The other object.
        other: S3Url,
    },
    /// The target is an object that the source includes and that is already at its target.
    OntoObjectInPlace {
        /// The object.
        source: S3Url,
        /// The other object.
        target: S3Url,
    },
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OntoItself { source } => write!(f, "{source} cannot be moved onto itself"),
            Self::OntoSource { source, other } => {
                write!(f, "{source} cannot be moved over {other}, which is also a source")
            }
            Self::OntoObjectInPlace { source, target } => {
                write!(f, "{source} cannot be moved over {target}, which is also part of the source")
            }
        }
    }
}

impl std::error::Error for Overlap {}

/// Checks that no move overwrites an object that is a source itself.
///
/// # Errors
/// [`Overlap::OntoItself`] or [`Overlap::OntoSource`] for the first move that does.
///
/// ```
/// use windlass::paths::{S3Url, check_moves};
///
/// let (a, b, c) = (S3Url::new("bucket", "a"), S3Url::new("bucket", "b"), S3Url::new("bucket", "c"));
/// assert!(check_moves([(&a, &b), (&b, &c)]).is_err());
/// assert!(check_moves([(&a, &c), (&b, &S3Url::new("other", "a"))]).is_ok());
/// ```
pub fn check_moves<'u, M>(moves: M) -> Result<(), Overlap>
where
    M: IntoIterator<Item = (&'u S3Url, &'u S3Url)>,
    M::IntoIter: Clone,
{
    let moves = moves.into_iter();
    let mut sources: HashMap<&str, Vec<&S3Url>> = HashMap::new();
    for (from, _) in moves.clone() {
        sources.entry(from.key.as_str()).or_default().push(from);
    }
    for (from, to) in moves {
        let same_key = sources.get(to.key.as_str()).into_iter().flatten();
        if let Some(other) = same_key.into_iter().find(|source| may_be_one_bucket(source, to)) {
            let source = from.clone();
            return Err(if *other == from {
                Overlap::OntoItself { source }
            } else {
                Overlap::OntoSource { source, other: (*other).clone() }
            });
        }
    }
    Ok(())
}

/// Checks that no move overwrites an object that is [in place](is_in_place).
///
/// # Errors
/// [`Overlap::OntoObjectInPlace`] for the first move that does.
pub fn check_objects_in_place<'u>(
    moves: impl IntoIterator<Item = (&'u S3Url, &'u S3Url)>,
    in_place: &[S3Url],
) -> Result<(), Overlap> {
    let in_place: HashSet<&S3Url> = in_place.iter().collect();
    match moves.into_iter().find(|(_, to)| in_place.contains(to)) {
        Some((from, to)) => Err(Overlap::OntoObjectInPlace { source: from.clone(), target: to.clone() }),
        None => Ok(()),
    }
}

/// Whether an object of a move is already at its target: `target` is within `source`, and `key` within
/// `target`. Both are folders: empty, or with a trailing slash.
///
/// ```
/// use windlass::paths::is_in_place;
///
/// assert!(is_in_place("logs/", "logs/old/", "logs/old/1"));
/// assert!(!is_in_place("logs/", "logs/old/", "logs/2"));
/// assert!(!is_in_place("logs/old/", "logs/", "logs/old/1"));
/// ```
pub fn is_in_place(source: &str, target: &str, key: &str) -> bool {
    target.starts_with(source) && key.starts_with(target)
}

/// Whether two URLs have, or can have, the same bucket. The bucket of an access point cannot be derived from
/// its name.
///
/// ```
/// use windlass::paths::{S3Url, may_be_one_bucket};
///
/// assert!(may_be_one_bucket(&S3Url::new("photos", "a"), &S3Url::new("point-abc-s3alias", "b")));
/// assert!(!may_be_one_bucket(&S3Url::new("photos", "a"), &S3Url::new("archive", "b")));
/// ```
pub fn may_be_one_bucket(a: &S3Url, b: &S3Url) -> bool {
    let is_access_point =
        |url: &S3Url| url.bucket.starts_with("arn:") || ALIASES.iter().any(|end| url.bucket.ends_with(end));
    a.bucket == b.bucket || is_access_point(a) || is_access_point(b)
}

/// The suffixes of access point aliases, which are reserved for them.
const ALIASES: [&str; 3] = ["-s3alias", "--ol-s3", "--op-s3"];

#[cfg(test)]
mod tests {
    use super::*;

    fn url(key: &str) -> S3Url {
        S3Url::new("bucket", key)
    }

    #[test]
    fn a_move_onto_a_source_is_an_error() {
        let (a, b) = (url("a"), url("b"));
        assert_eq!(check_moves([(&a, &a)]), Err(Overlap::OntoItself { source: url("a") }));
        assert_eq!(
            check_moves([(&a, &b), (&b, &url("c"))]),
            Err(Overlap::OntoSource { source: url("a"), other: url("b") })
        );
        let point = S3Url::new("arn:aws:s3:us-east-1:000000000000:accesspoint/point", "b");
        assert!(check_moves([(&a, &b), (&point, &url("c"))]).is_err());
        assert_eq!(check_moves([(&a, &b), (&S3Url::new("other", "b"), &url("c"))]), Ok(()));
    }

    #[test]
    fn a_move_onto_an_object_in_place_is_an_error() {
        let (a, b) = (url("a"), url("x/a"));
        let told = check_objects_in_place([(&a, &b)], &[url("x/a")]).unwrap_err();
        assert_eq!(
            told.to_string(),
            "s3://bucket/a cannot be moved over s3://bucket/x/a, which is also part of the source"
        );
        assert_eq!(check_objects_in_place([(&a, &b)], &[url("x/b")]), Ok(()));
    }
}
