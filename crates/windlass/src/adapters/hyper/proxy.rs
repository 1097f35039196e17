//! Which proxy a request goes through, and the tunnel through it. Proxies that are themselves spoken to
//! over TLS or SOCKS are refused.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::failures::invalid_setting;
use super::wire::Wire;
use crate::Result;
use crate::ports::{Origin, TransportError, TransportErrorKind};

/// Proxies as the variables `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name them. Nothing is
/// read from the environment here.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProxySettings {
    /// The proxy for `http` endpoints.
    pub http: Option<String>,
    /// The proxy for `https` endpoints.
    pub https: Option<String>,
    /// The proxy where none of the others is given.
    pub all: Option<String>,
    /// Hosts, domains and networks without a proxy, separated by commas.
    pub no_proxy: Option<String>,
}

/// Passwords stand in these URLs.
impl std::fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProxySettings")
            .field("http", &self.http.is_some())
            .field("https", &self.https.is_some())
            .field("all", &self.all.is_some())
            .field("no_proxy", &self.no_proxy)
            .finish()
    }
}

pub(super) struct Proxies {
    matcher: Matcher,
}

impl Proxies {
    /// None where no proxy is set.
    pub(super) fn new(settings: &ProxySettings) -> Result<Option<Self>> {
        let given = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        let (http, https, all) = (given(&settings.http), given(&settings.https), given(&settings.all));
        if http.is_none() && https.is_none() && all.is_none() {
            return Ok(None);
        }
        for value in [&http, &https, &all].into_iter().flatten() {
            check(value)?;
        }
        let matcher = Matcher::builder()
            .http(http.unwrap_or_default())
            .https(https.unwrap_or_default())
            .all(all.unwrap_or_default())
            .no(given(&settings.no_proxy).unwrap_or_default())
            .build();
        Ok(Some(Self { matcher }))
    }

    pub(super) fn of(&self, origin: &Origin) -> Option<Proxy> {
        let url: Uri = format!("{}://{}/", origin.scheme(), origin.authority).parse().ok()?;
        self.matcher.intercept(&url).map(|intercept| Proxy { intercept })
    }
}

/// The proxy of one request.
pub(super) struct Proxy {
    intercept: Intercept,
}

impl Proxy {
    pub(super) fn host(&self) -> &str {
        self.intercept.uri().host().unwrap_or_default()
    }

    pub(super) fn port(&self) -> u16 {
        self.intercept.uri().port_u16().unwrap_or(80)
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.intercept.basic_auth()
    }

    /// Asks the proxy for a tunnel to `origin`.
    pub(super) async fn open_tunnel(&self, wire: &mut Wire, origin: &Origin) -> Result<(), TransportError> {
        let target = format!("{}:{}", origin.host(), origin.port());
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n").into_bytes();
        if let Some(authorization) = self.authorization() {
            request.extend_from_slice(b"proxy-authorization: ");
            request.extend_from_slice(authorization.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"\r\n");
        wire.write_all(&request).await.map_err(failed)?;
        let mut answer = Vec::with_capacity(512);
        while !answer.ends_with(b"\r\n\r\n") {
            // The service speaks only after the client, so nothing may follow the proxy's own head.
            let too_much = answer.len() > LARGEST_HEAD || answer.windows(4).any(|bytes| bytes == b"\r\n\r\n");
            if too_much {
                return Err(failed("the proxy sent more than the head of an answer"));
            }
            if wire.read_buf(&mut answer).await.map_err(failed)? == 0 {
                return Err(failed("the proxy closed the connection"));
            }
        }
        let head = String::from_utf8_lossy(&answer);
        let status = head.lines().next().unwrap_or_default();
        let code = status.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)).unwrap_or_default();
        if code.len() == 3 && code.starts_with('2') {
            return Ok(());
        }
        Err(failed(format!("the proxy refused the tunnel to {target}: {}", status.escape_debug())))
    }
}

pub(super) fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Proxy, error)
}

const LARGEST_HEAD: usize = 16 << 10;

/// The matcher ignores what it does not understand; a request that passes the proxy by would be a leak.
fn check(value: &str) -> Result<()> {
    let understood =
        Matcher::builder().all(value.to_owned()).build().intercept(&Uri::from_static("http://host/"));
    match understood {
        // The value may hold a password: it is not repeated.
        None => {
            Err(invalid_setting("a proxy is not a usable URL: expected http://[user:password@]host:port"))
        }
        Some(proxy) if proxy.uri().scheme_str() != Some("http") => {
            let scheme = proxy.uri().scheme_str().unwrap_or_default();
            Err(invalid_setting(format!("proxies of the kind {scheme}:// are not supported: use http://")))
        }
        Some(_) => Ok(()),
    }
}
