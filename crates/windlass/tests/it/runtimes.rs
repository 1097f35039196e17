//! Clients on several tokio runtimes, on an undriven one, and outside a runtime.

use std::borrow::Cow;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use windlass::ports::{BoxFuture, CredentialsProvider};
use windlass::{Body, Client, ClientBuilder, Credentials, ErrorKind, Result};

use crate::loopback::{HELLO, Loopback};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn builder(server: &Loopback) -> ClientBuilder {
    Client::builder()
        .region("us-east-1")
        .endpoint(server.endpoint())
        .credentials(Credentials::new("id", "secret"))
}

/// Runs `work` on `runtime` and fails if it takes as long as a request without a response.
fn promptly<T>(runtime: &Runtime, work: impl Future<Output = T>) -> T {
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), work).await.unwrap() })
}

async fn read(client: &Client) -> Result<String> {
    let object = client.get_object("photos", "cat").await?;
    Ok(String::from_utf8(object.body.bytes().await?.to_vec()).unwrap())
}

/// loonfs#209, opendal#474
#[test]
fn an_idle_connection_serves_only_the_runtime_that_opened_it() {
    let created = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\netag: \"1\"\r\n\r\n";
    let server =
        Loopback::start(move |head| if head.starts_with("PUT") { created } else { HELLO }.to_owned());
    let client = builder(&server).build().unwrap();
    let (first, second) = (runtime(), runtime());
    assert_eq!(promptly(&first, read(&client)).unwrap(), "hello");
    // The first runtime is not driven while the second works.
    assert_eq!(promptly(&second, read(&client)).unwrap(), "hello");
    let put = async { client.put_object("photos", "cat", "meow").if_none_match("*").await };
    promptly(&second, put).unwrap();
    assert_eq!(server.requests().iter().filter(|line| line.starts_with("PUT")).count(), 1);
    assert_eq!(server.connections(), 2);
    // Each runtime keeps its own connection.
    assert_eq!(promptly(&first, read(&client)).unwrap(), "hello");
    assert_eq!(promptly(&second, read(&client)).unwrap(), "hello");
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_client_outlives_its_first_runtime() {
    let server = Loopback::start(|_| HELLO.to_owned());
    let client = builder(&server).build().unwrap();
    for _ in 0..3 {
        let runtime = runtime();
        assert_eq!(promptly(&runtime, read(&client)).unwrap(), "hello");
    }
    assert_eq!((server.connections(), server.requests().len()), (3, 3));
}

/// A credentials provider whose first call hangs.
#[derive(Clone, Debug, Default)]
struct StuckOnce(Arc<AtomicUsize>);

impl CredentialsProvider for StuckOnce {
    fn name(&self) -> Cow<'_, str> {
        "stuck once".into()
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(async {
            if self.0.fetch_add(1, Ordering::SeqCst) == 0 {
                pending::<()>().await;
            }
            Ok(Some(Credentials::new("id", "secret")))
        })
    }
}

/// loonfs#209
#[test]
fn no_caller_waits_for_a_fetch_on_an_undriven_runtime() {
    let server = Loopback::start(|_| HELLO.to_owned());
    let provider = StuckOnce::default();
    let client = builder(&server).credentials_provider(provider.clone()).build().unwrap();
    let (first, second) = (runtime(), runtime());
    let mut waiting = pin!(read(&client));
    first.block_on(poll_fn(|context| {
        assert!(waiting.as_mut().poll(context).is_pending());
        // Lets the fetching task run first.
        if provider.0.load(Ordering::SeqCst) == 1 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }));
    assert_eq!(promptly(&second, read(&client)).unwrap(), "hello");
    assert_eq!(provider.0.load(Ordering::SeqCst), 2);
}

/// opendal#474
#[test]
fn an_unread_response_of_another_runtime_is_an_error_not_an_endless_wait() {
    // The second half of the content never arrives.
    let server =
        Loopback::start(|_| "HTTP/1.1 200 OK\r\ncontent-length: 10\r\netag: \"1\"\r\n\r\nhello".into());
    let client = builder(&server)
        .max_connections_per_host(1)
        .connect_timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    let (first, second) = (runtime(), runtime());
    let held = promptly(&first, async { client.get_object("photos", "cat").await }).unwrap();
    let error = promptly(&second, async { client.get_object("photos", "cat").await }).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::ConnectFailed, 1));
    let text = error.to_string();
    assert!(
        text.contains("all 1 connections to 127.0.0.1") && text.contains("max_connections_per_host"),
        "{text}"
    );
    drop(held);
    promptly(&second, async { client.get_object("photos", "cat").await }).unwrap();
}

#[test]
fn connection_limits_are_client_settings() {
    let server = Loopback::start(|_| HELLO.to_owned());
    let client = builder(&server).max_idle_connections(0).build().unwrap();
    let runtime = runtime();
    for _ in 0..2 {
        promptly(&runtime, read(&client)).unwrap();
    }
    assert_eq!(server.connections(), 2);
    let error = builder(&server).max_connections_per_host(0).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSetting);
}

fn poll_once<T>(work: impl Future<Output = T>) -> Option<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn outside_a_runtime_every_call_is_an_error() {
    let server = Loopback::start(|_| HELLO.to_owned());
    let used = builder(&server).build().unwrap();
    assert_eq!(promptly(&runtime(), read(&used)).unwrap(), "hello");
    let large = vec![0; 20 << 20];
    let file = tempfile::NamedTempFile::new().unwrap();
    let fresh = builder(&server).operation_timeout(Duration::from_secs(5)).build().unwrap();
    for client in [fresh, used] {
        let errors = [
            poll_once(read(&client)).unwrap().unwrap_err(),
            poll_once(async { client.put_object("photos", "k", "v").await }).unwrap().unwrap_err(),
            poll_once(client.list_objects_v2("photos").items().try_next()).unwrap().unwrap_err(),
            poll_once(async { client.upload("photos", "k", large.clone()).await }).unwrap().unwrap_err(),
            poll_once(client.upload_file("photos", "k", file.path())).unwrap().unwrap_err(),
            poll_once(client.download_file("photos", "k", file.path())).unwrap().unwrap_err(),
            poll_once(Body::from_path(file.path())).unwrap().unwrap_err(),
            poll_once(client.object_exists("photos", "k")).unwrap().unwrap_err(),
            poll_once(async { client.delete_objects("photos", ["k"]).await }).unwrap().unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::NoRuntime, "{error:?}");
            assert!(error.to_string().contains("no tokio runtime"), "{error}");
            assert!(error.suggestion().unwrap().contains("#[tokio::main]"));
            assert!(!error.is_retryable());
        }
    }
    assert_eq!(server.requests().len(), 1);
}
