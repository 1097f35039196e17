//! Redirects to a host without a region. windlass never signs for a host that a response names, so the error names the
//! right endpoint.

use http::header::LOCATION;
use http::{HeaderMap, StatusCode};

use crate::protocol::address::redacted;
use crate::protocol::{Target, encode};

/// The hint for a redirect; None if the response does not redirect to another host.
pub(super) fn target(status: StatusCode, headers: &HeaderMap, about: Target<'_>) -> Option<String> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = headers.get(LOCATION)?.to_str().ok()?.trim();
    if location.is_empty() {
        return None;
    }
    let absolute = match location.strip_prefix("//") {
        Some(_) => format!("https:{location}"),
        None => location.to_owned(),
    };
    if let Some(endpoint) = endpoint(&absolute, about) {
        return Some(format!("the endpoint redirects to {endpoint}; use that as the endpoint"));
    }
    let shown: String = redacted(location).chars().take(LONGEST).collect();
    Some(format!("the endpoint redirects to {shown}; check that it is the endpoint of an S3 service"))
}

/// Longer URLs are truncated.
const LONGEST: usize = 200;

/// The URL without the bucket in the host, bucket and key in the path, and the query.
fn endpoint(location: &str, about: Target<'_>) -> Option<String> {
    let shown = location.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = shown.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        return None;
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (bucket, key) = (about.bucket(), about.key());
    let before_the_host =
        authority.strip_prefix(bucket).and_then(|rest| rest.strip_prefix('.')).filter(|_| !bucket.is_empty());
    let host = before_the_host.unwrap_or(authority);
    if host.is_empty() {
        return None;
    }
    let path = encode::decode(path);
    let path = path.trim_end_matches('/');
    let in_path = |text: &str| path.strip_suffix(text.trim_end_matches('/'));
    let base = in_path(&format!("/{bucket}/{key}"))
        .or_else(|| in_path(&format!("/{bucket}")))
        .or_else(|| in_path(&format!("/{key}")))
        .unwrap_or(path);
    let url = format!("{scheme}://{host}{}", encode::path(base.trim_end_matches('/')));
    Some(url.chars().take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn said(status: u16, location: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_str(location).unwrap());
        target(StatusCode::from_u16(status).unwrap(), &headers, Target::object("photos", "a b"))
    }

    #[test]
    fn the_hint_of_a_redirect_names_the_endpoint() {
        for (location, endpoint) in [
            ("https://s3.example.com/photos/a%20b", "https://s3.example.com"),
            ("https://s3.example.com:9000/base/photos/a%20b?x=y#z", "https://s3.example.com:9000/base"),
            ("https://photos.s3.example.com/a%20b", "https://s3.example.com"),
            ("HTTPS://s3.example.com", "https://s3.example.com"),
            ("http://s3.example.com/", "http://s3.example.com"),
            ("//s3.example.com/photos/", "https://s3.example.com"),
            ("https://sso.example.com/login?token=hunter2", "https://sso.example.com/login"),
            ("https://user:hunter2@s3.example.com/photos", "https://s3.example.com"),
        ] {
            for status in [301, 302, 303, 307, 308] {
                let expected = format!("the endpoint redirects to {endpoint}; use that as the endpoint");
                assert_eq!(said(status, location), Some(expected), "{location}");
            }
        }
    }

    #[test]
    fn a_redirect_to_the_same_host_has_no_endpoint_hint() {
        for location in ["/login", "login?hunter2", "ftp://s3.example.com/", "https://", "https:///x"] {
            let said = said(302, location).unwrap();
            assert!(said.contains("check that it is the endpoint") && !said.contains("hunter2"), "{said}");
        }
        assert_eq!(said(302, " "), None);
        assert_eq!(said(200, "https://s3.example.com"), None);
        assert_eq!(said(304, "https://s3.example.com"), None);
        let long = said(302, &format!("https://s3.example.com/{}", "x".repeat(5000))).unwrap();
        assert!(long.len() < 400, "{long}");
    }
}
