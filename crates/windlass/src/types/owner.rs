//! Owners of buckets and objects.

use crate::protocol::xml::Element;

/// The owner of a bucket, an object or an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Owner {
    /// The display name, which AWS no longer sends in all regions.
    pub display_name: Option<String>,
    /// The canonical user id.
    pub id: Option<String>,
}

impl Owner {
    pub(crate) fn from_element(element: &Element) -> Self {
        Self { display_name: element.text_of("DisplayName"), id: element.text_of("ID") }
    }
}
