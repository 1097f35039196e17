//! Errors tell what failed, where, and what to do.

use windlass::ports::TransportErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::{ErrorCategory, ErrorKind};

#[tokio::test]
async fn an_error_of_the_service_is_told_whole() {
    let transport = MockTransport::new();
    transport.reply_with(
        404,
        &[("x-amz-request-id", "4K2"), ("x-amz-id-2", "host")],
        "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
    );
    let error = testing::client(&transport).get_object("photos", "cat.jpg").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GetObject s3://photos/cat.jpg failed: NoSuchKey (404): The specified key does not exist. [request id 4K2]"
    );
    assert!(error.is_not_found());
    assert_eq!(error.extended_request_id(), Some("host"));
    assert_eq!(error.category(), ErrorCategory::Object);
    assert!(error.suggestion().is_some());
}

#[tokio::test]
async fn head_has_no_body_and_still_says_what_is_missing() {
    for (status, kind) in [
        (404, ErrorKind::ObjectNotFound),
        (403, ErrorKind::AccessDenied),
        (304, ErrorKind::NotModified),
        (412, ErrorKind::PreconditionFailed),
    ] {
        let transport = MockTransport::new();
        transport.reply(status, "");
        let error = testing::client(&transport).head_object("photos", "cat.jpg").await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains("s3://photos/cat.jpg"), "{error}");
    }
    let transport = MockTransport::new();
    transport.reply(404, "");
    let error = testing::client(&transport).head_bucket("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BucketNotFound);
}

#[tokio::test]
async fn a_failure_of_the_network_names_its_cause() {
    for (failure, kind) in [
        (TransportErrorKind::Dns, ErrorKind::DnsFailed),
        (TransportErrorKind::Connect, ErrorKind::ConnectFailed),
        (TransportErrorKind::Tls, ErrorKind::TlsFailed),
    ] {
        let transport = MockTransport::new();
        transport.fail(failure);
        let client = testing::client_builder(&transport).max_attempts(1).build().unwrap();
        let error = client.get_object("photos", "cat.jpg").await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().ends_with("scripted failure"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_of_something_else_is_not_a_success() {
    let transport = MockTransport::new();
    transport.reply(200, "<html>captive portal</html>").repeat_last();
    let error = testing::client(&transport).list_buckets().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.message().contains("<html>"), "{error}");
}
