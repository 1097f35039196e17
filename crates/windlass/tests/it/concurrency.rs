//! The limit of requests in flight.

use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use windlass::ports::TransportErrorKind;
use windlass::testing::{self, ManualClock, MockTransport};
use windlass::{Client, ErrorKind};

const ETAG: (&str, &str) = ("etag", "\"e\"");

fn limited(transport: &MockTransport, limit: usize) -> Client {
    testing::client_builder(transport).max_concurrent_requests(limit).build().unwrap()
}

/// Loads an object in two responses: the first breaks off after "Hello".
fn interrupted(transport: &MockTransport) {
    transport
        .reply_with(200, &[ETAG, ("content-length", "13")], "Hello")
        .then_break(TransportErrorKind::Interrupted);
    transport.reply_with(
        206,
        &[ETAG, ("content-range", "bytes 5-12/13"), ("content-length", "8")],
        ", World!",
    );
}

#[tokio::test]
async fn a_limit_of_one_does_not_block_its_own_interrupted_download() {
    let transport = MockTransport::new();
    interrupted(&transport);
    let client = limited(&transport, 1);
    let object = client.get_object("photos", "k").await.unwrap();
    assert_eq!(object.body.text().await.unwrap(), "Hello, World!");
    // The resumed body has given its permit back, too.
    transport.reply_with(200, &[ETAG], "");
    client.head_object("photos", "k").await.unwrap();
}

#[tokio::test]
async fn a_resumed_body_holds_a_permit_again() {
    let transport = MockTransport::new();
    interrupted(&transport);
    transport.reply_with(200, &[ETAG], "");
    let client = limited(&transport, 1);
    let mut body = client.get_object("photos", "k").await.unwrap().body;
    assert_eq!(body.next().await.unwrap().unwrap(), "Hello");
    assert_eq!(body.next().await.unwrap().unwrap(), ", World!");
    let mut waiting = Box::pin(client.head_object("photos", "k").send());
    assert!((&mut waiting).now_or_never().is_none(), "the body has not ended");
    assert!(body.next().await.is_none());
    waiting.await.unwrap();
}

#[tokio::test]
async fn a_request_is_signed_after_it_has_waited() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.reply_with(200, &[ETAG, ("content-length", "5")], "Hello");
    transport.reply_with(200, &[ETAG], "");
    let client =
        testing::client_builder(&transport).max_concurrent_requests(1).clock(clock.clone()).build().unwrap();
    let open = client.get_object("photos", "k").await.unwrap();
    let mut waiting = Box::pin(client.head_object("photos", "k").send());
    assert!((&mut waiting).now_or_never().is_none());
    assert_eq!(transport.requests().len(), 1, "nothing is sent without a permit");
    clock.advance(Duration::from_secs(600));
    // A body that is dropped gives its permit back.
    drop(open);
    waiting.await.unwrap();
    let requests = transport.requests();
    let minute = |index: usize| requests[index].header("x-amz-date")[9..13].to_owned();
    assert_eq!((minute(0), minute(1)), ("0000".to_owned(), "0010".to_owned()));
}

#[tokio::test]
async fn permits_return_whatever_becomes_of_a_request() {
    let transport = MockTransport::new();
    let client = limited(&transport, 1);
    // A failure, a failure that is retried, and a request that is dropped in flight and in the queue.
    transport.response(403, "");
    client.head_object("photos", "k").await.unwrap_err();
    transport.response(500, "").reply_with(200, &[ETAG], "");
    client.head_object("photos", "k").await.unwrap();
    transport.hang();
    let mut in_flight = Box::pin(client.head_object("photos", "k").send());
    assert!((&mut in_flight).now_or_never().is_none());
    let mut queued = Box::pin(client.head_object("photos", "k").send());
    assert!((&mut queued).now_or_never().is_none());
    drop(queued);
    drop(in_flight);
    transport.reply_with(200, &[ETAG], "");
    client.head_object("photos", "k").await.unwrap();
}

#[tokio::test]
async fn a_region_is_followed_within_a_limit_of_one() {
    let transport = MockTransport::new();
    transport.reply_with(400, &[("x-amz-bucket-region", "eu-west-1")], "");
    transport.reply_with(200, &[ETAG], "");
    limited(&transport, 1).head_object("photos", "k").await.unwrap();
    assert!(transport.requests()[1].url.contains("eu-west-1"));
}

#[tokio::test]
async fn a_limit_within_the_operation_s_time() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.reply_with(200, &[ETAG, ("content-length", "5")], "Hello");
    let client = testing::client_builder(&transport)
        .max_concurrent_requests(1)
        .operation_timeout(Duration::from_secs(10))
        .clock(clock.clone())
        .build()
        .unwrap();
    let open = client.get_object("photos", "k").await.unwrap();
    let mut waiting = Box::pin(client.head_object("photos", "k").send());
    assert!((&mut waiting).now_or_never().is_none());
    clock.advance(Duration::from_secs(11));
    let error = waiting.await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 0));
    drop(open);
}

#[test]
fn a_limit_of_zero_is_refused() {
    let error =
        testing::client_builder(&MockTransport::new()).max_concurrent_requests(0).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSetting);
    assert!(error.message().contains("max_concurrent_requests"), "{error}");
}
