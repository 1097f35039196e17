//! Responses that cannot be parsed, and peers that do not speak HTTP.

use super::*;

/// The error for `response`, which ends with the connection.
async fn failure_of(response: &[u8]) -> TransportError {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        // The client may close before all of it is written.
        let _ = peer.stream.write_all(response).await;
        let _ = peer.stream.shutdown().await;
        peer.wait_for_end().await;
    };
    let client = async {
        match transport.send(get(&origin)).await {
            Err(error) => error,
            Ok(mut response) => loop {
                match response.body.next().await {
                    Some(Ok(_)) => {}
                    Some(Err(error)) => break error,
                    None => panic!("the response was parsed"),
                }
            },
        }
    };
    tokio::join!(server, client).1
}

#[tokio::test]
async fn the_error_names_the_violation_in_the_response() {
    let large = format!("HTTP/1.1 200 OK\r\nx-amz-meta-large: {}\r\n\r\n", "v".repeat(500 << 10));
    let many: String = (0..600).map(|n| format!("x-amz-meta-{n}: v\r\n")).collect();
    let many = format!("HTTP/1.1 200 OK\r\n{many}\r\n");
    let early = "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n".repeat(17);
    for (response, words) in [
        ("SSH-2.0-OpenSSH_9.6\r\n", "starts with \"SSH-2.0-OpenSSH_9.6\\r\\n\""),
        ("220 mail.example.com ESMTP\r\n", "starts with \"220 mail.example.com ESMTP"),
        ("HTTP/2 200 OK\r\n\r\n", "starts with \"HTTP/2 200 OK"),
        ("<html>hello</html>\r\n\r\n", "starts with \"<html>hello</html>"),
        ("HTTP/1.1 two hundred\r\n\r\n", "the head of the response is malformed"),
        (&large, "the head of the response is larger than 400 KiB or has more than 512 headers"),
        (&many, "the head of the response is larger than 400 KiB or has more than 512 headers"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello", "several lengths"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\nhello", "several lengths"),
        ("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello", "not a number"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5x\r\n\r\nhello", "not a number"),
        ("HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "transfer encoding"),
        (
            "HTTP/1.1 200 OK\r\netag: \"1\"\r\nx-amz-meta-note: a\u{1}b\r\n\r\n",
            "the response's header x-amz-meta-note contains the control character 0x01",
        ),
        ("HTTP/1.1 200 OK\r\nX-Odd:\u{7f}\r\n\r\n", "header X-Odd contains the control character 0x7f"),
        ("HTTP/1.1 200 OK\r\nx-half: a\rb\r\n\r\n", "header x-half contains the control character 0x0d"),
        ("HTTP/1.1 200 OK\r\nx-nul: \0", "header x-nul contains the control character 0x00"),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "a header of the response has no colon: \"no colon\""),
        ("HTTP/1.1 200 OK\r\nan odd name: v\r\n\r\n", "invalid name: \"an odd name\""),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n", "the response is malformed"),
        (&early, "more than 16 informational responses"),
    ] {
        let error = failure_of(response.as_bytes()).await;
        let shown: String = response.chars().take(60).collect();
        assert_eq!(error.kind(), TransportErrorKind::Unparseable, "{shown}: {}", chain(&error));
        assert!(!error.is_stale_connection(), "{shown}");
        assert!(chain(&error).contains(words), "{shown}: {}", chain(&error));
    }
}

/// Without a body the right length cannot be determined.
#[tokio::test]
async fn several_lengths_without_a_body_are_rejected() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 7\r\ncontent-length: 7\r\n\r\n").await;
        peer.request().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 7\r\ncontent-length: 8\r\n\r\n").await;
    };
    let client = async {
        let head = || HttpRequest { method: Method::HEAD, ..get(&origin) };
        assert_eq!(transport.send(head()).await.unwrap().status, StatusCode::OK);
        let error = transport.send(head()).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Unparseable);
        assert!(chain(&error).contains("several lengths"), "{}", chain(&error));
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn sixteen_informational_responses_are_skipped() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        for _ in 0..2 {
            peer.request().await;
            peer.say(&"HTTP/1.1 102 Processing\r\n\r\n".repeat(16)).await;
            peer.say(HELLO).await;
        }
    };
    let client = async {
        for _ in 0..2 {
            assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
        }
    };
    tokio::join!(server, client);
}

/// A body may look like a head.
#[tokio::test]
async fn the_bytes_of_a_body_are_not_counted_as_responses() {
    let (transport, listener, origin) = plain().await;
    let content = "HTTP/1.1 102 Processing\r\n\r\n".repeat(40);
    let server = async {
        let mut peer = accept(&listener).await;
        peer.request().await;
        peer.say(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", content.len())).await;
        peer.say(&content).await;
        peer
    };
    let client = async { text(transport.send(get(&origin)).await.unwrap()).await };
    assert_eq!(tokio::join!(server, client).1, content);
}

/// Leftover data of the previous exchange precedes the response; a new connection has none.
#[tokio::test]
async fn garbage_on_a_reused_connection_is_retried_on_a_new_one() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = greeted(&listener).await;
        peer.request().await;
        peer.say("rest\r\n").await;
        peer.say(HELLO).await;
    };
    let client = async {
        text(transport.send(get(&origin)).await.unwrap()).await;
        let error = transport.send(get(&origin)).await.unwrap_err();
        assert_eq!((error.kind(), error.is_stale_connection()), (TransportErrorKind::Unparseable, true));
    };
    tokio::join!(server, client);
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_reported() {
    // An alert of TLS 1.2 (unexpected message), one of TLS 1.0 (protocol version), and the alert of rustls.
    for alert in [&[0x15, 3, 3, 0, 2, 2, 10][..], &[0x15, 3, 1, 0, 2, 2, 70]] {
        let error = failure_of(alert).await;
        assert_eq!(error.kind(), TransportErrorKind::WrongScheme);
        let text = chain(&error);
        assert!(text.contains("expects TLS: use https://127.0.0.1:"), "{text}");
    }
    let (transport, listener, origin) = plain().await;
    let acceptor = Authority::new("ours").acceptor("127.0.0.1");
    let server = async {
        let stream = listener.accept().await.unwrap().0;
        assert!(acceptor.accept(stream).await.is_err());
    };
    let client = async { transport.send(get(&origin)).await.unwrap_err() };
    assert_eq!(tokio::join!(server, client).1.kind(), TransportErrorKind::WrongScheme);
}

#[tokio::test]
async fn tls_to_a_plain_http_port_is_reported() {
    for response in [
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        "<!DOCTYPE HTML>\n<html lang=\"en\">bad request version</html>",
        "SSH-2.0-OpenSSH_9.6\r\n",
    ] {
        let (transport, listener, origin) = plain().await;
        let origin = Origin { secure: true, ..origin };
        let server = async {
            let mut stream = listener.accept().await.unwrap().0;
            let mut greeting = [0; 5];
            stream.read_exact(&mut greeting).await.unwrap();
            stream.write_all(response.as_bytes()).await.unwrap();
            let _ = stream.read_to_end(&mut Vec::new()).await;
        };
        let client = async { transport.send(get(&origin)).await.unwrap_err() };
        let ((), error) = tokio::join!(server, client);
        assert_eq!(error.kind(), TransportErrorKind::WrongScheme, "{}", chain(&error));
        let text = chain(&error);
        assert!(text.contains("does not speak TLS on this port: use http://127.0.0.1:"), "{text}");
    }
}
