//! Presigned requests: the main loop's way, stopped before anything is sent.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, Method};

use super::{Client, named};
use crate::operations::Operation;
use crate::protocol::signing::{PresignInput, presign_url};
use crate::{Error, ErrorKind, Result};

/// A URL with which anybody can send one request for a while.
///
/// The URL is as good as a password until it expires: `Debug` and `Display` hide its signature.
#[derive(Clone)]
pub struct PresignedRequest {
    method: Method,
    url: String,
    headers: HeaderMap,
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

    /// Headers that are signed and have to be sent with the request, as they are.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
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

const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Client {
    pub(super) async fn presigned<O: Operation>(
        &self,
        operation: &O,
        expires: Duration,
    ) -> Result<PresignedRequest> {
        if expires < Duration::from_secs(1) || expires > LONGEST {
            let message = format!("a presigned URL lives 1 second to 7 days, not {expires:?}");
            return Err(Error::new(ErrorKind::InvalidArgument, message).with_operation(O::NAME));
        }
        let mut draft = operation.request();
        let target = draft.target;
        self.check(&mut draft).map_err(|error| named(error, O::NAME, target))?;
        let shared = &self.shared;
        let credentials =
            shared.credentials.get(shared.now()).await.map_err(|error| named(error, O::NAME, target))?;
        let Some(credentials) = credentials else {
            let message = "there is nothing to sign with: the client is anonymous";
            return Err(named(Error::new(ErrorKind::CredentialsNotFound, message), O::NAME, target));
        };
        let learnt = shared.region_of(target.bucket());
        let region = learnt.as_deref().unwrap_or(&shared.region);
        let address =
            shared.addressing.resolve(region, &draft).map_err(|error| named(error, O::NAME, target))?;
        let time = shared.signing_time();
        let scope = shared.signing_keys.scope(&credentials, time, address.region, "s3");
        let url = presign_url(
            &PresignInput {
                method: draft.method.as_str(),
                secure: address.secure,
                host: &address.authority,
                path: &address.path,
                query: &draft.query,
                headers: &draft.headers,
                expires_seconds: expires.as_secs(),
            },
            &scope,
            time,
        );
        Ok(PresignedRequest { method: draft.method, url, headers: draft.headers })
    }
}
