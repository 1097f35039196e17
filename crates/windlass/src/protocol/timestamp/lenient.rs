//! A lenient parser for the date formats of services: a space instead of `T`, no zone, month names, and the
//! three formats of HTTP. Trailing or unexpected text makes a date invalid.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;

/// Parses a time. Without a zone it is in UTC. `None` if the text is not a date.
///
/// Accepts ISO 8601 (`2009-10-12T17:50:30.000Z`, also compact, with a space, without seconds, or only a day),
/// the IMF-fixdate, RFC 850 and asctime formats of HTTP, and Go's format (`2009-10-12 17:50:30 +0000 UTC`).
pub(crate) fn parse_date(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    // All formats are ASCII and shorter than this.
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let mut words = Words(text);
    let date = if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        words.day_of_week()?;
        if words.0.starts_with(|next: char| next.is_ascii_digit()) {
            day_first(&mut words)
        } else {
            asctime(&mut words)
        }
    } else {
        let mut iso = Words(text);
        match iso8601(&mut iso) {
            Some(date) => {
                words = iso;
                Some(date)
            }
            // `12 Oct 2009` without a day of the week is an email date.
            None => day_first(&mut words),
        }
    }?;
    words.blanks();
    words.0.is_empty().then_some(date).and_then(Date::instant)
}

/// The fields of a date.
#[derive(Clone, Copy, Default)]
struct Date {
    year: i16,
    month: i8,
    day: i8,
    time: Time,
    /// The offset of the zone from UTC, in seconds.
    offset: i64,
}

#[derive(Clone, Copy, Default)]
struct Time {
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
}

impl Date {
    fn instant(self) -> Option<SystemTime> {
        let Time { hour, minute, second, nanosecond } = self.time;
        // A leap second counts as the second before it, 24:00 as the following midnight.
        let (hour, midnight) = if (hour, minute, second) == (24, 0, 0) { (0, 86_400) } else { (hour, 0) };
        let date = DateTime::new(self.year, self.month, self.day, hour, minute, second.min(59), nanosecond);
        let since = date.ok()?.duration_since(super::EPOCH);
        let seconds = since.as_secs().checked_add(midnight)?.checked_sub(self.offset)?;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let whole = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        // Before 1970 both parts of the distance are negative.
        let part = Duration::from_nanos(since.subsec_nanos().unsigned_abs().into());
        if since.subsec_nanos() < 0 { whole?.checked_sub(part) } else { whole?.checked_add(part) }
    }
}

/// Parses `2009-10-12` with an optional time.
fn iso8601(words: &mut Words<'_>) -> Option<Date> {
    let year = words.digits(4, 4)?;
    let separator = if words.skip("-") {
        "-"
    } else if words.skip("/") {
        "/"
    } else {
        ""
    };
    let month = words.digits(2, 2)?;
    if !separator.is_empty() && !words.skip(separator) {
        return None;
    }
    let day = words.digits(2, 2)?;
    let mut date =
        Date { year: i16::try_from(year).ok()?, month: small(month)?, day: small(day)?, ..Date::default() };
    if words.0.trim_start().is_empty() {
        return Some(date);
    }
    let joined = words.skip("T") || words.skip("t") || words.skip("_");
    if words.blanks() == 0 && !joined {
        return None;
    }
    date.time = words.time()?;
    date.offset = words.zone()?;
    Some(date)
}

/// Parses `12 Oct 2009 17:50:30 GMT` and `12-Oct-09 17:50:30 GMT`, after the day of the week.
fn day_first(words: &mut Words<'_>) -> Option<Date> {
    let day = small(words.digits(1, 2)?)?;
    words.separators();
    let month = words.month()?;
    words.separators();
    let before = words.0.len();
    let year = words.digits(2, 4)?;
    let year = match (before - words.0.len(), year) {
        (4, year) => year,
        // Two digits mean the nearest year. RFC 850 dates ended before 2070.
        (2, year @ 70..) => 1900 + year,
        (2, year) => 2000 + year,
        _ => return None,
    };
    words.separators();
    let time = words.time()?;
    let offset = words.zone()?;
    Some(Date { year: i16::try_from(year).ok()?, month, day, time, offset })
}

/// Parses `Oct 12 17:50:30 2009`, after the day of the week.
fn asctime(words: &mut Words<'_>) -> Option<Date> {
    let month = words.month()?;
    words.blanks();
    let day = small(words.digits(1, 2)?)?;
    words.blanks();
    let time = words.time()?;
    // The command `date` writes the zone before the year.
    let offset = words.zone()?;
    words.blanks();
    let year = i16::try_from(words.digits(4, 4)?).ok()?;
    Some(Date { year, month, day, time, offset })
}

