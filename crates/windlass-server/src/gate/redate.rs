//! Presigned URLs with a clock other than the system clock. s3s always reads the system clock, so the
//! signature is verified here and the request is signed again with the system time. Requests that are signed
//! in a header do not need this: s3s ignores their date, and the gate checks it.

use std::fmt::Write as _;
use std::time::SystemTime;

use http::request::Parts;
use http::uri::PathAndQuery;
use sha2::{Digest, Sha256};

use super::claims::Claims;
use super::signature::signature;
use crate::date;
use crate::encode;
use crate::refusal::{Code, Refusal};

/// Verifies the presigned request and signs it again with the system time.
pub(super) fn redate(
    parts: &mut Parts,
    query: &[(String, String)],
    claims: &Claims,
    secret: &str,
) -> Result<(), Refusal> {
    let expected = sign(parts, query, claims, &claims.timestamp, secret);
    if expected != claims.signature {
        return Err(Code::SignatureDoesNotMatch.into());
    }
    let timestamp = date::format_amz(date::milliseconds(SystemTime::now()));
    let scope_date = timestamp.get(..8).unwrap_or_default();
    let mut query: Vec<(String, String)> =
        query.iter().filter(|(name, _)| name != "X-Amz-Signature").cloned().collect();
    for (name, value) in &mut query {
        match name.as_str() {
            "X-Amz-Date" => value.clone_from(&timestamp),
            // The expiry was checked already; the new one must only outlast the hand-over to s3s.
            "X-Amz-Expires" => "300".clone_into(value),
            "X-Amz-Credential" => {
                *value = format!("{}/{scope_date}/{}/s3/aws4_request", claims.access_key, claims.region);
            }
            _ => {}
        }
    }
    let signature = sign(parts, &query, claims, &timestamp, secret);
    let target = format!("{}?{}&X-Amz-Signature={signature}", parts.uri.path(), canonical_query(&query));
    let mut uri = std::mem::take(&mut parts.uri).into_parts();
    uri.path_and_query = Some(PathAndQuery::try_from(target).map_err(|_| Refusal::new(Code::InvalidURI))?);
    parts.uri = uri.try_into().map_err(|_| Refusal::new(Code::InvalidURI))?;
    Ok(())
}

fn sign(parts: &Parts, query: &[(String, String)], claims: &Claims, timestamp: &str, secret: &str) -> String {
    let mut names = claims.signed_headers.clone();
    names.sort_unstable();
    let mut headers = String::new();
    for name in &names {
        let values: Vec<String> = parts
            .headers
            .get_all(name.as_str())
            .iter()
            .map(|value| {
                let text = String::from_utf8_lossy(value.as_bytes());
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect();
        let _ = writeln!(headers, "{name}:{}", values.join(","));
    }
    // The gate admits only canonical paths, but their escapes can be in lower case.
    let path = encode::encode(&encode::decode(parts.uri.path()).unwrap_or_default(), b"/");
    let request = format!(
        "{}\n{path}\n{}\n{headers}\n{}\nUNSIGNED-PAYLOAD",
        parts.method,
        canonical_query(query),
        names.join(";"),
    );
    let date = timestamp.get(..8).unwrap_or_default();
    let scope = format!("{date}/{}/s3/aws4_request", claims.region);
    let text = format!(
        "AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{}",
        encode::hex(&Sha256::digest(request.as_bytes()))
    );
    signature(secret, date, &claims.region, &text)
}

fn canonical_query(query: &[(String, String)]) -> String {
    let mut pairs: Vec<(String, String)> = query
        .iter()
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| (encode::encode(name, b""), encode::encode(value, b"")))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
