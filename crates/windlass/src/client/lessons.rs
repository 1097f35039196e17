//! Tables of status and code: the errors that reveal the region of a bucket, and the errors that prove a valid
//! signature. Pure.

use http::Method;

use crate::{Error, ErrorKind};

/// The information in an error about the region of a bucket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lesson<'a> {
    /// Nothing.
    Nothing,
    /// The bucket is in an unknown other region; a request to the bucket returns it.
    Elsewhere,
    /// The bucket is in this region.
    Region(&'a str),
}

/// Returns what an error reveals about the region. A region in any other response, such as a 404, is ignored because
/// services send arbitrary values there.
pub(super) fn lesson<'a>(method: &Method, error: &'a Error) -> Lesson<'a> {
    let named = error.bucket_region().map(Lesson::Region);
    match (error.status(), error.code()) {
        (Some(301 | 307), _) if error.kind() == ErrorKind::WrongRegion => named.unwrap_or(Lesson::Elsewhere),
        (_, Some("IllegalLocationConstraintException")) => named.unwrap_or(Lesson::Elsewhere),
        (_, Some("AuthorizationHeaderMalformed")) => named.unwrap_or(Lesson::Nothing),
        // Responses to HEAD have no body and so no code.
        (Some(400), None) if method == Method::HEAD => named.unwrap_or(Lesson::Nothing),
        _ => Lesson::Nothing,
    }
}

/// Whether S3 itself reports on the bucket or object: the signature was valid and the endpoint was right.
pub(super) fn is_own_answer(method: &Method, error: &Error) -> bool {
    let speaks = method == Method::HEAD || error.code().is_some() || error.request_id().is_some();
    match error.status() {
        Some(304) => true,
        Some(403) => speaks && error.kind() == ErrorKind::AccessDenied,
        Some(404 | 409 | 412) => speaks,
        _ => false,
    }
}

/// Whether a request failed before it reached its bucket: signature, region, DNS, TLS or connection.
pub(super) fn fails_on_the_way(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ClockSkew
            | ErrorKind::ConnectFailed
            | ErrorKind::DnsFailed
            | ErrorKind::InvalidAccessKeyId
            | ErrorKind::InvalidEndpoint
            | ErrorKind::SignatureMismatch
            | ErrorKind::TlsFailed
            | ErrorKind::UnsupportedAlgorithm
            | ErrorKind::WrongRegion
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, code: Option<&str>, region: Option<&str>) -> Error {
        let kind = code.and_then(crate::error::kind_of_code);
        let kind = kind.unwrap_or_else(|| crate::error::kind_of_status(status, true, true));
        let error = Error::new(kind, "m").with_status(status).with_bucket_region(region.map(str::to_owned));
        match code {
            Some(code) => error.with_code(code),
            None => error,
        }
    }

    #[test]
    fn only_redirects_and_region_errors_reveal_a_region() {
        let (get, head) = (Method::GET, Method::HEAD);
        let check = |method: &Method, status, code, region: Option<&str>, expected: Lesson<'_>| {
            assert_eq!(lesson(method, &error(status, code, region)), expected, "{method} {status} {code:?}");
        };
        let named = Some("eu-west-1");
        let region = || Lesson::Region("eu-west-1");
        check(&get, 301, Some("PermanentRedirect"), named, region());
        check(&get, 301, Some("PermanentRedirect"), None, Lesson::Elsewhere);
        check(&get, 307, Some("TemporaryRedirect"), named, region());
        check(&head, 301, None, named, region());
        check(&head, 301, None, None, Lesson::Elsewhere);
        check(&get, 400, Some("AuthorizationHeaderMalformed"), named, region());
        check(&get, 400, Some("AuthorizationHeaderMalformed"), None, Lesson::Nothing);
        check(&get, 400, Some("IllegalLocationConstraintException"), None, Lesson::Elsewhere);
        check(&head, 400, None, named, region());
        check(&head, 400, None, None, Lesson::Nothing);
        check(&get, 400, None, named, Lesson::Nothing);
        for (status, code) in [
            (400, Some("InvalidRequest")),
            (403, Some("AccessDenied")),
            (403, Some("SignatureDoesNotMatch")),
            (403, None),
            (404, Some("NoSuchBucket")),
            (404, Some("NoSuchKey")),
            (404, None),
            (409, Some("OperationAborted")),
            (412, None),
            (500, None),
            (503, Some("SlowDown")),
        ] {
            check(&get, status, code, named, Lesson::Nothing);
            if code.is_none() {
                check(&head, status, code, named, Lesson::Nothing);
            }
        }
    }

    #[test]
    fn errors_about_buckets_and_objects_prove_the_signature() {
        let own = |method: &Method, status, code| is_own_answer(method, &error(status, code, None));
        assert!(own(&Method::GET, 404, Some("NoSuchKey")) && own(&Method::HEAD, 404, None));
        assert!(own(&Method::GET, 403, Some("AccessDenied")) && own(&Method::HEAD, 403, None));
        assert!(own(&Method::GET, 304, None) && own(&Method::PUT, 412, Some("PreconditionFailed")));
        assert!(own(&Method::DELETE, 409, Some("BucketNotEmpty")));
        for (status, code) in [
            (404, None),
            (403, None),
            (403, Some("SignatureDoesNotMatch")),
            (403, Some("InvalidAccessKeyId")),
            (400, Some("ExpiredToken")),
            (301, Some("PermanentRedirect")),
            (503, Some("SlowDown")),
        ] {
            assert!(!own(&Method::GET, status, code), "{status} {code:?}");
        }
    }
}