fn small(number: u32) -> Option<i8> {
    i8::try_from(number).ok()
}

/// The unread text.
struct Words<'a>(&'a str);

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl<'a> Words<'a> {
    fn skip(&mut self, text: &str) -> bool {
        self.0.strip_prefix(text).map(|rest| self.0 = rest).is_some()
    }

    /// Skips spaces and returns their number.
    fn blanks(&mut self) -> usize {
        let before = self.0.len();
        self.0 = self.0.trim_start_matches([' ', '\t']);
        before - self.0.len()
    }

    fn separators(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', '-', ',']);
    }

    fn letters(&mut self) -> &'a str {
        let length = self.0.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = self.0.split_at(length);
        self.0 = rest;
        word
    }

    /// Parses a number with this many digits, which no further digit follows.
    fn digits(&mut self, fewest: usize, most: usize) -> Option<u32> {
        let length = self.0.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(length);
        self.0 = rest;
        (length >= fewest).then(|| number.parse().ok()).flatten()
    }

    fn day_of_week(&mut self) -> Option<()> {
        const DAYS: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let word = self.letters().to_ascii_lowercase();
        let known = word.len() >= 3 && DAYS.iter().any(|day| day.starts_with(&word));
        self.separators();
        known.then_some(())
    }

    fn month(&mut self) -> Option<i8> {
        let word = self.letters().to_ascii_lowercase();
        let at = MONTHS.iter().position(|month| word.starts_with(month))?;
        i8::try_from(at + 1).ok()
    }

    /// Parses `17:50`, `17:50:30`, `17:50:30.123` or `175030`.
    fn time(&mut self) -> Option<Time> {
        let hour = small(self.digits(1, 2)?)?;
        let colons = self.skip(":");
        let minute = small(self.digits(2, 2)?)?;
        let mut time = Time { hour, minute, ..Time::default() };
        if colons && self.skip(":") || !colons && self.0.starts_with(|next: char| next.is_ascii_digit()) {
            time.second = small(self.digits(2, 2)?)?;
            if self.skip(".") || self.skip(",") {
                time.nanosecond = self.fraction()?;
            }
        }
        (time.minute < 60 && time.second <= 60 && time.hour <= 24).then_some(time)
    }

    /// Parses the digits of a fraction of a second, with a precision of nine.
    fn fraction(&mut self) -> Option<i32> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        let counted = digits.get(..length.min(9)).filter(|digits| !digits.is_empty())?;
        format!("{counted:0<9}").parse().ok()
    }

    /// Parses the offset of a zone in seconds. A missing zone means UTC.
    fn zone(&mut self) -> Option<i64> {
        self.blanks();
        let mut offset = 0;
        let sign = if self.skip("+") {
            1
        } else if self.skip("-") {
            -1
        } else {
            0
        };
        if sign != 0 {
            let hours = self.digits(2, 2)?;
            self.skip(":");
            let minutes =
                if self.0.starts_with(|next: char| next.is_ascii_digit()) { self.digits(2, 2)? } else { 0 };
            if hours > 24 || minutes > 59 {
                return None;
            }
            offset = sign * (i64::from(hours) * 3_600 + i64::from(minutes) * 60);
            self.blanks();
        }
        let name = self.letters();
        let named = match name.to_ascii_uppercase().as_str() {
            "" | "Z" | "UTC" | "GMT" | "UT" => offset,
            "EDT" if sign == 0 => -4 * 3_600,
            "EST" | "CDT" if sign == 0 => -5 * 3_600,
            "CST" | "MDT" if sign == 0 => -6 * 3_600,
            "MST" | "PDT" if sign == 0 => -7 * 3_600,
            "PST" if sign == 0 => -8 * 3_600,
            // Go writes the name of the zone after its offset.
            _ if sign != 0 => offset,
            _ => return None,
        };
        // `GMT+01:00`
        if !name.is_empty() && sign == 0 && self.0.starts_with(['+', '-']) {
            return self.zone().map(|more| named + more);
        }
        Some(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Option<SystemTime> {
        Some(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    // aistore#190, s3rver#181
    #[test]
    fn all_known_date_formats_are_parsed() {
        for text in [
            "2009-10-12T17:50:30Z",
            "2009-10-12T17:50:30.000Z",
            "2009-10-12T17:50:30.000000000Z",
            "2009-10-12T17:50:30.0000000000000Z",
            "2009-10-12T17:50:30",
            "2009-10-12t17:50:30z",
            "2009-10-12 17:50:30",
            "2009-10-12 17:50:30Z",
            "2009-10-12  17:50:30 UTC",
            "2009-10-12 17:50:30 +0000 UTC",
            "2009-10-12 18:50:30 +0100 CET",
            "2009-10-12T17:50:30,0Z",
            "2009-10-12T17:50:30+00:00",
            "2009-10-12T10:50:30-07:00",
            "2009-10-12T10:50:30-0700",
            "2009-10-12T10:50:30-07",
            "2009/10/12 17:50:30",
            "20091012T175030Z",
            "20091012T175030",
            "  2009-10-12T17:50:30Z\n",
            "Mon, 12 Oct 2009 17:50:30 GMT",
            "Mon, 12 Oct 2009 17:50:30 +0000",
            "Mon, 12 Oct 2009 17:50:30 UTC",
            "Mon, 12 Oct 2009 17:50:30",
            "Mon, 12 Oct 2009 13:50:30 EDT",
            "Mon, 12 Oct 2009 17:50:30 Z",
            "mon, 12 oct 2009 17:50:30 gmt",
            "Tue, 12 Oct 2009 17:50:30 GMT",
            "12 Oct 2009 17:50:30 GMT",
            "Mon,12 Oct 2009 17:50:30 GMT",
            "Mon, 12-Oct-2009 17:50:30 GMT",
            "Monday, 12-Oct-09 17:50:30 GMT",
            "Mon Oct 12 17:50:30 2009",
            "Mon Oct 12 17:50:30 UTC 2009",
            "Mon Oct 12 17:50:30 GMT+00:00 2009",
        ] {
            assert_eq!(parse_date(text), at(1_255_369_830), "{text}");
        }
    }

    #[test]
    fn dates_at_the_limits_are_parsed() {
        assert_eq!(parse_date("9999-12-31T23:59:59Z"), at(253_402_300_799));
        assert_eq!(parse_date("9999-12-31T23:59:59-05:00"), at(253_402_318_799));
        assert_eq!(parse_date("Fri, 31 Dec 9999 23:59:59 GMT"), at(253_402_300_799));
        assert_eq!(parse_date("1970-01-01T00:00:00Z"), at(0));
        assert_eq!(parse_date("1970-01-01"), at(0));
        assert_eq!(parse_date("1970-01-01T00:01"), at(60));
        assert_eq!(parse_date("1970-01-01T24:00:00Z"), at(86_400));
        assert_eq!(parse_date("1998-12-31T23:59:60Z"), parse_date("1998-12-31T23:59:59Z"));
        assert_eq!(parse_date("Sunday, 06-Nov-94 08:49:37 GMT"), at(784_111_777));
        assert_eq!(parse_date("Sun Nov  6 08:49:37 1994"), at(784_111_777));
        assert_eq!(
            parse_date("0001-01-01T00:00:00Z"),
            UNIX_EPOCH.checked_sub(Duration::from_secs(62_135_596_800))
        );
        assert_eq!(parse_date("1969-12-31T23:59:59.5Z"), UNIX_EPOCH.checked_sub(Duration::from_millis(500)));
        assert_eq!(parse_date("1970-01-01T00:00:01.5Z"), UNIX_EPOCH.checked_add(Duration::from_millis(1500)));
    }

    #[test]
    fn an_invalid_date_is_none() {
        for text in [
            "",
            " ",
            "0",
            "-1",
            "never",
            "yesterday",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-00-01",
            "2023-01-01T25:00:00Z",
            "2023-01-01T00:60:00Z",
            "2023-01-01T00:00:61Z",
            "2023-01-01T00:00:00X",
            "2023-01-01T00:00:00Z trailing",
            "2023-01-01T",
            "20230101T",
            "1255369830",
            "Mon, 12 Foo 2009 17:50:30 GMT",
            "Mon, 12 Oct 200 17:50:30 GMT",
            "Noday, 12 Oct 2009 17:50:30 GMT",
            "2023-01-01T00:00:00+99:00",
            "２０２３-01-01",
        ] {
            assert_eq!(parse_date(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn written_dates_round_trip(seconds in 0_u64..253_402_300_800) {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            prop_assert_eq!(parse_date(&super::super::to_http_date(time)), Some(time));
            prop_assert_eq!(parse_date(&super::super::to_iso8601(time)), Some(time));
        }

        #[test]
        fn parsing_never_panics(text in "[0-9A-Za-z:+, ./-]{0,40}") {
            let _ = parse_date(&text);
        }
    }
}
