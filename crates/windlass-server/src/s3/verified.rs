//! The step between the two passes through s3s. The first pass verifies the signature and decodes the body.
//! This file then normalises the request as S3 does. Operations without complete types in s3s are handled
//! here; for the others, a second pass without signatures parses the request and calls the operation.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use s3s::crypto::{Checksum as _, Md5};
use s3s::route::S3Route;
use s3s::service::S3Service;
use s3s::{Body, S3Request, S3Response, S3Result, TrailingHeaders};

use super::request::Request as PlainRequest;
use super::{ACCOUNT, Operations, checksums, upload};
use crate::operation::{self, Route};
use crate::refusal::{Code, Refusal};

/// The headers as received.
#[derive(Clone)]
pub(super) struct SentHeaders(pub(super) HeaderMap);

/// The trailers of the body, available after it was read.
#[derive(Clone)]
pub(super) struct Trailers(pub(super) TrailingHeaders);

/// The route of all verified requests.
pub(crate) struct Verified {
    pub(crate) operations: Operations,
    /// s3s without signature verification.
    pub(crate) inner: S3Service,
}

#[async_trait::async_trait]
impl S3Route for Verified {
    fn is_match(&self, _: &http::Method, _: &http::Uri, _: &HeaderMap, _: &mut http::Extensions) -> bool {
        true
    }

    async fn call(&self, mut request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let route = request.extensions.remove::<Route>().ok_or(Refusal::new(Code::InternalError))?;
        check_owner(&request.headers)?;
        check_features(&request.headers)?;
        if !operation::has_content(&route.operation) {
            let body = std::mem::take(&mut request.input);
            // Read to the end even if it is unused: only then is its signed hash verified.
            let document = read_document(body).await?;
            if operation::has_document(&route.operation) {
                check_document(
                    &route.operation,
                    &request.headers,
                    request.trailing_headers.as_ref(),
                    &document,
                )?;
                request.input = Body::from(normalize(&document));
            }
        }
        let answer = if operation::is_typed(&route.operation) {
            self.inner.call(for_types(request)?).await.map_err(|error| {
                Refusal::new(Code::InternalError).message(format!("failed to build the response: {error:?}"))
            })?
        } else {
            let S3Request { input, uri, headers, .. } = request;
            let document = input.bytes().unwrap_or_default();
            self.operations
                .answer(PlainRequest { route, path: uri.path().to_owned(), headers, document })
                .await?
        };
        let (parts, body) = answer.into_parts();
        let mut response = S3Response::new(body);
        // s3s does not support this status for HEAD.
        let is_part =
            parts.status == StatusCode::OK && parts.headers.contains_key(http::header::CONTENT_RANGE);
        response.status = Some(if is_part { StatusCode::PARTIAL_CONTENT } else { parts.status });
        response.headers = parts.headers;
        Ok(response)
    }
}

/// Prepares the request for the second pass through s3s.
fn for_types(request: S3Request<Body>) -> Result<Request<Body>, Refusal> {
    let S3Request { input: body, method, uri, headers, mut extensions, trailing_headers, .. } = request;
    let mut seen = headers.clone();
    for name in &READ_AS_SENT {
        seen.remove(name);
    }
    if let Some(document) = body.bytes() {
        seen.insert(http::header::CONTENT_LENGTH, HeaderValue::from(document.len()));
    }
    extensions.insert(SentHeaders(headers));
    if let Some(trailers) = trailing_headers {
        extensions.insert(Trailers(trailers));
    }
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = without_signature(&uri)?;
    *request.headers_mut() = seen;
    *request.extensions_mut() = extensions;
    Ok(request)
}

fn check_owner(headers: &HeaderMap) -> Result<(), Refusal> {
    let expected = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];
    match expected.iter().filter_map(|name| headers.get(*name)).find(|owner| *owner != ACCOUNT) {
        Some(_) => Err(Code::AccessDenied.into()),
        None => Ok(()),
    }
}

/// Rejects headers that would change how an object is stored. Ignoring such a header would store a private
/// object and report that it is public.
pub(super) fn check_features(headers: &HeaderMap) -> Result<(), Refusal> {
    let refused = headers.iter().find(|(name, value)| {
        let name = name.as_str();
        match name {
            "x-amz-acl" => !OWNERS.contains(&value.as_bytes()),
            "x-amz-object-ownership" => value.as_bytes() != b"BucketOwnerEnforced",
            _ => UNSUPPORTED.iter().any(|prefix| name.starts_with(prefix)),
        }
    });
    match refused {
        Some((name, _)) => Err(Refusal::new(Code::NotImplemented).detail("Header", name.as_str())),
        None => Ok(()),
    }
}

