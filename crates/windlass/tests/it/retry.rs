//! Retries: which requests, when, and with which content.

use std::borrow::Cow;
use std::future::IntoFuture as _;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use windlass::credentials::CachedProvider;
use windlass::ports::{BoxFuture, CredentialsProvider, TransportErrorKind};
use windlass::testing::{self, ManualClock, MockTransport, RecordingObserver};
use windlass::types::CopySource;
use windlass::{Body, Credentials, ErrorKind};

const SLOW_DOWN: &str =
    "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";

#[tokio::test]
async fn every_attempt_is_signed_again() {
    let transport = MockTransport::new();
    transport.response(503, SLOW_DOWN).response(204, "");
    testing::client(&transport).delete_object("photos", "k").await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].header("x-amz-date"), "20260101T000000Z");
    assert_eq!(requests[1].header("x-amz-date"), "20260101T000001Z");
    assert_ne!(requests[0].header("authorization"), requests[1].header("authorization"));
}

#[tokio::test]
async fn delays_double_and_retries_end_after_three_attempts() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.response(500, "").repeat_last();
    let client = testing::client_builder(&transport).clock(clock.clone()).build().unwrap();
    let error = client.head_object("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InternalError, 3));
    assert_eq!(clock.backoffs(), [Duration::from_millis(50), Duration::from_millis(100)]);
}

#[tokio::test]
async fn throttling_has_longer_delays_and_five_attempts() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.response(503, SLOW_DOWN).repeat_last();
    let client = testing::client_builder(&transport).clock(clock.clone()).build().unwrap();
    let error = client.head_object("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::SlowDown, 5));
    assert_eq!(clock.backoffs().iter().map(Duration::as_secs).collect::<Vec<_>>(), [1, 2, 4, 8]);
}

#[tokio::test]
async fn the_retry_delay_of_the_service_is_honored() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.reply_with(503, &[("x-amz-retry-after", "3000")], "").reply_with(
        503,
        &[("retry-after", "7")],
        "",
    );
    transport.response(204, "");
    let client = testing::client_builder(&transport).clock(clock.clone()).build().unwrap();
    client.delete_object("photos", "k").await.unwrap();
    assert_eq!(clock.backoffs(), [Duration::from_secs(3), Duration::from_secs(7)]);
}

