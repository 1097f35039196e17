//! The transport against servers that are written out byte by byte, on loopback.

use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::task::Poll;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::ports::Origin;

const HELLO: &str = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

#[tokio::test]
async fn a_connection_is_used_again() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        for _ in 0..2 {
            peer.request().await;
            peer.say(HELLO).await;
        }
        peer
    };
    let client = async {
        for _ in 0..2 {
            let answer = transport.send(get(&origin)).await.unwrap();
            assert_eq!((answer.status, text(answer).await), (StatusCode::OK, "hello".to_owned()));
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn an_answer_without_a_body_frees_its_connection_at_once() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n").await;
        peer.request().await;
        peer.say("HTTP/1.1 204 No Content\r\n\r\n").await;
        peer.request().await;
        peer.say("HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\ncontent-length: 7\r\n\r\n").await;
        peer
    };
    let client = async {
        let head = HttpRequest { method: Method::HEAD, ..get(&origin) };
        let answer = transport.send(head).await.unwrap();
        assert_eq!(answer.headers[CONTENT_LENGTH], "1234");
        // The unread body is still alive here.
        let empty = transport.send(get(&origin)).await.unwrap();
        let unchanged = transport.send(get(&origin)).await.unwrap();
        assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
        for answer in [answer, empty, unchanged] {
            assert_eq!(text(answer).await, "");
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_reused_connection_that_dies_silently_is_stale() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say(HELLO).await;
        peer.request().await;
        drop(peer);
        let mut peer = accept(&listener).await;
        peer.request().await;
        drop(peer);
    };
    let client = async {
        text(transport.send(get(&origin)).await.unwrap()).await;
        let stale = transport.send(get(&origin)).await.unwrap_err();
        assert!(stale.is_stale_connection());
        assert_eq!(stale.kind(), TransportErrorKind::Interrupted);
        let again = HttpRequest { fresh_connection: true, ..get(&origin) };
        let broken = transport.send(again).await.unwrap_err();
        assert!(!broken.is_stale_connection(), "a new connection cannot be stale");
        assert_eq!(broken.kind(), TransportErrorKind::Interrupted);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_reused_connection_that_dies_in_its_answer_is_not_stale() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say(HELLO).await;
        peer.request().await;
        peer.say("HTTP/1.1 2").await;
    };
    let client = async {
        text(transport.send(get(&origin)).await.unwrap()).await;
        let error = transport.send(get(&origin)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_stale_connection()), (TransportErrorKind::Interrupted, false));
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_request_that_never_left_goes_over_another_connection() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say(HELLO).await;
        drop(peer);
        let mut peer = accept(&listener).await;
        assert!(peer.request().await.ends_with("\r\n\r\nbody"), "the body is whole");
        peer.say(HELLO).await;
    };
    let client = async {
        text(transport.send(get(&origin)).await.unwrap()).await;
        let pool = &transport.shared.pool;
        let mut connection = pool.take(&origin, Instant::now()).unwrap();
        poll_fn(|context| {
            connection.drive(context);
            if connection.has_ended() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        pool.put(connection, Instant::now());
        let put = put(&origin, HttpBody::Stream { length: 4, stream: chunks(["bo", "dy"]) });
        assert_eq!(text(transport.send(put).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);
}

/// Gives its connection back when it is dropped, as an answer does that was read to its end.
struct GivesBack(HyperTransport, Option<Box<Connection>>);

impl Drop for GivesBack {
    fn drop(&mut self) {
        if let Some(connection) = self.1.take() {
            self.0.shared.pool.put(connection, Instant::now());
        }
    }
}

#[test]
fn a_runtime_in_its_last_moments_does_not_lock_the_pool() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (transport, listener, origin) = plain().await;
        let server = async {
            let mut peer = accept(&listener).await;
            peer.request().await;
            peer.say(HELLO).await;
            peer
        };
        let client = async { text(transport.send(get(&origin)).await.unwrap()).await };
        let (peer, _) = tokio::join!(server, client);
        let connection = transport.shared.pool.take(&origin, Instant::now());
        let held = (GivesBack(transport, connection), peer);
        tokio::spawn(async move {
            let _held = held;
            pending::<()>().await;
        });
        tokio::task::yield_now().await;
    });
    // The task is dropped here, and whatever it spawns is dropped at once.
    drop(runtime);
}

#[tokio::test]
async fn metadata_can_be_many_headers() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        let metadata: String = (0..480).map(|n| format!("x-amz-meta-{n}: v\r\n")).collect();
        peer.say(&format!("HTTP/1.1 200 OK\r\n{metadata}content-length: 0\r\n\r\n")).await;
    };
    let client = async {
        let answer = transport.send(get(&origin)).await.unwrap();
        assert_eq!(answer.headers.len(), 481);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn the_bytes_that_the_network_took_are_counted() {
    let (transport, listener, origin) = plain().await;
    let sent = crate::ports::ByteCounter::default();
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say(HELLO).await;
    };
    let client = async {
        let mut put = put(&origin, HttpBody::Stream { length: 4, stream: chunks(["bo", "dy"]) });
        put.sent = Some(sent.clone());
        text(transport.send(put).await.unwrap()).await;
        assert!(sent.get() > 4, "head and body: {}", sent.get());
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_body_dropped_early_closes_its_connection() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart").await;
        peer.wait_for_end().await;
    };
    let client = async {
        let mut answer = transport.send(get(&origin)).await.unwrap();
        assert_eq!(answer.body.next().await.unwrap().unwrap(), "part");
        drop(answer);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_dropped_request_closes_its_connection() {
    let (transport, listener, origin) = plain().await;
    let mut sending = transport.send(get(&origin));
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer
    };
    let mut peer = tokio::select! {
        _ = &mut sending => unreachable!("nobody answered"),
        peer = server => peer,
    };
    drop(sending);
    peer.wait_for_end().await;
}

#[tokio::test]
async fn connections_that_may_not_be_used_again_are_closed() {
    for head in [
        "HTTP/1.1 200 OK\r\nconnection: x, Close\r\ncontent-length: 5\r\n\r\n",
        "HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\n",
    ] {
        let (transport, listener, origin) = plain().await;
        let server = async {
            let mut peer = accept(&listener).await;
            peer.request().await;
            peer.say(head).await;
            peer.say("hello").await;
            peer.wait_for_end().await;
        };
        let client = async { text(transport.send(get(&origin)).await.unwrap()).await };
        assert_eq!(tokio::join!(server, client).1, "hello");
    }
}

#[tokio::test]
async fn an_unused_connection_is_closed_in_time() {
    let settings =
        TransportSettings { idle_timeout: Duration::from_millis(1), ..TransportSettings::default() };
    let transport = HyperTransport::new(settings).unwrap();
    let (listener, origin) = listen("127.0.0.1").await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say(HELLO).await;
        peer.wait_for_end().await;
    };
    let client = async { text(transport.send(get(&origin)).await.unwrap()).await };
    tokio::join!(server, client);
}

