//! Signatures of random requests, compared with an independent implementation.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials as OracleCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningSettings, UriPathNormalizationMode, sign as oracle_sign,
};
use aws_sigv4::sign::v4;
use proptest::prelude::*;
use windlass::Credentials;
use windlass::unversioned::encode;
use windlass::unversioned::signing::{Signable, SigningTime, UNSIGNED_PAYLOAD, sign, sign_query};

#[derive(Debug, Clone)]
struct Case {
    method: &'static str,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    token: Option<String>,
    region: &'static str,
    time: SystemTime,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        prop::sample::select(vec!["GET", "PUT", "POST", "DELETE", "HEAD"]),
        "\\PC{0,40}",
        prop::collection::vec(("[a-zA-Z][a-zA-Z0-9-]{0,12}", "\\PC{0,20}"), 0..4),
        prop::collection::btree_map("x-amz-meta-[a-z0-9]{1,10}", "[ -~]{0,30}", 0..4),
        prop::option::of("[A-Za-z0-9+/=]{1,60}"),
        prop::sample::select(vec!["us-east-1", "eu-central-1", "cn-north-1"]),
        0_u64..4_000_000_000,
    )
        .prop_map(|(method, key, query, headers, token, region, seconds)| {
            let query: Vec<String> =
                query.iter().map(|(n, v)| format!("{}={}", encode::query(n), encode::query(v))).collect();
            Case {
                method,
                path: format!("/{}", encode::path(&key)),
                query: query.join("&"),
                headers: headers.into_iter().collect(),
                token,
                region,
                time: UNIX_EPOCH + Duration::from_secs(seconds),
            }
        })
}

/// Computes the signature with the signer of the AWS SDK.
fn oracle(case: &Case, expires: Option<Duration>) -> String {
    let separator = if case.query.is_empty() { "" } else { "?" };
    let url = format!("https://bucket.s3.example.com{}{separator}{}", case.path, case.query);
    let headers = case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    sdk_signature(case.method, url, headers, &credentials(case), case.region, case.time, expires)
}

/// Computes the signature with the signer of the AWS SDK, for a URL if `expires` is set.
pub(crate) fn sdk_signature(
    method: &str,
    url: String,
    headers: Vec<(&str, &str)>,
    keys: &Credentials,
    region: &str,
    time: SystemTime,
    expires: Option<Duration>,
) -> String {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind =
        if expires.is_some() { PayloadChecksumKind::NoHeader } else { PayloadChecksumKind::XAmzSha256 };
    settings.session_token_mode = SessionTokenMode::Include;
    settings.expires_in = expires;
    settings.signature_location =
        if expires.is_some() { SignatureLocation::QueryParams } else { SignatureLocation::Headers };
    let token = keys.session_token().map(str::to_owned);
    let identity =
        OracleCredentials::new(keys.access_key_id(), keys.secret_access_key(), token, None, "test").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(time)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let request =
        SignableRequest::new(method, url, headers.into_iter(), SignableBody::UnsignedPayload).unwrap();
    let (_, signature) = oracle_sign(request, &parameters).unwrap().into_parts();
    signature
}

fn credentials(case: &Case) -> Credentials {
    let keys = Credentials::new("AKIDEXAMPLE", "secret/key+");
    match &case.token {
        Some(token) => keys.with_session_token(token),
        None => keys,
    }
}

fn signable<'a>(case: &'a Case, headers: &'a [(&'a str, &'a str)]) -> Signable<'a> {
    Signable {
        method: case.method,
        path: &case.path,
        query: &case.query,
        headers,
        payload_hash: UNSIGNED_PAYLOAD,
    }
}

proptest! {
    #[test]
    fn header_signatures_match_the_sdk(case in cases()) {
        let time = SigningTime::new(case.time);
        let mut headers: Vec<(&str, &str)> =
            case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.push(("host", "bucket.s3.example.com"));
        headers.push(("x-amz-date", time.as_str()));
        headers.push(("x-amz-content-sha256", UNSIGNED_PAYLOAD));
        if let Some(token) = &case.token {
            headers.push(("x-amz-security-token", token));
        }
        let signature = sign(&signable(&case, &headers), &credentials(&case), case.region, "s3", time);
        prop_assert_eq!(signature.signature, oracle(&case, None), "{}", signature.canonical_request);
    }

    #[test]
    fn url_signatures_match_the_sdk(case in cases(), expires in 1_u64..604_800) {
        let time = SigningTime::new(case.time);
        let mut headers: Vec<(&str, &str)> =
            case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.push(("host", "bucket.s3.example.com"));
        let signature =
            sign_query(&signable(&case, &headers), &credentials(&case), case.region, "s3", time, expires);
        let expected = oracle(&case, Some(Duration::from_secs(expires)));
        prop_assert_eq!(signature.signature, expected, "{}", signature.canonical_request);
    }
}
