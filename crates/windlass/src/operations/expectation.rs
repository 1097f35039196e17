//! Checks that a 2xx response comes from S3. A login page, a proxy or a cache can send a 2xx response too, and that is
//! not a success.

use http::header::{CONTENT_RANGE, CONTENT_TYPE, ETAG, LAST_MODIFIED, RANGE};
use http::{HeaderMap, StatusCode};

use crate::protocol::{Draft, xml};
use crate::types::ContentRange;

/// The properties that make a 2xx response a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expectation {
    /// No result, as for [`Nothing`](Self::Nothing), or status 202 for work that S3 continues.
    Accepted,
    /// A document; the operation validates it.
    Document,
    /// No result: status 200, 201 or 204 without a body.
    Nothing,
    /// The content or the properties of an object: status 200, or 206 if the request has a range or a part number.
    Object,
    /// The entity tag of stored content: status 200 or 201 with an `ETag` and without a body.
    Stored,
}

/// A response with a 2xx status, as far as it has been read.
#[derive(Clone, Copy)]
pub(crate) struct Received<'a> {
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    /// Empty if the body has not been read.
    pub(crate) body: &'a [u8],
}

impl Expectation {
    /// Returns the reason why the response to `operation` is not a success; None if it is one.
    pub(crate) fn mismatch(
        self,
        operation: &str,
        draft: &Draft<'_>,
        received: Received<'_>,
    ) -> Option<&'static str> {
        let status = received.status.as_u16();
        match self {
            Self::Document => None,
            Self::Object => match status {
                206 if !asks_for_a_part(draft) => {
                    Some("it has a part of the object, but the whole object was requested")
                }
                200 if holds_a_part(received.headers) && !asks_for_a_part(draft) => {
                    Some("it has a part of the object, but the whole object was requested")
                }
                200 if asks_for_a_later_part(draft) && !tells_of_parts(received.headers) => {
                    Some("it has the whole object, but a part was requested")
                }
                200 | 206 if is_html(received.headers) && !describes_an_object(received.headers) => {
                    Some("it is an HTML page without ETag and Last-Modified")
                }
                200 | 206 => None,
                _ => Some(OTHER_STATUS),
            },
            Self::Stored => match status {
                200 | 201 if !received.has_etag() => Some("it has no ETag"),
                200 | 201 => received.unexpected_body(operation),
                _ => Some(OTHER_STATUS),
            },
            Self::Nothing => match status {
                200 | 201 | 204 => received.unexpected_body(operation),
                _ => Some(OTHER_STATUS),
            },
            Self::Accepted => match status {
                200 | 201 | 202 | 204 => received.unexpected_body(operation),
                _ => Some(OTHER_STATUS),
            },
        }
    }
}

const OTHER_STATUS: &str = "S3 does not use this status here";

impl Received<'_> {
    fn has_etag(&self) -> bool {
        self.headers
            .get(ETAG)
            .is_some_and(|tag| tag.as_bytes().iter().any(|byte| !matches!(byte, b'"' | b' ' | b'\t')))
    }

    /// Returns the reason to reject a response that must have no body.
    fn unexpected_body(&self, operation: &str) -> Option<&'static str> {
        let is_empty = self.body.trim_ascii().is_empty();
        if !is_empty {
            if is_own_document(self.body, operation) {
                return None;
            }
            let html = "it is an HTML page";
            return Some(if is_html(self.headers) { html } else { "it has a body, but S3 sends none" });
        }
        // Swift and moto send `Content-Type: text/html` with every empty body. A page of a proxy has no request id and
        // is not a 204.
        let is_own = self.status == StatusCode::NO_CONTENT || has_request_id(self.headers);
        if is_html(self.headers) && !is_own {
            return Some("it is an HTML page");
        }
        None
    }
}

