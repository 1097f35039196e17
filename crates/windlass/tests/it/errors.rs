//! Content of errors: failure, context and hint.

use windlass::ports::TransportErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::{ErrorCategory, ErrorKind};

#[tokio::test]
async fn an_error_of_the_service_is_complete() {
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
async fn a_head_error_names_the_missing_object() {
    for (status, kind) in [
        (404, ErrorKind::ObjectNotFound),
        (403, ErrorKind::AccessDenied),
        (304, ErrorKind::NotModified),
        (412, ErrorKind::PreconditionFailed),
    ] {
        let transport = MockTransport::new();
        transport.response(status, "");
        let error = testing::client(&transport).head_object("photos", "cat.jpg").await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains("s3://photos/cat.jpg"), "{error}");
    }
    let transport = MockTransport::new();
    transport.response(404, "");
    let error = testing::client(&transport).head_bucket("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BucketNotFound);
}

#[tokio::test]
async fn a_network_failure_names_its_cause() {
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
async fn a_redirect_to_another_host_names_the_endpoint_to_use() {
    for status in [301, 302, 303, 307, 308] {
        for (location, endpoint) in [
            ("https://s3.example.com/photos/cat.jpg?X-Amz-Signature=hunter2", "https://s3.example.com"),
            ("https://photos.s3.example.com/cat.jpg", "https://s3.example.com"),
            ("http://s3.example.com:9000/base/photos/cat.jpg", "http://s3.example.com:9000/base"),
            ("https://sso.example.com/login?next=hunter2", "https://sso.example.com/login"),
        ] {
            let transport = MockTransport::new();
            transport.reply_with(status, &[("location", location)], "<html>Moved</html>").repeat_last();
            let client = testing::client(&transport);
            for error in [
                client.get_object("photos", "cat.jpg").await.unwrap_err(),
                client.head_object("photos", "cat.jpg").await.unwrap_err(),
                client.put_object("photos", "cat.jpg", "x").await.unwrap_err(),
            ] {
                assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidEndpoint, 1), "{error}");
                let expected = format!("the endpoint redirects to {endpoint}; use that as the endpoint");
                assert!(error.message().contains(&expected), "{error}");
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
            assert_eq!(transport.requests().len(), 3);
        }
    }
    // A redirect by S3 without a region: the bucket is queried, and the message of S3 is kept.
    let transport = MockTransport::new();
    let body = "<Error><Code>TemporaryRedirect</Code><Message>Please re-send.</Message></Error>";
    transport.reply_with(307, &[("location", "https://photos.s3.example.com/k")], body).response(403, "");
    let error = testing::client(&transport).get_object("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::WrongRegion, Some("TemporaryRedirect")));
    let expected =
        "Please re-send.; the endpoint redirects to https://s3.example.com; use that as the endpoint";
    assert_eq!(error.message(), expected);
}

#[tokio::test]
async fn an_exhausted_quota_is_not_access_denied() {
    for (status, body) in [
        (403, "<Error><Code>QuotaExceeded</Code></Error>"),
        (400, "<Error><Code>XMinioAdminBucketQuotaExceeded</Code><Message>m</Message></Error>"),
        (507, "<Error><Code>XMinioStorageFull</Code></Error>"),
        (507, ""),
    ] {
        let transport = MockTransport::new();
        transport.response(status, body).repeat_last();
        let client = testing::client_builder(&transport).endpoint("https://s3.example.com").build().unwrap();
        let error = client.put_object("photos", "k", "x").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::QuotaExceeded, 1), "{error}");
        assert!(!error.is_access_denied());
        assert!(error.suggestion().unwrap().contains("quota"));
    }
}

#[tokio::test]
async fn a_bad_request_without_a_reason_says_so() {
    for body in ["", "<Error/>", "<Error><Code></Code></Error>"] {
        let transport = MockTransport::new();
        transport.response(400, body).repeat_last();
        let client = testing::client(&transport);
        for error in [
            client.get_object("photos", "k").await.unwrap_err(),
            client.head_object("photos", "k").await.unwrap_err(),
        ] {
            assert_eq!(error.message(), "bad request, no reason given", "{error}");
        }
    }
    let transport = MockTransport::new();
    transport.response(400, "<html><h1>400 Bad Request</h1>nginx</html>");
    let error = testing::client(&transport).get_object("photos", "k").await.unwrap_err();
    assert!(error.message().contains("bad request") && error.message().contains("nginx"), "{error}");
}

#[tokio::test]
async fn a_size_limit_of_a_proxy_is_distinguished_from_s3() {
    let transport = MockTransport::new();
    transport.response(413, "<html><h1>413 Request Entity Too Large</h1><hr>nginx</html>");
    transport
        .response(413, "")
        .response(400, "<Error><Code>EntityTooLarge</Code><Message>m</Message></Error>");
    let client = testing::client(&transport);
    for _ in 0..2 {
        let error = client.put_object("photos", "k", "x").await.unwrap_err();
        assert!(error.suggestion().unwrap().contains("smaller parts"), "{error}");
    }
    let error = client.put_object("photos", "k", "x").await.unwrap_err();
    assert_eq!((error.kind(), error.suggestion()), (ErrorKind::RequestTooLarge, None));
}

#[tokio::test]
async fn a_foreign_response_is_not_a_success() {
    let transport = MockTransport::new();
    transport.response(200, "<html>captive portal</html>").repeat_last();
    let error = testing::client(&transport).list_buckets().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.message().contains("<html>"), "{error}");
}

/// Only 301 and 307 are followed to a region; errors of other redirects name their target.
#[tokio::test]
async fn a_redirect_that_is_not_followed_to_its_region_names_the_endpoint() {
    for status in [302, 303, 308] {
        let transport = MockTransport::new();
        let headers =
            [("location", "https://s3.example.com/photos/cat"), ("x-amz-bucket-region", "eu-west-1")];
        transport.reply_with(status, &headers, "");
        let error = testing::client(&transport).get_object("photos", "cat").await.unwrap_err();
        assert_eq!(
            error.message(),
            "the endpoint redirects to https://s3.example.com; use that as the endpoint",
            "{status}"
        );
    }
}