#[tokio::test]
async fn permanent_errors_are_not_retried() {
    for (status, body) in [
        (400, "<Error><Code>InvalidArgument</Code></Error>"),
        (403, "<Error><Code>AccessDenied</Code></Error>"),
        (404, "<Error><Code>NoSuchKey</Code></Error>"),
        (409, "<Error><Code>ConditionalRequestConflict</Code></Error>"),
        (412, "<Error><Code>PreconditionFailed</Code></Error>"),
        (501, ""),
    ] {
        let transport = MockTransport::new();
        transport.response(status, body).repeat_last();
        testing::client(&transport).get_object("photos", "k").await.unwrap_err();
        assert_eq!(transport.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_code_takes_precedence_over_the_status() {
    for body in ["<Error><Code>RequestTimeout</Code></Error>", "<Error><Code>IncompleteBody</Code></Error>"] {
        let transport = MockTransport::new();
        transport.response(400, body).stored();
        testing::client(&transport).put_object("photos", "k", "x").await.unwrap();
        assert_eq!(transport.requests().len(), 2, "{body}");
    }
}

#[tokio::test]
async fn a_corrupted_upload_is_retried_once() {
    let transport = MockTransport::new();
    transport.response(400, "<Error><Code>BadDigest</Code></Error>").repeat_last();
    let error = testing::client(&transport).put_object("photos", "k", "x").await.unwrap_err();
    assert_eq!((error.kind(), transport.requests().len()), (ErrorKind::ChecksumMismatch, 2));
}

#[tokio::test]
async fn network_failures_are_retried_but_certificate_errors_are_not() {
    for (kind, attempts) in [
        (TransportErrorKind::Connect, 3),
        (TransportErrorKind::ConnectTimeout, 3),
        (TransportErrorKind::Dns, 3),
        (TransportErrorKind::Interrupted, 3),
        (TransportErrorKind::ReadTimeout, 3),
        (TransportErrorKind::Tls, 1),
        (TransportErrorKind::Other, 3),
        (TransportErrorKind::Unsendable, 1),
    ] {
        let transport = MockTransport::new();
        transport.fail(kind).repeat_last();
        let error = testing::client(&transport).get_object("photos", "k").await.unwrap_err();
        assert_eq!(error.attempts(), attempts, "{kind:?}");
    }
}

#[tokio::test]
async fn a_stale_pooled_connection_costs_no_attempt() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.fail_stale().response(204, "");
    let client = testing::client_builder(&transport).clock(clock.clone()).max_attempts(1).build().unwrap();
    client.delete_object("photos", "k").await.unwrap();
    assert!(clock.backoffs().is_empty());
    assert!(transport.requests()[1].hints.fresh_connection);
}

#[tokio::test]
async fn a_one_shot_stream_is_sent_once() {
    let transport = MockTransport::new();
    transport.response(500, "").repeat_last();
    let client = testing::client(&transport);
    let body = Body::from_reader(&b"once"[..]).with_length(4);
    let error = client.put_object("photos", "k", body.clone()).await.unwrap_err();
    assert_eq!((error.kind(), transport.requests().len()), (ErrorKind::InternalError, 1));
    let error = client.put_object("photos", "k", body).await.unwrap_err();
    assert!(error.message().contains("sent already"), "{error}");
}

#[tokio::test]
async fn a_one_shot_stream_survives_a_rejection_before_it_is_read() {
    let transport = MockTransport::new();
    transport.response(503, SLOW_DOWN).without_reading();
    transport.reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "").without_reading();
    transport.stored();
    let body = Body::from_reader(&b"once"[..]).with_length(4);
    testing::client(&transport).put_object("photos", "k", body).await.unwrap();
    let requests = transport.requests();
    assert!(requests.iter().all(|request| request.hints.expect_continue));
    assert!(requests[2].body.starts_with(b"4\r\nonce\r\n"));
}

#[tokio::test]
async fn a_file_is_sent_again_from_its_beginning() {
    let transport = MockTransport::new();
    transport.response(500, "").stored();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, vec![7_u8; 300_000]).unwrap();
    let body = Body::from_path(&path).await.unwrap();
    testing::client(&transport).put_object("photos", "k", body).await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].body, requests[1].body);
    // One chunk with the whole file.
    assert_eq!(requests[1].body.slice(7..300_007), vec![7_u8; 300_000]);
}

#[tokio::test]
async fn a_bucket_in_another_region_is_followed_once_and_remembered() {
    let (transport, observer) = (MockTransport::new(), RecordingObserver::default());
    transport
        .reply_with(
            301,
            &[("x-amz-bucket-region", "eu-west-1")],
            "<Error><Code>PermanentRedirect</Code></Error>",
        )
        .response(204, "")
        .response(204, "");
    let client =
        testing::client_builder(&transport).observer(observer.clone()).max_attempts(1).build().unwrap();
    for _ in 0..2 {
        client.delete_object("photos", "k").await.unwrap();
    }
    let hosts: Vec<String> =
        transport.requests().iter().map(|request| request.header("host").to_owned()).collect();
    let (first, then) = ("photos.s3.us-east-1.amazonaws.com", "photos.s3.eu-west-1.amazonaws.com");
    assert_eq!(hosts, [first, then, then]);
    assert!(transport.requests()[1].header("authorization").contains("/eu-west-1/s3/"));
    assert!(observer.events().iter().any(|event| event.contains("RegionLearned")));
}

