//! Tags of objects and buckets.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>

use crate::protocol::encode;
#[cfg(test)]
use crate::protocol::shape::{Declaration, DeclaredMember, Kind, Source};
use crate::protocol::shape::{Member, Place, Value};
use crate::protocol::xml::{Element, XmlWriter};
use crate::{Error, ErrorKind, Result};

/// A tag: a key of 1 to 128 characters and a value of up to 256.
///
/// ```
/// use windlass::types::Tag;
///
/// assert_eq!(Tag::from(("owner", "ann")), Tag::new("owner", "ann"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Tag {
    /// The tag's key.
    pub key: String,
    /// The tag's value.
    pub value: String,
}

/// The limit on the number of tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagLimit {
    Object,
    Bucket,
}

impl Tag {
    /// Creates a tag.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }

    /// Parses the tags below `TagSet`.
    pub(crate) fn set_from(root: &Element) -> Vec<Self> {
        let tags = root.child("TagSet").into_iter().flat_map(|set| set.children("Tag"));
        let text = |tag: &Element, name| tag.text_of(name).unwrap_or_default();
        tags.map(|tag| Self { key: text(tag, "Key"), value: text(tag, "Value") }).collect()
    }

    pub(crate) fn write_all(tags: &[Self], xml: &mut XmlWriter) {
        tags.iter().for_each(|tag| Value::write(tag, "Tag", xml));
    }

    /// Appends the tag to a query string, the format of tags in headers.
    pub(crate) fn push_query(&self, query: &mut String) {
        if !query.is_empty() {
            query.push('&');
        }
        encode::push_query(query, &self.key);
        query.push('=');
        encode::push_query(query, &self.value);
    }

    /// Parses the tags of a query string.
    pub(crate) fn all_of_query(query: &str) -> Vec<Self> {
        let tags = query.split('&').filter(|tag| !tag.is_empty());
        tags.map(|tag| {
            let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
            Self::new(encode::decode_form(key), encode::decode_form(value))
        })
        .collect()
    }
}

const KEY: Place = Place { name: "Key", wrapper: None, required: true };
const VALUE: Place = Place { name: "Value", wrapper: None, required: true };

/// A tag in a document that `shape!` declares.
impl Value for Tag {
    #[cfg(test)]
    const KIND: Kind = {
        const fn member(field: &'static str, wire: &'static str) -> DeclaredMember {
            let (setter, outer, word, item, kind) = ("", "String", "", "", Kind::Text);
            DeclaredMember { field, setter, outer, word, wire, item, kind }
        }
        Kind::Shape(&Declaration { name: "Tag", members: &[member("key", "Key"), member("value", "Value")] })
    };

    fn read(element: &Element, _parent: &Element) -> Result<Option<Self>> {
        // Some services omit an empty value.
        let value: Option<String> = Member::read(element, VALUE)?;
        Ok(Some(Self { key: Member::read(element, KEY)?, value: value.unwrap_or_default() }))
    }

    fn write(&self, name: &'static str, xml: &mut XmlWriter) {
        xml.open(name);
        xml.text("Key", Some(&self.key));
        xml.text("Value", Some(&self.value));
        xml.close(name);
    }

    fn check(&self, _name: &str) -> Result<()> {
        Ok(())
    }

    #[cfg(test)]
    fn sample(source: &mut Source) -> Self {
        Self { key: Value::sample(source), value: Value::sample(source) }
    }
}

impl<K: Into<String>, V: Into<String>> From<(K, V)> for Tag {
    fn from((key, value): (K, V)) -> Self {
        Self::new(key, value)
    }
}

impl TagLimit {
    /// Rejects tags that S3 does not accept.
    pub(crate) fn check(self, tags: &[Tag]) -> Result<()> {
        let (most, of) = match self {
            Self::Object => (10, "an object"),
            Self::Bucket => (50, "a bucket"),
        };
        if tags.len() > most {
            return Err(refused(format!("{of} can have at most {most} tags, not {}", tags.len())));
        }
        for (index, tag) in tags.iter().enumerate() {
            let (key, value) = (tag.key.chars().count(), tag.value.chars().count());
            if !(1..=128).contains(&key) {
                return Err(refused(format!(
                    "the tag key {:?} has {key} characters: it must have 1 to 128",
                    tag.key
                )));
            }
            if value > 256 {
                let message =
                    format!("the value of the tag {:?} has {value} characters: the limit is 256", tag.key);
                return Err(refused(message));
            }
            if tags.iter().take(index).any(|before| before.key == tag.key) {
                return Err(refused(format!("duplicate tag key {:?}", tag.key)));
            }
        }
        Ok(())
    }

    /// Like [`check`](Self::check), for tags in a query string.
    pub(crate) fn check_query(self, query: &str) -> Result<()> {
        self.check(&Tag::all_of_query(query))
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_are_limited_as_in_s3() {
        let tags = |count: usize| (0..count).map(|n| Tag::new(n.to_string(), "")).collect::<Vec<_>>();
        assert!(TagLimit::Object.check(&tags(10)).is_ok());
        assert!(TagLimit::Bucket.check(&tags(50)).is_ok());
        let check = |limit: TagLimit, tags: &[Tag], words: [&str; 2]| {
            let error = limit.check(tags).unwrap_err();
            assert!(words.iter().all(|word| error.message().contains(word)), "{error}");
        };
        check(TagLimit::Object, &tags(11), ["at most 10", "not 11"]);
        check(TagLimit::Bucket, &tags(51), ["at most 50", "not 51"]);
        check(TagLimit::Object, &[Tag::new("", "v")], ["0 characters", "1 to 128"]);
        check(TagLimit::Object, &[Tag::new("ü".repeat(129), "v")], ["129", "1 to 128"]);
        check(TagLimit::Object, &[Tag::new("k", "ü".repeat(257))], ["257", "256"]);
        check(TagLimit::Object, &[Tag::new("k", "1"), Tag::new("k", "2")], ["duplicate", "\"k\""]);
        assert!(TagLimit::Object.check(&[Tag::new("ü".repeat(128), "ü".repeat(256))]).is_ok());
    }

    proptest! {
        #[test]
        fn tags_round_trip_through_a_query_string(tags in prop::collection::vec(("\\PC{1,9}", "\\PC{0,9}"), 0..5)) {
            let tags: Vec<Tag> = tags.into_iter().map(Tag::from).collect();
            let mut query = String::new();
            tags.iter().for_each(|tag| tag.push_query(&mut query));
            prop_assert_eq!(Tag::all_of_query(&query), tags);
        }
    }
}
