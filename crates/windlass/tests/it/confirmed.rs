//! Validation of successes. A 2xx response that is not from S3 confirms nothing; a write with an unknown
//! outcome is reconciled with a HEAD of the object.

use std::time::Duration;

use windlass::operations::CompletedPart;
use windlass::testing::{self, ManualClock, MockTransport};
use windlass::{Error, ErrorKind};

const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
const TAG: (&str, &str) = ("etag", "\"e\"");
const LENGTH: (&str, &str) = ("content-length", "13");
const CRC: (&str, &str) = ("x-amz-checksum-crc64nvme", "1Km+Qyat0k0=");
const PAGE: &str = "<html><title>Sign in</title></html>";

fn assert_unconfirmed(error: &Error, requests: usize, transport: &MockTransport) {
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::InvalidResponse, false), "{error}");
    assert_eq!(transport.requests().len(), requests, "{error}");
}

// minio#12580, duplicati#6489, filen-s3#146
#[tokio::test]
async fn an_html_page_does_not_confirm_a_write() {
    for (status, headers, body) in [
        (200, &[HTML][..], PAGE),
        (200, &[HTML, TAG], PAGE),
        (200, &[HTML, TAG], ""),
        (200, &[], ""),
        (200, &[("etag", "\"\"")], ""),
        (200, &[TAG], "OK"),
        (200, &[TAG, ("content-type", "application/json")], "{}"),
        (202, &[TAG], ""),
        (204, &[TAG], ""),
        (206, &[TAG], ""),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(status, headers, body).response(404, "");
        let client = testing::client(&transport);
        let error = client.put_object("photos", "k", "Hello, World!").await.unwrap_err();
        assert_unconfirmed(&error, 2, &transport);
        assert_eq!(error.status(), Some(status), "{error}");
        assert!(error.message().contains("the object does not exist"), "{error}");

        let transport = MockTransport::new();
        transport.reply_with(status, headers, body);
        let error = testing::client(&transport).upload_part("photos", "k", "u", 1, "x").await.unwrap_err();
        assert_unconfirmed(&error, 1, &transport);
        assert!(error.message().contains("the outcome of the"), "{error}");
    }
}

// Swift sends the type HTML with empty bodies.
#[tokio::test]
async fn an_empty_body_of_any_type_confirms_with_a_request_id() {
    let id = ("x-amz-request-id", "tx1");
    let transport = MockTransport::new();
    transport.reply_with(200, &[HTML, TAG, id], "").reply_with(204, &[HTML, id], "").reply_with(
        201,
        &[TAG],
        "",
    );
    let client = testing::client(&transport);
    client.put_object("photos", "k", "x").await.unwrap();
    client.delete_object("photos", "k").await.unwrap();
    client.put_object("photos", "k", "x").await.unwrap();
}

#[tokio::test]
async fn the_object_reconciles_a_write() {
    let fresh = ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT");
    let old = ("last-modified", "Wed, 31 Dec 2025 23:00:00 GMT");
    let now = ("date", "Thu, 01 Jan 2026 00:00:01 GMT");
    let other = ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=");
    let written = async |found: &[(&str, &str)]| {
        let transport = MockTransport::new();
        transport.reply_with(200, &[HTML], PAGE).reply_with(200, found, "");
        let outcome = testing::client(&transport).put_object("photos", "k", "Hello, World!").await;
        let look = transport.requests().remove(1);
        assert_eq!((look.method.as_str(), look.header("x-amz-checksum-mode")), ("HEAD", "ENABLED"));
        if let Err(error) = &outcome {
            assert_unconfirmed(error, 2, &transport);
        }
        outcome.is_ok()
    };
    assert!(written(&[LENGTH, TAG, CRC]).await);
    assert!(written(&[LENGTH, ("last-modified", "x"), TAG]).await);
    assert!(written(&[LENGTH, fresh]).await);
    assert!(written(&[LENGTH, fresh, now]).await);
    assert!(written(&[LENGTH, TAG, CRC, old, now]).await);
    // The object is older than the write.
    assert!(!written(&[LENGTH, TAG, old, now]).await);
    assert!(!written(&[LENGTH, TAG, other]).await);
    assert!(!written(&[("content-length", "12"), TAG, CRC]).await);
    assert!(!written(&[TAG, ("content-length", "0")]).await);
    // An HTML page again.
    assert!(!written(&[LENGTH, CRC]).await);
    assert!(!written(&[HTML, LENGTH]).await);
}

