//! Presigned requests: the main loop's way, stopped before anything is sent.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Method};

use super::exchange::takes_encoding;
use super::{Client, named};
use crate::operations::Operation;
use crate::protocol::Draft;
use crate::protocol::address::Address;
use crate::protocol::signing::{PresignInput, SigningScope, SigningTime, presign_url};
use crate::{Error, ErrorKind, Result};

/// A URL with which anybody can send one request for a while.
///
/// The URL is as good as a password until it expires: `Debug` and `Display` hide its signature.
#[derive(Clone)]
pub struct PresignedRequest {
    method: Method,
    url: String,
    headers: HeaderMap,
    validity: Validity,
}

impl PresignedRequest {
    /// The method with which the request has to be sent.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL, signature included.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Headers that are signed and have to be sent with the request, as they are: all that the request was given, so that
    /// whoever sends it cannot leave them out.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// When the URL stops working: after the time that was asked for, or with the credentials that signed it.
    pub fn expires_at(&self) -> SystemTime {
        self.validity.expires_at()
    }

    /// Whether the credentials end, and the URL with them, before the time that was asked for is over.
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

/// Until when something works that was signed ahead.
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

/// Where something is signed for, with what, and until when.
pub(super) struct Stamp<'a> {
    pub(super) address: Address<'a>,
    /// What was asked for, in whole seconds.
    pub(super) expires: Duration,
    pub(super) expires_at: SystemTime,
    pub(super) scope: &'a SigningScope,
    pub(super) time: SigningTime,
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
        let mut draft = operation.draft();
        let target = draft.target;
        let signed = self.sign_ahead(&mut draft, expires, |draft, stamp| {
            let Stamp { address, expires, scope, time, .. } = stamp;
            let input = PresignInput {
                method: draft.method.as_str(),
                secure: address.secure,
                host: &address.authority,
                path: &address.path,
                query: &draft.query,
                headers: &draft.headers,
                expires_seconds: expires.as_secs(),
            };
            presign_url(&input, scope, time)
        });
        let (url, validity) = signed.await.map_err(|error| named(error, O::NAME, target))?;
        Ok(PresignedRequest { method: draft.method, url, headers: draft.headers, validity })
    }

    /// Has `write` sign a request that is sent later and by somebody else.
    pub(super) async fn sign_ahead<T>(
        &self,
        draft: &mut Draft<'_>,
        expires: Duration,
        write: impl FnOnce(&Draft<'_>, Stamp<'_>) -> T,
    ) -> Result<(T, Validity)> {
        if expires < Duration::from_secs(1) || expires > LONGEST {
            let message = format!("what is presigned lives 1 second to 7 days, not {expires:?}");
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        self.check(draft)?;
        let shared = &self.shared;
        let Some(credentials) = shared.credentials.get(shared.now()).await? else {
            let message = "there is nothing to sign with: the client is anonymous";
            return Err(Error::new(ErrorKind::CredentialsNotFound, message));
        };
        // What the service would not be sent is not signed for it either.
        if !takes_encoding(draft, &shared.service) {
            draft.query.retain(|(name, _)| *name != "encoding-type");
        }
        let learnt = shared.region_for(draft);
        let region = learnt.as_deref().unwrap_or(&shared.region);
        let address = shared.addressing.resolve(region, draft)?;
        // The signature knows whole seconds only.
        let expires = Duration::from_secs(expires.as_secs());
        let now = whole_seconds(shared.now());
        let time = SigningTime::new(now);
        let scope = shared.signing_keys.scope(&credentials, time, address.region, "s3");
        let asked = now.checked_add(expires).unwrap_or(now);
        let validity = Validity { asked, credentials: credentials.expiry() };
        let stamp = Stamp { address, expires, expires_at: asked, scope: &scope, time };
        Ok((write(draft, stamp), validity))
    }
}