#[tokio::test]
async fn connections_spread_over_all_addresses() {
    let (first, second) = (listen("127.0.0.1").await.0, listen("127.0.0.2").await.0);
    let resolver = Known(vec![first.local_addr().unwrap(), second.local_addr().unwrap()]);
    let transport = with_resolver(Arc::new(resolver));
    let serve = async |listener: TcpListener| {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say(HELLO).await;
        peer
    };
    let client = async {
        let origin = Origin { secure: false, authority: "bucket.test".into() };
        let (one, two) = tokio::join!(transport.send(get(&origin)), transport.send(get(&origin)));
        assert_eq!((text(one.unwrap()).await, text(two.unwrap()).await), ("hello".into(), "hello".into()));
    };
    tokio::join!(serve(first), serve(second), client);
}

#[tokio::test]
async fn failures_to_connect_are_told_apart() {
    let origin = Origin { secure: false, authority: "bucket.test".into() };
    let send =
        async |resolver: Arc<dyn Resolve>| with_resolver(resolver).send(get(&origin)).await.unwrap_err();

    // A bound socket that does not listen refuses, and nobody else can take its port.
    let (bound, address) = refusing();
    let refused = send(Arc::new(Known(vec![address]))).await;
    assert_eq!(refused.kind(), TransportErrorKind::Connect);
    assert!(chain(&refused).contains(&address.to_string()), "{}", chain(&refused));
    drop(bound);

    assert_eq!(send(Arc::new(Known(Vec::new()))).await.kind(), TransportErrorKind::Dns);
    let unknown = send(Arc::new(Unknown)).await;
    assert_eq!(unknown.kind(), TransportErrorKind::Dns);
    assert!(chain(&unknown).contains("bucket.test: no such host"), "{}", chain(&unknown));

    let connect_timeout = Duration::from_millis(1);
    let resolver = Arc::new(Silent);
    let settings = TransportSettings { connect_timeout, resolver, ..TransportSettings::default() };
    let late = HyperTransport::new(settings).unwrap().send(get(&origin)).await.unwrap_err();
    assert_eq!(late.kind(), TransportErrorKind::ConnectTimeout);
}