#[tokio::test]
async fn an_object_older_than_a_slow_write_does_not_confirm_it() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    let found = [
        LENGTH,
        ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("date", "Thu, 01 Jan 2026 00:00:30 GMT"),
    ];
    transport.response(503, "").response(200, "").reply_with(200, &found, "");
    let backoff = Duration::from_secs(30);
    let client = testing::client_builder(&transport).clock(clock.clone());
    let client = client.observer(Advance(clock, backoff)).build().unwrap();
    // The object was written 30 s ago, when the request started.
    client.put_object("photos", "k", "Hello, World!").await.unwrap();
}

/// Advances time when a request is repeated.
#[derive(Debug)]
struct Advance(ManualClock, Duration);

impl windlass::ports::Observer for Advance {
    fn on_event(&self, event: &windlass::ports::Event<'_>) {
        if matches!(event, windlass::ports::Event::Retrying(_)) {
            self.0.advance(self.1);
        }
    }
}

#[tokio::test]
async fn a_completion_is_reconciled() {
    let completed = async |found: &[(&str, &str)]| {
        let transport = MockTransport::new();
        transport.reply_with(200, &[HTML], PAGE).reply_with(200, found, "");
        let parts = [CompletedPart::new(1, "\"0cc175b9c0f1b6a831c399e269772661\"")];
        let client = testing::client(&transport);
        client.complete_multipart_upload("films", "k", "u", parts).mpu_object_size(1).await.is_ok()
    };
    let own = ("etag", "\"5e5a5a3a0ed3bf7a4a3b1a1a4b4fb3ac-1\"");
    assert!(!completed(&[own, ("content-length", "1")]).await);
    assert!(completed(&[("etag", "\"opaque\""), ("content-length", "1")]).await);
    assert!(!completed(&[("etag", "\"opaque\""), ("content-length", "2")]).await);
    assert!(!completed(&[HTML]).await);
}

// cvmfs#2965
#[tokio::test]
async fn a_read_accepts_only_the_requested_content() {
    let part = [("content-range", "bytes 0-1/3"), TAG, ("content-length", "2")];
    let whole = [("content-range", "bytes 0-1/2"), TAG, ("content-length", "2")];
    for (status, headers) in [
        (206, &part[..]),
        (200, &part[..]),
        (206, &whole[..]),
        (206, &[TAG][..]),
        (201, &[TAG]),
        (203, &[TAG]),
        (204, &[TAG]),
        (200, &[HTML]),
        (200, &[HTML, ("x-amz-request-id", "4K2")]),
        (200, &[("content-type", "TEXT/HTML")]),
        (200, &[("content-type", "application/xhtml+xml;charset=x")]),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(status, headers, "ab").reply_with(status, headers, "");
        let client = testing::client(&transport);
        let error = client.get_object("photos", "k").await.unwrap_err();
        assert_unconfirmed(&error, 1, &transport);
        let error = client.head_object("photos", "k").await.unwrap_err();
        assert_unconfirmed(&error, 2, &transport);
    }
    let transport = MockTransport::new();
    transport.reply_with(200, &[HTML, TAG], "<p>").reply_with(206, &part, "ab").reply_with(206, &part, "");
    let client = testing::client(&transport);
    client.get_object("photos", "k").await.unwrap();
    client.get_object("photos", "k").range(0..2).await.unwrap();
    client.head_object("photos", "k").part_number(1).await.unwrap();
}

