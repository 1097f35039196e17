//! The production transport: HTTP/1.1 over hyper and rustls. The pool is here rather than in hyper-util, to distinguish
//! stale connections from new ones and to spread connections over addresses. No retries except for requests that were
//! never sent, no redirects, no decompression.

mod bypass;
mod channel;
mod closing;
mod connect;
mod connection;
mod descriptors;
mod failures;
mod idle;
mod place;
mod pool;
mod proxy;
mod request_body;
mod resolve;
mod response_body;
mod socket;
mod tls;
mod tunnel;
mod unparseable;
mod verifier;
mod wire;

#[cfg(test)]
mod tests;

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{CONTENT_LENGTH, EXPECT, PROXY_AUTHORIZATION};
use http::uri::{Parts, PathAndQuery};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use hyper::body::Body as _;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::Result;
use crate::ports::events::CloseReason;
use crate::ports::{
    BoxFuture, ConnectionInfo, HttpBody, HttpRequest, HttpResponse, HttpTransport, Observer, Origin,
    TransportError, TransportErrorKind,
};
use connect::Connector;
use connection::{Connection, Unanswered};
use failures::{invalid_setting, unusable};
use place::Place;
use pool::{Admission, Applicant, Grant, Pool, Queued};
pub use proxy::ProxySettings;
use proxy::{Proxies, Proxy};
use request_body::RequestBody;
pub use resolve::{Resolve, SystemResolver};
use response_body::AnswerBody;
use tls::Tls;

/// The production transport. Clones share their connections.
///
/// It runs on the tokio runtime that polls it. Connections have no tasks: the task that waits for a response drives its
/// connection, which saves a small request two task switches.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<TransportState>,
}

struct TransportState {
    connector: Connector,
    proxies: Option<Proxies>,
    pool: Arc<Pool>,
    /// How long a body waits for `100 Continue`.
    patience: Duration,
}

/// The settings of an [`HttpClient`]. Start from [`HttpClientSettings::default`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpClientSettings {
    /// The time limit for everything before the first byte of a request: DNS, TCP, proxy and TLS. 5 s by default.
    pub connect_timeout: Duration,
    /// The lifetime of an idle connection. 15 s by default, because S3 closes idle connections after about 20 s.
    pub idle_timeout: Duration,
    /// The maximum number of idle connections over all hosts. 128 by default; a new one replaces the oldest.
    pub max_idle_connections: usize,
    /// The maximum number of open connections per host, idle ones included. 256 by default. Further requests wait for a
    /// connection and fail after `connect_timeout`. A response holds its connection until its body is read or dropped.
    pub max_connections_per_host: usize,
    /// Trusted certificates in PEM, which replace the system's.
    pub ca_bundle: Option<Vec<u8>>,
    /// Whether any certificate is accepted. Anyone on the network path can then impersonate the service, so use it for
    /// tests only. False by default.
    pub accepts_any_certificate: bool,
    /// The proxies; none by default.
    pub proxy: ProxySettings,
    /// The DNS resolver; the system's by default.
    pub resolver: Arc<dyn Resolve>,
    /// The observer of opened and closed connections. None by default. The built-in transport of a client has the
    /// client's observer.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for HttpClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(15),
            max_idle_connections: 128,
            max_connections_per_host: 256,
            ca_bundle: None,
            accepts_any_certificate: false,
            proxy: ProxySettings::default(),
            resolver: Arc::new(SystemResolver),
            observer: None,
        }
    }
}

impl HttpClient {
    /// Validates the settings. No connection is opened and no root certificate is loaded yet.
    ///
    /// # Errors
    /// Fails if the certificate bundle or a proxy is invalid, or if no connections are allowed.
    pub fn new(settings: HttpClientSettings) -> Result<Self> {
        let proxies = Proxies::new(&settings.proxy)?;
        let per_host = settings.max_connections_per_host;
        if per_host == 0 {
            return Err(invalid_setting("max_connections_per_host is 0: set it to 1 or more"));
        }
        let pool = Pool::new(settings.idle_timeout, settings.max_idle_connections, per_host);
        let tls = Tls::new(settings.ca_bundle.as_deref(), settings.accepts_any_certificate)?;
        let connector = Connector::new(settings.connect_timeout, settings.resolver, tls, settings.observer);
        let (pool, patience) = (Arc::new(pool), request_body::PATIENCE);
        Ok(Self { shared: Arc::new(TransportState { connector, proxies, pool, patience }) })
    }
}

