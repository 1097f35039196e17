//! The client against the strict server of this workspace, which verifies signatures, checksums and conditions.

use windlass::adapters::http_client::{HttpClient, HttpClientSettings, Resolve};
use windlass::ports::BoxFuture;
use windlass::types::CopySource;
use windlass::{AddressingStyle, Body, Client, Credentials, ErrorKind};
use windlass_server::{Action, Fault, Server};

/// Starts an in-memory server with the bucket `photos`, and a client.
pub(crate) async fn start() -> (Server, Client) {
    let server = Server::builder().memory().credentials("id", "secret").start().await.unwrap();
    let client = client(&server, "secret").build().unwrap();
    client.create_bucket("photos").await.unwrap();
    (server, client)
}

fn client(server: &Server, secret: &str) -> windlass::ClientBuilder {
    Client::builder()
        .region("us-east-1")
        .endpoint(server.endpoint())
        .credentials(Credentials::new("id", secret))
}

#[tokio::test]
async fn a_nonempty_body_declared_empty_is_an_error() {
    let (_server, client) = start().await;
    let stream = |content: &'static str| Body::from_reader(content.as_bytes()).with_length(0);
    client.put_object("photos", "empty", stream("")).await.unwrap();
    assert_eq!(client.head_object("photos", "empty").await.unwrap().content_length, Some(0));
    let error = client.put_object("photos", "full", stream("content")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IncompleteBody);
    assert!(!client.object_exists("photos", "full").await.unwrap());
}

/// Keys that the compatibility probes do not cover.
#[tokio::test]
async fn keys_that_differ_in_case_or_look_like_markup_are_distinct() {
    let (_server, client) = start().await;
    let mut keys = vec![".", "u\u{308}", "\u{1}\u{7f}", "A", "a", "<&>\"'"];
    for key in &keys {
        client
            .put_object("photos", *key, format!("of {key}"))
            .await
            .unwrap_or_else(|e| panic!("{key:?}: {e}"));
        client.copy_object(CopySource::new("photos", *key), "photos", "copy").await.unwrap();
        for (bucket_key, expected) in [(*key, format!("of {key}")), ("copy", format!("of {key}"))] {
            let read = client.get_object("photos", bucket_key).await.unwrap().body.text().await.unwrap();
            assert_eq!(read, expected, "{key:?}");
        }
    }
    client.delete_object("photos", "copy").await.unwrap();
    keys.sort_unstable();
    let mut listed = client.list_objects_v2("photos").max_keys(2).items();
    for key in &keys {
        assert_eq!(listed.try_next().await.unwrap().unwrap().key, *key);
    }
    assert!(listed.try_next().await.unwrap().is_none());
    let deleted = client.delete_objects("photos", keys.clone()).await.unwrap();
    assert_eq!((deleted.deleted.len(), deleted.errors.len()), (keys.len(), 0));
}

#[tokio::test]
async fn both_addressing_styles_work() {
    let (server, client_by_path) = start().await;
    client_by_path.put_object("photos", "a b", "x").await.unwrap();
    // Not every system resolves subdomains of localhost, so the resolver returns the address of the server.
    let mut settings = HttpClientSettings::default();
    settings.resolver = std::sync::Arc::new(Loopback(server.address()));
    let client = client(&server, "secret")
        .endpoint(format!("http://s3.localhost:{}", server.address().port()))
        .addressing_style(AddressingStyle::Virtual)
        .transport(HttpClient::new(settings).unwrap())
        .build()
        .unwrap();
    assert_eq!(client.get_object("photos", "a b").await.unwrap().body.text().await.unwrap(), "x");
}

#[derive(Debug)]
struct Loopback(std::net::SocketAddr);

impl Resolve for Loopback {
    fn resolve<'a>(
        &'a self,
        _: &'a str,
        _: u16,
    ) -> BoxFuture<'a, std::io::Result<Vec<std::net::SocketAddr>>> {
        Box::pin(async { Ok(vec![self.0]) })
    }
}

#[tokio::test]
async fn faults_of_the_service_are_retried_or_reported() {
    let (server, client) = start().await;
    let body = vec![7_u8; 500_000];
    let slow_down = || Action::Status { status: 503, code: "SlowDown" };
    server.faults().add(Fault::new(slow_down()).operation("PutObject").times(1));
    server.faults().add(Fault::new(Action::Reset).operation("HeadObject").times(1));
    server.faults().add(Fault::new(Action::CutBody { after: 1000 }).operation("GetObject").times(1));
    client.put_object("photos", "k", Body::from(body.clone())).await.unwrap();
    assert_eq!(client.head_object("photos", "k").await.unwrap().content_length, Some(500_000));
    assert_eq!(client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap(), body);
    assert_eq!(server.requests().all().iter().filter(|request| request.operation == "GetObject").count(), 2);
    server.faults().add(Fault::new(Action::CutBody { after: 0 }).operation("GetObject"));
    let error = client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::IncompleteBody), "{error}");
}

#[tokio::test]
async fn a_write_with_a_lost_response_is_a_success() {
    let (server, client) = start().await;
    for operation in ["PutObject", "CompleteMultipartUpload"] {
        server.faults().add(Fault::new(Action::LoseAnswer).operation(operation).times(1));
    }
    client.put_object("photos", "k", "small").if_none_match("*").await.unwrap();
    let large = client.put_object("photos", "large", vec![7; 9 << 20]).if_none_match("*");
    assert_eq!(large.in_parts().await.unwrap().parts, 2);
    assert_eq!(client.head_object("photos", "large").await.unwrap().content_length, Some(9 << 20));
    let again = client.put_object("photos", "k", "other").if_none_match("*").await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::PreconditionFailed);
}

/// A pooled connection belongs to the runtime that opened it.
#[test]
fn a_client_works_after_its_runtime_has_ended() {
    let servers = tokio::runtime::Runtime::new().unwrap();
    let (_server, client) = servers.block_on(start());
    for content in ["first", "second", "third"] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let read = runtime.block_on(async {
            client.put_object("photos", "k", content).await.unwrap();
            client.get_object("photos", "k").await.unwrap().body.text().await.unwrap()
        });
        assert_eq!(read, content);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_an_error() {
    let (server, _) = start().await;
    let error = client(&server, "wrong").build().unwrap().list_buckets().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignatureMismatch);
}