#[tokio::test]
async fn a_region_in_the_body_is_followed_only_once() {
    let transport = MockTransport::new();
    let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
    let back = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>us-east-1</Region></Error>";
    transport.response(400, body).response(400, back).repeat_last();
    let error = testing::client(&transport).delete_object("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), transport.requests().len()), (ErrorKind::WrongRegion, 2));
}

#[tokio::test]
async fn a_redirect_without_a_region_queries_the_bucket() {
    let redirect = "<Error><Code>PermanentRedirect</Code></Error>";
    for status in [200, 301, 400, 403] {
        let transport = MockTransport::new();
        transport.response(301, redirect);
        transport.reply_with(status, &[("x-amz-bucket-region", "eu-west-1")], "").stored();
        let client = testing::client_builder(&transport).max_attempts(1).build().unwrap();
        client.put_object("photos", "k", "x").await.unwrap();
        let requests = transport.requests();
        assert_eq!(requests[1].method, "HEAD");
        assert_eq!(requests[1].url, "https://photos.s3.us-east-1.amazonaws.com/");
        assert_eq!((requests[2].method.as_str(), &requests[2].body[..]), ("PUT", &b"x"[..]));
        assert_eq!(requests[2].url, "https://photos.s3.eu-west-1.amazonaws.com/k");
    }
    let transport = MockTransport::new();
    transport.response(301, redirect).repeat_last();
    let client = testing::client(&transport);
    assert_eq!(client.get_object("photos", "k").await.unwrap_err().kind(), ErrorKind::WrongRegion);
    assert_eq!(transport.requests().len(), 2);
    client.head_bucket("photos").await.unwrap_err();
    assert_eq!(transport.requests().len(), 3);
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_for_this_and_later_requests() {
    let transport = MockTransport::new();
    transport
        .reply_with(
            403,
            &[("date", "Thu, 01 Jan 2026 02:00:00 GMT")],
            "<Error><Code>RequestTimeTooSkewed</Code></Error>",
        )
        .response(204, "")
        .response(204, "");
    let client = testing::client_builder(&transport).max_attempts(1).build().unwrap();
    for _ in 0..2 {
        client.delete_object("photos", "k").await.unwrap();
    }
    let dates: Vec<String> = transport.requests().iter().map(|r| r.header("x-amz-date").to_owned()).collect();
    assert_eq!(dates, ["20260101T000000Z", "20260101T020000Z", "20260101T020000Z"]);
}

#[tokio::test]
async fn a_cached_response_does_not_set_the_clock() {
    let transport = MockTransport::new();
    let headers = [("date", "Thu, 01 Jan 2026 02:00:00 GMT"), ("age", "7200")];
    transport.reply_with(403, &headers, "<Error><Code>RequestTimeTooSkewed</Code></Error>");
    let error = testing::client(&transport).delete_object("photos", "k").await.unwrap_err();
    assert_eq!((error.kind(), transport.requests().len()), (ErrorKind::ClockSkew, 1));
}

/// Returns the next of its keys on each call.
#[derive(Debug)]
struct Keys(Mutex<Vec<Credentials>>);

impl CredentialsProvider for Keys {
    fn name(&self) -> Cow<'_, str> {
        "keys".into()
    }

    fn credentials(&self) -> BoxFuture<'_, windlass::Result<Option<Credentials>>> {
        let next = self.0.lock().unwrap().pop();
        Box::pin(async move { Ok(next) })
    }
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once() {
    let transport = MockTransport::new();
    transport.response(400, "<Error><Code>ExpiredToken</Code></Error>").response(204, "");
    let far: SystemTime = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let keys =
        ["new", "old"].map(|id| Credentials::new(id, "secret").with_session_token(id).with_expiry(far));
    let client = testing::client_builder(&transport)
        .credentials_provider(Keys(Mutex::new(keys.into())))
        .max_attempts(1)
        .build()
        .unwrap();
    client.delete_object("photos", "k").await.unwrap();
    let tokens: Vec<String> =
        transport.requests().iter().map(|r| r.header("x-amz-security-token").to_owned()).collect();
    assert_eq!(tokens, ["old", "new"]);
}

#[tokio::test]
async fn clients_share_the_credentials_of_a_cached_provider_and_their_rejection() {
    let far: SystemTime = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let keys =
        ["new", "old"].map(|id| Credentials::new(id, "secret").with_session_token(id).with_expiry(far));
    let provider = CachedProvider::new(Keys(Mutex::new(keys.into())));
    let transport = MockTransport::new();
    let client =
        || testing::client_builder(&transport).credentials_provider(provider.clone()).build().unwrap();
    let (one, two) = (client(), client());
    transport.response(204, "").response(204, "");
    one.delete_object("photos", "k").await.unwrap();
    two.delete_object("photos", "k").await.unwrap();
    // The token is rejected for each client; one new fetch serves both.
    for client in [&one, &two] {
        transport.response(400, "<Error><Code>ExpiredToken</Code></Error>").response(204, "");
        client.delete_object("photos", "k").await.unwrap();
    }
    let tokens: Vec<String> =
        transport.requests().iter().map(|r| r.header("x-amz-security-token").to_owned()).collect();
    assert_eq!(tokens, ["old", "old", "old", "new", "old", "new"]);
}

#[tokio::test]
async fn a_stall_times_out_and_the_operation_has_its_own_timeout() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.hang().repeat_last();
    let client = testing::client_builder(&transport)
        .clock(clock.clone())
        .max_attempts(2)
        .operation_timeout(Duration::from_secs(45))
        .build()
        .unwrap();
    let request = tokio::spawn(client.get_object("photos", "k").into_future());
    for (expected, seconds) in [(1, 30), (2, 15)] {
        while transport.requests().len() < expected {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(seconds));
    }
    let error = request.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 2));
    assert!(error.message().contains("45s"), "{error}");
}

