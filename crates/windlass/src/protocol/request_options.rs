//! Options of one call that all operations share: expected bucket owner and requester-pays, limits, and
//! additional headers and query parameters.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;

use super::open_enum::open_enum;
use super::{Draft, Target};
use crate::{Error, ErrorKind};

open_enum! {
    /// The party that agrees to pay for the request.
    RequestPayer { Requester = "requester", }
}

/// Options of one call. Every request that the call sends carries them: each page of a list, each part of an upload, each
/// batch of deletions.
///
/// [`Request`](crate::Request) has a setter for each, and takes them together with
/// [`with_options`](crate::Request::with_options). A limit replaces the client's own.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestOptions {
    /// The time limit of one attempt, from sending the request to the headers of the response.
    pub attempt_timeout: Option<Duration>,
    /// The account id that must own the bucket. S3 rejects the request otherwise.
    pub expected_bucket_owner: Option<String>,
    /// Additional headers. They are signed.
    pub headers: Vec<(String, String)>,
    /// The limit on attempts for every kind of error, the first attempt included.
    pub max_attempts: Option<u32>,
    /// The time limit until the headers of the response, all attempts and waits included.
    pub operation_timeout: Option<Duration>,
    /// Additional query parameters, not encoded. They are signed.
    pub query: Vec<(String, String)>,
    /// The stall timeout: how long nothing may arrive while the client waits for the service.
    pub read_timeout: Option<Duration>,
    /// Set to agree to pay for a request to a requester-pays bucket.
    pub request_payer: Option<RequestPayer>,
}

impl fmt::Debug for RequestOptions {
    /// Additional headers and parameters can contain secrets: only names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn names(pairs: &[(String, String)]) -> Vec<&str> {
            pairs.iter().map(|(name, _)| name.as_str()).collect()
        }
        f.debug_struct("RequestOptions")
            .field("attempt_timeout", &self.attempt_timeout)
            .field("expected_bucket_owner", &self.expected_bucket_owner)
            .field("headers", &names(&self.headers))
            .field("max_attempts", &self.max_attempts)
            .field("operation_timeout", &self.operation_timeout)
            .field("query", &names(&self.query))
            .field("read_timeout", &self.read_timeout)
            .field("request_payer", &self.request_payer)
            .finish()
    }
}

impl<'a> Draft<'a> {
    /// Sets the options of the call. Options that conflict with the operation or the client are an error.
    pub(crate) fn set_options(&mut self, options: &'a Arc<RequestOptions>) {
        self.set_account(options);
        for (name, value) in &options.headers {
            self.add_header(name, value);
        }
        for (name, _) in &options.query {
            self.check_parameter(name);
        }
        self.options = Some(options);
    }

    /// Returns the additional query parameters.
    pub(crate) fn extra_query(&self) -> &'a [(String, String)] {
        self.options.map_or(&[], |options| &options.query)
    }

    /// Returns the additional headers, which are also among the headers of the draft.
    pub(crate) fn extra_headers(&self) -> &'a [(String, String)] {
        self.options.map_or(&[], |options| &options.headers)
    }

    fn set_account(&mut self, options: &RequestOptions) {
        let RequestOptions { expected_bucket_owner, request_payer, .. } = options;
        let has_owner = self.target != Target::Service && !self.keeps_region;
        if !has_owner && (expected_bucket_owner.is_some() || request_payer.is_some()) {
            let message = "the request has no existing bucket: it accepts neither expected_bucket_owner nor \
                           request_payer";
            self.refuse(Error::new(ErrorKind::InvalidArgument, message));
        }
        self.set_header("x-amz-expected-bucket-owner", expected_bucket_owner.as_deref());
        self.set_header("x-amz-request-payer", request_payer.as_ref().map(RequestPayer::as_str));
    }

    fn add_header(&mut self, name: &str, value: &str) {
        let refuse = |why| {
            let message = format!("cannot add the header {name:?}: {why}");
            Error::new(ErrorKind::InvalidArgument, message)
        };
        match HeaderName::try_from(name) {
            Err(_) => self.refuse(refuse("the name is invalid")),
            Ok(header) if is_own_header(header.as_str()) => {
                self.refuse(refuse("windlass sets it or has a setter for it"));
            }
            Ok(header) if self.headers.contains_key(&header) => {
                self.refuse(refuse("the request already has it"));
            }
            Ok(header) => self.insert(header, value, true),
        }
    }

    fn check_parameter(&mut self, name: &str) {
        let why = if self.query.iter().any(|(own, _)| *own == name) {
            "the request already has it"
        } else if name.is_empty() {
            "the name is empty"
        } else if OWN_PARAMETERS.contains(&name) || is_of_the_signature(name) {
            "it would select another operation"
        } else {
            return;
        };
        let message = format!("cannot add the query parameter {name:?}: {why}");
        self.refuse(Error::new(ErrorKind::InvalidArgument, message));
    }
}

/// Whether a header belongs to HTTP, the signature or the body, or is one that the client reads.
fn is_own_header(name: &str) -> bool {
    const PREFIXES: [&str; 6] = [
        "content-",
        "if-",
        "proxy-",
        "x-amz-checksum-",
        "x-amz-copy-source",
        "x-amz-server-side-encryption-customer-",
    ];
    const NAMES: [&str; 19] = [
        "authorization",
        "connection",
        "date",
        "expect",
        "host",
        "keep-alive",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
        "x-amz-expected-bucket-owner",
        "x-amz-request-payer",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-security-token",
        "x-amz-trailer",
    ];
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

fn is_of_the_signature(name: &str) -> bool {
    name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"))
}

/// Parameters that select an operation, a part or a version.
const OWN_PARAMETERS: [&str; 40] = [
    "accelerate",
    "acl",
    "analytics",
    "append",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "list-type",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];
