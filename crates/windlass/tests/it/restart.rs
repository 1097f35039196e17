//! Restarted reads: content that the caller gets as a whole is read again if it cannot be resumed.

use windlass::ErrorKind;
use windlass::ports::TransportErrorKind;
use windlass::testing::{self, ManualClock, MockTransport};

const LENGTH: (&str, &str) = ("content-length", "5");

fn client(transport: &MockTransport) -> windlass::Client {
    testing::client_builder(transport).clock(ManualClock::default()).build().unwrap()
}

// s3proxy#615: without an ETag nothing can be resumed.
#[tokio::test]
async fn text_and_json_restart_from_the_beginning() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[LENGTH], "he").then_break(TransportErrorKind::Interrupted);
    transport.reply_with(200, &[LENGTH], "hello");
    assert_eq!(client(&transport).get_object_string("photos", "k").await.unwrap(), "hello");
    let requests = transport.requests();
    assert_eq!((requests.len(), requests[1].header("range")), (2, ""));

    let transport = MockTransport::new();
    transport.reply_with(200, &[LENGTH], "\"he").then_break(TransportErrorKind::Interrupted);
    transport.reply_with(200, &[LENGTH], "\"hel\"");
    assert_eq!(client(&transport).get_object_json::<String>("photos", "k").await.unwrap(), "hel");
}

#[tokio::test]
async fn a_file_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    let transport = MockTransport::new();
    transport.reply_with(200, &[LENGTH], "xxxx").then_break(TransportErrorKind::Interrupted);
    transport.reply_with(200, &[LENGTH], "hello");
    client(&transport).download_file("photos", "k", &path).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "hello");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_changed_object_is_read_in_its_new_state() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[LENGTH, ("etag", "\"1\"")], "xx").then_break(TransportErrorKind::Interrupted);
    transport.response(412, "<Error><Code>PreconditionFailed</Code></Error>");
    transport.reply_with(200, &[LENGTH, ("etag", "\"2\"")], "hello");
    // The first response and the resumption are two of three attempts.
    assert_eq!(client(&transport).get_object_string("photos", "k").await.unwrap(), "hello");
    assert_eq!(transport.requests().len(), 3);
}

#[tokio::test]
async fn restarts_end_with_the_attempts_and_the_error_counts_them() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[LENGTH], "he").then_break(TransportErrorKind::Interrupted).repeat_last();
    let error = client(&transport).get_object_string("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Interrupted, 3), "{error}");
    assert_eq!(transport.requests().len(), 3);
    // Content that is not text is not a transient failure.
    let transport = MockTransport::new();
    transport.response(200, vec![0xff]);
    client(&transport).get_object_string("photos", "k").await.unwrap_err();
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn errors_of_a_body_count_the_attempts() {
    let transport = MockTransport::new();
    transport.response(503, "").reply_with(200, &[LENGTH], "he").then_break(TransportErrorKind::Interrupted);
    let body = client(&transport).get_object("photos", "k").await.unwrap().body;
    assert_eq!(body.bytes().await.unwrap_err().attempts(), 2);
    let transport = MockTransport::new();
    let tag = ("etag", "\"1\"");
    transport.reply_with(200, &[LENGTH, tag], "he").then_break(TransportErrorKind::Interrupted).repeat_last();
    let body = client(&transport).get_object("photos", "k").await.unwrap().body;
    // The resumption returns a different range.
    assert_eq!(body.bytes().await.unwrap_err().attempts(), 2);
}