#[tokio::test]
async fn a_login_page_is_neither_an_object_nor_a_bucket() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[HTML], "").repeat_last();
    let client = testing::client(&transport);
    assert_eq!(client.object_exists("photos", "k").await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(client.head_bucket("photos").await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert_eq!(client.get_object_string("photos", "k").await.unwrap_err().kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn operations_without_a_result_require_an_empty_response() {
    for (status, headers, body) in [
        (200, &[HTML][..], PAGE),
        (200, &[], PAGE),
        (200, &[HTML], ""),
        (200, &[], "done"),
        (200, &[], "<DeleteResult/>"),
        (202, &[], ""),
        (203, &[], ""),
        (206, &[], ""),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(status, headers, body).repeat_last();
        let client = testing::client(&transport);
        let tags = [("a", "b")];
        let errors = [
            client.create_bucket("photos").await.unwrap_err(),
            client.delete_bucket("photos").await.unwrap_err(),
            client.abort_multipart_upload("photos", "k", "u").await.unwrap_err(),
            client.put_object_tagging("photos", "k", tags).await.unwrap_err(),
            client.delete_object_tagging("photos", "k").await.unwrap_err(),
            client.put_bucket_tagging("photos", tags).await.unwrap_err(),
            client.delete_bucket_tagging("photos").await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
            assert!(error.message().contains("the outcome of the"), "{error}");
        }
    }
    let transport = MockTransport::new();
    transport
        .response(202, "")
        .response(200, "<CreateBucketResponse><Bucket>b</Bucket></CreateBucketResponse>");
    let client = testing::client(&transport);
    client.restore_object("photos", "k").await.unwrap();
    // Like moto.
    client.create_bucket("photos").await.unwrap();
}

#[tokio::test]
async fn a_deletion_is_reconciled_by_the_object() {
    let deleted = async |status: u16, headers: &[(&str, &str)]| {
        let transport = MockTransport::new();
        transport.reply_with(200, &[HTML], PAGE).reply_with(status, headers, "");
        let outcome = testing::client(&transport).delete_object("photos", "k").version_id("v").await;
        assert!(transport.requests()[1].url.ends_with("/k?versionId=v"));
        outcome.map(drop).map_err(|error| error.kind())
    };
    let unconfirmed = Err(ErrorKind::InvalidResponse);
    assert_eq!(deleted(404, &[("x-amz-request-id", "4K2")]).await, Ok(()));
    assert_eq!(deleted(404, &[]).await, unconfirmed);
    assert_eq!(deleted(200, &[TAG]).await, unconfirmed);
    assert_eq!(deleted(200, &[HTML]).await, unconfirmed);
    assert_eq!(deleted(403, &[]).await, unconfirmed);
}

#[tokio::test]
async fn a_contradicting_checksum_does_not_confirm_a_write() {
    let name = "x-amz-checksum-crc64nvme";
    let transport = MockTransport::new();
    transport.reply_with(200, &[TAG, (name, "AAAAAAAAAAA=")], "");
    let client = testing::client(&transport);
    let error = client.put_object("photos", "k", "Hello, World!").await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::ChecksumMismatch, false), "{error}");
    assert!(error.message().contains("its CRC64NVME is AAAAAAAAAAA="), "{error}");
    // The same value, a composite value, an invalid value and a value of another algorithm.
    for headers in [
        &[TAG, CRC][..],
        &[TAG, (name, "AAAAAAAAAAA="), ("x-amz-checksum-type", "COMPOSITE")],
        &[TAG, (name, "AAAAAAAAAAA=-1")],
        &[TAG, ("x-amz-checksum-crc32", "AAAAAA==")],
    ] {
        transport.reply_with(200, headers, "");
        client.put_object("photos", "k", "Hello, World!").await.unwrap();
    }
}

#[tokio::test]
async fn the_length_of_a_cached_object_does_not_confirm_a_write() {
    let transport = MockTransport::new();
    let cached = [
        LENGTH,
        TAG,
        ("last-modified", "Wed, 31 Dec 2025 23:00:00 GMT"),
        ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("age", "90"),
    ];
    transport.reply_with(200, &[HTML], PAGE).reply_with(200, &cached, "");
    let error = testing::client(&transport).put_object("photos", "k", "Hello, World!").await.unwrap_err();
    assert_unconfirmed(&error, 2, &transport);
}

#[tokio::test]
async fn a_whole_object_in_place_of_a_part_is_an_error() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[TAG, ("content-length", "2")], "ab").repeat_last();
    let client = testing::client(&transport);
    let error = client.get_object("photos", "k").part_number(2).await.unwrap_err();
    assert_unconfirmed(&error, 1, &transport);
    let error = client.head_object("photos", "k").part_number(2).await.unwrap_err();
    assert_unconfirmed(&error, 2, &transport);
    client.get_object("photos", "k").part_number(1).await.unwrap();
}

/// An empty `ETag` does not prove a copy.
#[tokio::test]
async fn an_empty_etag_confirms_nothing() {
    for tag in ["", " ", "&quot;&quot;", "\n  &quot;&quot;\n"] {
        let copy = async |root: &str| {
            let transport = MockTransport::new();
            transport.response(200, format!("<{root}><ETag>{tag}</ETag></{root}>")).repeat_last();
            let source = windlass::types::CopySource::new("photos", "a");
            let client = testing::client(&transport);
            let copied = client.copy_object(source.clone(), "photos", "b").await.map(|copy| copy.etag);
            let part = client.upload_part_copy(source, "photos", "b", "u", 1).await.map(|part| part.etag);
            let parts = [CompletedPart::new(1, "\"e\"")];
            let whole =
                client.complete_multipart_upload("photos", "b", "u", parts).await.map(|whole| whole.etag);
            [copied, part, whole]
        };
        assert!(copy("Result").await.iter().all(Result::is_err), "{tag:?}");
        for root in ["CopyObjectResult", "CopyPartResult", "CompleteMultipartUploadResult"] {
            let known = copy(root).await;
            assert!(known.iter().flatten().all(Option::is_none), "{root} {tag:?}");
        }
    }
    for id in [" ", "\n"] {
        let transport = MockTransport::new();
        let root = "InitiateMultipartUploadResult";
        transport.response(200, format!("<{root}><UploadId>{id}</UploadId></{root}>"));
        let error = testing::client(&transport).create_multipart_upload("photos", "k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
    }
}
