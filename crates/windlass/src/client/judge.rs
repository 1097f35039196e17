//! Whether an answer is a success: errors of S3, errors that hide in a 200, and answers of something else
//! that stands in S3's place.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::exchange::Kind;
use super::redirect;
use crate::error::{classify, kind_of_code, kind_of_status};
use crate::operations::Received;
use crate::protocol::address::is_region;
use crate::protocol::timestamp::parse_date;
use crate::protocol::xml::{self, Element};
use crate::protocol::{Draft, Response, Target};
use crate::resilience::RetryAfter;
use crate::{Error, ErrorKind, Result};

/// An answer whose body is all there.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What an answer says beyond its error.
#[derive(Default)]
pub(super) struct Findings {
    /// The service's time.
    pub(super) date: Option<SystemTime>,
    pub(super) retry_after: RetryAfter,
}

/// Gives the reply back, or the error that it is.
pub(super) fn judge(
    answer: Answer,
    kind: Kind,
    draft: &Draft<'_>,
    verdict: &mut Findings,
) -> Result<Response> {
    let success = answer.status.is_success();
    // Copies and completions begin with a 200 while they work, and may end in an error.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    if success && xml::root_name(&answer.body).as_deref() != Some("Error") {
        confirm(kind, draft, answer.status, &answer.headers, &answer.body)?;
        return Ok(Response::buffered(answer.status, answer.headers, answer.body));
    }
    verdict.date = service_date(&answer.headers);
    verdict.retry_after = retry_after(&answer.headers);
    Err(service_error(&answer, draft.target)
        .with_retry_after(verdict.retry_after.amz.or(verdict.retry_after.http)))
}

/// Refuses a response with a 2xx status that is not a success of S3.
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
        let _ = write!(message, "; it begins {:?}", beginning(body));
    }
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Err(Error::new(ErrorKind::InvalidResponse, message)
        .with_status(status)
        .with_request_ids(header("x-amz-request-id"), header("x-amz-id-2")))
}

fn service_error(answer: &Answer, target: Target<'_>) -> Error {
    let status = answer.status.as_u16();
    let header =
        |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // An error may be cut off, by the service or by the limit. One that hides in a success is judged as a whole.
    let document = if answer.status.is_success() {
        Element::parse(&answer.body).ok()
    } else {
        Element::parse_beginning(&answer.body)
    };
    let document = document.filter(|root| root.name() == "Error");
    if answer.status.is_success() && document.is_none() {
        return xml::malformed("the answer is an error that is cut off".to_owned()).with_status(status);
    }
    let text = |name: &str| document.as_ref().and_then(|root| root.text_of(name));
    let code = text("Code").map(|code| code.trim().to_owned());
    let region = header("x-amz-bucket-region")
        .or_else(|| text("Region").map(|region| region.trim().to_owned()))
        .or_else(|| code.as_deref().and_then(|code| incompatible_region(code, &text("Message")?)));
    // Only 301 and 307 are followed to a region.
    let follows = region.is_some() && matches!(status, 301 | 307);
    let redirect = redirect::target(answer.status, &answer.headers, target).filter(|_| !follows);

    let expects_tls = document.is_none() && answer.status.is_client_error() && expects_tls(&answer.body);
    let by_status = || match (&redirect, &document) {
        _ if expects_tls => ErrorKind::InvalidEndpoint,
        // A redirect that is not S3's own.
        (Some(_), None) => ErrorKind::InvalidEndpoint,
        _ => kind_of_status(status, !target.key().is_empty(), !target.bucket().is_empty()),
    };
    let kind = code.as_deref().and_then(kind_of_code).unwrap_or_else(by_status);
    let summary = match kind {
        _ if status == 400 && code.as_deref().is_none_or(str::is_empty) => "bad request, no reason given",
        ErrorKind::InvalidEndpoint => "",
        kind => kind.summary(),
    };
    let mut message = text("Message").unwrap_or_else(|| match (&document, answer.body.is_empty()) {
        _ if expects_tls => {
            format!(
                "the port expects TLS: use https:// in the endpoint; it says {:?}",
                beginning(&answer.body)
            )
        }
        // Not S3's own words: a proxy or load balancer answered. The beginning tells which.
        (None, false) if redirect.is_none() => {
            let summary = if status == 400 { "bad request" } else { kind.summary() };
            format!("{summary}; the body is not S3's: {:?}", beginning(&answer.body))
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

/// The region of a bucket, which S3 names in the message alone: "The eu-west-1 location constraint is incompatible for
/// the region specific endpoint this request was sent to."
fn incompatible_region(code: &str, message: &str) -> Option<String> {
    let rest = message.strip_prefix("The ").filter(|_| code == "IllegalLocationConstraintException")?;
    let (region, _) = rest.split_once(" location constraint is incompatible")?;
    (region != "unspecified" && is_region(region)).then(|| region.to_owned())
}

/// Whether a web server says that it got plain HTTP where it expects TLS: Go, nginx, Apache, Tomcat.
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

fn retry_after(headers: &HeaderMap) -> RetryAfter {
    let number = |name: &str| {
        let text = headers.get(name)?.to_str().ok()?.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // What has too many digits is a very long time.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    RetryAfter {
        amz: number("x-amz-retry-after").map(Duration::from_millis),
        http: number("retry-after").map(Duration::from_secs).or_else(|| until(headers)),
    }
}

/// `Retry-After` as a date, counted from the service's own time.
fn until(headers: &HeaderMap) -> Option<Duration> {
    let date = parse_date(headers.get("retry-after")?.to_str().ok()?)?;
    Some(date.duration_since(service_date(headers)?).unwrap_or_default())
}

/// The service's time, unless a cache on the way held the answer for a while.
pub(super) fn service_date(headers: &HeaderMap) -> Option<SystemTime> {
    if headers.contains_key(http::header::AGE) {
        return None;
    }
    headers.get(http::header::DATE)?.to_str().ok().and_then(parse_date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::Expectation;

    fn error(status: u16, body: &str) -> Error {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        let kind = Kind { name: "GetObject", streams: false, expects: Expectation::Document };
        judge(answer, kind, &Draft::get(Target::object("b", "k")), &mut Findings::default()).unwrap_err()
    }

    #[test]
    fn an_error_in_a_200_is_an_error() {
        let error = error(
            200,
            "\n\n<?xml version=\"1.0\"?>\n \n<Error><Code>SlowDown</Code><Message>m</Message></Error>",
        );
        assert_eq!(error.kind(), ErrorKind::SlowDown);
        assert!(error.is_retryable());
    }

    #[test]
    fn a_head_error_is_named_by_its_status() {
        assert_eq!(error(404, "").kind(), ErrorKind::ObjectNotFound);
        assert_eq!(error(403, "").kind(), ErrorKind::AccessDenied);
        assert_eq!(error(412, "").kind(), ErrorKind::PreconditionFailed);
    }

    #[test]
    fn a_proxy_s_page_is_shown_in_short() {
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
