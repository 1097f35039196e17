//! Durations in human-readable form.

use std::time::Duration;

use crate::{Error, ErrorKind, Result};

/// Parses a duration: a whole number with `s`, `m`, `h`, `d` or `w`, such as `90s`, `12h` or `7d`.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] if the text is not a whole number with a known unit, or the duration
/// overflows.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(windlass::paths::parse_duration("2h")?, Duration::from_secs(7200));
/// # Ok::<(), windlass::Error>(())
/// ```
pub fn parse_duration(text: &str) -> Result<Duration> {
    let refuse = || {
        let message = format!("invalid duration {text:?}: use a form such as 90s, 30m, 12h, 7d or 2w");
        Error::new(ErrorKind::InvalidArgument, message)
    };
    let trimmed = text.trim();
    let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = trimmed.split_at_checked(digits).ok_or_else(refuse)?;
    let number: u64 = number.parse().map_err(|_| refuse())?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        _ => return Err(refuse()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(parse_duration(text).ok(), seconds.map(Duration::from_secs), "{text:?}");
        };
        check("0s", Some(0));
        check("90s", Some(90));
        check("30m", Some(1800));
        check("12h", Some(43_200));
        check(" 7d", Some(604_800));
        check("2w", Some(1_209_600));
        for wrong in
            ["", "7", "d", "7 d", "7D", "-1d", "1.5h", "1y", "99999999999999999999s", "99999999999999999w"]
        {
            check(wrong, None);
        }
    }
}
