//! Keys in lists, decoded if the service says that they are encoded.

use std::borrow::Cow;

use crate::protocol::scanner::{Scanner, Tag};
use crate::protocol::xml::Element;
use crate::text::encoded_key;
use crate::types::EncodingType;
use crate::{Error, ErrorKind, Result};

/// Whether the keys of a list are encoded. Some services ignore the requested encoding and do not echo it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListedKeys {
    encoded: bool,
}

impl ListedKeys {
    pub(crate) fn of(root: &Element) -> Self {
        Self::written_in(root.word_of("EncodingType").as_ref())
    }

    pub(crate) fn written_in(encoding_type: Option<&EncodingType>) -> Self {
        Self { encoded: encoding_type.is_some_and(|word| word.as_str().eq_ignore_ascii_case("url")) }
    }

    /// Decodes text from a scanner.
    pub(crate) fn decode_all<'a>(self, texts: impl IntoIterator<Item = &'a mut String>) {
        if !self.encoded {
            return;
        }
        for text in texts {
            if let Cow::Owned(decoded) = encoded_key::decode(text) {
                *text = decoded;
            }
        }
    }

    /// A key or a prefix among the children of `element`.
    pub(crate) fn text_of(self, element: &Element, name: &str) -> Option<String> {
        element.str_of(name).map(|text| self.decode(text))
    }

    /// A required [`text_of`](Self::text_of).
    pub(crate) fn required(self, element: &Element, name: &str) -> Result<String> {
        element.required(name).map(|text| self.decode(&text))
    }

    /// The text of a common prefix.
    pub(crate) fn common_prefixes(self, root: &Element) -> Vec<String> {
        prefixes_of(root).map(|prefix| self.decode(prefix)).collect()
    }

    fn decode(self, text: &str) -> String {
        if self.encoded { encoded_key::decode(text).into_owned() } else { text.to_owned() }
    }
}

/// The texts of all common prefixes. Some services write all prefixes of a page into one element. An empty element is
/// an empty prefix, as in the AWS SDKs.
pub(crate) fn prefixes_of(root: &Element) -> impl Iterator<Item = &str> {
    root.children("CommonPrefixes").flat_map(|element| {
        let none = element.child("Prefix").is_none().then_some("");
        none.into_iter().chain(element.children("Prefix").map(Element::text))
    })
}

/// The equivalent of [`prefixes_of`] for one element of a scanned list.
pub(crate) fn read_prefixes<'a>(
    prefixes: &mut Vec<String>,
    scanner: &mut Scanner<'a>,
    tag: Tag<'a>,
) -> Result<()> {
    let before = prefixes.len();
    scanner.children(tag, |scanner, tag| {
        match tag.local() {
            "Prefix" => prefixes.push(scanner.text(tag)?.into_owned()),
            _ => scanner.skip(tag)?,
        }
        Ok(())
    })?;
    if prefixes.len() == before {
        prefixes.push(String::new());
    }
    Ok(())
}

/// An entry without a key is useless to the caller.
pub(crate) fn require_key(key: &str, entry: Tag<'_>) -> Result<()> {
    if key.is_empty() {
        let message = format!("<{}> of the list has no <Key>", entry.local());
        return Err(Error::new(ErrorKind::InvalidResponse, message));
    }
    Ok(())
}