/// moto sends an element named after the operation where S3 sends no body.
fn is_own_document(body: &[u8], operation: &str) -> bool {
    let root = xml::root_name(body);
    let rest = root.as_deref().and_then(|root| root.strip_prefix(operation));
    matches!(rest, Some("Response" | "Result" | "Output"))
}

fn asks_for_a_part(draft: &Draft<'_>) -> bool {
    draft.headers.contains_key(RANGE) || draft.query.iter().any(|(name, _)| *name == "partNumber")
}

/// Whether the request is for a part that cannot be the whole object.
fn asks_for_a_later_part(draft: &Draft<'_>) -> bool {
    draft.query.iter().any(|(name, value)| *name == "partNumber" && value != "1")
}

/// A service that ignores `partNumber` sends neither header.
fn tells_of_parts(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_RANGE) || headers.contains_key("x-amz-mp-parts-count")
}

fn holds_a_part(headers: &HeaderMap) -> bool {
    let Some(range) = headers.get(CONTENT_RANGE) else { return false };
    let range = range.to_str().ok().and_then(|range| range.parse::<ContentRange>().ok());
    !range.is_some_and(|range| range.is_whole())
}

fn describes_an_object(headers: &HeaderMap) -> bool {
    headers.contains_key(ETAG) || headers.contains_key(LAST_MODIFIED)
}

fn has_request_id(headers: &HeaderMap) -> bool {
    // The last one is from moto.
    ["x-amz-request-id", "x-amz-id-2", "x-amzn-requestid"].iter().any(|name| headers.contains_key(*name))
}