#[tokio::test]
async fn the_target_and_the_headers_go_out_byte_for_byte() {
    let (transport, listener, origin) = plain().await;
    let paths = ["/", "/?", "/a//b/../c%20%2F%7e/.?x=%7E&y=&z", "//double", "/b/k?versionId=a+b%2B"];
    let server = async {
        let mut peer = accept(&listener).await;
        for path in paths {
            let expected =
                format!("GET {path} HTTP/1.1\r\nhost: {}\r\nx-amz-date: now\r\n\r\n", origin.authority);
            assert_eq!(peer.request().await, expected);
            peer.say(HELLO).await;
        }
    };
    let client = async {
        for path in paths {
            let mut request = HttpRequest { path_and_query: path.to_owned(), ..get(&origin) };
            request.headers.insert("x-amz-date", HeaderValue::from_static("now"));
            text(transport.send(request).await.unwrap()).await;
        }
    };
    tokio::join!(server, client);
    for path in ["/a#b", "/a b", ""] {
        let request = HttpRequest { path_and_query: path.to_owned(), ..get(&origin) };
        assert_eq!(
            transport.send(request).await.unwrap_err().kind(),
            TransportErrorKind::Unsendable,
            "{path:?}"
        );
    }
}

#[tokio::test]
async fn a_length_is_sent_once_and_only_where_it_belongs() {
    let (transport, listener, origin) = plain().await;
    let bytes = |text: &'static str| HttpBody::Bytes(Bytes::from_static(text.as_bytes()));
    let mut stated = put(&origin, bytes("stated"));
    stated.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("6"));
    let mut stated_empty = put(&origin, bytes(""));
    stated_empty.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    let cases = [
        (get(&origin), None),
        (HttpRequest { method: Method::HEAD, ..get(&origin) }, None),
        (HttpRequest { method: Method::DELETE, ..get(&origin) }, None),
        (put(&origin, bytes("")), Some("0")),
        (HttpRequest { method: Method::POST, ..get(&origin) }, Some("0")),
        (put(&origin, bytes("body")), Some("4")),
        (stated, Some("6")),
        (stated_empty, Some("0")),
        (put(&origin, HttpBody::Stream { length: 6, stream: chunks(["", "ab", "cdef"]) }), Some("6")),
        (put(&origin, HttpBody::Stream { length: 0, stream: chunks([]) }), Some("0")),
    ];
    let (requests, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let server = async {
        let mut peer = accept(&listener).await;
        for expected in expected {
            let request = peer.request().await;
            let lengths: Vec<_> =
                request.lines().filter_map(|line| line.strip_prefix("content-length: ")).collect();
            assert_eq!(lengths, Vec::from_iter(expected), "{request}");
            assert!(!request.contains("transfer-encoding"), "{request}");
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        }
    };
    let client = async {
        for request in requests {
            text(transport.send(request).await.unwrap()).await;
        }
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_short_body_is_an_error() {
    for head in ["content-length: 10\r\n\r\nshort", "transfer-encoding: chunked\r\n\r\n5\r\nshort\r\n"] {
        let (transport, listener, origin) = plain().await;
        let server = async {
            let mut peer = accept(&listener).await;
            peer.request().await;
            peer.say(&format!("HTTP/1.1 200 OK\r\n{head}")).await;
        };
        let client = async {
            let mut body = transport.send(get(&origin)).await.unwrap().body;
            assert_eq!(body.next().await.unwrap().unwrap(), "short");
            assert_eq!(body.next().await.unwrap().unwrap_err().kind(), TransportErrorKind::Interrupted);
            assert!(body.next().await.is_none());
        };
        tokio::join!(server, client);
    }
}

#[tokio::test]
async fn a_large_body_passes_in_both_directions() {
    const LENGTH: usize = 5 << 20;
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        let request = peer.request().await;
        peer.say(&format!("HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n")).await;
        peer.say(&request[request.len() - LENGTH..]).await;
        peer.request().await;
        peer.say(HELLO).await;
    };
    let client = async {
        let content: String = ('a'..='z').cycle().take(LENGTH).collect();
        let halves = content.as_bytes().chunks(LENGTH / 2 + 1).map(Bytes::copy_from_slice);
        let stream = stream::iter(halves.map(Ok).collect::<Vec<_>>());
        let body = HttpBody::Stream { length: LENGTH as u64, stream: Box::pin(stream) };
        assert!(text(transport.send(put(&origin, body)).await.unwrap()).await == content);
        // The server accepts no second connection: the first is in order.
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);
}

/// What was received before a reset can still be read on Linux; other systems throw it away.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_refusal_is_read_though_the_upload_breaks() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        // Closing with unread bytes resets the connection.
        peer.say("HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\ndenied").await;
    };
    let client = async {
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[0; 4096])));
        let body = HttpBody::Stream { length: 1 << 40, stream: Box::pin(endless) };
        let answer = transport.send(put(&origin, body)).await.unwrap();
        assert_eq!((answer.status, text(answer).await), (StatusCode::FORBIDDEN, "denied".to_owned()));
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_connection_with_an_unfinished_upload_is_not_kept() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        peer.say("HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\ndenied").await;
        peer.wait_for_end().await;
    };
    let client = async {
        let body = HttpBody::Stream { length: 10, stream: Box::pin(stream::pending()) };
        let answer = transport.send(put(&origin, body)).await.unwrap();
        assert_eq!(text(answer).await, "denied");
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_body_that_fails_is_named_and_never_complete() {
    let broken = || Err(io::Error::new(io::ErrorKind::StaleNetworkFileHandle, "the file is gone"));
    let four = || Ok(Bytes::from_static(b"four"));
    let cases: [(u64, Vec<io::Result<Bytes>>, io::ErrorKind); 4] = [
        (8, vec![four(), broken()], io::ErrorKind::StaleNetworkFileHandle),
        (4, vec![four(), broken()], io::ErrorKind::StaleNetworkFileHandle),
        (5, vec![four()], io::ErrorKind::UnexpectedEof),
        (4, vec![four(), four()], io::ErrorKind::InvalidData),
    ];
    for (length, chunks, expected) in cases {
        let (transport, listener, origin) = plain().await;
        let server = async {
            let mut peer = accept(&listener).await;
            peer.stream.read_to_end(&mut peer.read).await.unwrap();
            let head = peer.read.windows(4).position(|bytes| bytes == b"\r\n\r\n");
            let body = head.map_or(0, |end| peer.read.len() - end - 4);
            assert!((body as u64) < length, "the service saw a whole body");
        };
        let client = async {
            let body = HttpBody::Stream { length, stream: Box::pin(stream::iter(chunks)) };
            let error = transport.send(put(&origin, body)).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Body);
            let source = error.into_source().downcast::<io::Error>().unwrap();
            assert_eq!(source.kind(), expected);
        };
        tokio::join!(server, client);
    }
}

