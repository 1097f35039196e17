//! Peers that respond too early, too slowly, endlessly or not in HTTP: the resulting errors, and which
//! requests are not retried.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{Either, select};
use windlass::ports::{
    BoxFuture, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind,
};
use windlass::testing::{self, ManualClock, MockTransport};
use windlass::{Client, ClientBuilder, Credentials, ErrorKind};

use crate::loopback::Loopback;

fn builder(server: &Loopback) -> ClientBuilder {
    Client::builder()
        .region("us-east-1")
        .endpoint(server.endpoint())
        .credentials(Credentials::new("id", "secret"))
}

const CREATED: &str = "HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 0\r\n\r\n";

/// http-core#82
#[tokio::test]
async fn a_put_with_an_early_response_is_sent_completely() {
    let (tell, told) = std::sync::mpsc::channel();
    let server = Loopback::serve(move |head, stream| {
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        stream.get_mut().write_all(CREATED.as_bytes()).ok()?;
        let mut body = vec![0; length.parse().unwrap()];
        tell.send(stream.read_exact(&mut body).is_ok()).ok()
    });
    let client = builder(&server).build().unwrap();
    let put = client.put_object("photos", "cat", vec![b'x'; 9 << 20]).await.unwrap();
    assert!(put.etag.is_some());
    assert!(told.recv_timeout(Duration::from_secs(20)).unwrap(), "the body was truncated");
}

/// http-core#82
#[tokio::test]
async fn a_put_with_an_early_response_fails_if_the_connection_is_lost() {
    let server = Loopback::serve(|_, stream| {
        stream.get_mut().write_all(CREATED.as_bytes()).ok()?;
        // Closing a socket with unread bytes resets the connection.
        None
    });
    let client = builder(&server).max_attempts(1).build().unwrap();
    let error = client.put_object("photos", "cat", vec![b'x'; 9 << 20]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    assert!(error.is_retryable());
}

/// A service that responds and stops reading does not block the caller forever.
#[tokio::test]
async fn a_put_with_an_early_response_times_out_if_it_is_not_read() {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let server = Loopback::serve(move |_, stream| {
        stream.get_mut().write_all(CREATED.as_bytes()).ok()?;
        held.lock().unwrap().recv().ok()
    });
    let client =
        builder(&server).max_attempts(1).operation_timeout(Duration::from_millis(300)).build().unwrap();
    let error = client.put_object("photos", "cat", vec![b'x'; 32 << 20]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    drop(hold);
}

#[tokio::test]
async fn unparseable_responses_are_not_retried() {
    for (response, kind, words) in [
        ("220 mail.example.com ESMTP\r\n\r\n", ErrorKind::InvalidResponse, "starts with \"220 mail"),
        (
            "HTTP/1.1 200 OK\r\nx-amz-meta-note: a\u{1}b\r\n\r\n",
            ErrorKind::InvalidResponse,
            "x-amz-meta-note contains the control character 0x01",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
            ErrorKind::InvalidResponse,
            "several lengths",
        ),
        ("\u{15}\u{3}\u{3}\0\u{2}\u{2}\n", ErrorKind::InvalidEndpoint, "use https://127.0.0.1:"),
    ] {
        let server = Loopback::start(move |_| response.to_owned());
        let error = builder(&server).build().unwrap().head_bucket("photos").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(server.requests().len(), 1, "{response:?}");
    }
}

#[tokio::test]
async fn tls_to_a_plain_http_port_is_not_retried() {
    let server = Loopback::start(|_| String::new());
    // The server responds with an error to anything but a request.
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = plain.local_addr().unwrap();
    let (count, counted) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in plain.incoming() {
            let mut stream = stream.unwrap();
            count.send(()).unwrap();
            let mut greeting = [0; 5];
            stream.read_exact(&mut greeting).unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let client = builder(&server).endpoint(format!("https://{address}")).build().unwrap();
    let error = client.head_bucket("photos").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidEndpoint, 1), "{error}");
    assert!(error.to_string().contains(&format!("use http://{address}")), "{error}");
    assert_eq!(counted.try_iter().count(), 1);
}

/// Permanent transport failures do not leave the outcome of a write unknown and are not retried.
#[tokio::test]
async fn permanent_transport_failures_are_not_retried() {
    for (failure, kind) in [
        (TransportErrorKind::Exhausted, ErrorKind::ConnectFailed),
        (TransportErrorKind::NoRuntime, ErrorKind::NoRuntime),
        (TransportErrorKind::Unparseable, ErrorKind::InvalidResponse),
        (TransportErrorKind::WrongScheme, ErrorKind::InvalidEndpoint),
    ] {
        let transport = MockTransport::new();
        transport.fail(failure);
        let error = testing::client(&transport).get_object("photos", "cat").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1), "{error}");
        assert!(!error.is_retryable());
    }
}

