//! Behavior under a low limit on file descriptors. The client runs in a child process, because the limit
//! applies to a whole process; the server runs in the parent.
#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use futures_util::future::try_join_all;
use windlass::adapters::http_client::{HttpClient, HttpClientSettings, Resolve};
use windlass::ports::BoxFuture;
use windlass::{AddressingStyle, Client, Credentials, ErrorKind, Result};

use crate::loopback::{HELLO, Loopback};

/// Runs the same test again in a child process with `limit` descriptors. Returns the server in the parent,
/// and `None` in the child.
fn in_a_process_with(
    limit: u32,
    name: &str,
    connect_timeout: Duration,
    response: &'static str,
    child: impl AsyncFnOnce(Client),
) -> Option<Loopback> {
    if let Some(client) = client(connect_timeout) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(child(client));
        return None;
    }
    let server = Loopback::start(|_| response.to_owned());
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -n {limit} && exec \"$0\" --exact descriptors::{name} --nocapture"))
        .arg(std::env::current_exe().unwrap())
        .env(ADDRESS, server.address.to_string())
        .output()
        .unwrap();
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
    Some(server)
}

/// The variable with the address of the parent's server, set in the child.
const ADDRESS: &str = "WINDLASS_TEST_DESCRIPTORS";

/// Returns the client in the child, and `None` in the parent.
fn client(connect_timeout: Duration) -> Option<Client> {
    let address: std::net::SocketAddr = std::env::var(ADDRESS).ok()?.parse().unwrap();
    let mut settings = HttpClientSettings::default();
    settings.connect_timeout = connect_timeout;
    settings.resolver = std::sync::Arc::new(There(address));
    let client = Client::builder()
        .region("us-east-1")
        .endpoint("http://s3.test")
        .addressing_style(AddressingStyle::Virtual)
        .allow_http(true)
        .credentials(Credentials::new("id", "secret"))
        .transport(HttpClient::new(settings).unwrap());
    Some(client.build().unwrap())
}

/// Resolves every host to loopback.
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

// influxdb_iox#3336: fewer descriptors than the limit on connections per host.
#[test]
fn many_requests_share_few_descriptors() {
    let child = async |client: Client| {
        try_join_all((0..2_000).map(|_| read(&client, "bucket".to_owned()))).await.unwrap();
    };
    let name = "many_requests_share_few_descriptors";
    let Some(server) = in_a_process_with(64, name, Duration::from_secs(5), HELLO, child) else { return };
    assert_eq!(server.requests().len(), 2_000);
    // A connection is reused instead of closed while a request waits for one.
    assert!(server.connections() < 200, "{}", server.connections());
}

/// boto#3216: idle connections to other hosts make room.
#[test]
fn many_buckets_in_turn_need_few_descriptors() {
    let child = async |client: Client| {
        for bucket in 0..150 {
            read(&client, format!("bucket-{bucket}")).await.unwrap();
        }
    };
    let name = "many_buckets_in_turn_need_few_descriptors";
    let Some(server) = in_a_process_with(64, name, Duration::from_secs(5), HELLO, child) else { return };
    assert_eq!(server.requests().len(), 150);
}

/// boto#3216: the same, concurrently.
#[test]
fn many_buckets_at_once_share_few_descriptors() {
    let child = async |client: Client| {
        try_join_all((0..150).map(|bucket| read(&client, format!("bucket-{bucket}")))).await.unwrap();
    };
    let name = "many_buckets_at_once_share_few_descriptors";
    let Some(server) = in_a_process_with(64, name, Duration::from_secs(5), HELLO, child) else { return };
    assert_eq!(server.requests().len(), 150);
}

// influxdb_iox#3336: responses that are held unread cause an error instead of an endless wait.
#[test]
fn descriptors_that_are_never_released_end_the_wait_with_an_error() {
    let child = async |client: Client| {
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
        // Released connections serve the next requests.
        held.truncate(5);
        client.get_object("bucket", "cat").await.unwrap();
    };
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\netag: \"1\"\r\n\r\nhello";
    let name = "descriptors_that_are_never_released_end_the_wait_with_an_error";
    let Some(server) = in_a_process_with(32, name, Duration::from_millis(100), half, child) else { return };
    assert!(server.requests().len() > 10);
}
