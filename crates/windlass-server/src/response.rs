//! Completion of responses: request ids, the fields of S3 error documents, and XML without invalid
//! characters.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::body::Body;
use crate::refusal::{self, Code, Refusal};

/// The target of a request, for error documents.
pub(crate) struct Address<'a> {
    pub(crate) path: &'a str,
    pub(crate) bucket: Option<&'a str>,
    pub(crate) key: Option<&'a str>,
}

/// Returns the id of the n-th request: unique within a server, and the same in every run.
pub(crate) fn request_id(number: u64) -> String {
    // The multiplication makes ids look like those of S3 instead of a counter.
    format!("{:016X}", (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Returns the response for a refusal.
pub(crate) fn refusal(refusal: &Refusal) -> Response<Body> {
    let headers = refusal.headers();
    error(refusal.code.status(), refusal.code.name(), &refusal.message, &refusal.details, headers)
}

/// Returns an error document without request ids.
pub(crate) fn error(
    status: StatusCode,
    code: &str,
    message: &str,
    details: &[(&str, String)],
    headers: HeaderMap,
) -> Response<Body> {
    let document = refusal::document(code, &refusal::escape(message), details);
    let mut response = Response::new(Body::from(document));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response.headers_mut().insert(header::CONTENT_TYPE, XML);
    response
}

/// Completes a response.
pub(crate) fn dress(
    response: Response<Body>,
    request_id: &str,
    address: &Address<'_>,
    is_head: bool,
) -> Response<Body> {
    let (mut parts, mut body) = response.into_parts();
    let details = refusal::take_details(&mut parts.headers);
    let is_error = parts.status.as_u16() >= 300;
    let is_document = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == XML);
    if let Some(bytes) = body.0.bytes().filter(|bytes| (is_document || is_error) && !bytes.is_empty()) {
        let text = String::from_utf8_lossy(&bytes);
        let text = if is_error_document(&text) {
            complete_error(&text, &details, request_id, address)
        } else {
            escape_controls(&text)
        };
        body = Body::from(text);
    }
    if parts.status == StatusCode::NOT_MODIFIED || is_head && is_error {
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        body = Body::empty();
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        parts.headers.insert("x-amz-request-id", id);
    }
    parts.headers.insert("x-amz-id-2", HeaderValue::from_static(HOST_ID));
    parts.headers.insert(header::SERVER, HeaderValue::from_static("windlass-server"));
    Response::from_parts(parts, body)
}

fn is_error_document(document: &str) -> bool {
    let content = document.split_once("?>").map_or(document, |(_, content)| content);
    content.trim_start().starts_with("<Error>")
}

/// Adds the fields that S3 derives from the request.
fn complete_error(
    document: &str,
    details: &[(String, String)],
    request_id: &str,
    address: &Address<'_>,
) -> String {
    let code = element(document, "Code").unwrap_or_default();
    let mut extra = String::new();
    let mut push = |name: &str, value: &str| {
        let element = format!("<{name}>");
        if !document.contains(&element) && !extra.contains(&element) {
            let _ = write!(extra, "<{name}>{}</{name}>", refusal::escape(value));
        }
    };
    for (name, value) in details {
        push(name, value);
    }
    if code.starts_with("NoSuchBucket") || code.starts_with("Bucket") || code == "InvalidBucketName" {
        push("BucketName", address.bucket.unwrap_or_default());
    }
    if code == "NoSuchKey" {
        push("Key", address.key.unwrap_or_default());
    }
    push("Resource", address.path);
    push("RequestId", request_id);
    push("HostId", HOST_ID);
    let end = document.rfind("</Error>").unwrap_or(document.len());
    let (start, close) = document.split_at(end);
    let mut start = escape_controls(start);
    if let Some(place) = start.find("</Code>").filter(|_| !document.contains("<Message>")) {
        let message = Code::named(code).map_or(code, |code| code.message());
        start
            .insert_str(place + "</Code>".len(), &format!("<Message>{}</Message>", refusal::escape(message)));
    }
    format!("{start}{extra}{close}")
}

/// Escapes control characters. s3s writes them raw, and XML parsers reject or change them.
fn escape_controls(document: &str) -> String {
    let is_harmful = |character: char| character.is_ascii_control() && !matches!(character, '\n' | '\t');
    if !document.contains(is_harmful) {
        return document.to_owned();
    }
    let mut escaped = String::with_capacity(document.len() + 16);
    for character in document.chars() {
        if is_harmful(character) {
            let _ = write!(escaped, "&#x{:x};", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

fn element<'d>(document: &'d str, name: &str) -> Option<&'d str> {
    let start = document.find(&format!("<{name}>"))? + name.len() + 2;
    let rest = document.get(start..)?;
    rest.get(..rest.find("</")?)
}

const XML: HeaderValue = HeaderValue::from_static("application/xml");
const HOST_ID: &str = "d2luZGxhc3Mtc2VydmVy";
