//! HTTP/1.1 over hyper and rustls: the transport of production. Connections are pooled here rather than by
//! hyper-util, so that a dead connection can be told apart from a new one and addresses are spread.
//! No retries but for requests that never left, no redirects, no decompression.

mod answer_body;
mod bypass;
mod connect;
mod connection;
mod failures;
mod pool;
mod proxy;
mod request_body;
mod resolve;
mod socket;
mod tls;
mod tunnel;
mod verifier;
mod wire;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CONTENT_LENGTH, EXPECT, PROXY_AUTHORIZATION};
use http::uri::{Parts, PathAndQuery};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use hyper::body::Body as _;

use crate::Result;
use crate::ports::{BoxFuture, HttpBody, HttpRequest, HttpResponse, HttpTransport, TransportError};
use answer_body::AnswerBody;
use connect::Connector;
use connection::{Connection, Unanswered};
use failures::unusable;
use pool::Pool;
pub use proxy::ProxySettings;
use proxy::{Proxies, Proxy};
use request_body::RequestBody;
pub use resolve::{Resolve, SystemResolver};
use tls::Tls;

/// The transport of production. Clones share their connections.
///
/// It lives on the tokio runtime that polls it. No task runs for a connection: whoever waits for an answer
/// drives its connection, which spares a small request two changes of task.
#[derive(Clone)]
pub struct HyperTransport {
    shared: Arc<Shared>,
}

struct Shared {
    connector: Connector,
    proxies: Option<Proxies>,
    pool: Arc<Pool>,
}

/// How a [`HyperTransport`] connects. Start from [`TransportSettings::default`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TransportSettings {
    /// The time for everything before the first byte of a request: name, connection, proxy, TLS. 5 s by default.
    pub connect_timeout: Duration,
    /// How long an unused connection is kept. 15 s by default, because S3 closes after about 20 s.
    pub idle_timeout: Duration,
    /// How many unused connections are kept for each host. 64 by default.
    pub max_idle_per_host: usize,
    /// Certificates in PEM that are trusted in place of the system's.
    pub ca_bundle: Option<Vec<u8>>,
    /// Whether any certificate is accepted, of whomever. Whoever is on the way can then pose as the service: for trials
    /// only. No by default.
    pub accepts_any_certificate: bool,
    /// The proxies; none by default.
    pub proxy: ProxySettings,
    /// What finds the addresses of a host; the system by default.
    pub resolver: Arc<dyn Resolve>,
}

impl Default for TransportSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(15),
            max_idle_per_host: 64,
            ca_bundle: None,
            accepts_any_certificate: false,
            proxy: ProxySettings::default(),
            resolver: Arc::new(SystemResolver),
        }
    }
}

impl HyperTransport {
    /// Checks the settings. Nothing is connected and no root certificate is loaded yet.
    ///
    /// # Errors
    /// The certificate bundle or a proxy cannot be used.
    pub fn new(settings: TransportSettings) -> Result<Self> {
        let proxies = Proxies::new(&settings.proxy)?;
        let pool = Pool::new(settings.idle_timeout, settings.max_idle_per_host);
        let tls = Tls::new(settings.ca_bundle.as_deref(), settings.accepts_any_certificate)?;
        let connector = Connector::new(settings.connect_timeout, settings.resolver, tls);
        Ok(Self { shared: Arc::new(Shared { connector, proxies, pool: Arc::new(pool) }) })
    }
}

impl Shared {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let origin = request.origin.clone();
        let sent = request.sent.clone();
        let proxy = match &self.proxies {
            Some(proxies) => proxies.of(&origin)?,
            None => None,
        };
        let mut from_pool = !request.fresh_connection;
        let mut outgoing = outgoing(request, proxy)?;
        loop {
            let idle = if from_pool { self.pool.take(&origin, Instant::now()) } else { None };
            from_pool = idle.is_some();
            let mut connection = match idle {
                Some(connection) => connection,
                None => Box::new(self.connector.connect(&origin, proxy).await?),
            };
            match connection.exchange(outgoing, sent.clone()).await {
                // A proxy that forwards speaks in the service's place.
                Ok(answer) if answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                    return match proxy {
                        Some(proxy) => Err(tunnel::needs_password(proxy, &origin, answer.headers())),
                        None => Ok(self.answer(answer, connection)),
                    };
                }
                Ok(answer) => return Ok(self.answer(answer, connection)),
                // The connection had closed in the pool; the request is as it was.
                Err(Unanswered::Unsent(request, _)) if from_pool => outgoing = *request,
                Err(Unanswered::Failed(error) | Unanswered::Unsent(_, error)) => return Err(error),
            }
        }
    }

    fn answer(
        &self,
        answer: http::Response<hyper::body::Incoming>,
        connection: Box<Connection>,
    ) -> HttpResponse {
        let reusable = connection.is_reusable(&answer);
        let (head, incoming) = answer.into_parts();
        let body = if incoming.is_end_stream() {
            if reusable {
                self.pool.put(connection, Instant::now());
            }
            Box::pin(futures_util::stream::empty()) as crate::ports::ResponseStream
        } else {
            Box::pin(AnswerBody::new(incoming, connection, reusable.then(|| Arc::clone(&self.pool))))
        };
        HttpResponse { status: head.status, headers: head.headers, body }
    }
}

/// The request in hyper's form.
fn outgoing(request: HttpRequest, proxy: Option<&Proxy>) -> Result<Request<RequestBody>, TransportError> {
    let uri = target(&request, proxy)?;
    let HttpRequest { method, mut headers, body, origin, asks_first, .. } = request;
    let sends_length = body.length() > 0 || method == Method::PUT || method == Method::POST;
    if sends_length && !headers.contains_key(CONTENT_LENGTH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.length()));
    }
    // A tunnel hides the headers from the proxy: they are for the service alone.
    if let Some(authorization) = proxy.filter(|_| !origin.secure).and_then(Proxy::authorization) {
        headers.insert(PROXY_AUTHORIZATION, authorization.clone());
    }
    let waits = asks_first && matches!(&body, HttpBody::Stream { .. });
    if waits {
        headers.insert(EXPECT, HeaderValue::from_static("100-continue"));
    }
    let mut outgoing = Request::new(RequestBody::new(body));
    *outgoing.method_mut() = method;
    *outgoing.uri_mut() = uri;
    *outgoing.headers_mut() = headers;
    if waits {
        request_body::wait_for_consent(&mut outgoing);
    }
    Ok(outgoing)
}

impl HttpTransport for HyperTransport {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(self.shared.send(request))
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").finish_non_exhaustive()
    }
}

/// The path as the origin wants it, or the whole URL as a proxy wants it.
fn target(request: &HttpRequest, proxy: Option<&Proxy>) -> Result<Uri, TransportError> {
    let text = request.path_and_query.as_str();
    let path: PathAndQuery = text.parse().map_err(unusable)?;
    // The parser drops what follows a `#`: better no request than another one.
    if path.as_str() != text {
        return Err(unusable("the path of the request holds a fragment"));
    }
    let mut parts = Parts::default();
    parts.path_and_query = Some(path);
    if proxy.is_some() && !request.origin.secure {
        parts.scheme = Some(http::uri::Scheme::HTTP);
        parts.authority = Some(request.origin.authority.parse().map_err(unusable)?);
    }
    Uri::from_parts(parts).map_err(unusable)
}