/// Web servers report plain HTTP on a TLS port with different messages.
#[tokio::test]
async fn plain_http_to_a_tls_port_is_an_error_with_the_url() {
    for body in [
        "Client sent an HTTP request to an HTTPS server.\n",
        "<html><center><h1>400 Bad Request</h1></center>The plain HTTP request was sent to HTTPS port</html>",
        "<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.<br /></p>",
        "Bad Request\r\nThis combination of host and port requires TLS.\r\n",
    ] {
        let transport = MockTransport::new();
        transport.response(400, body);
        let error = testing::client(&transport).get_object("photos", "cat").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidEndpoint, 1), "{error}");
        assert!(error.message().contains("use https://"), "{error}");
    }
}

/// A network that accepts one byte of a request just before each stall timeout, or none.
#[derive(Debug)]
struct SlowNetwork {
    clock: ManualClock,
    takes: bool,
}

impl HttpTransport for SlowNetwork {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let sent = request.hints.bytes_sent.clone().unwrap();
        let mut rounds = 0;
        Box::pin(std::future::poll_fn(move |context| {
            rounds += 1;
            if rounds == 10 {
                let headers =
                    [(http::header::ETAG, http::HeaderValue::from_static("\"1\""))].into_iter().collect();
                return Poll::Ready(Ok(HttpResponse::from_bytes(http::StatusCode::OK, headers, "")));
            }
            if self.takes {
                sent.add(1);
            }
            self.clock.advance(Duration::from_secs(90));
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    }
}

#[tokio::test]
async fn an_upload_with_progress_outlasts_the_read_timeout_and_a_stalled_one_does_not() {
    let put = async |takes| {
        let clock = ManualClock::default();
        let client = testing::client_builder(&MockTransport::new())
            .transport(SlowNetwork { clock: clock.clone(), takes })
            .clock(clock)
            .max_attempts(1)
            .build()
            .unwrap();
        client.put_object("photos", "cat", vec![0; 4 << 20]).await
    };
    put(true).await.unwrap();
    let error = put(false).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

/// The headers must arrive within the read timeout, even if bytes keep arriving.
#[tokio::test]
async fn slowly_dripping_headers_time_out() {
    let (drip, drips) = std::sync::mpsc::channel::<()>();
    let drips = std::sync::Mutex::new(drips);
    let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel();
    let server = Loopback::serve(move |_, stream| {
        stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nx-drip: ").ok()?;
        begun.send(()).ok()?;
        let drips = drips.lock().unwrap();
        while drips.recv().is_ok() {
            stream.get_mut().write_all(b"a").ok()?;
        }
        None
    });
    let clock = ManualClock::default();
    let builder = builder(&server).clock(clock.clone()).max_attempts(1);
    let client = builder.read_timeout(Duration::from_secs(60)).build().unwrap();
    let request = client.head_bucket("photos").send();
    let time = async {
        begins.recv().await.unwrap();
        for _ in 0..5 {
            drip.send(()).unwrap();
            clock.advance(Duration::from_secs(15));
        }
    };
    let (outcome, ()) = tokio::join!(request, time);
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
}

#[tokio::test]
async fn endless_informational_responses_are_an_error() {
    let server = Loopback::serve(|_, stream| {
        while stream.get_mut().write_all(b"HTTP/1.1 102 Processing\r\n\r\n").is_ok() {}
        None
    });
    let error = builder(&server).build().unwrap().head_bucket("photos").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidResponse, 1), "{error}");
    assert!(error.to_string().contains("more than 16 informational responses"), "{error}");
}

/// A service that sends one byte per second.
#[derive(Debug)]
struct Dripping {
    status: http::StatusCode,
    drops: std::sync::Mutex<Option<tokio::sync::mpsc::UnboundedReceiver<()>>>,
}

impl HttpTransport for Dripping {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let mut drops = self.drops.lock().unwrap().take().unwrap();
        let mut response = HttpResponse::from_bytes(self.status, http::HeaderMap::new(), "");
        let body = futures_util::stream::poll_fn(move |context| {
            drops.poll_recv(context).map(|drop| drop.map(|()| Ok(bytes::Bytes::from_static(b" "))))
        });
        response.body = Box::pin(body);
        Box::pin(std::future::ready(Ok(response)))
    }
}

