//! Checksums of multipart objects, computed from those of the parts without reading the data again.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::{Checksum, ChecksumAlgorithm, crc_algorithm};
use crate::protocol::ETag;
use crate::protocol::encode;
use crate::{Error, ErrorKind, Result};

/// Computes the checksum of an object's whole content from its parts in order: the length of each and its
/// value in base64. S3 calls this `FULL_OBJECT`. Only CRCs support it.
///
/// ```
/// use windlass::unversioned::checksum::{self, Checksum};
/// use windlass::types::ChecksumAlgorithm::Crc64Nvme;
///
/// let value = |bytes: &[u8]| Checksum::of(&Crc64Nvme, bytes).expect("an algorithm of windlass");
/// let (first, second) = (value(b"Hello, "), value(b"World!"));
/// let whole = checksum::combine(&Crc64Nvme, [(7, first.as_str()), (6, second.as_str())])?;
/// assert_eq!(whole, value(b"Hello, World!"));
/// # windlass::Result::<()>::Ok(())
/// ```
///
/// # Errors
/// [`ErrorKind::UnsupportedAlgorithm`] for an algorithm other than a CRC; [`ErrorKind::InvalidArgument`] for
/// a value that does not belong to the algorithm.
pub fn combine<'a>(
    algorithm: &ChecksumAlgorithm,
    parts: impl IntoIterator<Item = (u64, &'a str)>,
) -> Result<String> {
    let Some((crc, length)) = crc_algorithm(algorithm) else {
        let message = format!("cannot combine {algorithm} checksums of parts: only CRCs support it");
        return Err(Error::new(ErrorKind::UnsupportedAlgorithm, message));
    };
    let mut whole = crc_fast::Digest::new(crc).finalize();
    for (size, value) in parts {
        let part = raw(algorithm, value, length)?;
        let part = part.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        whole = crc_fast::checksum_combine(crc, whole, part, size);
    }
    Ok(super::crc_text(whole, length))
}

/// Computes the checksum of the checksums of an object's parts in order, with the number of parts: `value-N`.
/// S3 calls this `COMPOSITE`. All algorithms but CRC64NVME support it.
///
/// # Errors
/// [`ErrorKind::UnsupportedAlgorithm`] for CRC64NVME and unknown algorithms; [`ErrorKind::InvalidArgument`]
/// for a value that does not belong to the algorithm, and for an empty list.
pub fn composite<'a>(
    algorithm: &ChecksumAlgorithm,
    parts: impl IntoIterator<Item = &'a str>,
) -> Result<String> {
    let known = Checksum::new(algorithm).filter(|_| *algorithm != ChecksumAlgorithm::Crc64Nvme);
    let Some(mut checksum) = known else {
        let message = format!("{algorithm} has no composite checksum");
        return Err(Error::new(ErrorKind::UnsupportedAlgorithm, message));
    };
    let length = checksum.digest_length();
    let mut count = 0_u32;
    for value in parts {
        checksum.update(&raw(algorithm, value, length)?);
        count += 1;
    }
    if count == 0 {
        return Err(Error::new(ErrorKind::InvalidArgument, "a composite checksum needs at least one part"));
    }
    Ok(format!("{}-{count}", checksum.finish()))
}

/// Computes the entity tag that S3 gives to an object of these parts, from their tags in order. `None` if a
/// tag is not an MD5, as with SSE-KMS and SSE-C: the object's tag is then independent of its content.
///
/// ```
/// use windlass::unversioned::checksum;
/// use windlass::types::ETag;
///
/// let part = ETag::new("\"0cc175b9c0f1b6a831c399e269772661\"");
/// let whole = checksum::multipart_etag([&part]).expect("the tag of a part is its MD5");
/// assert_eq!(whole.value(), "b6ff9a06b7e20bcb2858c5b8ff744aea-1");
/// ```
pub fn multipart_etag<'a>(parts: impl IntoIterator<Item = &'a ETag>) -> Option<ETag> {
    let mut md5 = Md5::new();
    let mut count = 0_u32;
    for part in parts {
        md5.update(encode::from_hex(part.value()).filter(|digest| digest.len() == 16)?);
        count += 1;
    }
    (count > 0).then(|| ETag::new(format!("\"{}-{count}\"", encode::hex(&md5.finalize()))))
}

/// Returns the number of parts of a composite value: the N of `value-N`. `None` for other values.
///
/// ```
/// use windlass::unversioned::checksum::part_count;
///
/// assert_eq!(part_count("7pJxdw==-2"), Some(2));
/// assert_eq!(part_count("7pJxdw=="), None);
/// ```
pub fn part_count(value: &str) -> Option<u32> {
    let (value, count) = value.split_once('-')?;
    let number = !value.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    count.parse().ok().filter(|_| number)
}

/// Whether a value has the length of the algorithm, in base64.
pub(crate) fn fits(algorithm: &ChecksumAlgorithm, value: &str) -> bool {
    let length = Checksum::new(algorithm).map(|checksum| checksum.digest_length());
    length.is_some_and(|length| raw(algorithm, value, length).is_ok())
}

