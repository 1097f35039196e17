//! Checks before s3s sees a request: the cases where s3s accepts what S3 rejects, or rejects it with another
//! error. s3s verifies the signature itself afterwards.

mod claims;
mod forms;
mod frames;
mod policy;
mod redate;
mod signature;

use std::sync::Arc;

use http::request::Parts;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::date;
use crate::encode;
use crate::refusal::{Code, Refusal};
use claims::{Claims, SignatureLocation};
pub(crate) use frames::CheckedFrames;

/// The checks, with the server's settings.
pub(crate) struct Gate {
    pub(crate) region: String,
    pub(crate) credentials: Credentials,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether the clock is not the system clock, the only one that s3s reads.
    pub(crate) has_own_clock: bool,
}

impl Gate {
    /// Rejects the request or admits it. Presigned dates are shifted to the system clock if needed.
    pub(crate) fn admit(&self, parts: &mut Parts, query: &[(String, String)]) -> Result<(), Refusal> {
        let claims = Claims::of(parts, query)?;
        check_encoding(parts)?;
        self.check_scope(&claims)?;
        let secret = self.check_identity(&claims)?;
        self.check_time(&claims)?;
        check_signed_headers(parts, &claims)?;
        check_payload_header(parts, &claims)?;
        if self.has_own_clock && matches!(claims.source, SignatureLocation::Query { .. }) {
            redate::redate(parts, query, &claims, secret)?;
        }
        Ok(())
    }

    fn check_scope(&self, claims: &Claims) -> Result<(), Refusal> {
        if claims.service != "s3" {
            return Err(
                claims.malformed(&format!("incorrect service \"{}\"; expecting \"s3\"", claims.service))
            );
        }
        if claims.region != self.region {
            let reason = format!("the region '{}' is wrong; expecting '{}'", claims.region, self.region);
            return Err(claims.malformed(&reason).detail("Region", self.region.clone()));
        }
        Ok(())
    }

    /// Returns the secret of the access key.
    fn check_identity(&self, claims: &Claims) -> Result<&str, Refusal> {
        let Some(pair) = self.credentials.get(&claims.access_key) else {
            return Err(
                Refusal::new(Code::InvalidAccessKeyId).detail("AWSAccessKeyId", claims.access_key.clone())
            );
        };
        if pair.token.as_deref() != claims.token.as_deref() {
            return Err(Code::InvalidToken.into());
        }
        Ok(&pair.secret)
    }

    fn check_time(&self, claims: &Claims) -> Result<(), Refusal> {
        let Some(signed_at) = date::parse_amz(&claims.timestamp) else {
            return Err(match claims.source {
                SignatureLocation::Form | SignatureLocation::Header => Refusal::new(Code::AccessDenied)
                    .message("AWS authentication requires a valid Date or x-amz-date header"),
                SignatureLocation::Query { .. } => {
                    claims.malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
                }
            });
        };
        if !claims.timestamp.starts_with(&claims.scope_date) {
            return Err(claims.malformed(&format!(
                "Invalid credential date \"{}\". This date is not the same as X-Amz-Date: \"{}\".",
                claims.scope_date, claims.timestamp
            )));
        }
        let now_ms = date::milliseconds(self.clock.now());
        let now = now_ms / 1000;
        match claims.source {
            SignatureLocation::Header if (now - signed_at).abs() > MAXIMUM_SKEW_SECONDS => {
                Err(Refusal::new(Code::RequestTimeTooSkewed)
                    .detail("RequestTime", claims.timestamp.clone())
                    .detail("ServerTime", date::format_iso(now_ms))
                    .detail("MaxAllowedSkewMilliseconds", (MAXIMUM_SKEW_SECONDS * 1000).to_string()))
            }
            SignatureLocation::Query { .. } if signed_at - now > MAXIMUM_SKEW_SECONDS => {
                Err(Refusal::new(Code::AccessDenied).message("Request is not valid yet"))
            }
            SignatureLocation::Query { expires } if now > signed_at + expires => {
                Err(Refusal::new(Code::AccessDenied)
                    .message("Request has expired")
                    .detail("X-Amz-Expires", expires.to_string())
                    .detail("Expires", date::format_iso((signed_at + expires) * 1000))
                    .detail("ServerTime", date::format_iso(now_ms)))
            }
            SignatureLocation::Form | SignatureLocation::Header | SignatureLocation::Query { .. } => Ok(()),
        }
    }
}

/// Requires the canonical encoding that signatures cover. S3 canonicalises other encodings and often accepts
/// them; this server rejects them, because proxies and other services may.
fn check_encoding(parts: &Parts) -> Result<(), Refusal> {
    let path = encode::is_canonical_path(parts.uri.path());
    let query = parts.uri.query().is_none_or(encode::is_canonical_query);
    if path && query {
        return Ok(());
    }
    let part = if path { "query" } else { "path" };
    Err(Refusal::new(Code::SignatureDoesNotMatch).message(format!(
        "The request signature we calculated does not match the signature you provided: the {part} contains bytes that must be percent-encoded."
    )))
}

fn check_signed_headers(parts: &Parts, claims: &Claims) -> Result<(), Refusal> {
    let is_signed = |name: &str| claims.signed_headers.iter().any(|signed| signed == name);
    if let Some(absent) = claims.signed_headers.iter().find(|name| !parts.headers.contains_key(name.as_str()))
    {
        return Err(Refusal::new(Code::SignatureDoesNotMatch)
            .message(format!("The header '{absent}' is named in SignedHeaders but was not sent")));
    }
    let unsigned: Vec<&str> = parts
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| (*name == "host" || name.starts_with("x-amz-")) && !is_signed(name))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(Code::AccessDenied)
        .message("There were headers present in the request which were not signed")
        .detail("HeadersNotSigned", unsigned.join(", ")))
}

fn check_payload_header(parts: &Parts, claims: &Claims) -> Result<(), Refusal> {
    let Some(value) = parts.headers.get("x-amz-content-sha256") else {
        return match claims.source {
            SignatureLocation::Header => Err(Refusal::new(Code::InvalidRequest)
                .message("Missing required header for this request: x-amz-content-sha256")),
            SignatureLocation::Form | SignatureLocation::Query { .. } => Ok(()),
        };
    };
    let is_digest =
        value.len() == 64 && value.as_bytes().iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_known = value.to_str().is_ok_and(|text| PAYLOAD_WORDS.contains(&text));
    if is_digest || is_known {
        return Ok(());
    }
    Err(Refusal::new(Code::InvalidArgument)
        .message(format!(
            "x-amz-content-sha256 must be {}, or a valid sha256 value.",
            PAYLOAD_WORDS.join(", ")
        ))
        .detail("ArgumentName", "x-amz-content-sha256"))
}

const MAXIMUM_SKEW_SECONDS: i64 = 15 * 60;

const PAYLOAD_WORDS: &[&str] = &[
    "UNSIGNED-PAYLOAD",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
];
