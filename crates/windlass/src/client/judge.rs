//! Decides whether a response is a success: S3 errors, errors in the body of a 200, and responses that do not come from
//! S3.

use std::fmt::Write as _;
use std::time::SystemTime;

use http::{HeaderMap, StatusCode};

use super::context::Kind;
use super::redirect;
use crate::error::{classify, kind_of_code, kind_of_status};
use crate::operations::Received;
use crate::protocol::address::is_region;
use crate::protocol::xml::{self, Element};
use crate::protocol::{Draft, Response, Target};
use crate::resilience::RetryAfter;
use crate::round_trip::{WholeResponse, retry_after, service_date};
use crate::{Error, ErrorKind, Result};

/// Details of a response beside its error.
#[derive(Default)]
pub(super) struct Findings {
    /// The service's time.
    pub(super) date: Option<SystemTime>,
    pub(super) retry_after: RetryAfter,
}

/// Returns the response or its error.
pub(super) fn judge(
    response: WholeResponse,
    kind: Kind,
    draft: &Draft<'_>,
    findings: &mut Findings,
) -> Result<Response> {
    let success = response.status.is_success();
    // Copies and completions start with a 200 while S3 works, and can end with an error.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    if success && xml::root_name(&response.body).as_deref() != Some("Error") {
        confirm(kind, draft, response.status, &response.headers, &response.body)?;
        return Ok(Response::buffered(response.status, response.headers, response.body));
    }
    findings.date = service_date(&response.headers);
    findings.retry_after = retry_after(&response.headers);
    Err(service_error(&response, draft.target)
        .with_retry_after(findings.retry_after.amz.or(findings.retry_after.http)))
}

