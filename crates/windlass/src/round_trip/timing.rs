//! The times in a response: the service's clock and the time of a retry.

use std::time::{Duration, SystemTime};

use http::HeaderMap;

use crate::protocol::timestamp::parse_date;
use crate::resilience::RetryAfter;

/// The service's time, unless a cache kept the response.
pub(crate) fn service_date(headers: &HeaderMap) -> Option<SystemTime> {
    if headers.contains_key(http::header::AGE) {
        return None;
    }
    headers.get(http::header::DATE)?.to_str().ok().and_then(parse_date)
}

/// The delay that the service requests.
pub(crate) fn retry_after(headers: &HeaderMap) -> RetryAfter {
    let number = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that does not fit is a very long time.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    RetryAfter {
        amz: number("x-amz-retry-after").map(Duration::from_millis),
        http: number("retry-after").map(Duration::from_secs).or_else(|| until(headers)),
    }
}

/// `Retry-After` as a date, relative to the service's clock.
fn until(headers: &HeaderMap) -> Option<Duration> {
    let date = parse_date(headers.get("retry-after")?.to_str().ok()?)?;
    Some(date.duration_since(service_date(headers)?).unwrap_or_default())
}
