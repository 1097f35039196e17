//! Date formats of S3, converted to and from milliseconds since 1970.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

/// Returns milliseconds since 1970; earlier times count as 0.
pub(crate) fn milliseconds(time: SystemTime) -> i64 {
    let elapsed = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// The inverse of [`milliseconds`].
pub(crate) fn system_time(milliseconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0))
}

/// Parses the `20260131T235959Z` of signatures, as seconds since 1970.
pub(crate) fn parse_amz(text: &str) -> Option<i64> {
    if text.len() != 16 || !text.ends_with('Z') {
        return None;
    }
    let date = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// Formats the date of a signature.
pub(crate) fn format_amz(milliseconds: i64) -> String {
    timestamp(milliseconds).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Formats the date of an error document: `2026-01-31T23:59:59Z`.
pub(crate) fn format_iso(milliseconds: i64) -> String {
    timestamp(milliseconds).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Formats the date of a result document: `2026-01-31T23:59:59.000Z`.
pub(crate) fn format_xml(milliseconds: i64) -> String {
    timestamp(milliseconds).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Parses an ISO 8601 date, as milliseconds since 1970.
pub(crate) fn parse_iso(text: &str) -> Option<i64> {
    Some(text.trim().parse::<Timestamp>().ok()?.as_millisecond())
}

/// Parses the date of an HTTP header, as seconds since 1970.
pub(crate) fn parse_http(text: &str) -> Option<i64> {
    Some(DateTimeParser::new().parse_timestamp(text.trim()).ok()?.as_second())
}

/// Formats the date of an HTTP header.
pub(crate) fn format_http(milliseconds: i64) -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp(milliseconds)).unwrap_or_default()
}

fn timestamp(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_dates_round_trip() {
        assert_eq!(parse_amz("20130524T000000Z"), Some(1_369_353_600));
        assert_eq!(format_amz(1_369_353_600_999), "20130524T000000Z");
        for text in ["", "20130524T000000", "20131324T000000Z", "2013-05-24T00:00Z"] {
            assert_eq!(parse_amz(text), None, "{text}");
        }
    }

    #[test]
    fn http_dates_round_trip() {
        assert_eq!(format_http(1_369_353_600_000), "Fri, 24 May 2013 00:00:00 GMT");
        assert_eq!(parse_http("Fri, 24 May 2013 00:00:00 GMT"), Some(1_369_353_600));
        assert_eq!(parse_http("soon"), None);
    }

    #[test]
    fn documents_use_iso_8601() {
        assert_eq!(format_iso(1_369_353_600_500), "2013-05-24T00:00:00Z");
        assert_eq!(format_xml(1_369_353_600_500), "2013-05-24T00:00:00.500Z");
        assert_eq!(parse_iso("2013-05-24T00:00:00.5Z"), Some(1_369_353_600_500));
        assert_eq!(parse_iso("2013-05-24"), None);
    }
}
