//! A slow, simple parser of the same page by way of a tree. Tests and fuzz targets compare the scanner with it.

use std::sync::Arc;

use super::ListPage;
use crate::Result;
use crate::operations::lists::keys::prefixes_of;
use crate::protocol::xml::Element;
use crate::text::encoded_key;
use crate::types::{ETag, EncodingType, Object, Owner, RestoreStatus};

/// Reads a page.
#[cfg(test)]
pub(super) fn read(document: &[u8]) -> Result<ListPage> {
    page(&Element::parse(document)?)
}

fn page(root: &Element) -> Result<ListPage> {
    let encoding_type: Option<EncodingType> = root.word_of("EncodingType");
    let url = encoding_type.as_ref().is_some_and(|word| word.as_str().eq_ignore_ascii_case("url"));
    let decode = |text: String| if url { encoded_key::decode(&text).into_owned() } else { text };
    let object = |element: &Element| {
        let algorithms = element.children("ChecksumAlgorithm").filter_map(Element::word);
        let restore_status = element.child("RestoreStatus").map(|status| {
            let is_restore_in_progress = status.flag_of("IsRestoreInProgress")?;
            let (restore_expiry_date, restore_expiry_date_string) = status.time_of("RestoreExpiryDate");
            let status =
                RestoreStatus { is_restore_in_progress, restore_expiry_date, restore_expiry_date_string };
            Ok(Box::new(status))
        });
        let (last_modified, last_modified_string) = element.time_of("LastModified");
        Ok(Object {
            checksum_algorithms: algorithms.collect(),
            checksum_type: element.word_of("ChecksumType"),
            etag: element.text_of("ETag").map(ETag::new),
            key: decode(element.required("Key")?),
            last_modified,
            last_modified_string,
            owner: element.child("Owner").map(|owner| Arc::new(Owner::from_element(owner))),
            restore_status: restore_status.transpose()?,
            size: element.parsed("Size")?,
            storage_class: element.word_of("StorageClass"),
        })
    };
    Ok(ListPage {
        common_prefixes: prefixes_of(root).map(|prefix| decode(prefix.to_owned())).collect(),
        contents: root.children("Contents").map(object).collect::<Result<_>>()?,
        continuation_token: root.text_of("ContinuationToken"),
        delimiter: root.text_of("Delimiter").map(decode),
        encoding_type,
        is_truncated: root.flag_of("IsTruncated")?,
        key_count: root.echoed("KeyCount"),
        marker: root.text_of("Marker").map(decode),
        max_keys: root.echoed("MaxKeys"),
        name: root.text_of("Name"),
        next_continuation_token: root.text_of("NextContinuationToken"),
        next_marker: root.text_of("NextMarker").map(decode),
        prefix: root.text_of("Prefix").map(decode),
        start_after: root.text_of("StartAfter").map(decode),
    })
}

/// Asserts that the scanner reads a document as the tree parser does, if no element repeats.
#[cfg(fuzzing)]
pub(crate) fn compare(document: &[u8]) {
    let Ok(scanned) = ListPage::parse(document) else { return };
    let root = match Element::parse(document) {
        Ok(root) => root,
        // The parsers differ in two ways on purpose: the scanner ignores references in unknown elements, and each
        // accepts different declarations.
        Err(error)
            if ["entity", "reference", "DOCTYPE"].iter().any(|word| error.message().contains(word)) =>
        {
            return;
        }
        Err(error) => panic!("the scanner accepted a document that is not XML: {error}"),
    };
    if !says_everything_once(&root) {
        return;
    }
    // The parsers trim different kinds of white space around a value.
    if let Ok(page) = page(&root) {
        assert_eq!(scanned, page);
    }
}

#[cfg(fuzzing)]
fn says_everything_once(root: &Element) -> bool {
    let once =
        |element: &Element, names: &[&str]| names.iter().all(|name| element.children(name).count() < 2);
    let leaves = |element: &Element, names: &[&str]| {
        names.iter().all(|name| element.children(name).all(Element::is_leaf))
    };
    let plain = |element: &Element, names: &[&str]| once(element, names) && leaves(element, names);
    const PAGE: [&str; 12] = [
        "ContinuationToken",
        "Delimiter",
        "EncodingType",
        "IsTruncated",
        "KeyCount",
        "Marker",
        "MaxKeys",
        "Name",
        "NextContinuationToken",
        "NextMarker",
        "Prefix",
        "StartAfter",
    ];
    const OBJECT: [&str; 6] = ["ChecksumType", "ETag", "Key", "LastModified", "Size", "StorageClass"];
    plain(root, &PAGE)
        && root.children("CommonPrefixes").all(|prefixes| leaves(prefixes, &["Prefix"]))
        && root.children("Contents").all(|object| {
            plain(object, &OBJECT)
                && leaves(object, &["ChecksumAlgorithm"])
                && once(object, &["Owner", "RestoreStatus"])
                && object.children("Owner").all(|owner| plain(owner, &["DisplayName", "ID"]))
                && object
                    .children("RestoreStatus")
                    .all(|status| plain(status, &["IsRestoreInProgress", "RestoreExpiryDate"]))
        })
}