impl TransportState {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let Ok(runtime) = Handle::try_current() else { return Err(no_runtime()) };
        let (origin, reuses) = (request.origin.clone(), !request.hints.fresh_connection);
        let sent = request.hints.bytes_sent.clone();
        let proxy = match &self.proxies {
            Some(proxies) => proxies.of(&origin)?,
            None => None,
        };
        let mut outgoing = outgoing(request, proxy, self.patience)?;
        let applicant = Applicant { origin: &origin, runtime: runtime.id(), reuses };
        loop {
            let idle = if reuses { self.pool.take(&origin, applicant.runtime, Instant::now()) } else { None };
            let (mut connection, reused) = match idle {
                Some(connection) => (connection, true),
                None => Box::pin(self.obtain(applicant, proxy)).await?,
            };
            match connection.exchange(outgoing, sent.clone()).await {
                // A forwarding proxy responds in place of the service.
                Ok(response) if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                    connection.set_close_reason(CloseReason::NotReusable);
                    return match proxy {
                        Some(proxy) => Err(tunnel::needs_password(proxy, &origin, response.headers())),
                        None => self.accept(response, connection, reused),
                    };
                }
                Ok(response) => return self.accept(response, connection, reused),
                // The pooled connection was closed; the request is unsent.
                Err(Unanswered::Unsent(request, _)) if reused => outgoing = *request,
                Err(Unanswered::Failed(error) | Unanswered::Unsent(_, error)) => return Err(error),
            }
        }
    }

    /// Returns a connection, and whether it is reused. Waits while the host has the maximum number of connections.
    async fn obtain(
        &self,
        applicant: Applicant<'_>,
        proxy: Option<&Proxy>,
    ) -> Result<(Box<Connection>, bool), TransportError> {
        let place = match self.pool.admit(applicant, Instant::now()) {
            Admission::Granted(Grant::Connection(connection)) => return Ok((connection, true)),
            Admission::Granted(Grant::Place(place)) => place,
            Admission::Queued(mut queued) => {
                match queued.granted_within(applicant.origin, self.connector.limit()).await {
                    Some(Grant::Connection(connection)) => return Ok((connection, true)),
                    Some(Grant::Place(place)) => place,
                    None => return Err(self.all_in_use(applicant.origin)),
                }
            }
        };
        self.open(applicant, proxy, place).await
    }

    /// Opens a connection. Without a free file descriptor it waits for one or for a connection that another request
    /// returns.
    async fn open(
        &self,
        applicant: Applicant<'_>,
        proxy: Option<&Proxy>,
        place: Place,
    ) -> Result<(Box<Connection>, bool), TransportError> {
        let origin = applicant.origin;
        let mut queued = None;
        let mut stuck = (self.pool.served(origin), Instant::now());
        loop {
            let exhausted = match self.connector.connect(origin, proxy).await {
                Ok(mut connection) => {
                    connection.takes_place(place);
                    return Ok((Box::new(connection), false));
                }
                Err(error) if error.kind() == TransportErrorKind::Exhausted => error,
                Err(error) => return Err(error),
            };
            if self.pool.close_idle() > 0 {
                continue;
            }
            let waiting: &mut Queued = queued.get_or_insert_with(|| self.pool.enqueue(applicant));
            match timeout(BETWEEN_LOOKS, waiting.granted()).await {
                Ok(Some(Grant::Connection(connection))) => return Ok((connection, true)),
                // A second permit is not needed: dropping it serves the next request in the queue.
                Ok(Some(Grant::Place(_)) | None) => queued = None,
                Err(_) => {}
            }
            let (served, since) = stuck;
            if self.pool.served(origin) > served {
                stuck = (self.pool.served(origin), Instant::now());
            } else if since.elapsed() >= self.connector.limit() {
                return Err(self.no_descriptor(&exhausted));
            }
        }
    }

    fn all_in_use(&self, origin: &Origin) -> TransportError {
        let message = format!(
            "all {} connections to {} are in use, and none became free within {:?}: read the \
             bodies of responses completely or drop them, or raise max_connections_per_host",
            self.pool.per_host(),
            origin.authority,
            self.connector.limit(),
        );
        TransportError::new(TransportErrorKind::Exhausted, message)
    }

    fn no_descriptor(&self, error: &TransportError) -> TransportError {
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "{cause}, and no file descriptor became free within {:?}: raise the limit (ulimit -n) or lower \
             max_connections_per_host",
            self.connector.limit(),
        );
        TransportError::new(TransportErrorKind::Exhausted, message)
    }

    fn accept(
        &self,
        response: http::Response<hyper::body::Incoming>,
        mut connection: Box<Connection>,
        reused: bool,
    ) -> Result<HttpResponse, TransportError> {
        let reusable = connection.is_reusable(&response);
        if !reusable {
            connection.set_close_reason(CloseReason::NotReusable);
        }
        let info = if reused {
            ConnectionInfo::reused()
        } else {
            ConnectionInfo::opened_in(connection.connect_time())
        };
        let (head, incoming) = response.into_parts();
        let body = if incoming.is_end_stream() {
            unparseable::check_lengths(&head.headers)
                .inspect_err(|_| connection.set_close_reason(CloseReason::Failed))?;
            if reusable {
                self.pool.put(connection, Instant::now());
            }
            Box::pin(futures_util::stream::empty()) as crate::ports::ResponseStream
        } else {
            Box::pin(AnswerBody::new(incoming, connection, reusable.then(|| Arc::clone(&self.pool))))
        };
        let mut response = HttpResponse::new(head.status, head.headers, body);
        response.connection = Some(info);
        Ok(response)
    }
}

