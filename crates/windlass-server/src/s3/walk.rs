//! The iteration over keys that all listings share: prefix, delimiter, limit and paging. Each listing defines
//! its entries, of which a key can have several.

use std::ops::Bound;

use s3s::dto;

use crate::encode;
use crate::refusal::{Code, Refusal};
use crate::store::Place;

/// The parameters of a listing.
pub(super) struct Walk<'w> {
    pub(super) prefix: &'w str,
    pub(super) delimiter: Option<&'w str>,
    pub(super) start: Position,
    pub(super) limit: usize,
}

/// A position between two entries of a listing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Position {
    Start,
    /// After one of several entries of a key: the key and the entry's id.
    AfterEntry(String, String),
    AfterKey(String),
    AfterPrefix(String),
}

/// One page of a listing.
pub(super) struct Page<T> {
    pub(super) entries: Vec<Entry<T>>,
    pub(super) prefixes: Vec<String>,
    /// The start of the next page, if there is one.
    pub(super) next: Option<Position>,
}

/// One entry of a listing.
pub(super) struct Entry<T> {
    pub(super) key: String,
    /// Distinguishes entries of the same key; empty if a key has only one.
    pub(super) id: String,
    pub(super) value: T,
}

impl Walk<'_> {
    /// Collects a page. `find` returns the first entry at a place.
    pub(super) fn page<T>(
        &self,
        find: impl Fn(Place<'_>) -> Result<Option<Entry<T>>, Refusal>,
    ) -> Result<Page<T>, Refusal> {
        let mut page = Page { entries: Vec::new(), prefixes: Vec::new(), next: None };
        let mut position = self.start.clone();
        loop {
            let after_prefix;
            let place = match &position {
                Position::AfterEntry(key, id) if key.as_str() >= self.prefix => Place::Entry(key, id),
                Position::AfterKey(key) if key.as_str() >= self.prefix => Place::Key(Bound::Excluded(key)),
                Position::AfterPrefix(skipped) if skipped.as_str() >= self.prefix => {
                    let Some(successor) = successor(skipped) else { return Ok(page) };
                    after_prefix = successor;
                    Place::Key(Bound::Included(&after_prefix))
                }
                _ => Place::Key(Bound::Included(self.prefix)),
            };
            let found = find(place)?.filter(|entry| entry.key.starts_with(self.prefix));
            let Some(entry) = found.filter(|_| self.limit > 0) else { return Ok(page) };
            if page.entries.len() + page.prefixes.len() == self.limit {
                page.next = Some(position);
                return Ok(page);
            }
            if let Some(common) = self.common_prefix(&entry.key) {
                page.prefixes.push(common.to_owned());
                position = Position::AfterPrefix(common.to_owned());
            } else {
                position = if entry.id.is_empty() {
                    Position::AfterKey(entry.key.clone())
                } else {
                    Position::AfterEntry(entry.key.clone(), entry.id.clone())
                };
                page.entries.push(entry);
            }
        }
    }

    /// Returns the start of a page after a marker, which is a key or a common prefix.
    pub(super) fn after_marker(prefix: &str, delimiter: Option<&str>, marker: &str) -> Position {
        let walk = Walk { prefix, delimiter, start: Position::Start, limit: 0 };
        if marker.is_empty() {
            Position::Start
        } else if walk.common_prefix(marker) == Some(marker) {
            Position::AfterPrefix(marker.to_owned())
        } else {
            Position::AfterKey(marker.to_owned())
        }
    }

    /// Returns the part of a key up to the first delimiter after the prefix.
    fn common_prefix<'k>(&self, key: &'k str) -> Option<&'k str> {
        let delimiter = self.delimiter?;
        let rest = key.strip_prefix(self.prefix)?;
        let end = rest.find(delimiter)? + delimiter.len();
        key.get(..self.prefix.len() + end)
    }
}

impl Position {
    /// Returns the key or the prefix.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Start => "",
            Self::AfterEntry(text, _) | Self::AfterKey(text) | Self::AfterPrefix(text) => text,
        }
    }

    /// Returns the id of the entry, or an empty text.
    pub(super) fn id(&self) -> &str {
        if let Self::AfterEntry(_, id) = self { id } else { "" }
    }
}

/// Returns the maximum size of a page. `name` is the parameter, for the error.
pub(super) fn limit(wanted: Option<i32>, name: &str) -> Result<usize, Refusal> {
    let wanted = wanted.map_or(Ok(LONGEST_PAGE), usize::try_from);
    let wanted = wanted.map_err(|_| {
        Refusal::new(Code::InvalidArgument)
            .message(format!("Argument {name} must be an integer between 0 and 2147483647"))
    })?;
    Ok(wanted.min(LONGEST_PAGE))
}

/// The encoding of keys in the document.
#[derive(Clone, Copy)]
pub(super) enum Spelling {
    Plain,
    Url,
}

impl Spelling {
    pub(super) fn of(encoding: Option<&dto::EncodingType>) -> Result<Self, Refusal> {
        Self::named(encoding.map(dto::EncodingType::as_str))
    }

    pub(super) fn named(encoding: Option<&str>) -> Result<Self, Refusal> {
        match encoding {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(_) => {
                Err(Refusal::new(Code::InvalidArgument)
                    .message("Invalid Encoding Method specified in Request"))
            }
        }
    }

    pub(super) fn write(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Url => encode::encode_listed(text),
        }
    }
}

/// Returns the common prefixes of a page.
pub(super) fn common_prefixes<T>(page: &Page<T>, spelling: Spelling) -> Vec<dto::CommonPrefix> {
    page.prefixes.iter().map(|prefix| dto::CommonPrefix { prefix: Some(spelling.write(prefix)) }).collect()
}

/// Returns the least string that is greater than all strings with this prefix.
fn successor(prefix: &str) -> Option<String> {
    let mut text = prefix.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

const LONGEST_PAGE: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_separates_a_prefix_from_the_rest() {
        assert_eq!(successor("a/").as_deref(), Some("a0"));
        assert_eq!(successor("a\u{D7FF}").as_deref(), Some("a\u{E000}"));
        assert_eq!(successor("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10FFFF}"), None);
    }
}
