//! Divides an object into parts. Pure.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>

use std::ops::Range;

use crate::config::ServiceProfile;
use crate::{Error, ErrorKind, Result};

/// The minimum size of every part except the last: 5 MiB.
pub const SMALLEST_PART: u64 = 5 << 20;
/// The maximum size of a part: 5 GiB.
pub const LARGEST_PART: u64 = 5 << 30;

/// The number of times that the part size doubles up to the maximum number of parts.
const DOUBLINGS: u32 = 20;

const MIB: u64 = 1 << 20;

/// The part size for an object of `length` bytes: `wanted`, or larger if there would be too many parts for S3.
///
/// # Errors
/// Fails if the object exceeds the maximum size of an upload.
///
/// ```
/// use windlass::unversioned::plan::part_size;
///
/// assert_eq!(part_size(1 << 30, 8 << 20, 10_000)?, 8 << 20);
/// assert_eq!(part_size(100 << 30, 8 << 20, 10_000)?, 11 << 20);
/// # Ok::<(), windlass::Error>(())
/// ```
pub fn part_size(length: u64, wanted: u64, most_parts: u32) -> Result<u64> {
    let needed = length.div_ceil(u64::from(most_parts.max(1)));
    if needed > LARGEST_PART {
        let largest = u64::from(most_parts) * LARGEST_PART;
        let message = format!("the object has {length} bytes, but an upload can have at most {largest}");
        return Err(Error::new(ErrorKind::RequestTooLarge, message));
    }
    let size = wanted.clamp(SMALLEST_PART, LARGEST_PART);
    Ok(if needed > size { needed.next_multiple_of(MIB).min(LARGEST_PART) } else { size })
}

/// The parts of an object of `length` bytes, each of `part_size` bytes except for the last one; none for an empty
/// object.
///
/// ```
/// use windlass::unversioned::plan::sections;
///
/// assert!(sections(10, 4).eq([0..4, 4..8, 8..10]));
/// ```
pub fn sections(length: u64, part_size: u64) -> impl Iterator<Item = Range<u64>> {
    let part_size = part_size.max(1);
    (0..length.div_ceil(part_size)).map(move |index| {
        let begins = index * part_size;
        begins..length.min(begins.saturating_add(part_size))
    })
}

/// The size of part `number`, counted from 1, of an object of unknown length: parts grow from `first`, so that the
/// limit on their number is reached late. They do not grow if the service requires equal sizes.
///
/// ```
/// use windlass::config::ServiceProfile;
/// use windlass::unversioned::plan::growing_part_size;
///
/// let aws = ServiceProfile::default();
/// assert_eq!(growing_part_size(1, 8 << 20, &aws), 8 << 20);
/// assert_eq!(growing_part_size(1001, 8 << 20, &aws), 32 << 20);
/// ```
pub fn growing_part_size(number: u32, first: u64, provider: &ServiceProfile) -> u64 {
    let first = first.clamp(SMALLEST_PART, LARGEST_PART);
    if provider.equal_parts {
        return first;
    }
    let doublings = number.saturating_sub(1) / (provider.most_parts / DOUBLINGS).max(1);
    first
        .checked_shl(doublings)
        .filter(|size| size >> doublings == first)
        .map_or(LARGEST_PART, |size| size.min(LARGEST_PART))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_object_above_the_limit_is_an_error() {
        let most = 10_000 * LARGEST_PART;
        assert_eq!(part_size(most, 8 * MIB, 10_000).unwrap(), LARGEST_PART);
        let error = part_size(most + 1, 8 * MIB, 10_000).unwrap_err();
        assert!(error.message().contains(&(most + 1).to_string()), "{error}");
    }

    #[test]
    fn a_single_part_holds_the_whole_object() {
        for most_parts in [0, 1] {
            assert_eq!(part_size(7 * MIB, 5 * MIB, most_parts).unwrap(), 7 * MIB);
        }
        assert_eq!(
            growing_part_size(2, 8 * MIB, &ServiceProfile { most_parts: 2, ..ServiceProfile::default() }),
            16 * MIB
        );
    }

    #[test]
    fn a_stream_of_unknown_length_can_have_terabytes() {
        let total: u64 =
            (1..=10_000).map(|number| growing_part_size(number, 8 * MIB, &ServiceProfile::default())).sum();
        assert!(total > 20 << 40, "{total}");
        let equal = ServiceProfile::named("r2").unwrap();
        assert_eq!(growing_part_size(9_999, 8 * MIB, &equal), 8 * MIB);
    }

    proptest! {
        #[test]
        fn the_parts_are_within_the_limits(length in 1_u64..10_000 * LARGEST_PART, wanted in 1_u64..LARGEST_PART) {
            let size = part_size(length, wanted, 10_000).unwrap();
            prop_assert!((SMALLEST_PART..=LARGEST_PART).contains(&size));
            prop_assert!(length.div_ceil(size) <= 10_000);
        }
    }
}
