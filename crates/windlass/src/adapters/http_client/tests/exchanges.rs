//! One request and its response: the bytes on the wire, bodies in both directions, early rejections.

use super::*;

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
        let response = transport.send(get(&origin)).await.unwrap();
        assert_eq!(response.headers.len(), 481);
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn the_bytes_that_the_network_accepted_are_counted() {
    let (transport, listener, origin) = plain().await;
    let sent = crate::ports::ByteCounter::default();
    let server = greeted(&listener);
    let client = async {
        let mut put = put(&origin, HttpBody::Stream { length: 4, stream: chunks(["bo", "dy"]) });
        put.hints.bytes_sent = Some(sent.clone());
        text(transport.send(put).await.unwrap()).await;
        assert!(sent.get() > 4, "head and body: {}", sent.get());
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn the_target_and_the_headers_are_sent_byte_for_byte() {
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
        // The server accepts no second connection: the first is reusable.
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);
}

/// Data that was received before a reset can still be read on Linux; other systems discard it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_rejection_is_read_although_the_upload_breaks() {
    let (transport, listener, origin) = plain().await;
    let (closed, is_closed) = tokio::sync::oneshot::channel();
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        peer.say("HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\ndenied").await;
        // Closing with unread bytes resets the connection.
        drop(peer);
        closed.send(()).unwrap();
    };
    let client = async {
        // The client does not read the response until the connection is gone: its next write fails.
        let first = stream::once(async { Ok(Bytes::from_static(&[0; 4096])) });
        let then = stream::once(async {
            is_closed.await.unwrap();
            Ok(Bytes::from_static(&[0; 4096]))
        });
        let endless = stream::repeat_with(|| Ok(Bytes::from_static(&[0; 4096])));
        let body = stream::StreamExt::chain(first.chain(then), endless);
        let body = HttpBody::Stream { length: 1 << 40, stream: Box::pin(body) };
        let response = transport.send(put(&origin, body)).await.unwrap();
        assert_eq!((response.status, text(response).await), (StatusCode::FORBIDDEN, "denied".to_owned()));
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn a_failed_body_is_reported_and_never_complete() {
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
async fn a_large_body_waits_for_100_continue() {
    const LENGTH: usize = 1 << 20;
    // Without `100 Continue` the body would be sent after an hour.
    let (transport, listener, origin) = patient(Duration::from_secs(3600)).await;
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
        let put = || put_after_consent(&origin, body());
        assert_eq!(text(transport.send(put()).await.unwrap()).await, "hello");
        assert_eq!(text(transport.send(put()).await.unwrap()).await, "denied");
    };
    timeout(PROMPT, async { tokio::join!(server, client) }).await.expect("consent was not noticed");
}

#[tokio::test]
async fn the_wait_for_100_continue_has_a_limit() {
    let (transport, listener, origin) = patient(Duration::from_millis(1)).await;
    let client = async {
        let body = HttpBody::Stream { length: 4, stream: chunks(["bo", "dy"]) };
        let put = put_after_consent(&origin, body);
        text(transport.send(put).await.unwrap()).await
    };
    assert_eq!(tokio::join!(greeted(&listener), client).1, "hello");
}

/// A service that responds early needs no body, or wants the body without `100 Continue`.
#[tokio::test]
async fn a_success_is_consent() {
    let (transport, listener, origin) = patient(Duration::from_secs(3600)).await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        peer.say(HELLO).await;
        assert_eq!(peer.body(4).await, "body");
    };
    let client = async {
        let body = HttpBody::Stream { length: 4, stream: chunks(["bo", "dy"]) };
        let put = put_after_consent(&origin, body);
        assert_eq!(text(transport.send(put).await.unwrap()).await, "hello");
    };
    timeout(PROMPT, async { tokio::join!(server, client) }).await.unwrap();
}

fn put_after_consent(origin: &Origin, body: HttpBody) -> HttpRequest {
    let mut put = put(origin, body);
    put.hints.expect_continue = true;
    put
}
