//! Presigned URLs: anyone with the URL can send this one request until it expires.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use std::borrow::Cow;
use std::fmt::Write as _;

use http::HeaderMap;

use super::canonical::{canonical_path, canonical_query, canonical_request, string_to_sign};
use super::header::lowercase;
use super::{ALGORITHM, Credentials, Signable, Signature, SigningScope, SigningTime, UNSIGNED_PAYLOAD};
use crate::protocol::encode;

/// The input of a presigned URL.
pub(crate) struct PresignInput<'a> {
    pub(crate) method: &'a str,
    pub(crate) secure: bool,
    /// The host, with the port unless it is the default of the scheme.
    pub(crate) host: &'a str,
    /// Percent-encoded.
    pub(crate) path: &'a str,
    /// The operation's own parameters, in canonical form.
    pub(crate) query: &'a str,
    /// Headers that the request must have. All of them are signed.
    pub(crate) headers: &'a HeaderMap,
    pub(crate) expires_seconds: u64,
}

/// Builds the presigned URL.
pub(crate) fn presign_url(input: &PresignInput<'_>, scope: &SigningScope, time: SigningTime) -> String {
    let mut headers: Vec<(Cow<'_, str>, Cow<'_, [u8]>)> = Vec::with_capacity(1 + input.headers.len());
    headers.push((Cow::Borrowed("host"), Cow::Borrowed(input.host.as_bytes())));
    for (name, value) in input.headers {
        headers.push((Cow::Borrowed(name.as_str()), Cow::Borrowed(value.as_bytes())));
    }
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.dedup();

    let mut url = String::with_capacity(512 + input.path.len());
    url.push_str(if input.secure { "https://" } else { "http://" });
    url.push_str(input.host);
    url.push_str(input.path);
    url.push('?');
    let query_start = url.len();
    push_authentication(&mut url, scope, time, input.expires_seconds, &names);
    if !input.query.is_empty() {
        url.push('&');
        url.push_str(input.query);
        // `X` sorts before the lower-case names of S3's own parameters.
        if input.query.as_bytes().first().is_some_and(|first| *first <= b'X') {
            let sorted = canonical_query(url.get(query_start..).unwrap_or_default());
            url.truncate(query_start);
            url.push_str(&sorted);
        }
    }
    let query = url.get(query_start..).unwrap_or_default();
    let (canonical, _) = canonical_request(input.method, input.path, query, &mut headers, UNSIGNED_PAYLOAD);
    let string_to_sign = string_to_sign(&canonical, time, &scope.text);
    url.push_str("&X-Amz-Signature=");
    url.push_str(&scope.key.sign(string_to_sign.as_bytes()));
    url
}

/// Signs the query of a request of any AWS service. [`Signature::authorization`] is the query to send.
/// `expires_seconds` counts from `time`.
pub fn sign_query(
    request: &Signable<'_>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    time: SigningTime,
    expires_seconds: u64,
) -> Signature {
    let scope = SigningScope::new(credentials, time, region, service);
    let path = canonical_path(request.path);
    let mut headers = lowercase(request.headers);
    let mut names: Vec<&str> = headers.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    names.dedup();
    let mut query = String::from(request.query);
    if !query.is_empty() {
        query.push('&');
    }
    push_authentication(&mut query, &scope, time, expires_seconds, &names);
    let query = canonical_query(&query);
    let (canonical, _) = canonical_request(request.method, &path, &query, &mut headers, request.payload_hash);
    let string_to_sign = string_to_sign(&canonical, time, &scope.text);
    let signature = scope.key.sign(string_to_sign.as_bytes());
    Signature {
        canonical_request: String::from_utf8_lossy(&canonical).into_owned(),
        authorization: format!("{query}&X-Amz-Signature={signature}"),
        string_to_sign,
        signature,
    }
}

/// Appends the parameters of the signature in canonical order.
fn push_authentication(
    out: &mut String,
    scope: &SigningScope,
    time: SigningTime,
    expires_seconds: u64,
    signed_headers: &[&str],
) {
    out.push_str("X-Amz-Algorithm=");
    out.push_str(ALGORITHM);
    out.push_str("&X-Amz-Credential=");
    encode::push_query(out, scope.credentials.access_key_id());
    out.push_str("%2F");
    encode::push_query(out, &scope.text);
    out.push_str("&X-Amz-Date=");
    out.push_str(time.as_str());
    out.push_str("&X-Amz-Expires=");
    // Writing to a string cannot fail.
    let _ = write!(out, "{expires_seconds}");
    if let Some(token) = scope.credentials.session_token() {
        out.push_str("&X-Amz-Security-Token=");
        encode::push_query(out, token);
    }
    out.push_str("&X-Amz-SignedHeaders=");
    for (index, name) in signed_headers.iter().enumerate() {
        if index > 0 {
            out.push_str("%3B");
        }
        out.push_str(name);
    }
}