/// The minimum throughput applies to documents and errors as well.
#[tokio::test]
async fn a_slowly_dripping_response_is_an_error() {
    for (status, kind) in
        [(http::StatusCode::OK, ErrorKind::Stalled), (http::StatusCode::FORBIDDEN, ErrorKind::AccessDenied)]
    {
        let clock = ManualClock::default();
        let (drip, drops) = tokio::sync::mpsc::unbounded_channel();
        let transport = Dripping { status, drops: std::sync::Mutex::new(Some(drops)) };
        let mut timeouts = windlass::Timeouts::default();
        (timeouts.throughput_grace, timeouts.min_throughput) = (Duration::from_secs(10), 10_000);
        let client = testing::client_builder(&MockTransport::new())
            .transport(transport)
            .clock(clock.clone())
            .max_attempts(1)
            .timeouts(timeouts)
            .build()
            .unwrap();
        let request = std::pin::pin!(client.list_objects_v2("photos").send());
        let time = std::pin::pin!(async {
            loop {
                clock.advance(Duration::from_secs(1));
                drip.send(()).unwrap();
                tokio::task::yield_now().await;
            }
        });
        let Either::<_, (Infallible, _)>::Left((outcome, _)) = select(request, time).await;
        let error = outcome.unwrap_err();
        // The status of an error suffices.
        assert_eq!(error.kind(), kind, "{error}");
        if kind == ErrorKind::Stalled {
            assert!(error.message().contains("slower than 10000 bytes per second"), "{error}");
        }
    }
}

/// An endless list without entries.
#[tokio::test]
async fn a_thousand_empty_pages_in_a_row_are_an_error() {
    let server = std::sync::atomic::AtomicUsize::new(0);
    let server = Loopback::start(move |_| {
        let page = server.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        // Some of the first 1,500 pages have an entry.
        let content =
            if page < 1_500 && page % 900 == 899 { "<Contents><Key>k</Key></Contents>" } else { "" };
        let body = format!(
            "<ListBucketResult>{content}<IsTruncated>true</IsTruncated>\
             <NextContinuationToken>{page}</NextContinuationToken></ListBucketResult>"
        );
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    });
    let mut items = builder(&server).build().unwrap().list_objects_v2("photos").items();
    assert_eq!(items.try_next().await.unwrap().unwrap().key, "k");
    let error = items.try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(
        error.message(),
        "the service sent 1000 empty pages in a row, and the list is still truncated"
    );
    assert_eq!((error.operation(), error.bucket()), (Some("ListObjectsV2"), Some("photos")));
    assert_eq!(server.requests().len(), 1_900);
    assert!(items.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn many_empty_pages_are_allowed_and_pages_of_prefixes_are_not_empty() {
    let page = |content: &str, number: usize, more: bool| {
        format!(
            "<ListBucketResult>{content}<IsTruncated>{more}</IsTruncated>\
             <NextContinuationToken>{number}</NextContinuationToken></ListBucketResult>"
        )
    };
    let transport = MockTransport::new();
    for number in 1..1_000 {
        transport.response(200, page("", number, true));
    }
    transport.response(200, page("", 0, false));
    let client = testing::client(&transport);
    assert!(client.list_objects_v2("photos").items().try_next().await.unwrap().is_none());
    for number in 1..1_200 {
        let prefix = format!("<CommonPrefixes><Prefix>{number}/</Prefix></CommonPrefixes>");
        transport.response(200, page(&prefix, number, number < 1_199));
    }
    assert!(client.list_objects_v2("photos").delimiter("/").items().try_next().await.unwrap().is_none());
}

/// A proxy that does not speak HTTP fails immediately, even if it keeps the connection open.
#[tokio::test]
async fn a_proxy_that_does_not_speak_http_is_an_immediate_error() {
    for (greeting, words) in [
        (&b"\x15\x03\x03\0\x02\x02\n"[..], "the proxy expects TLS: use https:// in its URL"),
        (b"220 mail", "the proxy does not speak HTTP"),
        (b"HTTP/2", "the proxy does not speak HTTP"),
    ] {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let proxy = Loopback::serve(move |_, stream| {
            stream.get_mut().write_all(greeting).ok()?;
            held.lock().unwrap().recv().ok()
        });
        let client = Client::builder()
            .load_environment()
            .environment(testing::MapEnvironment::default().variable("HTTPS_PROXY", proxy.endpoint()))
            .files(testing::MemoryFiles::default())
            .region("us-east-1")
            .credentials(Credentials::new("id", "secret"))
            .connect_timeout(Duration::MAX)
            .max_attempts(1)
            .build()
            .unwrap();
        let put = async { client.put_object("photos", "cat", "meow").await.unwrap_err() };
        let error = tokio::time::timeout(Duration::from_secs(20), put).await.unwrap();
        assert_eq!(error.kind(), ErrorKind::ConnectFailed, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        drop(hold);
    }
}