/// Rejects a response with a 2xx status that is not a success of S3.
pub(super) fn confirm(
    kind: Kind,
    draft: &Draft<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<()> {
    let received = Received { status, headers, body };
    let Some(why) = kind.expects.mismatch(kind.name, draft, received) else { return Ok(()) };
    let status = status.as_u16();
    let mut message = format!("the response with status {status} does not confirm the request: {why}");
    if !body.is_empty() {
        let _ = write!(message, "; it starts with {:?}", beginning(body));
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Err(Error::new(ErrorKind::InvalidResponse, message)
        .with_status(status)
        .with_request_ids(header("x-amz-request-id"), header("x-amz-id-2")))
}

fn service_error(response: &WholeResponse, target: Target<'_>) -> Error {
    let status = response.status.as_u16();
    let header =
        |name: &str| response.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // An error document may be truncated, by the service or by the limit. An error in a 200 must be complete.
    let document = if response.status.is_success() {
        Element::parse(&response.body).ok()
    } else {
        Element::parse_beginning(&response.body)
    };
    let document = document.filter(|root| root.name() == "Error");
    if response.status.is_success() && document.is_none() {
        return xml::malformed("the error response is truncated".to_owned()).with_status(status);
    }
    let text = |name: &str| document.as_ref().and_then(|root| root.text_of(name));
    let code = text("Code").map(|code| code.trim().to_owned());
    let region = header("x-amz-bucket-region")
        .or_else(|| text("Region").map(|region| region.trim().to_owned()))
        .or_else(|| code.as_deref().and_then(|code| incompatible_region(code, &text("Message")?)));
    // Only 301 and 307 redirect to another region.
    let follows = region.is_some() && matches!(status, 301 | 307);
    let redirect = redirect::target(response.status, &response.headers, target).filter(|_| !follows);

    let expects_tls = document.is_none() && response.status.is_client_error() && expects_tls(&response.body);
    let by_status = || match (&redirect, &document) {
        _ if expects_tls => ErrorKind::InvalidEndpoint,
        // A redirect that does not come from S3.
        (Some(_), None) => ErrorKind::InvalidEndpoint,
        _ => kind_of_status(status, !target.key().is_empty(), !target.bucket().is_empty()),
    };
    let kind = code.as_deref().and_then(kind_of_code).unwrap_or_else(by_status);
    let summary = match kind {
        _ if status == 400 && code.as_deref().is_none_or(str::is_empty) => "bad request, no reason given",
        ErrorKind::InvalidEndpoint => "",
        kind => kind.summary(),
    };
    let mut message = text("Message").unwrap_or_else(|| match (&document, response.body.is_empty()) {
        _ if expects_tls => {
            format!(
                "the port expects TLS: use https:// in the endpoint; the response is {:?}",
                beginning(&response.body)
            )
        }
        // The response comes from a proxy or load balancer, which the start of the body identifies.
        (None, false) if redirect.is_none() => {
            let summary = if status == 400 { "bad request" } else { kind.summary() };
            format!("{summary}; the body does not come from S3: {:?}", beginning(&response.body))
        }
        _ => summary.to_owned(),
    });
    if let Some(redirect) = redirect {
        let separator = if message.is_empty() { "" } else { "; " };
        let _ = write!(message, "{separator}{redirect}");
    }
    let mut error = Error::new(kind, message)
        .with_status(status)
        .with_retry_class(classify(status, code.as_deref()))
        .with_bucket_region(region)
        .with_request_ids(
            header("x-amz-request-id").or_else(|| text("RequestId")),
            header("x-amz-id-2").or_else(|| text("HostId")),
        );
    if let Some(code) = code {
        error = error.with_code(code);
    }
    error
}

/// The region of a bucket that S3 names only in the message: "The eu-west-1 location constraint is incompatible for the
/// region specific endpoint this request was sent to."
fn incompatible_region(code: &str, message: &str) -> Option<String> {
    let rest = message.strip_prefix("The ").filter(|_| code == "IllegalLocationConstraintException")?;
    let (region, _) = rest.split_once(" location constraint is incompatible")?;
    (region != "unspecified" && is_region(region)).then(|| region.to_owned())
}

/// Whether a web server reports plain HTTP on a TLS port: Go, nginx, Apache, Tomcat.
fn expects_tls(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body.get(..body.len().min(1024)).unwrap_or_default()).to_lowercase();
    [
        "http request to an https server",
        "plain http request was sent to https port",
        "speaking plain http to an ssl-enabled server port",
        "combination of host and port requires tls",
    ]
    .iter()
    .any(|words| text.contains(words))
}

fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..body.len().min(200)).unwrap_or_default());
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::operations::Expectation;

    fn error(status: u16, body: &str) -> Error {
        let response = WholeResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        let kind = Kind { name: "GetObject", streams: false, expects: Expectation::Document };
        judge(response, kind, &Draft::get(Target::object("b", "k")), &mut Findings::default()).unwrap_err()
    }

    #[test]
    fn an_error_in_the_body_of_a_200_is_an_error() {
        let error = error(
            200,
            "\n\n<?xml version=\"1.0\"?>\n \n<Error><Code>SlowDown</Code><Message>m</Message></Error>",
        );
        assert_eq!(error.kind(), ErrorKind::SlowDown);
        assert!(error.is_retryable());
    }

    #[test]
    fn the_status_determines_the_error_of_a_head() {
        assert_eq!(error(404, "").kind(), ErrorKind::ObjectNotFound);
        assert_eq!(error(403, "").kind(), ErrorKind::AccessDenied);
        assert_eq!(error(412, "").kind(), ErrorKind::PreconditionFailed);
    }

    #[test]
    fn the_error_quotes_the_start_of_a_proxy_page() {
        let error = error(502, "<html>\n<body>Bad   gateway of ACME</body></html>");
        assert_eq!(error.kind(), ErrorKind::BadGateway);
        assert!(error.message().contains("Bad gateway of ACME"), "{error}");
    }

    #[test]
    fn an_unknown_code_is_kept() {
        let error = error(400, "<Error><Code>Brandnew</Code><Message>m</Message></Error>");
        assert_eq!((error.code(), error.message()), (Some("Brandnew"), "m"));
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
}
