//! The HTTP transport port.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, Method, StatusCode};

use super::BoxFuture;
use crate::body::BoxStream;

/// Sends one HTTP request and returns its response, without retries, redirects, decompression or cookies.
///
/// If the future is dropped, the transport closes the connection.
pub trait HttpTransport: fmt::Debug + Send + Sync {
    /// Sends `request` and returns the response when its headers have arrived. A success (2xx) is returned
    /// only after the whole request is sent, because a service that sends it earlier has not received the
    /// request. Any other status is returned immediately.
    ///
    /// # Errors
    /// Returned only without a response. A response of any status is `Ok`.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;
}

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether the origin uses TLS.
    pub secure: bool,
    /// The host, and the port unless it is the default of the scheme.
    pub authority: Arc<str>,
}

impl Origin {
    /// Returns the URL of a path and query.
    pub(crate) fn url(&self, path_and_query: &str) -> String {
        format!("{}://{}{path_and_query}", self.scheme(), self.authority)
    }

    /// The scheme, `https` or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The host without the port. An IPv6 address includes its brackets.
    pub fn host(&self) -> &str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => &self.authority,
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        let explicit = self.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        explicit.unwrap_or(if self.secure { 443 } else { 80 })
    }
}

/// A request on the wire: encoded and signed.
#[derive(Debug)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The HTTP method.
    pub method: Method,
    /// The origin to connect to.
    pub origin: Origin,
    /// The encoded path and query, sent byte for byte.
    pub path_and_query: String,
    /// The headers, including `host`.
    pub headers: HeaderMap,
    /// The body.
    pub body: HttpBody,
    /// Hints on how to send the request.
    pub hints: TransportHints,
}

/// Hints on how to send a request. The default sets none.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TransportHints {
    /// A counter of the request bytes written to the network. It distinguishes a slow upload from a stalled
    /// one.
    pub bytes_sent: Option<ByteCounter>,
    /// Whether the body waits for `100 Continue`, for 1 s at most. Set for bodies that cannot be replayed.
    pub expect_continue: bool,
    /// Whether the request needs a new connection. Set after a pooled connection has failed under it, and for
    /// bodies that cannot be replayed.
    pub fresh_connection: bool,
}

impl HttpRequest {
    /// Creates a request without hints.
    pub fn new(
        method: Method,
        origin: Origin,
        path_and_query: impl Into<String>,
        headers: HeaderMap,
        body: HttpBody,
    ) -> Self {
        let hints = TransportHints::default();
        Self { method, origin, path_and_query: path_and_query.into(), headers, body, hints }
    }

    /// The URL.
    pub fn url(&self) -> String {
        self.origin.url(&self.path_and_query)
    }
}

/// A shared counter of bytes. Clones share the count.
#[derive(Clone, Debug, Default)]
pub struct ByteCounter(Arc<AtomicU64>);

impl ByteCounter {
    /// Adds to the count.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The current count.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The body of a request on the wire, with a known length.
pub enum HttpBody {
    /// Bytes in memory.
    Bytes(Bytes),
    /// A stream of bytes.
    Stream {
        /// The length of the stream in bytes.
        length: u64,
        /// The stream. The request fails if it yields a different number of bytes.
        stream: BoxStream,
    },
}

impl HttpBody {
    /// The length in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Stream { length, .. } => *length,
        }
    }
}

impl fmt::Debug for HttpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpBody({} bytes)", self.length())
    }
}

/// The body of a response.
pub type ResponseStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// A response whose body has not been read.
#[non_exhaustive]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. It ends with an error if it is shorter than `content-length`.
    pub body: ResponseStream,
    /// The connection of the response, for observers. `None` if the transport does not report it.
    pub connection: Option<ConnectionInfo>,
}

/// Information about the connection of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// The time to open the connection: name lookup, TCP, proxy and TLS. `None` for a reused connection.
    pub connect_time: Option<Duration>,
}

impl ConnectionInfo {
    /// Creates the information of a connection opened for this request.
    pub fn opened_in(connect_time: Duration) -> Self {
        Self { connect_time: Some(connect_time) }
    }

    /// Creates the information of a reused connection.
    pub fn reused() -> Self {
        Self { connect_time: None }
    }

    /// Whether the connection was reused.
    pub fn is_reused(&self) -> bool {
        self.connect_time.is_none()
    }
}

impl HttpResponse {
    /// Creates a response from its body stream.
    pub fn new(status: StatusCode, headers: HeaderMap, body: ResponseStream) -> Self {
        Self { status, headers, body, connection: None }
    }

    /// Creates a response with a body in memory.
    pub fn from_bytes(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let chunk = (!body.is_empty()).then_some(Ok(body));
        Self::new(status, headers, Box::pin(futures_util::stream::iter(chunk)))
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The failure of a request without a response, or of a response body.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Box<dyn StdError + Send + Sync>,
    stale_connection: bool,
}

/// The kind of a [`TransportError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The body of the request failed; the connection did not.
    Body,
    /// Connecting failed.
    Connect,
    /// Connecting timed out.
    ConnectTimeout,
    /// The host name did not resolve.
    Dns,
    /// The limit on connections or file descriptors is reached.
    Exhausted,
    /// The connection was lost.
    Interrupted,
    /// The call was made outside a tokio runtime.
    NoRuntime,
    /// Any other failure.
    Other,
    /// The proxy failed or rejected the connection.
    Proxy,
    /// Waiting for data timed out.
    ReadTimeout,
    /// The TLS handshake failed.
    Tls,
    /// The response violates HTTP. Not retryable.
    Unparseable,
    /// The request cannot be sent. Not retryable.
    Unsendable,
    /// TLS was sent to a plain HTTP port, or plain HTTP to a TLS port.
    WrongScheme,
}

impl TransportError {
    /// Creates an error with its cause.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into(), stale_connection: false }
    }

    /// Marks a reused connection that the peer closed before sending a response.
    #[must_use]
    pub fn with_stale_connection(mut self, stale: bool) -> Self {
        self.stale_connection = stale;
        self
    }

    /// The kind of the failure.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the request can be sent again on a new connection without a cost to the retry quota.
    pub fn is_stale_connection(&self) -> bool {
        self.stale_connection
    }

    pub(crate) fn into_source(self) -> Box<dyn StdError + Send + Sync> {
        self.source
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Body => "the body of the request failed",
            TransportErrorKind::Connect => "connection failed",
            TransportErrorKind::ConnectTimeout => "connecting timed out",
            TransportErrorKind::Dns => "the host name does not resolve",
            TransportErrorKind::Exhausted => "the limit on connections is reached",
            TransportErrorKind::Interrupted => "the connection was lost",
            TransportErrorKind::NoRuntime => "no tokio runtime",
            TransportErrorKind::Other => "the request failed",
            TransportErrorKind::Proxy => "the proxy failed",
            TransportErrorKind::ReadTimeout => "timed out waiting for data",
            TransportErrorKind::Tls => "TLS handshake failed",
            TransportErrorKind::Unparseable => "the response violates HTTP",
            TransportErrorKind::Unsendable => "the request cannot be sent",
            TransportErrorKind::WrongScheme => "the endpoint has the wrong scheme",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}
