//! Responses that arrive while the request is still being sent.

use super::*;

const LENGTH: usize = 9 << 20;

fn body() -> HttpBody {
    let chunks = (0..LENGTH >> 18).map(|_| Ok(Bytes::from(vec![b'x'; 1 << 18])));
    HttpBody::Stream { length: LENGTH as u64, stream: Box::pin(stream::iter(chunks)) }
}

/// http-core#82
#[tokio::test]
async fn an_early_success_does_not_end_the_request() {
    let in_memory = || HttpBody::Bytes(vec![b'x'; LENGTH].into());
    for make_body in [body, in_memory] {
        for head in ["", "connection: close\r\n"] {
            let (transport, listener, origin) = plain().await;
            let server = async {
                let mut peer = accept(&listener).await;
                peer.head().await;
                peer.say(&format!("HTTP/1.1 200 OK\r\n{head}content-length: 5\r\n\r\nhello")).await;
                assert_eq!(peer.body(LENGTH).await.len(), LENGTH);
                peer
            };
            let client = async {
                let response = transport.send(put(&origin, make_body())).await.unwrap();
                assert_eq!(text(response).await, "hello");
            };
            tokio::join!(server, client);
        }
    }
}

#[tokio::test]
async fn an_early_success_leaves_the_connection_reusable() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        peer.say("HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 0\r\n\r\n").await;
        peer.body(LENGTH).await;
        peer.request().await;
        peer.say(HELLO).await;
    };
    let client = async {
        let response = transport.send(put(&origin, body())).await.unwrap();
        assert_eq!(response.headers[http::header::ETAG], "\"1\"");
        // The server accepts no second connection.
        assert_eq!(text(transport.send(get(&origin)).await.unwrap()).await, "hello");
    };
    tokio::join!(server, client);
}

/// http-core#82: a response does not count if the peer does not read the rest of the request.
#[tokio::test]
async fn closing_after_an_early_success_interrupts_the_request() {
    for rest in ["content-length: 0\r\n\r\n", "content-length: 5\r\n\r\nhello", "\r\n"] {
        let (transport, listener, origin) = plain().await;
        let server = async {
            let mut peer = accept(&listener).await;
            peer.head().await;
            peer.say(&format!("HTTP/1.1 200 OK\r\n{rest}")).await;
            // Closing with unread bytes resets the connection.
        };
        let client = async {
            let error = transport.send(put(&origin, body())).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Interrupted);
            assert!(!error.is_stale_connection());
            assert!(chain(&error).contains("before it received the whole request"), "{}", chain(&error));
        };
        tokio::join!(server, client);
    }
}

#[tokio::test]
async fn a_body_that_fails_after_an_early_success_is_an_error() {
    let (transport, listener, origin) = plain().await;
    let server = async {
        let mut peer = accept(&listener).await;
        peer.head().await;
        peer.say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        peer.wait_for_end().await
    };
    let client = async {
        // The failure occurs after the response has arrived.
        let broken = stream::once(async { Err(io::Error::other("the file is gone")) });
        let body = stream::iter([Ok(Bytes::from(vec![0; LENGTH - 1]))]).chain(broken);
        let body = HttpBody::Stream { length: LENGTH as u64, stream: Box::pin(body) };
        let error = transport.send(put(&origin, body)).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Body);
        assert!(chain(&error).contains("the file is gone"), "{}", chain(&error));
        drop(transport);
    };
    assert!(tokio::join!(server, client).0 < LENGTH);
}

/// A request whose body never ends is not a success.
#[tokio::test]
async fn a_success_waits_for_a_body_that_waits_for_its_source() {
    let (transport, listener, origin) = plain().await;
    let body = HttpBody::Stream { length: 10, stream: Box::pin(stream::pending()) };
    let mut sending = transport.send(put(&origin, body));
    let mut peer = tokio::select! {
        _ = &mut sending => unreachable!("no response was sent"),
        peer = async {
            let mut peer = accept(&listener).await;
            peer.head().await;
            peer.say("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            peer.stream.shutdown().await.unwrap();
            peer
        } => peer,
    };
    // The peer has closed its side: there is no valid response.
    let error = sending.await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Interrupted);
    peer.wait_for_end().await;
}
