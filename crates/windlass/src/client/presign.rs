//! Presigned requests: they are prepared like other requests and not sent.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Method};

use super::signing_context::SigningContext;
use super::{Client, named};
use crate::operations::Operation;
use crate::protocol::Draft;
use crate::protocol::signing::{PresignInput, SigningScope, presign_url};
use crate::{Error, ErrorKind, Result};

/// A URL with which anyone can send one request for a limited time.
///
/// The URL is as sensitive as a password until it expires: `Debug` and `Display` hide its signature.
#[derive(Clone)]
pub struct PresignedRequest {
    method: Method,
    url: String,
    headers: HeaderMap,
    validity: Validity,
}

impl PresignedRequest {
    /// The method of the request.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL, including the signature.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The signed headers, which must be sent unchanged. They are all headers of the request, so that a sender cannot
    /// omit one.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The expiry of the URL: the requested lifetime or the expiry of the credentials, whichever is earlier.
    pub fn expires_at(&self) -> SystemTime {
        self.validity.expires_at()
    }

    /// Whether the credentials, and with them the URL, expire before the requested lifetime ends.
    pub fn credentials_expire_first(&self) -> bool {
        self.validity.credentials_expire_first()
    }
}

impl fmt::Debug for PresignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PresignedRequest({self})")
    }
}

impl fmt::Display for PresignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "{} {url}?(redacted)", self.method)
    }
}

/// The expiry of a presigned URL or form.
#[derive(Clone, Copy)]
pub(super) struct Validity {
    asked: SystemTime,
    credentials: Option<SystemTime>,
}

impl Validity {
    pub(super) fn expires_at(self) -> SystemTime {
        self.credentials.map_or(self.asked, |credentials| credentials.min(self.asked))
    }

    pub(super) fn credentials_expire_first(self) -> bool {
        self.credentials.is_some_and(|credentials| credentials < self.asked)
    }
}

/// The subject and the lifetime of a signature.
pub(super) struct AheadOfTime<'a> {
    pub(super) context: &'a SigningContext<'a>,
    pub(super) scope: &'a SigningScope,
    /// The requested lifetime in whole seconds.
    pub(super) expires: Duration,
    pub(super) expires_at: SystemTime,
}

fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(time, |since| UNIX_EPOCH + Duration::from_secs(since.as_secs()))
}

const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Client {
    pub(super) async fn presigned<O: Operation>(
        &self,
        operation: &O,
        expires: Duration,
    ) -> Result<PresignedRequest> {
        let mut draft = self.draft(operation);
        let target = draft.target;
        let method = draft.method.clone();
        let signed = self.sign_ahead(&mut draft, expires, |draft, ahead| {
            let AheadOfTime { context, scope, expires, .. } = ahead;
            let input = PresignInput {
                method: draft.method.as_str(),
                secure: context.address.secure,
                host: &context.address.authority,
                path: &context.address.path,
                query: &context.query,
                headers: &draft.headers,
                expires_seconds: expires.as_secs(),
            };
            presign_url(&input, scope, context.time)
        });
        let (url, validity) = signed.await.map_err(|error| named(error, O::NAME, target))?;
        Ok(PresignedRequest { method, url, headers: draft.headers, validity })
    }

    /// Signs a request for later use by another client; `write` sets the signature.
    pub(super) async fn sign_ahead<T>(
        &self,
        draft: &mut Draft<'_>,
        expires: Duration,
        write: impl FnOnce(&Draft<'_>, &AheadOfTime<'_>) -> T,
    ) -> Result<(T, Validity)> {
        if expires < Duration::from_secs(1) || expires > LONGEST {
            let message = format!("a presigned request is valid for 1 s to 7 days, not {expires:?}");
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        self.check(draft)?;
        let state = &self.state;
        let region = state.region_of(draft);
        let context = SigningContext::resolve(state, draft, &region, None).await?;
        let (Some(credentials), Some(scope)) = (&context.credentials, &context.scope) else {
            let message = "an anonymous client cannot sign: set credentials";
            return Err(Error::new(ErrorKind::CredentialsNotFound, message));
        };
        // Signatures have a resolution of one second.
        let expires = Duration::from_secs(expires.as_secs());
        let now = whole_seconds(context.now);
        let expires_at = now.checked_add(expires).unwrap_or(now);
        let validity = Validity { asked: expires_at, credentials: credentials.expiry() };
        let ahead = AheadOfTime { context: &context, scope, expires, expires_at };
        Ok((write(draft, &ahead), validity))
    }
}