/// The interval between checks for a free file descriptor.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

fn no_runtime() -> TransportError {
    TransportError::new(TransportErrorKind::NoRuntime, "send requests on a tokio runtime")
}

/// Converts the request to hyper's type.
fn outgoing(
    request: HttpRequest,
    proxy: Option<&Proxy>,
    patience: Duration,
) -> Result<Request<RequestBody>, TransportError> {
    let uri = target(&request, proxy)?;
    let HttpRequest { method, mut headers, body, origin, hints, .. } = request;
    let sends_length = body.length() > 0 || method == Method::PUT || method == Method::POST;
    if sends_length && !headers.contains_key(CONTENT_LENGTH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.length()));
    }
    // A tunnel hides the headers from the proxy, so these are for the service alone.
    if let Some(authorization) = proxy.filter(|_| !origin.secure).and_then(Proxy::authorization) {
        headers.insert(PROXY_AUTHORIZATION, authorization.clone());
    }
    let waits = hints.expect_continue && matches!(&body, HttpBody::Stream { .. });
    if waits {
        headers.insert(EXPECT, HeaderValue::from_static("100-continue"));
    }
    let mut outgoing = Request::new(RequestBody::new(body));
    *outgoing.method_mut() = method;
    *outgoing.uri_mut() = uri;
    *outgoing.headers_mut() = headers;
    if waits {
        request_body::wait_for_consent(&mut outgoing, patience);
    }
    Ok(outgoing)
}

impl HttpTransport for HttpClient {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(self.shared.send(request))
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient").finish_non_exhaustive()
    }
}

/// The path for an origin, or the whole URL for a proxy.
fn target(request: &HttpRequest, proxy: Option<&Proxy>) -> Result<Uri, TransportError> {
    let text = request.path_and_query.as_str();
    let path: PathAndQuery = text.parse().map_err(unusable)?;
    // The parser would drop the fragment after a `#` and so send another request.
    if path.as_str() != text {
        return Err(unusable("the path of the request contains a fragment"));
    }
    let mut parts = Parts::default();
    parts.path_and_query = Some(path);
    if proxy.is_some() && !request.origin.secure {
        parts.scheme = Some(http::uri::Scheme::HTTP);
        parts.authority = Some(request.origin.authority.parse().map_err(unusable)?);
    }
    Uri::from_parts(parts).map_err(unusable)
}
