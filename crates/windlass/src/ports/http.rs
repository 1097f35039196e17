//! One exchange over HTTP.

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

/// Sends one request and gives its answer. No retries, no redirects, no decompression, no cookies.
///
/// The future may be dropped at any time; the transport then gives the connection up.
pub trait HttpTransport: fmt::Debug + Send + Sync {
    /// Sends `request`. The response comes as soon as its headers are there, but a success (2xx) not before the whole
    /// request is sent: a service that says so earlier has not got it. A refusal (any other status) comes at once.
    ///
    /// # Errors
    /// Only where no answer came: an answer of any status is a result.
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>>;
}

/// Scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether TLS is spoken.
    pub secure: bool,
    /// The host, and the port where it is not the scheme's own.
    pub authority: Arc<str>,
}

impl Origin {
    /// The URL of a path and query.
    pub(crate) fn url(&self, path_and_query: &str) -> String {
        format!("{}://{}{path_and_query}", self.scheme(), self.authority)
    }

    /// `https` or `http`.
    pub fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    /// The host without the port; an IPv6 address in its brackets.
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

/// A request as it goes out: everything is encoded, signed and final.
#[derive(Debug)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Where it goes.
    pub origin: Origin,
    /// The encoded path with the query. It is sent byte for byte.
    pub path_and_query: String,
    /// The headers, `host` among them.
    pub headers: HeaderMap,
    /// The body.
    pub body: HttpBody,
    /// How the transport should send it.
    pub hints: TransportHints,
}

/// How a transport should send a request. The default asks for nothing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TransportHints {
    /// Counts the bytes of the request that the network took. Set for bodies that take their time: the counter tells a slow
    /// upload from one that stalls.
    pub bytes_sent: Option<ByteCounter>,
    /// The body waits for `100 Continue`, for 1 s at most. Set for bodies that can be sent only once.
    pub expect_continue: bool,
    /// The request needs a new connection. Set after a pooled connection failed under it, and for bodies that can be sent
    /// only once.
    pub fresh_connection: bool,
}

impl HttpRequest {
    /// A request without hints.
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

/// A count of bytes that two sides share. Clones are the same count.
#[derive(Clone, Debug, Default)]
pub struct ByteCounter(Arc<AtomicU64>);

impl ByteCounter {
    /// Adds bytes.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The bytes so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The body of a request on the wire. Its length is always known.
pub enum HttpBody {
    /// Bytes in memory.
    Bytes(Bytes),
    /// Bytes to come.
    Stream {
        /// How many.
        length: u64,
        /// The bytes. The transport fails the request if another number comes.
        stream: BoxStream,
    },
}

impl HttpBody {
    /// The number of bytes.
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

/// The body of an answer.
pub type ResponseStream = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// An answer whose body is still to come.
#[non_exhaustive]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. A body shorter than `content-length` ends with an error.
    pub body: ResponseStream,
    /// The connection over which it comes, for observers; None from a transport that does not tell.
    pub connection: Option<ConnectionInfo>,
}

/// A connection, as far as one request is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectionInfo {
    /// The time that it took to open the connection: name lookup, TCP, proxy and TLS. None for a connection that has served
    /// before.
    pub connect_time: Option<Duration>,
}

impl ConnectionInfo {
    /// A connection that was opened for this request, in so much time.
    pub fn opened_in(connect_time: Duration) -> Self {
        Self { connect_time: Some(connect_time) }
    }

    /// A connection that has served before.
    pub fn reused() -> Self {
        Self { connect_time: None }
    }

    /// Whether the connection has served before.
    pub fn is_reused(&self) -> bool {
        self.connect_time.is_none()
    }
}

impl HttpResponse {
    /// A response whose body is still to come.
    pub fn new(status: StatusCode, headers: HeaderMap, body: ResponseStream) -> Self {
        Self { status, headers, body, connection: None }
    }

    /// An answer that is all there.
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

/// Why no answer came, or why it broke off.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Box<dyn StdError + Send + Sync>,
    stale_connection: bool,
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request's own body failed: the connection is not to blame.
    Body,
    /// No connection.
    Connect,
    /// No connection in time.
    ConnectTimeout,
    /// The host name was not found.
    Dns,
    /// No connection may be opened: too many are in use, or the process has no file descriptor left.
    Exhausted,
    /// The connection broke.
    Interrupted,
    /// There is no tokio runtime to send the request on.
    NoRuntime,
    /// Something else.
    Other,
    /// The proxy refused or failed.
    Proxy,
    /// The other side fell silent.
    ReadTimeout,
    /// No secure connection.
    Tls,
    /// The response breaks the rules of HTTP: a retry would meet the same.
    Unparseable,
    /// The request cannot be sent as it is: a retry would meet the same.
    Unsendable,
    /// TLS was spoken to a port that speaks plain HTTP, or the other way round.
    WrongScheme,
}

impl TransportError {
    /// A failure with its cause.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: source.into(), stale_connection: false }
    }

    /// Marks that the connection had served before and died before it answered: the other side had closed it.
    #[must_use]
    pub fn with_stale_connection(mut self, stale: bool) -> Self {
        self.stale_connection = stale;
        self
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the request may be sent again free of charge, over a new connection.
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
            TransportErrorKind::Connect => "no connection",
            TransportErrorKind::ConnectTimeout => "no connection in time",
            TransportErrorKind::Dns => "the host name was not found",
            TransportErrorKind::Exhausted => "no connection may be opened",
            TransportErrorKind::Interrupted => "the connection broke",
            TransportErrorKind::NoRuntime => "there is no tokio runtime",
            TransportErrorKind::Other => "the exchange failed",
            TransportErrorKind::Proxy => "the proxy failed",
            TransportErrorKind::ReadTimeout => "no answer in time",
            TransportErrorKind::Tls => "no secure connection",
            TransportErrorKind::Unparseable => "the response breaks the rules of HTTP",
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
