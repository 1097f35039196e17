//! The ways in which S3, and services that speak like it, write time: ISO 8601 in XML, HTTP dates in headers. Reading is
//! lenient, because a date is never worth an answer that fails: see `parse_date`. The compact form of Signature V4 has its
//! home in `protocol/signing`.

mod lenient;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;

pub(crate) use lenient::parse_date;

/// What a service wrote for a date: the instant, and the text where it is no date.
pub(crate) fn read_date(text: &str) -> (Option<SystemTime>, Option<String>) {
    let time = parse_in_any_form(text);
    let kept = time.is_none() && !text.trim_ascii().is_empty();
    (time, kept.then(|| text.to_owned()))
}

fn parse_in_any_form(text: &str) -> Option<SystemTime> {
    parse_plain_utc(text.trim_ascii().as_bytes()).or_else(|| parse_date(text))
}

/// Writes an HTTP date; a time outside the years 1970 to 9999 becomes the nearest of them.
pub(crate) fn to_http_date(time: SystemTime) -> String {
    civil(time).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Writes an ISO 8601 instant in UTC, with fractions only where there are some; the years are those of [`to_http_date`].
pub(crate) fn to_iso8601(time: SystemTime) -> String {
    format!("{}Z", civil(time))
}

/// The calendar's date and time in UTC. jiff's own instants end a day before the year 9999 does, which is the date that
/// stands for "never".
fn civil(time: SystemTime) -> DateTime {
    let Ok(since) = time.duration_since(UNIX_EPOCH) else { return EPOCH };
    EPOCH.checked_add(since).unwrap_or(DateTime::MAX)
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
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
            assert_eq!(parse_date(text), expected, "{text}");
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
        assert_eq!(to_iso8601(time + Duration::from_millis(500)), "2009-10-12T17:50:30.5Z");
        let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
        assert_eq!(to_iso8601(last), "9999-12-31T23:59:59Z");
        assert_eq!(to_http_date(last), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(to_iso8601(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00Z");
        assert_eq!(parse_date("Mon, 12 Oct 2009 17:50:30 GMT"), Some(time));
        assert_eq!(parse_date("0"), None);
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
