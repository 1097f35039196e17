//! Signatures in the `Authorization` header.

use std::borrow::Cow;
use std::fmt;

use http::HeaderMap;

use super::canonical::{canonical_path, canonical_query, canonical_request, string_to_sign};
use super::{ALGORITHM, Credentials, SigningScope, SigningTime};

/// A request for [`sign`]. All of its headers are signed.
#[derive(Clone, Copy)]
pub struct Signable<'a> {
    /// The method, in upper case.
    pub method: &'a str,
    /// The percent-encoded path. It is signed unchanged, including dots and double slashes.
    pub path: &'a str,
    /// The percent-encoded query without `?`.
    pub query: &'a str,
    /// The headers to sign, `host` among them.
    pub headers: &'a [(&'a str, &'a str)],
    /// The SHA-256 of the body in hexadecimal digits, or a constant such as
    /// [`UNSIGNED_PAYLOAD`](super::UNSIGNED_PAYLOAD).
    pub payload_hash: &'a str,
}

/// A signature and its inputs, for comparison when a service rejects a signature.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// The canonical request.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The signature in hexadecimal digits.
    pub signature: String,
    /// The value of the `Authorization` header.
    pub authorization: String,
}

impl fmt::Debug for Signable<'_> {
    /// Headers and query can contain tokens: only names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Signable")
            .field("method", &self.method)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(redacted)")
    }
}

/// Signs a request of any AWS service without changing it. The client signs its own requests; this function
/// is for tests, other services and the comparison of signatures.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use windlass::Credentials;
/// use windlass::unversioned::signing::{EMPTY_SHA256, Signable, SigningTime, sign};
///
/// // "GET Bucket Lifecycle" of the S3 documentation.
/// let signature = sign(
///     &Signable {
///         method: "GET",
///         path: "/",
///         query: "lifecycle",
///         headers: &[
///             ("Host", "examplebucket.s3.amazonaws.com"),
///             ("x-amz-content-sha256", EMPTY_SHA256),
///             ("x-amz-date", "20130524T000000Z"),
///         ],
///         payload_hash: EMPTY_SHA256,
///     },
///     &Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
///     "us-east-1",
///     "s3",
///     SigningTime::new(UNIX_EPOCH + Duration::from_secs(1_369_353_600)),
/// );
/// assert_eq!(signature.signature, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
/// ```
pub fn sign(
    request: &Signable<'_>,
    credentials: &Credentials,
    region: &str,
    service: &str,
    time: SigningTime,
) -> Signature {
    let scope = SigningScope::new(credentials, time, region, service);
    let path = canonical_path(request.path);
    let mut headers = lowercase(request.headers);
    let query = canonical_query(request.query);
    let (canonical, signed_headers) =
        canonical_request(request.method, &path, &query, &mut headers, request.payload_hash);
    let string_to_sign = string_to_sign(&canonical, time, &scope.text);
    let signature = scope.key.sign(string_to_sign.as_bytes());
    Signature {
        canonical_request: String::from_utf8_lossy(&canonical).into_owned(),
        authorization: authorization(&scope, &signed_headers, &signature),
        string_to_sign,
        signature,
    }
}

/// A request of which the client signs only headers that proxies do not rewrite.
pub(crate) struct SignInput<'a> {
    pub(crate) method: &'a str,
    /// Percent-encoded.
    pub(crate) path: &'a str,
    /// In its canonical form.
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    /// The additional headers of the caller. They are signed, too.
    pub(crate) added: &'a [(String, String)],
    pub(crate) payload_hash: &'a str,
}

/// Returns the `Authorization` header and the signature of a request. Signs `host`, `content-type`,
/// `content-md5`, `x-amz-*` and additional headers: proxies rewrite others.
pub(crate) fn sign_headers(
    input: &SignInput<'_>,
    scope: &SigningScope,
    time: SigningTime,
) -> (String, String) {
    let SignInput { method, path, query, headers, added, payload_hash } = input;
    let mut signed = Vec::with_capacity(headers.len());
    for (name, value) in *headers {
        let name = name.as_str();
        let is_own = name.starts_with("x-amz-") || matches!(name, "host" | "content-type" | "content-md5");
        if is_own || added.iter().any(|(added, _)| added.eq_ignore_ascii_case(name)) {
            signed.push((Cow::Borrowed(name), Cow::Borrowed(value.as_bytes())));
        }
    }
    let (canonical, signed_headers) = canonical_request(method, path, query, &mut signed, payload_hash);
    let string_to_sign = string_to_sign(&canonical, time, &scope.text);
    let signature = scope.key.sign(string_to_sign.as_bytes());
    (authorization(scope, &signed_headers, &signature), signature)
}

pub(super) fn lowercase<'a>(headers: &[(&'a str, &'a str)]) -> Vec<(Cow<'a, str>, Cow<'a, [u8]>)> {
    headers
        .iter()
        .map(|(name, value)| (Cow::Owned(name.to_ascii_lowercase()), Cow::Borrowed(value.as_bytes())))
        .collect()
}

fn authorization(scope: &SigningScope, signed_headers: &str, signature: &str) -> String {
    let id = scope.credentials.access_key_id();
    let mut text = String::with_capacity(160 + id.len() + signed_headers.len());
    for part in [
        ALGORITHM,
        " Credential=",
        id,
        "/",
        &scope.text,
        ", SignedHeaders=",
        signed_headers,
        ", Signature=",
        signature,
    ] {
        text.push_str(part);
    }
    text
}
