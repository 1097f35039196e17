//! The three ways in which S3 writes time: ISO 8601 in XML, HTTP dates in headers, and the compact
//! form of Signature V4 (which has its home in `protocol/signing`).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Parses an ISO 8601 instant such as `2009-10-12T17:50:30.000Z`, with any offset. None if it is not one.
pub(crate) fn parse_iso8601(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    if let Some(time) = parse_plain_utc(text.as_bytes()) {
        return Some(time);
    }
    text.parse::<jiff::Timestamp>().ok().map(SystemTime::from)
}

/// Parses an HTTP date such as `Wed, 12 Oct 2009 17:50:30 GMT`. None if it is not one.
pub(crate) fn parse_http_date(text: &str) -> Option<SystemTime> {
    let parsed = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text.trim());
    parsed.ok().map(SystemTime::from)
}

/// Parses an instant in either way: services that speak S3 do not always write the one that is due.
pub(crate) fn parse_date(text: &str) -> Option<SystemTime> {
    parse_iso8601(text).or_else(|| parse_http_date(text))
}

/// Writes an HTTP date; a time outside the years 0 to 9999 becomes the nearest of them.
pub(crate) fn to_http_date(time: SystemTime) -> String {
    let timestamp = clamp(time);
    // Only a negative year is refused, and `clamp` leaves none.
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp).unwrap_or_default()
}

/// Writes an ISO 8601 instant in UTC, with fractions only where there are some.
pub(crate) fn to_iso8601(time: SystemTime) -> String {
    clamp(time).to_string()
}

fn clamp(time: SystemTime) -> jiff::Timestamp {
    let oldest = jiff::Timestamp::UNIX_EPOCH;
    jiff::Timestamp::try_from(time).unwrap_or(oldest).max(oldest)
}

/// The form that S3 itself writes, `YYYY-MM-DDTHH:MM:SS[.mmm]Z`: lists hold a thousand of them.
pub(crate) fn parse_plain_utc(text: &[u8]) -> Option<SystemTime> {
    let (seconds, fraction) = text.split_first_chunk::<19>()?;
    let [y3, y2, y1, y0, b'-', o1, o0, b'-', d1, d0, b'T', h1, h0, b':', m1, m0, b':', s1, s0] = *seconds
    else {
        return None;
    };
    let millis = match *fraction {
        [b'Z'] => [b'0'; 3],
        [b'.', a, b, c, b'Z'] => [a, b, c],
        _ => return None,
    };
    let digits = [y3, y2, y1, y0, o1, o0, d1, d0, h1, h0, m1, m0, s1, s0, millis[0], millis[1], millis[2]];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let two = |tens: u8, ones: u8| u64::from(tens - b'0') * 10 + u64::from(ones - b'0');
    let (year, month, day) = (two(y3, y2) * 100 + two(y1, y0), two(o1, o0), two(d1, d0));
    let (hour, minute, second) = (two(h1, h0), two(m1, m0), two(s1, s0));
    let millis = two(millis[0], millis[1]) * 10 + u64::from(millis[2] - b'0');
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days_in_month = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if year < 1970 || !(1..=days_in_month).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days since 1970-01-01, with the year counted from March so that the leap day comes last.
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let shifted_month = if month <= 2 { month + 9 } else { month - 3 };
    let days = 365 * shifted_year + shifted_year / 4 - shifted_year / 100
        + shifted_year / 400
        + (153 * shifted_month + 2) / 5
        + day
        - 719_469;
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(UNIX_EPOCH + Duration::from_millis(seconds * 1_000 + millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn iso8601_in_the_forms_that_services_send() {
        let check = |text: &str, millis: Option<u64>| {
            let expected = millis.map(|millis| UNIX_EPOCH + Duration::from_millis(millis));
            assert_eq!(parse_iso8601(text), expected, "{text}");
        };
        check("2009-10-12T17:50:30.000Z", Some(1_255_369_830_000));
        check("2009-10-12T17:50:30Z", Some(1_255_369_830_000));
        check("2009-10-12T17:50:30.5-07:00", Some(1_255_395_030_500));
        check("2024-02-29T00:00:00.123Z", Some(1_709_164_800_123));
        check("2023-02-29T00:00:00.000Z", None);
        check("yesterday", None);
    }

    #[test]
    fn http_dates() {
        let time = UNIX_EPOCH + Duration::from_secs(1_255_369_830);
        assert_eq!(to_http_date(time), "Mon, 12 Oct 2009 17:50:30 GMT");
        assert_eq!(parse_http_date("Mon, 12 Oct 2009 17:50:30 GMT"), Some(time));
        assert_eq!(parse_http_date("0"), None);
        assert_eq!(parse_date("2009-10-12T17:50:30Z"), Some(time));
        assert_eq!(parse_date("Mon, 12 Oct 2009 17:50:30 GMT"), Some(time));
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_full_parser(seconds in 0_i64..253_402_300_799, millis in 0_i32..1000) {
            let timestamp = jiff::Timestamp::new(seconds, millis * 1_000_000).unwrap();
            let text = format!("{timestamp:.3}");
            prop_assert_eq!(parse_plain_utc(text.as_bytes()), Some(SystemTime::from(timestamp)));
        }
    }
}