fn raw(algorithm: &ChecksumAlgorithm, value: &str, length: usize) -> Result<Vec<u8>> {
    let decoded = STANDARD.decode(value).ok().filter(|decoded| decoded.len() == length);
    decoded.ok_or_else(|| {
        let message =
            format!("{value:?} is not a {algorithm} checksum: it must have {length} bytes in base64");
        Error::new(ErrorKind::InvalidArgument, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CRCS: [ChecksumAlgorithm; 3] =
        [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Crc32c, ChecksumAlgorithm::Crc64Nvme];

    fn of(algorithm: &ChecksumAlgorithm, bytes: &[u8]) -> String {
        Checksum::of(algorithm, bytes).unwrap()
    }

    #[test]
    fn the_number_of_parts_has_only_digits() {
        for value in ["7pJxdw==-+2", "7pJxdw==-", "-2", "7pJxdw==- 2", "7pJxdw==--2", "7pJxdw==-99999999999"]
        {
            assert_eq!(part_count(value), None, "{value}");
        }
    }

    #[test]
    fn unsupported_combinations_are_errors() {
        let kind = |result: Result<String>| result.unwrap_err().kind();
        let sha = of(&ChecksumAlgorithm::Sha256, b"a");
        assert_eq!(
            kind(combine(&ChecksumAlgorithm::Sha256, [(1, sha.as_str())])),
            ErrorKind::UnsupportedAlgorithm
        );
        assert_eq!(kind(composite(&ChecksumAlgorithm::Crc64Nvme, [])), ErrorKind::UnsupportedAlgorithm);
        assert_eq!(kind(composite(&ChecksumAlgorithm::from("CRC16"), [])), ErrorKind::UnsupportedAlgorithm);
        assert_eq!(kind(composite(&ChecksumAlgorithm::Sha256, [])), ErrorKind::InvalidArgument);
        for value in ["", "AAAA", "!", "AAAAAA==-2", &sha] {
            assert_eq!(kind(combine(&ChecksumAlgorithm::Crc32, [(1, value)])), ErrorKind::InvalidArgument);
            assert_eq!(kind(composite(&ChecksumAlgorithm::Crc32, [value])), ErrorKind::InvalidArgument);
        }
        // A part can have any length.
        assert!(combine(&ChecksumAlgorithm::Crc32, [(u64::MAX, "AAAAAA==")]).is_ok());
        assert_eq!(multipart_etag([&ETag::new("\"no MD5\"")]), None);
        assert_eq!(multipart_etag([]), None);
    }

    #[test]
    fn an_object_without_parts_has_the_checksum_of_no_bytes() {
        for algorithm in CRCS {
            assert_eq!(combine(&algorithm, []).unwrap(), of(&algorithm, b""));
        }
    }

    #[test]
    fn lengths_beyond_memory_are_combined() {
        // 1 TB of zeros by doubling, and by parts of decreasing size.
        for algorithm in CRCS {
            let mut doubled = vec![(1 << 10, of(&algorithm, &[0; 1 << 10]))];
            while let Some((size, half)) = doubled.last().filter(|(size, _)| *size < 1 << 40) {
                let whole = combine(&algorithm, [(*size, half.as_str()), (*size, half.as_str())]).unwrap();
                doubled.push((2 * size, whole));
            }
            let (_, whole) = doubled.pop().unwrap();
            let pieces =
                doubled.iter().rev().chain(&doubled[..1]).map(|(size, value)| (*size, value.as_str()));
            assert_eq!(combine(&algorithm, pieces).unwrap(), whole, "{algorithm}");
        }
    }

    proptest! {
        #[test]
        fn a_combined_checksum_equals_that_of_the_concatenation(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..8),
        ) {
            for algorithm in CRCS {
                let values: Vec<String> = parts.iter().map(|part| of(&algorithm, part)).collect();
                let pairs = parts.iter().zip(&values).map(|(part, value)| (part.len() as u64, value.as_str()));
                prop_assert_eq!(combine(&algorithm, pairs).unwrap(), of(&algorithm, &parts.concat()));
            }
        }

        #[test]
        fn a_composite_value_covers_the_raw_values_of_all_parts(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 1..8),
        ) {
            for algorithm in [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Sha1, ChecksumAlgorithm::Sha256] {
                let values: Vec<String> = parts.iter().map(|part| of(&algorithm, part)).collect();
                let value = composite(&algorithm, values.iter().map(String::as_str)).unwrap();
                let raw: Vec<u8> = values.iter().flat_map(|value| STANDARD.decode(value).unwrap()).collect();
                prop_assert_eq!(value.split_once('-').unwrap().0, of(&algorithm, &raw));
                prop_assert_eq!(part_count(&value), u32::try_from(parts.len()).ok());
            }
        }

        #[test]
        fn any_text_is_handled(text in any::<String>()) {
            let _ = part_count(&text);
            let _ = combine(&ChecksumAlgorithm::Crc32, [(u64::MAX, text.as_str())]);
            let _ = multipart_etag([&ETag::new(text)]);
        }
    }
}