async fn read_document(mut body: Body) -> Result<Bytes, Refusal> {
    body.store_all_limited(LONGEST_DOCUMENT).await.map_err(|error| {
        if error.to_string().contains("limit") {
            Refusal::new(Code::MaxMessageLengthExceeded)
        } else {
            upload::broken_body(&*error)
        }
    })
}

fn check_document(
    name: &str,
    headers: &HeaderMap,
    trailers: Option<&TrailingHeaders>,
    document: &[u8],
) -> Result<(), Refusal> {
    let md5 = checksums::content_md5(headers)?;
    // The headers of CompleteMultipartUpload contain the checksum of the object, not of the document.
    let declared = if name == "CompleteMultipartUpload" { None } else { checksums::declared(headers)? };
    if let Some(expected) = &md5
        && Md5::checksum(document).as_ref() != expected.as_slice()
    {
        return Err(Code::BadDigest.into());
    }
    match checksums::complete(declared, trailers)? {
        Some(declared) => {
            let mut hasher = checksums::hasher(&declared.algorithm);
            hasher.update(document);
            checksums::verify(&declared, &checksums::finish(hasher, &declared.algorithm))
        }
        None if md5.is_none() && operation::needs_checksum(name) => Err(Refusal::new(Code::InvalidRequest)
            .message("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")),
        None => Ok(()),
    }
}

/// Normalises line ends as XML parsers do, and replaces references that XML 1.0 forbids and keys need.
fn normalize(document: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(document).replace("\r\n", "\n").replace('\r', "\n");
    let mut normal = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(start) = rest.find("&#") {
        let (before, reference) = rest.split_at(start);
        normal.push_str(before);
        let end = reference.find(';').map_or(reference.len(), |end| end + 1);
        let (reference, after) = reference.split_at(end);
        match control_character(reference) {
            Some(character) => normal.push(character),
            None => normal.push_str(reference),
        }
        rest = after;
    }
    normal.push_str(rest);
    normal.into_bytes()
}

/// Returns the character of a reference such as `&#x1;`; `None` for characters that XML allows.
fn control_character(reference: &str) -> Option<char> {
    let number = reference.strip_prefix("&#")?.strip_suffix(';')?;
    let code = match number.strip_prefix('x') {
        Some(number) => u8::from_str_radix(number, 16).ok()?,
        None => number.parse().ok()?,
    };
    let is_forbidden = code < 0x20 && code != 0 && !matches!(code, b'\t' | b'\n' | b'\r');
    is_forbidden.then(|| char::from(code))
}

fn without_signature(uri: &http::Uri) -> Result<http::Uri, Refusal> {
    let query: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| {
            !pair.is_empty() && !SIGNATURE_PARAMETERS.contains(&pair.split('=').next().unwrap_or_default())
        })
        .collect();
    let target =
        if query.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), query.join("&")) };
    target.parse().map_err(|_| Code::InvalidURI.into())
}

/// Headers that s3s must not see again. The signature is verified already; s3s parses the others more
/// narrowly than S3, so the operations read them from [`SentHeaders`].
static READ_AS_SENT: [HeaderName; 14] = [
    http::header::AUTHORIZATION,
    http::header::EXPIRES,
    http::header::IF_MATCH,
    http::header::IF_MODIFIED_SINCE,
    http::header::IF_NONE_MATCH,
    http::header::IF_UNMODIFIED_SINCE,
    http::header::RANGE,
    HeaderName::from_static("x-amz-content-sha256"),
    HeaderName::from_static("x-amz-copy-source-if-match"),
    HeaderName::from_static("x-amz-copy-source-if-modified-since"),
    HeaderName::from_static("x-amz-copy-source-if-none-match"),
    HeaderName::from_static("x-amz-copy-source-if-unmodified-since"),
    HeaderName::from_static("x-amz-decoded-content-length"),
    HeaderName::from_static("x-amz-trailer"),
];

const SIGNATURE_PARAMETERS: &[&str] = &[
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// Canned ACLs that grant nothing to other accounts.
const OWNERS: &[&[u8]] = &[b"bucket-owner-full-control", b"bucket-owner-read", b"private"];

const UNSUPPORTED: &[&str] = &[
    "x-amz-grant-",
    "x-amz-if-match-last-modified-time",
    "x-amz-if-match-size",
    "x-amz-mfa",
    "x-amz-write-offset-bytes",
];

/// More than the longest document needs, with 1,000 escaped keys of maximum length.
const LONGEST_DOCUMENT: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_control_references_are_normalised() {
        let normal = |text: &str| String::from_utf8(normalize(text.as_bytes())).unwrap();
        assert_eq!(normal("a\r\nb\rc"), "a\nb\nc");
        assert_eq!(normal("&#x1;&#2;&#13;&#xD;&amp;&#x41;&#"), "\u{1}\u{2}&#13;&#xD;&amp;&#x41;&#");
    }
}