fn is_html(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return false };
    let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    essence.eq_ignore_ascii_case(b"text/html") || essence.eq_ignore_ascii_case(b"application/xhtml+xml")
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;
    use crate::protocol::Target;

    fn confirms(expectation: Expectation, status: u16, headers: &[(&str, &str)], body: &str) -> bool {
        let draft = Draft::get(Target::object("b", "k"));
        confirms_draft(expectation, &draft, status, headers, body)
    }

    fn confirms_draft(
        expectation: Expectation,
        draft: &Draft<'_>,
        status: u16,
        headers: &[(&str, &str)],
        body: &str,
    ) -> bool {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()))
            .collect();
        let status = StatusCode::from_u16(status).unwrap();
        let received = Received { status, headers: &headers, body: body.as_bytes() };
        expectation.mismatch("CreateBucket", draft, received).is_none()
    }

    const TAG: (&str, &str) = ("etag", "\"e\"");
    const HTML: (&str, &str) = ("content-type", "Text/HTML; charset=UTF-8");
    const ID: (&str, &str) = ("x-amz-request-id", "4K2");

    #[test]
    fn stored_content_needs_an_etag() {
        let check = |status, headers: &[_], body, expected| {
            assert_eq!(
                confirms(Expectation::Stored, status, headers, body),
                expected,
                "{status} {headers:?} {body}"
            );
        };
        check(200, &[TAG], "", true);
        check(201, &[TAG], "", true);
        check(200, &[TAG, HTML, ID], "", true);
        check(200, &[TAG], " \r\n", true);
        check(200, &[], "", false);
        check(200, &[("etag", "")], "", false);
        check(200, &[("etag", "\"\"")], "", false);
        check(200, &[TAG], "OK", false);
        check(200, &[TAG], "{\"ok\": true}", false);
        check(200, &[TAG, HTML], "", false);
        check(200, &[TAG, HTML, ID], "<html/>", false);
        check(202, &[TAG], "", false);
        check(203, &[TAG], "", false);
        check(204, &[TAG], "", false);
        check(206, &[TAG], "", false);
    }

    #[test]
    fn an_operation_without_a_result_needs_an_empty_body() {
        for status in [200, 201, 204] {
            assert!(confirms(Expectation::Nothing, status, &[], ""), "{status}");
            assert!(confirms(Expectation::Accepted, status, &[], ""), "{status}");
        }
        assert!(confirms(Expectation::Accepted, 202, &[], ""));
        for status in [202, 203, 205, 206, 207] {
            assert!(!confirms(Expectation::Nothing, status, &[], ""), "{status}");
        }
        assert!(confirms(Expectation::Nothing, 204, &[HTML, ID], ""));
        assert!(confirms(Expectation::Nothing, 204, &[HTML], ""));
        assert!(confirms(Expectation::Nothing, 200, &[HTML, ("x-amzn-requestid", "4yX")], ""));
        assert!(confirms(Expectation::Nothing, 200, &[HTML, ID], "<CreateBucketResponse/>"));
        assert!(confirms(
            Expectation::Nothing,
            200,
            &[],
            "<CreateBucketResponse><a/></CreateBucketResponse>"
        ));
        for body in ["OK", "<html></html>", "<DeleteResult/>", "{}", "<!DOCTYPE html><p>"] {
            assert!(!confirms(Expectation::Nothing, 200, &[], body), "{body}");
        }
        assert!(!confirms(Expectation::Nothing, 200, &[HTML], ""));
        assert!(!confirms(Expectation::Nothing, 200, &[("content-type", "application/xhtml+xml")], ""));
    }

    #[test]
    fn a_part_of_an_object_is_a_success_only_if_requested() {
        let part = [("content-range", "bytes 0-1/3"), TAG];
        assert!(!confirms(Expectation::Object, 206, &part, ""));
        assert!(!confirms(Expectation::Object, 200, &part, ""));
        assert!(!confirms(Expectation::Object, 206, &[("content-range", "bytes 0-2/3"), TAG], ""));
        assert!(confirms(Expectation::Object, 200, &[("content-range", "bytes 0-2/3"), TAG], ""));
        assert!(!confirms(Expectation::Object, 200, &[("content-range", "bytes */3"), TAG], ""));
        let mut ranged = Draft::get(Target::object("b", "k"));
        ranged.set_header("range", Some("bytes=0-1"));
        let mut by_number = Draft::get(Target::object("b", "k"));
        by_number.set_query("partNumber", Some("1"));
        for draft in [ranged, by_number] {
            assert!(confirms_draft(Expectation::Object, &draft, 206, &part, ""));
            assert!(confirms_draft(Expectation::Object, &draft, 200, &[], ""));
        }
    }

    #[test]
    fn a_whole_object_is_not_a_later_part() {
        let count = ("x-amz-mp-parts-count", "3");
        for (number, status, headers, expected) in [
            ("1", 200, &[TAG][..], true),
            ("2", 200, &[TAG], false),
            ("2", 200, &[TAG, count], true),
            ("2", 206, &[TAG], true),
            ("2", 206, &[TAG, ("content-range", "bytes 3-5/9")], true),
        ] {
            let mut draft = Draft::get(Target::object("b", "k"));
            draft.set_query("partNumber", Some(number));
            assert_eq!(
                confirms_draft(Expectation::Object, &draft, status, headers, ""),
                expected,
                "{number} {status}"
            );
        }
    }

    #[test]
    fn an_html_page_is_an_object_only_with_object_headers() {
        assert!(!confirms(Expectation::Object, 200, &[HTML], ""));
        assert!(!confirms(Expectation::Object, 200, &[HTML, ID], ""));
        assert!(confirms(Expectation::Object, 200, &[HTML, TAG], ""));
        assert!(confirms(Expectation::Object, 200, &[HTML, ("last-modified", "x")], ""));
        assert!(confirms(Expectation::Object, 200, &[("content-type", "text/htmlx")], ""));
        for status in [201, 202, 203, 204, 226] {
            assert!(!confirms(Expectation::Object, status, &[TAG], ""), "{status}");
        }
    }

    #[test]
    fn documents_are_left_to_the_operation() {
        assert!(confirms(Expectation::Document, 200, &[HTML], "<html/>"));
    }
}