#[tokio::test]
async fn a_region_learned_with_a_one_shot_stream_is_kept() {
    let transport = MockTransport::new();
    transport.reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "").response(200, "").stored();
    let client = testing::client(&transport);
    let body = || Body::from_reader(&b"once"[..]).with_length(4);
    assert_eq!(client.put_object("photos", "k", body()).await.unwrap_err().kind(), ErrorKind::WrongRegion);
    client.put_object("photos", "k", body()).await.unwrap();
    let requests = transport.requests();
    // The region is verified with a HEAD before it is kept.
    assert_eq!((requests[1].method.as_str(), requests[2].method.as_str()), ("HEAD", "PUT"));
    assert!(requests[1..].iter().all(|request| request.url.contains("eu-west-1")));
    assert!(requests[0].hints.fresh_connection && requests[2].hints.fresh_connection);
}

#[tokio::test]
async fn an_invalid_region_is_not_learned() {
    for region in ["", "not a region", "a.b", "eu-west-1-"] {
        let transport = MockTransport::new();
        transport.reply_with(403, &[("x-amz-bucket-region", region)], "").response(204, "");
        let client = testing::client(&transport);
        assert_eq!(client.delete_object("photos", "k").await.unwrap_err().kind(), ErrorKind::AccessDenied);
        client.delete_object("photos", "k").await.unwrap();
    }
}

#[tokio::test]
async fn a_deleted_bucket_is_created_again_in_the_client_region() {
    let transport = MockTransport::new();
    transport
        .reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "")
        .response(204, "")
        .response(200, "")
        .response(200, "");
    let client = testing::client(&transport);
    client.delete_bucket("photos").await.unwrap();
    client.create_bucket("photos").await.unwrap();
    client.head_object("photos", "k").await.unwrap();
    let regions: Vec<bool> = transport.requests().iter().map(|r| r.url.contains("eu-west-1")).collect();
    assert_eq!(regions, [false, true, false, false]);
}

/// A credentials provider that never returns.
#[derive(Debug)]
struct Silent;

