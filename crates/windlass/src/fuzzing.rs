//! Doors for fuzz targets into what has no place in the public API. They are there for a compiler that fuzzes alone.

/// Holds that both ways to read a page of ListObjectsV2 read the same.
///
/// # Panics
/// They do not.
pub fn list_page(document: &[u8]) {
    crate::operations::lists::by_tree::compare(document);
}
