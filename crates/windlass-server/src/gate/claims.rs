//! The unverified claims of a request about its signature, from its header or query.

use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::form::Fields;
use crate::refusal::{Code, Refusal};

/// Parsed claims.
#[derive(Debug)]
pub(super) struct Claims {
    pub(super) source: SignatureLocation,
    pub(super) access_key: String,
    /// `20260131`
    pub(super) scope_date: String,
    pub(super) region: String,
    pub(super) service: String,
    /// In lower case.
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    /// `20260131T235959Z`; empty when the header is missing.
    pub(super) timestamp: String,
    pub(super) token: Option<String>,
}

/// The location of the claims.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SignatureLocation {
    /// In a form, whose policy states the expiry.
    Form,
    Header,
    /// In a presigned URL, which is valid for this many seconds.
    Query {
        expires: i64,
    },
}

impl Claims {
    /// Parses the claims.
    ///
    /// # Errors
    ///
    /// Rejects anonymous requests, old signature versions and malformed claims.
    pub(super) fn of(parts: &Parts, query: &[(String, String)]) -> Result<Self, Refusal> {
        let parameter =
            |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let authorization = parts.headers.get(AUTHORIZATION);
        let is_presigned = parameter("X-Amz-Algorithm").is_some() || parameter("X-Amz-Signature").is_some();
        if parameter("Signature").is_some() || parameter("AWSAccessKeyId").is_some() {
            return Err(old_mechanism());
        }
        match authorization {
            Some(_) if is_presigned => Err(Refusal::new(Code::InvalidArgument).message(
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
            )),
            Some(value) => Self::of_header(parts, value.to_str().unwrap_or_default()),
            None if is_presigned => Self::of_query(&parameter),
            None => Err(Code::AccessDenied.into()),
        }
    }

    fn of_header(parts: &Parts, authorization: &str) -> Result<Self, Refusal> {
        let malformed = |reason: &str| {
            Refusal::new(Code::AuthorizationHeaderMalformed)
                .message(format!("The authorization header is malformed; {reason}"))
        };
        let (algorithm, fields) = authorization.split_once(' ').unwrap_or((authorization, ""));
        check_algorithm(algorithm)?;
        let field = |name: &str| {
            fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let (Some(credential), Some(headers), Some(signature)) =
            (field("Credential"), field("SignedHeaders"), field("Signature"))
        else {
            return Err(malformed("it needs Credential, SignedHeaders and Signature."));
        };
        let header =
            |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let [access_key, scope_date, region, service] = split_credential(credential)
            .ok_or_else(|| malformed("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."))?;
        Ok(Self {
            source: SignatureLocation::Header,
            access_key,
            scope_date,
            region,
            service,
            signed_headers: headers.split(';').map(str::to_owned).collect(),
            signature: signature.to_owned(),
            timestamp: header("x-amz-date").unwrap_or_default(),
            token: header("x-amz-security-token"),
        })
    }

    fn of_query<'q>(parameter: &impl Fn(&str) -> Option<&'q str>) -> Result<Self, Refusal> {
        let malformed =
            |reason: String| Refusal::new(Code::AuthorizationQueryParametersError).message(reason);
        let required = |name: &str| {
            parameter(name).ok_or_else(|| {
                malformed(format!(
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters; {name} is missing."
                ))
            })
        };
        check_algorithm(required("X-Amz-Algorithm")?)?;
        let [access_key, scope_date, region, service] = split_credential(required("X-Amz-Credential")?)
            .ok_or_else(|| malformed("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".".to_owned()))?;
        let expires = match required("X-Amz-Expires")?.parse::<i64>() {
            Err(_) => return Err(malformed("X-Amz-Expires should be a number".to_owned())),
            Ok(seconds) if seconds < 0 => {
                return Err(malformed("X-Amz-Expires must be non-negative".to_owned()));
            }
            Ok(seconds) if seconds > MAXIMUM_EXPIRY_SECONDS => {
                return Err(malformed(
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds".to_owned(),
                ));
            }
            Ok(seconds) => seconds,
        };
        Ok(Self {
            source: SignatureLocation::Query { expires },
            access_key,
            scope_date,
            region,
            service,
            signed_headers: required("X-Amz-SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature: required("X-Amz-Signature")?.to_owned(),
            timestamp: required("X-Amz-Date")?.to_owned(),
            token: parameter("X-Amz-Security-Token").map(str::to_owned),
        })
    }

    /// Parses the claims of a form.
    pub(super) fn of_form(fields: &Fields) -> Result<Self, Refusal> {
        if fields.get("x-amz-signature").is_none() && fields.get("signature").is_some() {
            return Err(old_mechanism());
        }
        check_algorithm(fields.required("X-Amz-Algorithm")?)?;
        let [access_key, scope_date, region, service] = split_credential(fields.required("X-Amz-Credential")?)
            .ok_or_else(|| {
                Refusal::new(Code::InvalidArgument)
                    .message("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
                    .detail("ArgumentName", "X-Amz-Credential")
            })?;
        Ok(Self {
            source: SignatureLocation::Form,
            access_key,
            scope_date,
            region,
            service,
            signed_headers: Vec::new(),
            signature: fields.required("X-Amz-Signature")?.to_owned(),
            timestamp: fields.required("X-Amz-Date")?.to_owned(),
            token: fields.get("X-Amz-Security-Token").map(str::to_owned),
        })
    }

    /// Returns the error for malformed claims, worded for their location.
    pub(super) fn malformed(&self, reason: &str) -> Refusal {
        match self.source {
            SignatureLocation::Header => Refusal::new(Code::AuthorizationHeaderMalformed)
                .message(format!("The authorization header is malformed; {reason}")),
            SignatureLocation::Form => Refusal::new(Code::InvalidArgument)
                .message(format!("Error parsing the X-Amz-Credential field; {reason}")),
            SignatureLocation::Query { .. } => Refusal::new(Code::AuthorizationQueryParametersError)
                .message(format!("Error parsing the X-Amz-Credential parameter; {reason}")),
        }
    }
}

fn check_algorithm(algorithm: &str) -> Result<(), Refusal> {
    match algorithm {
        "AWS4-HMAC-SHA256" => Ok(()),
        "AWS4-ECDSA-P256-SHA256" => {
            Err(Refusal::new(Code::NotImplemented).message("SigV4A signatures are not implemented"))
        }
        _ => Err(old_mechanism()),
    }
}

fn old_mechanism() -> Refusal {
    Refusal::new(Code::InvalidRequest).message(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    )
}

/// Splits into access key, date, region and service. Only the access key can contain slashes.
fn split_credential(credential: &str) -> Option<[String; 4]> {
    let mut fields = credential.strip_suffix("/aws4_request")?.rsplitn(4, '/');
    let service = fields.next()?.to_owned();
    let region = fields.next()?.to_owned();
    let date = fields.next()?.to_owned();
    let access_key = fields.next()?.to_owned();
    let is_date = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    (is_date && !access_key.is_empty()).then_some([access_key, date, region, service])
}

const MAXIMUM_EXPIRY_SECONDS: i64 = 7 * 24 * 60 * 60;
