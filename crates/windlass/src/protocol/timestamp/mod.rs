//! Time formats of S3 and compatible services: ISO 8601 in XML, HTTP dates in headers. Parsing is lenient,
//! because an invalid date must not fail a response: see `parse_date`. The compact format of Signature
//! Version 4 is in `protocol/signing`.

mod lenient;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;

pub(crate) use lenient::parse_date;

/// Parses a date of a service. Returns the text if it is not a valid date.
pub(crate) fn read_date(text: &str) -> (Option<SystemTime>, Option<String>) {
    let time = parse_in_any_form(text);
    let kept = time.is_none() && !text.trim_ascii().is_empty();
    (time, kept.then(|| text.to_owned()))
}

fn parse_in_any_form(text: &str) -> Option<SystemTime> {
    let plain = text.trim_ascii().as_bytes();
    parse_plain_utc(plain).or_else(|| parse_imf_fixdate(plain)).or_else(|| parse_date(text))
}

/// Formats an HTTP date. Times outside the years 1970 to 9999 are clamped.
pub(crate) fn to_http_date(time: SystemTime) -> String {
    civil(time).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Formats an ISO 8601 time in UTC, with a fraction only if it is not 0. Clamps like [`to_http_date`].
pub(crate) fn to_iso8601(time: SystemTime) -> String {
    format!("{}Z", civil(time))
}

/// Returns the calendar date and time in UTC. jiff's timestamps end one day before the year 9999 does, but
/// the end of 9999 is in use as "never".
fn civil(time: SystemTime) -> DateTime {
    let Ok(since) = time.duration_since(UNIX_EPOCH) else { return EPOCH };
    EPOCH.checked_add(since).unwrap_or(DateTime::MAX)
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// Parses the format of S3 itself, `YYYY-MM-DDTHH:MM:SS[.mmm]Z`. A fast path: a page of a list has up to
/// 1,000 of them.
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
    let millis = two(millis[0], millis[1]) * 10 + u64::from(millis[2] - b'0');
    let date = [two(y3, y2) * 100 + two(y1, y0), two(o1, o0), two(d1, d0)];
    instant(date, [two(h1, h0), two(m1, m0), two(s1, s0)], millis)
}

/// Parses the format of `Last-Modified`, `Sun, 06 Nov 1994 08:49:37 GMT`. A fast path: every response with an
/// object has one. <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>
fn parse_imf_fixdate(text: &[u8]) -> Option<SystemTime> {
    let [
        w2,
        w1,
        w0,
        b',',
        b' ',
        d1,
        d0,
        b' ',
        o2,
        o1,
        o0,
        b' ',
        y3,
        y2,
        y1,
        y0,
        b' ',
        h1,
        h0,
        b':',
        m1,
        m0,
        b':',
        s1,
        s0,
        b' ',
        b'G',
        b'M',
        b'T',
    ]: [u8; 29] = text.try_into().ok()?
    else {
        return None;
    };
    let month = match &[o2, o1, o0] {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    };
    let digits = [d1, d0, y3, y2, y1, y0, h1, h0, m1, m0, s1, s0];
    let is_day = matches!(&[w2, w1, w0], b"Mon" | b"Tue" | b"Wed" | b"Thu" | b"Fri" | b"Sat" | b"Sun");
    if !is_day || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let date = [two(y3, y2) * 100 + two(y1, y0), month, two(d1, d0)];
    instant(date, [two(h1, h0), two(m1, m0), two(s1, s0)], 0)
}

/// Returns the number of two ASCII digits.
fn two(tens: u8, ones: u8) -> u64 {
    u64::from(tens - b'0') * 10 + u64::from(ones - b'0')
}

/// Returns the time of a date in UTC, from 1970 on.
fn instant(
    [year, month, day]: [u64; 3],
    [hour, minute, second]: [u64; 3],
    millis: u64,
) -> Option<SystemTime> {
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
    // Days since 1970-01-01, with years that start in March, so that the leap day is the last day.
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
    fn iso8601_variants_are_parsed() {
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

    #[test]
    fn the_fast_path_accepts_only_imf_fixdate() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMX",
            "Sin, 06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 0a Nov 1994 08:49:37 GMT",
            "Sun, 06 Nox 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
        ] {
            assert_eq!(parse_imf_fixdate(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_full_parser(seconds in 0_i64..253_402_300_799, millis in 0_i32..1000) {
            let timestamp = jiff::Timestamp::new(seconds, millis * 1_000_000).unwrap();
            let text = format!("{timestamp:.3}");
            prop_assert_eq!(parse_plain_utc(text.as_bytes()), Some(SystemTime::from(timestamp)));
            let seconds = SystemTime::from(jiff::Timestamp::new(seconds, 0).unwrap());
            let text = to_http_date(seconds);
            prop_assert_eq!(parse_imf_fixdate(text.as_bytes()), Some(seconds));
            prop_assert_eq!(parse_date(&text), Some(seconds));
        }
    }
}
