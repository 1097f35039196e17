//! The timestamp format of Signature Version 4.

use std::fmt;
use std::time::SystemTime;

/// A time in the format of `x-amz-date`: `20130524T000000Z`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SigningTime([u8; 16]);

impl SigningTime {
    /// Creates a timestamp with whole seconds. Times before 1970 or after 9999 are clamped.
    pub fn new(time: SystemTime) -> Self {
        let first = jiff::Timestamp::UNIX_EPOCH;
        let timestamp = jiff::Timestamp::try_from(time).unwrap_or(first).max(first);
        let civil = jiff::tz::Offset::UTC.to_datetime(timestamp);
        let digit = |number: i16, place: i16| b'0' + u8::try_from(number / place % 10).unwrap_or(0);
        let (year, month, day) = (civil.year(), i16::from(civil.month()), i16::from(civil.day()));
        let (hour, minute) = (i16::from(civil.hour()), i16::from(civil.minute()));
        let second = i16::from(civil.second());
        Self([
            digit(year, 1000),
            digit(year, 100),
            digit(year, 10),
            digit(year, 1),
            digit(month, 10),
            digit(month, 1),
            digit(day, 10),
            digit(day, 1),
            b'T',
            digit(hour, 10),
            digit(hour, 1),
            digit(minute, 10),
            digit(minute, 1),
            digit(second, 10),
            digit(second, 1),
            b'Z',
        ])
    }

    /// Returns the timestamp: `20130524T000000Z`.
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII digits and letters.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the date: `20130524`.
    pub fn date(&self) -> &str {
        self.as_str().get(..8).unwrap_or_default()
    }
}

impl fmt::Debug for SigningTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn the_timestamp_of_the_s3_examples() {
        let time = SigningTime::new(UNIX_EPOCH + Duration::from_millis(1_369_353_600_999));
        assert_eq!(time.as_str(), "20130524T000000Z");
        assert_eq!(time.date(), "20130524");
    }

    #[test]
    fn a_clock_before_1970_does_not_panic() {
        assert_eq!(SigningTime::new(UNIX_EPOCH - Duration::from_secs(1)).as_str(), "19700101T000000Z");
    }
}
