//! Fast path for objects in exactly the form that S3 writes: members in its order, without white space, attributes or
//! unusual escapes. It matches the expected bytes without the rest of the XML grammar. The scanner reads the first
//! object in any other form, with the same result.

use memchr::memchr2;

use crate::protocol::timestamp::parse_plain_utc;
use crate::types::{ChecksumAlgorithms, ETag, Object};

/// The elements of an object without checksums, including the object itself.
pub(super) const FEWEST_ELEMENTS: usize = 6;

/// Reads objects from the start of `rest` while they have the form that S3 writes, and returns the rest.
pub(super) fn objects<'a>(objects: &mut Vec<Object>, mut rest: &'a str) -> &'a str {
    while let Some(after) = object(objects, rest) {
        rest = after;
    }
    rest
}

fn object<'a>(objects: &mut Vec<Object>, rest: &'a str) -> Option<&'a str> {
    let rest = rest.strip_prefix("<Contents><Key>")?;
    let (key, rest) = text(rest).filter(|(key, _)| !key.is_empty())?;
    let rest = rest.strip_prefix("</Key><LastModified>")?;
    let (time, rest) = rest.split_at_checked("2009-10-12T17:50:30.000Z".len())?;
    let last_modified = parse_plain_utc(time.as_bytes())?;
    let rest = rest.strip_prefix("</LastModified><ETag>&quot;")?;
    let (etag, rest) = text(rest)?;
    let mut rest = rest.strip_prefix("&quot;</ETag>")?;
    let mut checksum_algorithms = ChecksumAlgorithms::default();
    while let Some(inside) = rest.strip_prefix("<ChecksumAlgorithm>") {
        let (algorithm, after) = word(inside)?;
        rest = after.strip_prefix("</ChecksumAlgorithm>")?;
        checksum_algorithms.extend([algorithm.into()]);
    }
    let mut checksum_type = None;
    if let Some(inside) = rest.strip_prefix("<ChecksumType>") {
        let (covered, after) = word(inside)?;
        rest = after.strip_prefix("</ChecksumType>")?;
        checksum_type = Some(covered.into());
    }
    let (size, rest) = number(rest.strip_prefix("<Size>")?)?;
    let (class, rest) = word(rest.strip_prefix("</Size><StorageClass>")?)?;
    let rest = rest.strip_prefix("</StorageClass></Contents>")?;
    objects.push(Object {
        checksum_algorithms,
        checksum_type,
        etag: Some(ETag::quoted(etag)),
        key: key.to_owned(),
        last_modified: Some(last_modified),
        size: Some(size),
        storage_class: Some(class.into()),
        ..Object::default()
    });
    Some(rest)
}

/// The text up to the next tag or reference.
fn text(rest: &str) -> Option<(&str, &str)> {
    rest.split_at_checked(memchr2(b'<', b'&', rest.as_bytes())?)
}

/// A word of an S3 enumeration.
fn word(rest: &str) -> Option<(&str, &str)> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let length = rest.bytes().position(|byte| !is_part(byte)).filter(|length| *length > 0)?;
    rest.split_at_checked(length)
}

fn number(rest: &str) -> Option<(u64, &str)> {
    let length = rest.bytes().position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = rest.split_at_checked(length)?;
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = "<Contents><Key>a/b</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified>\
        <ETag>&quot;fba9dede5f27731c9771645a39863328-2&quot;</ETag><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>\
        <ChecksumAlgorithm>SHA1</ChecksumAlgorithm><ChecksumType>COMPOSITE</ChecksumType><Size>434234</Size>\
        <StorageClass>STANDARD</StorageClass></Contents>";

    #[test]
    fn the_fast_path_stops_at_an_unusual_object() {
        let bare = "<Contents><Key>a</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified>\
            <ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><Size>0</Size>\
            <StorageClass>STANDARD_IA</StorageClass></Contents>";
        let with_reference = bare.replace("<Key>a", "<Key>a&amp;");
        let mut read = Vec::new();
        let document = [OBJECT, bare, OBJECT, &with_reference, bare].concat();
        assert_eq!(objects(&mut read, &document), with_reference + bare);
        assert_eq!(read.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a/b", "a", "a/b"]);
    }

    #[test]
    fn a_truncated_object_is_left_to_the_scanner() {
        for end in 0..OBJECT.len() {
            let mut read = Vec::new();
            assert_eq!(objects(&mut read, &OBJECT[..end]), &OBJECT[..end]);
            assert!(read.is_empty());
        }
    }
}