impl CredentialsProvider for Silent {
    fn name(&self) -> Cow<'_, str> {
        "silent".into()
    }

    fn credentials(&self) -> BoxFuture<'_, windlass::Result<Option<Credentials>>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn the_operation_timeout_includes_credentials() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    let client = testing::client_builder(&transport)
        .clock(clock.clone())
        .credentials_provider(Silent)
        .operation_timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let request = tokio::spawn(client.head_bucket("photos").into_future());
    tokio::task::yield_now().await;
    clock.advance(Duration::from_secs(5));
    assert_eq!(request.await.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_rejected_head_without_a_code_refreshes_the_credentials() {
    let transport = MockTransport::new();
    transport.response(400, "").response(200, "");
    let far: SystemTime = UNIX_EPOCH + Duration::from_secs(4_000_000_000);
    let keys =
        ["new", "old"].map(|id| Credentials::new(id, "secret").with_session_token(id).with_expiry(far));
    let client = testing::client_builder(&transport)
        .credentials_provider(Keys(Mutex::new(keys.into())))
        .build()
        .unwrap();
    client.head_object("photos", "k").await.unwrap();
    assert_eq!(transport.requests()[1].header("x-amz-security-token"), "new");
}

#[tokio::test]
async fn a_200_with_a_truncated_error_is_retried() {
    let transport = MockTransport::new();
    transport.response(200, "<Error><Code>InternalEr").response(200, "<DeleteResult/>");
    testing::client(&transport).delete_objects("photos", ["k"]).await.unwrap();
}

#[tokio::test]
async fn a_truncated_error_is_still_an_error() {
    let transport = MockTransport::new();
    transport
        .reply_with(403, &[("x-amz-request-id", "4K2")], "<Error><Co")
        .then_break(TransportErrorKind::Interrupted);
    let error = testing::client(&transport).put_object("photos", "k", "x").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.request_id(), error.attempts()),
        (ErrorKind::AccessDenied, Some("4K2"), 1)
    );
}

#[tokio::test]
async fn gateway_errors_of_proxies_are_retried() {
    for status in [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530] {
        let transport = MockTransport::new();
        transport.response(status, "error code: 522").response(200, "");
        testing::client(&transport).get_object("photos", "k").await.unwrap();
        assert_eq!(transport.requests().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_service_that_rejects_expect_gets_the_body_without_it() {
    let transport = MockTransport::new();
    transport.response(417, "").without_reading().stored().stored();
    let client = testing::client_builder(&transport).max_attempts(1).build().unwrap();
    let body = || Body::from_reader(&b"once"[..]).with_length(4);
    client.put_object("photos", "k", body()).await.unwrap();
    client.put_object("photos", "k", body()).await.unwrap();
    let asked: Vec<bool> = transport.requests().iter().map(|request| request.hints.expect_continue).collect();
    assert_eq!(asked, [true, false, false]);

    let transport = MockTransport::new();
    transport.response(417, "").repeat_last();
    let client = testing::client(&transport);
    // The request did not use Expect.
    assert_eq!(client.put_object("photos", "k", "x").await.unwrap_err().attempts(), 1);
    // The body is consumed.
    assert_eq!(client.put_object("photos", "k", body()).await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn a_rejection_is_not_retried_without_a_checksum_to_omit() {
    for (status, body) in [
        (501, "<Error><Code>NotImplemented</Code></Error>"),
        (400, "<Error><Code>InvalidArgument</Code></Error>"),
        (501, ""),
    ] {
        let transport = MockTransport::new();
        transport.response(status, body).repeat_last();
        let client = testing::client_builder(&transport).endpoint("https://s3.example.com").build().unwrap();
        client.get_object("photos", "k").await.unwrap_err();
        client.head_object("photos", "k").await.unwrap_err();
        client.delete_object("photos", "k").await.unwrap_err();
        client.create_bucket("photos").await.unwrap_err();
        client.create_multipart_upload("photos", "k").await.unwrap_err();
        client.copy_object(CopySource::new("photos", "k"), "photos", "l").await.unwrap_err();
        client.put_object("photos", "k", "x").content_md5("hBotaJrKbmL2vj7ZyS2fTQ==").await.unwrap_err();
        client.put_object("photos", "k", Body::from_reader(&b"x"[..]).with_length(1)).await.unwrap_err();
        let requests = transport.requests();
        let with = |name: &str| requests.iter().filter(|request| !request.header(name).is_empty()).count();
        let carried = with("x-amz-checksum-crc64nvme");
        assert_eq!(requests.len() - carried, 8, "{status} {body}");
        assert!(carried <= 1, "{status} {body}");
    }
}
