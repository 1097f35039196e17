//! Keys in lists: encoded by the service where it says so.

use std::borrow::Cow;

use super::encode;
use super::scanner::{Scanner, Tag};
use super::xml::Element;
use crate::Result;
use crate::types::EncodingType;

/// Whether the keys of a list are encoded. Some services do not know the encoding that was asked for, and echo none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListedKeys {
    encoded: bool,
}

impl ListedKeys {
    pub(crate) fn of(root: &Element) -> Self {
        Self { encoded: root.str_of("EncodingType") == Some("url") }
    }

    pub(crate) fn written_in(encoding_type: Option<&EncodingType>) -> Self {
        Self { encoded: encoding_type == Some(&EncodingType::Url) }
    }

    /// Undoes the encoding of what a scanner has read.
    pub(crate) fn decode_all<'a>(self, texts: impl IntoIterator<Item = &'a mut String>) {
        if !self.encoded {
            return;
        }
        for text in texts {
            if let Cow::Owned(decoded) = encode::decode_listed(text) {
                *text = decoded;
            }
        }
    }

    /// A key, or a part of one, among the children of `element`.
    pub(crate) fn text_of(self, element: &Element, name: &str) -> Option<String> {
        element.str_of(name).map(|text| self.decode(text))
    }

    /// As [`text_of`](Self::text_of), where a list without it cannot be.
    pub(crate) fn required(self, element: &Element, name: &str) -> Result<String> {
        element.required(name).map(|text| self.decode(&text))
    }

    /// What the keys have in common that the list tells as one.
    pub(crate) fn common_prefixes(self, root: &Element) -> Vec<String> {
        let prefixes = root.children("CommonPrefixes").flat_map(|element| element.children("Prefix"));
        prefixes.map(|prefix| self.decode(prefix.text())).collect()
    }

    fn decode(self, text: &str) -> String {
        if self.encoded { encode::decode_listed(text).into_owned() } else { text.to_owned() }
    }
}

/// Reads what keys have in common that the list tells as one.
pub(crate) fn common_prefix<'a>(scanner: &mut Scanner<'a>, tag: Tag<'a>) -> Result<String> {
    let mut prefix = String::new();
    scanner.children(tag, |scanner, tag| {
        match tag.local() {
            "Prefix" => prefix = scanner.text(tag)?.into_owned(),
            _ => scanner.skip(tag)?,
        }
        Ok(())
    })?;
    Ok(prefix)
}
