//! Sizes in human-readable form. Both KB and KiB are 1,024 bytes, as in the AWS command line.

use crate::{Error, ErrorKind, Result};

const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/// Parses a size in bytes: `1024`, `8MB`, `8 MiB`, `1g`. Ignores case and white space.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] if the text is not a whole number with a known unit, or the size exceeds 64
/// bits.
///
/// ```
/// assert_eq!(windlass::paths::parse_size("8MB")?, 8_388_608);
/// # Ok::<(), windlass::Error>(())
/// ```
pub fn parse_size(text: &str) -> Result<u64> {
    let refuse = || {
        Error::new(
            ErrorKind::InvalidArgument,
            format!("invalid size {text:?}: use a form such as 1024, 8MB or 1GiB"),
        )
    };
    let trimmed = text.trim();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = trimmed.split_at_checked(digits).ok_or_else(refuse)?;
    let number: u64 = number.parse().map_err(|_| refuse())?;
    let unit = unit.trim_start().to_ascii_lowercase();
    let letter = unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(&unit);
    if letter.is_empty() && !unit.ends_with("ib") {
        return Ok(number);
    }
    let power =
        ["k", "m", "g", "t", "p", "e"].iter().position(|known| *known == letter).ok_or_else(refuse)?;
    (0..=power).try_fold(number, |bytes, _| bytes.checked_mul(1024)).ok_or_else(refuse)
}

/// Formats a size with one decimal: `1 Byte`, `512 Bytes`, `1.5 MiB`.
pub fn format_size(bytes: u64) -> String {
    if bytes < 1024 {
        return if bytes == 1 { "1 Byte".to_owned() } else { format!("{bytes} Bytes") };
    }
    let mut unit_bytes: u128 = 1;
    let mut written = String::new();
    for unit in UNITS {
        unit_bytes *= 1024;
        let tenths = (u128::from(bytes) * 10 + unit_bytes / 2) / unit_bytes;
        written = format!("{}.{} {unit}", tenths / 10, tenths % 10);
        // 1023.96 KiB rounds to 1.0 MiB, not to 1024.0 KiB.
        if tenths < 10_240 {
            break;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_parsed() {
        let check = |text: &str, bytes: Option<u64>| assert_eq!(parse_size(text).ok(), bytes, "{text:?}");
        check("1024", Some(1024));
        check("10mb", Some(10 << 20));
        check(" 1 MiB ", Some(1 << 20));
        check("3g", Some(3 << 30));
        check("5B", Some(5));
        for wrong in ["", "MB", "1,000", "1.5MB", "-1", "1XB", "1iB", "16EiB", "99999999999999999999"] {
            check(wrong, None);
        }
    }

    #[test]
    fn sizes_are_formatted() {
        let check = |bytes, text: &str| assert_eq!(format_size(bytes), text);
        check(0, "0 Bytes");
        check(1, "1 Byte");
        check(1023, "1023 Bytes");
        check(1536, "1.5 KiB");
        check((1 << 20) - 1, "1.0 MiB");
        check(u64::MAX, "16.0 EiB");
    }
}
