//! Checksum values as S3 sends them: base64 text for each algorithm.

use std::fmt;
use std::ops::Deref;

use http::HeaderMap;

use super::{ChecksumAlgorithm, part_count};
use crate::protocol::open_enum::open_enum;

open_enum! {
    /// Whether a checksum covers the object or the list of its parts' checksums.
    ChecksumType { Composite = "COMPOSITE", FullObject = "FULL_OBJECT", }
}

impl ChecksumType {
    /// Parses the value in any case.
    fn read(word: &str) -> Self {
        let known = [Self::Composite, Self::FullObject];
        let named = known.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(word.trim()));
        named.unwrap_or_else(|| Self::from(word))
    }
}

/// The algorithms of an object's checksums; dereferences to a slice. A single algorithm, the usual case,
/// needs no allocation: a page of a list has up to 1,000 objects.
///
/// ```
/// use windlass::types::{ChecksumAlgorithm, ChecksumAlgorithms};
///
/// let algorithms: ChecksumAlgorithms = [ChecksumAlgorithm::Crc32].into_iter().collect();
/// assert!(algorithms.contains(&ChecksumAlgorithm::Crc32));
/// ```
#[derive(Clone)]
pub struct ChecksumAlgorithms(Algorithms);

#[derive(Clone)]
enum Algorithms {
    AtMostOne(Option<ChecksumAlgorithm>),
    Several(Vec<ChecksumAlgorithm>),
}

impl Deref for ChecksumAlgorithms {
    type Target = [ChecksumAlgorithm];

    fn deref(&self) -> &[ChecksumAlgorithm] {
        match &self.0 {
            Algorithms::AtMostOne(algorithm) => algorithm.as_slice(),
            Algorithms::Several(algorithms) => algorithms,
        }
    }
}

impl Extend<ChecksumAlgorithm> for ChecksumAlgorithms {
    fn extend<I: IntoIterator<Item = ChecksumAlgorithm>>(&mut self, algorithms: I) {
        for algorithm in algorithms {
            match &mut self.0 {
                Algorithms::AtMostOne(first) => match first.take() {
                    None => *first = Some(algorithm),
                    Some(first) => self.0 = Algorithms::Several(vec![first, algorithm]),
                },
                Algorithms::Several(several) => several.push(algorithm),
            }
        }
    }
}

impl FromIterator<ChecksumAlgorithm> for ChecksumAlgorithms {
    fn from_iter<I: IntoIterator<Item = ChecksumAlgorithm>>(algorithms: I) -> Self {
        let mut all = Self::default();
        all.extend(algorithms);
        all
    }
}

impl Default for ChecksumAlgorithms {
    fn default() -> Self {
        Self(Algorithms::AtMostOne(None))
    }
}

impl PartialEq for ChecksumAlgorithms {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for ChecksumAlgorithms {}

impl fmt::Debug for ChecksumAlgorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// The checksums of an object, a part or an upload: base64 by algorithm, as the service wrote them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectChecksums {
    values: Vec<(ChecksumAlgorithm, String)>,
    /// The coverage of the values, if the service states it.
    pub checksum_type: Option<ChecksumType>,
}

impl ObjectChecksums {
    /// Returns the value of one algorithm, in base64. A composite value ends with `-N`, the number of parts.
    pub fn get(&self, algorithm: &ChecksumAlgorithm) -> Option<&str> {
        self.values.iter().find(|(name, _)| name == algorithm).map(|(_, value)| value.as_str())
    }

    /// Sets the value of one algorithm, in base64.
    pub fn set(&mut self, algorithm: ChecksumAlgorithm, value: impl Into<String>) {
        self.values.retain(|(name, _)| *name != algorithm);
        self.values.push((algorithm, value.into()));
    }

    /// Whether a value is composite: according to the stated type, or else if the value ends with a number of
    /// parts.
    pub(crate) fn is_composite(&self, value: &str) -> bool {
        match &self.checksum_type {
            Some(ChecksumType::Composite) => true,
            Some(ChecksumType::FullObject) => false,
            _ => part_count(value).is_some(),
        }
    }

    /// Returns an iterator over all values.
    pub fn iter(&self) -> impl Iterator<Item = (&ChecksumAlgorithm, &str)> {
        self.values.iter().map(|(algorithm, value)| (algorithm, value.as_str()))
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Reads the headers of a response.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        let mut read = Self::default();
        // One pass over the dozen headers of the response, instead of a lookup for each possible one.
        for (name, value) in headers {
            let Some(name) = name.as_str().strip_prefix("x-amz-checksum-") else { continue };
            let Some(value) = value.to_str().ok().filter(|value| !value.is_empty()) else { continue };
            if name == "type" {
                read.checksum_type.get_or_insert_with(|| ChecksumType::read(value));
            } else if let Some(algorithm) = ChecksumAlgorithm::of_header(name)
                && !read.values.iter().any(|(known, _)| *known == algorithm)
            {
                read.values.push((algorithm, value.to_owned()));
            }
        }
        read.values
            .sort_by_key(|(algorithm, _)| ChecksumAlgorithm::ALL.iter().position(|one| one == algorithm));
        read
    }

    /// Collects the values that `lookup` finds for each algorithm.
    pub(crate) fn collect<'a>(
        checksum_type: Option<&str>,
        mut lookup: impl FnMut(&ChecksumAlgorithm) -> Option<&'a str>,
    ) -> Self {
        let found = ChecksumAlgorithm::ALL.into_iter().filter_map(|algorithm| {
            let value = lookup(&algorithm).filter(|value| !value.is_empty())?.to_owned();
            Some((algorithm, value))
        });
        Self { values: found.collect(), checksum_type: checksum_type.map(ChecksumType::read) }
    }
}

#[cfg(test)]
mod tests {
    use super::{ChecksumAlgorithm, ChecksumAlgorithms};

    #[test]
    fn algorithms_keep_their_order() {
        for number in 0..ChecksumAlgorithm::ALL.len() {
            let algorithms = &ChecksumAlgorithm::ALL[..number];
            assert_eq!(*algorithms.iter().cloned().collect::<ChecksumAlgorithms>(), *algorithms);
        }
    }
}