#[tokio::test]
async fn a_large_body_waits_for_consent() {
    const LENGTH: usize = 1 << 20;
    let transport = HyperTransport::new(TransportSettings::default()).unwrap();
    let (listener, origin) = listen("127.0.0.1").await;
    let server = async {
        let mut peer = accept(&listener).await;
        assert!(peer.head().await.contains("\r\nexpect: 100-continue\r\n"));
        assert!(peer.read.is_empty());
        peer.say("HTTP/1.1 100 Continue\r\n\r\n").await;
        peer.body(LENGTH).await;
        peer.say(HELLO).await;
        peer.head().await;
        peer.say("HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\ndenied").await;
        assert_eq!(peer.wait_for_end().await, 0, "the refused body was sent");
    };
    let client = async {
        let body = || {
            let stream = stream::once(async { Ok(Bytes::from(vec![0; LENGTH])) });
            HttpBody::Stream { length: LENGTH as u64, stream: Box::pin(stream) }
        };
        let put = || HttpRequest { asks_first: true, ..put(&origin, body()) };
        assert_eq!(text(transport.send(put()).await.unwrap()).await, "hello");
        assert_eq!(text(transport.send(put()).await.unwrap()).await, "denied");
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn tls_trusts_the_bundle_and_nothing_else() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let listener = listen("127.0.0.1").await.0;
    let origin = Origin { secure: true, authority: "bucket.test".into() };
    let acceptor = ours.acceptor("bucket.test");
    let transport = |authority: &Authority| {
        let resolver = Arc::new(Known(vec![listener.local_addr().unwrap()]));
        let ca_bundle = Some(authority.pem());
        HyperTransport::new(TransportSettings { ca_bundle, resolver, ..TransportSettings::default() })
            .unwrap()
    };
    let server = async {
        let mut peer = Peer::new(acceptor.accept(listener.accept().await.unwrap().0).await.unwrap());
        assert_eq!(peer.stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        for _ in 0..2 {
            peer.request().await;
            peer.say(HELLO).await;
        }
        assert!(acceptor.accept(listener.accept().await.unwrap().0).await.is_err());
        // No handshake at all: a connection that broke, not a refusal.
        drop(listener.accept().await.unwrap());
    };
    let client = async {
        let trusting = transport(&ours);
        for _ in 0..2 {
            assert_eq!(text(trusting.send(get(&origin)).await.unwrap()).await, "hello");
        }
        let refused = transport(&theirs).send(get(&origin)).await.unwrap_err();
        assert_eq!(refused.kind(), TransportErrorKind::Tls);
        assert!(chain(&refused).contains("UnknownIssuer"), "{}", chain(&refused));
        let broken = transport(&ours).send(get(&origin)).await.unwrap_err();
        assert_eq!(broken.kind(), TransportErrorKind::Connect);
    };
    tokio::join!(server, client);
}

#[test]
fn a_bundle_that_cannot_be_used_is_refused_at_once() {
    for bundle in
        [&b""[..], b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let settings = TransportSettings { ca_bundle: Some(bundle.to_vec()), ..TransportSettings::default() };
        let error = HyperTransport::new(settings).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting);
        assert!(error.message().contains("certificate bundle"), "{error}");
    }
}

#[tokio::test]
async fn a_proxy_tunnels_https() {
    let ours = Authority::new("ours");
    let (listener, proxy) = listen("127.0.0.1").await;
    let transport = HyperTransport::new(TransportSettings {
        ca_bundle: Some(ours.pem()),
        proxy: ProxySettings {
            https: Some(format!("http://us%65r:secret@{}", proxy.authority)),
            ..ProxySettings::default()
        },
        // Names behind a proxy are the proxy's to resolve.
        resolver: Arc::new(Unknown),
        ..TransportSettings::default()
    })
    .unwrap();
    let origin = Origin { secure: true, authority: "bucket.test".into() };
    let acceptor = ours.acceptor("bucket.test");
    let server = async {
        let mut peer = accept(&listener).await;
        assert_eq!(
            peer.head().await,
            "CONNECT bucket.test:443 HTTP/1.1\r\nhost: bucket.test:443\r\n\
             proxy-authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
        );
        peer.say("HTTP/1.1 200 Connection established\r\n").await;
        peer.say("via: test\r\n\r\n").await;
        let mut inner = Peer::new(acceptor.accept(peer.stream).await.unwrap());
        assert_eq!(inner.request().await, "GET / HTTP/1.1\r\nhost: bucket.test\r\n\r\n");
        inner.say(HELLO).await;
        for answer in ["HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ""] {
            let mut peer = accept(&listener).await;
            peer.head().await;
            peer.say(answer).await;
        }
    };
    let client = async {
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
        let send = async || {
            transport.send(HttpRequest { fresh_connection: true, ..get(&origin) }).await.unwrap_err()
        };
        let refused = send().await;
        assert_eq!(refused.kind(), TransportErrorKind::Proxy);
        assert!(chain(&refused).contains("407 Proxy Authentication Required"), "{}", chain(&refused));
        assert_eq!(send().await.kind(), TransportErrorKind::Proxy);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_proxy_forwards_http_but_for_the_hosts_that_need_none() {
    let (proxy_listener, proxy) = listen("127.0.0.1").await;
    let (direct_listener, _) = listen("127.0.0.1").await;
    let transport = HyperTransport::new(TransportSettings {
        proxy: ProxySettings {
            all: Some(format!("http://user:secret@{}", proxy.authority)),
            no_proxy: Some("other.test, .direct.test".to_owned()),
            ..ProxySettings::default()
        },
        resolver: Arc::new(Known(vec![direct_listener.local_addr().unwrap()])),
        ..TransportSettings::default()
    })
    .unwrap();
    let server = async {
        let mut peer = accept(&proxy_listener).await;
        assert_eq!(
            peer.request().await,
            "GET http://bucket.test:8080/a//b%20 HTTP/1.1\r\nhost: bucket.test:8080\r\n\
             proxy-authorization: Basic dXNlcjpzZWNyZXQ=\r\n\r\n"
        );
        peer.say(HELLO).await;
        let mut peer = accept(&direct_listener).await;
        assert_eq!(peer.request().await, "GET / HTTP/1.1\r\nhost: s3.direct.test\r\n\r\n");
        peer.say(HELLO).await;
    };
    let client = async {
        let origin = Origin { secure: false, authority: "bucket.test:8080".into() };
        let request = HttpRequest { path_and_query: "/a//b%20".to_owned(), ..get(&origin) };
        assert_eq!(text(transport.send(request).await.unwrap()).await, "hello");
        let origin = Origin { secure: false, authority: "s3.direct.test".into() };
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);

    let (bound, address) = refusing();
    let proxy = ProxySettings { all: Some(address.to_string()), ..ProxySettings::default() };
    let transport = HyperTransport::new(TransportSettings { proxy, ..TransportSettings::default() }).unwrap();
    let origin = Origin { secure: false, authority: "bucket.test".into() };
    let error = transport.send(get(&origin)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Proxy);
    drop(bound);
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_at_once() {
    for url in
        ["https://user:secret@proxy", "socks5://user:secret@proxy", "http://user:secret@", "ftp://secret@x"]
    {
        let proxy = ProxySettings { https: Some(url.to_owned()), ..ProxySettings::default() };
        let error =
            HyperTransport::new(TransportSettings { proxy, ..TransportSettings::default() }).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidSetting, "{url}");
        assert!(!format!("{error:?} {error}").contains("secret"), "{error}");
    }
    let empty = ProxySettings { https: Some(String::new()), ..ProxySettings::default() };
    assert!(HyperTransport::new(TransportSettings { proxy: empty, ..TransportSettings::default() }).is_ok());
}

/// A client, and a server that it reaches in plain.
async fn plain() -> (HyperTransport, TcpListener, Origin) {
    let (listener, origin) = listen("127.0.0.1").await;
    (HyperTransport::new(TransportSettings::default()).unwrap(), listener, origin)
}

async fn listen(address: &str) -> (TcpListener, Origin) {
    let listener = TcpListener::bind((address, 0)).await.unwrap();
    let authority = listener.local_addr().unwrap().to_string().into();
    (listener, Origin { secure: false, authority })
}

fn with_resolver(resolver: Arc<dyn Resolve>) -> HyperTransport {
    HyperTransport::new(TransportSettings { resolver, ..TransportSettings::default() }).unwrap()
}

/// An address at which connections are refused as long as the socket lives.
fn refusing() -> (tokio::net::TcpSocket, SocketAddr) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

fn get(origin: &Origin) -> HttpRequest {
    let mut headers = HeaderMap::new();
    headers.insert(http::header::HOST, origin.authority.parse().unwrap());
    HttpRequest {
        method: Method::GET,
        origin: origin.clone(),
        path_and_query: "/".to_owned(),
        headers,
        body: HttpBody::Bytes(Bytes::new()),
        sent: None,
        asks_first: false,
        fresh_connection: false,
    }
}

fn put(origin: &Origin, body: HttpBody) -> HttpRequest {
    HttpRequest { method: Method::PUT, body, ..get(origin) }
}

fn chunks<const N: usize>(texts: [&'static str; N]) -> crate::body::BoxStream {
    Box::pin(stream::iter(texts.map(|text| Ok(Bytes::from_static(text.as_bytes())))))
}

async fn text(mut answer: HttpResponse) -> String {
    let mut all = Vec::new();
    while let Some(chunk) = answer.body.next().await {
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

/// The server's end of a connection.
struct Peer<S> {
    stream: S,
    /// What came and was not looked at yet.
    read: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    fn new(stream: S) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// The head of a request, with the empty line.
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

    /// A request with its body.
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

    /// Waits until the client closes; the number of bytes that came before.
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

    /// A server that shows a certificate for `host`.
    fn acceptor(&self, host: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )
            .unwrap();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

/// Knows these addresses for every name.
#[derive(Debug)]
struct Known(Vec<SocketAddr>);

impl Resolve for Known {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// Knows no name.
#[derive(Debug)]
struct Unknown;

impl Resolve for Unknown {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async { Err(io::Error::other("no such host")) })
    }
}

/// Never says anything.
#[derive(Debug)]
struct Silent;

impl Resolve for Silent {
    fn resolve<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(pending())
    }
}
