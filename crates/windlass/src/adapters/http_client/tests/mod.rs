//! The transport against scripted servers on loopback.

mod connections;
mod early;
mod exchanges;
mod limits;
mod proxies;
mod tls;
mod unparseable;

use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::task::Poll;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::ports::{Origin, TransportErrorKind};

/// Longer than any expected event takes.
const PROMPT: Duration = Duration::from_secs(20);

const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

/// A client and a server that it reaches over plain HTTP.
async fn plain() -> (HttpClient, TcpListener, Origin) {
    let (listener, origin) = listen("127.0.0.1").await;
    (HttpClient::new(HttpClientSettings::default()).unwrap(), listener, origin)
}

/// A client whose bodies wait this long for `100 Continue`, and a server that it reaches over plain HTTP.
async fn patient(patience: Duration) -> (HttpClient, TcpListener, Origin) {
    let (mut transport, listener, origin) = plain().await;
    Arc::get_mut(&mut transport.shared).unwrap().patience = patience;
    (transport, listener, origin)
}

async fn listen(address: &str) -> (TcpListener, Origin) {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let authority = listener.local_addr().unwrap().to_string().into();
    (listener, Origin { secure: false, authority })
}

fn get(origin: &Origin) -> HttpRequest {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::HOST, origin.authority.parse().unwrap());
    HttpRequest::new(Method::GET, origin.clone(), "/", headers, HttpBody::Bytes(Bytes::new()))
}

/// A request that takes no connection from the pool.
fn get_afresh(origin: &Origin) -> HttpRequest {
    let mut request = get(origin);
    request.hints.fresh_connection = true;
    request
}

fn put(origin: &Origin, body: HttpBody) -> HttpRequest {
    HttpRequest { method: Method::PUT, body, ..get(origin) }
}

fn chunks<const N: usize>(texts: [&'static str; N]) -> crate::body::BoxStream {
    Box::pin(stream::iter(texts.map(|text| Ok(Bytes::from_static(text.as_bytes())))))
}

async fn text(mut response: HttpResponse) -> String {
    let mut all = Vec::new();
    while let Some(chunk) = response.body.next().await {
        all.extend_from_slice(&chunk.unwrap());
    }
    String::from_utf8(all).unwrap()
}

/// An error with all its causes.
fn chain(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

async fn accept(listener: &TcpListener) -> Peer<TcpStream> {
    Peer::new(listener.accept().await.unwrap().0)
}

/// A connection whose first request got the response [`HELLO`].
async fn greeted(listener: &TcpListener) -> Peer<TcpStream> {
    let mut peer = accept(listener).await;
    peer.request().await;
    peer.say(HELLO).await;
    peer
}

/// The server's end of a connection.
struct Peer<S> {
    stream: S,
    /// Received data that was not parsed yet.
    read: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    fn new(stream: S) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// Reads the head of a request, including the empty line.
    async fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head: Vec<u8> = self.read.drain(..end + 4).collect();
                return String::from_utf8(head).unwrap();
            }
            assert!(self.stream.read_buf(&mut self.read).await.unwrap() > 0, "the client closed");
        }
    }

    async fn body(&mut self, length: usize) -> String {
        while self.read.len() < length {
            assert!(self.stream.read_buf(&mut self.read).await.unwrap() > 0, "the client closed");
        }
        String::from_utf8(self.read.drain(..length).collect()).unwrap()
    }

    /// Reads a request with its body.
    async fn request(&mut self) -> String {
        let head = self.head().await;
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let body = self.body(length.map_or(0, |length| length.parse().unwrap())).await;
        head + &body
    }

    async fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Waits until the client closes; returns the number of bytes received before.
    async fn wait_for_end(&mut self) -> usize {
        let mut rest = Vec::new();
        // A reset is an end too.
        let _ = self.stream.read_to_end(&mut rest).await;
        self.read.len() + rest.len()
    }
}

/// A certificate authority.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    /// A server with a certificate for `host`.
    fn acceptor(&self, host: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        acceptor(certificate.der().clone(), &key)
    }
}

/// A server with a certificate.
fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

/// Resolves no name.
#[derive(Debug)]
struct Unknown;

impl Resolve for Unknown {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async { Err(io::Error::other("no such host")) })
    }
}

/// An address that refuses connections as long as the socket lives.
fn refusing() -> (tokio::net::TcpSocket, SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Resolves every name to these addresses.
#[derive(Debug)]
struct Known(Vec<SocketAddr>);

impl Resolve for Known {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
