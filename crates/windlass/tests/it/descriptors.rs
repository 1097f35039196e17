//! A process that may have few file descriptors. The client runs in a process of its own, since the limit holds for all of
//! a process; the server stays here.
#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use futures_util::future::try_join_all;
use windlass::adapters::hyper::{HyperTransport, Resolve, TransportSettings};
use windlass::ports::BoxFuture;
use windlass::{AddressingStyle, Client, Credentials, ErrorKind, Result};

use crate::loopback::{HELLO, Loopback};

/// Runs the test `name` of this file as a program that may have `limit` descriptors, against `server`.
fn run(name: &str, limit: u32, server: &Loopback) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -n {limit} && exec \"$0\" --exact descriptors::{name} --nocapture --ignored"))
        .arg(program)
        .env("WINDLASS_TEST_DESCRIPTORS", server.address.to_string())
        .output()
        .unwrap();
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

/// The client of the program under test; None where it was not started by [`run`].
fn client(connect_timeout: Duration) -> Option<Client> {
    let address: std::net::SocketAddr = std::env::var("WINDLASS_TEST_DESCRIPTORS").ok()?.parse().unwrap();
    let mut settings = TransportSettings::default();
    settings.connect_timeout = connect_timeout;
    settings.resolver = std::sync::Arc::new(There(address));
    let client = Client::builder()
        .region("us-east-1")
        .endpoint("http://s3.test")
        .addressing_style(AddressingStyle::Virtual)
        .allow_http(true)
        .credentials(Credentials::new("id", "secret"))
        .transport(HyperTransport::new(settings).unwrap());
    Some(client.build().unwrap())
}

/// Every host is there.
#[derive(Debug)]
struct There(std::net::SocketAddr);

impl Resolve for There {
    fn resolve<'a>(
        &'a self,
        _: &'a str,
        _: u16,
    ) -> BoxFuture<'a, std::io::Result<Vec<std::net::SocketAddr>>> {
        Box::pin(async { Ok(vec![self.0]) })
    }
}

async fn read(client: &Client, bucket: String) -> Result<()> {
    let object = client.get_object(bucket, "cat").await?;
    assert_eq!(object.body.bytes().await?, "hello");
    Ok(())
}

// influxdb_iox#3336: fewer descriptors than connections that one host may have.
#[test]
fn many_requests_share_few_descriptors() {
    let server = Loopback::start(|_| HELLO.to_owned());
    run("child_joins_many_requests", 64, &server);
    assert_eq!(server.requests().len(), 2_000);
    // A connection is reused, not closed, where somebody waits for one.
    assert!(server.connections() < 200, "{}", server.connections());
}

#[tokio::test]
#[ignore = "run by many_requests_share_few_descriptors"]
async fn child_joins_many_requests() {
    let Some(client) = client(Duration::from_secs(5)) else { return };
    try_join_all((0..2_000).map(|_| read(&client, "bucket".to_owned()))).await.unwrap();
}

/// boto#3216: idle connections to other hosts make room.
#[test]
fn many_buckets_in_turn_need_few_descriptors() {
    let server = Loopback::start(|_| HELLO.to_owned());
    run("child_reads_from_many_buckets", 64, &server);
    assert_eq!(server.requests().len(), 150);
}

#[tokio::test]
#[ignore = "run by many_buckets_in_turn_need_few_descriptors"]
async fn child_reads_from_many_buckets() {
    let Some(client) = client(Duration::from_secs(5)) else { return };
    for bucket in 0..150 {
        read(&client, format!("bucket-{bucket}")).await.unwrap();
    }
}

/// boto#3216: the same, all at once.
#[test]
fn many_buckets_at_once_share_few_descriptors() {
    let server = Loopback::start(|_| HELLO.to_owned());
    run("child_reads_from_many_buckets_at_once", 64, &server);
    assert_eq!(server.requests().len(), 150);
}

#[tokio::test]
#[ignore = "run by many_buckets_at_once_share_few_descriptors"]
async fn child_reads_from_many_buckets_at_once() {
    let Some(client) = client(Duration::from_secs(5)) else { return };
    try_join_all((0..150).map(|bucket| read(&client, format!("bucket-{bucket}")))).await.unwrap();
}

// influxdb_iox#3336: responses that are held unread end in an error, not in a wait without end.
#[test]
fn descriptors_that_nobody_gives_back_end_the_wait_with_an_error() {
    let server =
        Loopback::start(|_| "HTTP/1.1 200 OK\r\ncontent-length: 10\r\netag: \"1\"\r\n\r\nhello".to_owned());
    run("child_holds_responses", 32, &server);
}

#[tokio::test]
#[ignore = "run by descriptors_that_nobody_gives_back_end_the_wait_with_an_error"]
async fn child_holds_responses() {
    let Some(client) = client(Duration::from_millis(100)) else { return };
    let mut held = Vec::new();
    let error = loop {
        match client.get_object("bucket", "cat").await {
            Ok(object) => held.push(object),
            Err(error) => break error,
        }
    };
    assert!(held.len() > 10 && held.len() < 32, "{}", held.len());
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ConnectFailed, 1), "{error}");
    let text = error.to_string();
    assert!(text.contains("Too many open files") && text.contains("ulimit -n"), "{text}");
    // What is given back serves the next.
    held.truncate(5);
    client.get_object("bucket", "cat").await.unwrap();
}
