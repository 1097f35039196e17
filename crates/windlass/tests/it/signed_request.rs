//! Requests that windlass signs and something else sends.

use std::fmt::Write as _;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use windlass::SignedRequest;
use windlass::ports::HttpBody;

use crate::server::start;

#[tokio::test]
async fn a_signed_request_can_be_sent_by_other_means() {
    let (_server, client) = start().await;
    let signed = client.put_object("photos", "a b", "meow").metadata("m", "v").sign().await.unwrap();
    assert!(send(signed).await.starts_with("HTTP/1.1 200 "));
    let response = send(client.get_object("photos", "a b").range(1..3).sign().await.unwrap()).await;
    assert!(response.starts_with("HTTP/1.1 206 ") && response.ends_with("\r\n\r\neo"), "{response}");
}

#[tokio::test]
async fn a_signed_request_does_not_show_its_signature() {
    let (_server, client) = start().await;
    let signed = client.put_object("photos", "k", "meow").sign().await.unwrap();
    let shown = format!("{signed:?}");
    assert!(shown.contains("PUT") && shown.contains("/photos/k") && shown.contains("4 bytes"), "{shown}");
    assert!(!shown.contains("Signature=") && !shown.contains("meow"), "{shown}");
}

/// The plainest HTTP client: what `signed` says, byte for byte.
async fn send(signed: SignedRequest) -> String {
    let mut head = format!("{} {} HTTP/1.1\r\n", signed.method(), signed.path_and_query());
    for (name, value) in signed.headers() {
        write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", signed.body().length()).unwrap();
    let mut connection = TcpStream::connect(&*signed.origin().authority).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    let HttpBody::Bytes(body) = signed.into_body() else { panic!("a body in memory") };
    connection.write_all(&body).await.unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    response
}
