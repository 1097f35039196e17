//! Keys in the smaller lists, which are read through a tree: encoded by the service where it says so.

use super::encode;
use super::xml::Element;
use crate::Result;

/// Whether the keys of a list are encoded. Some services do not know the encoding that was asked for, and echo none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListedKeys {
    encoded: bool,
}

impl ListedKeys {
    pub(crate) fn of(root: &Element) -> Self {
        Self { encoded: root.str_of("EncodingType") == Some("url") }
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
