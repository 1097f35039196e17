//! Behaviour of connections: reuse, truncation, resets and shutdown.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use windlass_server::{Action, Fault, Server};

use crate::signer::{Draft, builder};

/// Formats a request as bytes on the wire.
fn wire(draft: Draft) -> Vec<u8> {
    let body = draft.body.clone();
    let request = draft.signed();
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method(), request.uri());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}

/// Reads up to the end of the response headers.
async fn read_head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head).unwrap())
}

/// Reads one response with a content length: status line and body.
async fn read(stream: &mut TcpStream) -> std::io::Result<(String, String)> {
    let head = read_head(stream).await?;
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await?;
    Ok((head.lines().next().unwrap().to_owned(), String::from_utf8(body).unwrap()))
}

async fn server_with_object() -> (Server, TcpStream) {
    let server = builder().0.start().await.unwrap();
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    for draft in [Draft::new("PUT", "/bucket"), Draft::new("PUT", "/bucket/key").body("content")] {
        stream.write_all(&wire(draft)).await.unwrap();
        assert_eq!(read(&mut stream).await.unwrap().0, "HTTP/1.1 200 OK");
    }
    (server, stream)
}

#[tokio::test]
async fn a_rejection_without_100_continue_closes_the_connection() {
    let (_server, mut stream) = server_with_object().await;
    let put = |condition| {
        let put = Draft::new("PUT", "/bucket/key").body("other").header("expect", "100-continue");
        let mut bytes = wire(put.header("if-match", condition));
        bytes.truncate(bytes.len() - "other".len());
        bytes
    };
    // The MD5 of "content".
    stream.write_all(&put("\"9a0364b9e99bb480dd25e1f0284c8555\"")).await.unwrap();
    assert_eq!(read_head(&mut stream).await.unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"other").await.unwrap();
    let written = read_head(&mut stream).await.unwrap();
    assert!(written.starts_with("HTTP/1.1 200 OK") && !written.contains("connection: close"), "{written}");

    stream.write_all(&put("\"stale\"")).await.unwrap();
    let refused = read_head(&mut stream).await.unwrap();
    assert!(refused.starts_with("HTTP/1.1 412 ") && refused.contains("connection: close"), "{refused}");
}

#[tokio::test]
async fn a_connection_is_reused_after_errors() {
    let (server, mut stream) = server_with_object().await;
    for (target, status, body) in
        [("/bucket/none", "404 Not Found", None), ("/bucket/key", "200 OK", Some("content"))]
    {
        stream.write_all(&wire(Draft::new("GET", target))).await.unwrap();
        let answer = read(&mut stream).await.unwrap();
        assert_eq!(answer.0, format!("HTTP/1.1 {status}"));
        assert!(body.is_none_or(|body| answer.1 == body));
    }
    assert_eq!(server.endpoint(), format!("http://{}", server.address()));
    assert_eq!(server.requests().count(), 4);
}

#[tokio::test]
async fn a_connection_is_reused_after_a_rejected_upload() {
    let (_server, mut stream) = server_with_object().await;
    let put = Draft { secret: "wrong".into(), ..Draft::new("PUT", "/bucket/key").body(vec![b'x'; 100_000]) };
    stream.write_all(&wire(put)).await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap().0, "HTTP/1.1 403 Forbidden");
    stream.write_all(&wire(Draft::new("GET", "/bucket/key"))).await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap().1, "content");
}

#[tokio::test]
async fn a_truncated_body_closes_the_connection() {
    let (server, mut stream) = server_with_object().await;
    server.faults().add(Fault::new(Action::CutBody { after: 3 }).times(1));
    stream.write_all(&wire(Draft::new("GET", "/bucket/key"))).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains("content-length: 7") && answer.ends_with("\r\n\r\ncon"), "{answer}");
}

#[tokio::test]
async fn an_injected_reset_resets_the_connection() {
    let (server, mut stream) = server_with_object().await;
    server.faults().add(Fault::new(Action::Reset).times(1));
    stream.write_all(&wire(Draft::new("GET", "/bucket/key"))).await.unwrap();
    let error = read(&mut stream).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn expect_100_continue_is_answered_before_the_body() {
    let (_server, mut stream) = server_with_object().await;
    let draft = |key: &str| {
        Draft::new("PUT", &format!("/bucket/{key}")).body("content").unsigned_header("expect", "100-continue")
    };
    let bytes = wire(draft("key"));
    let (head, body) = bytes.split_at(bytes.len() - 7);
    stream.write_all(head).await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap().0, "HTTP/1.1 100 Continue");
    stream.write_all(body).await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap().0, "HTTP/1.1 200 OK");

    let bytes = wire(Draft { id: "nobody".into(), ..draft("key") });
    stream.write_all(&bytes[..bytes.len() - 7]).await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap().0, "HTTP/1.1 403 Forbidden");
}

#[tokio::test]
async fn a_stopped_server_accepts_no_connections() {
    let (server, mut idle) = server_with_object().await;
    let address = server.address();
    server.shutdown().await;
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "idle connections are closed");
    TcpStream::connect(address).await.unwrap_err();
}
