//! Resumption of interrupted downloads from the last byte of the same object.

use windlass::ErrorKind;
use windlass::ports::TransportErrorKind;
use windlass::testing::{self, ManualClock, MockTransport};

const ETAG: (&str, &str) = ("etag", "\"v1\"");
const LENGTH: (&str, &str) = ("content-length", "13");

/// Scripts "Hello, World!" with a lost connection after `after` bytes.
fn breaking(transport: &MockTransport, after: usize) {
    transport
        .reply_with(200, &[ETAG, LENGTH], &b"Hello, World!"[..after])
        .then_break(TransportErrorKind::Interrupted);
}

async fn read(transport: &MockTransport) -> windlass::Result<String> {
    testing::client(transport).get_object("photos", "k").await?.body.text().await
}

#[tokio::test]
async fn the_rest_is_requested_with_if_match() {
    let transport = MockTransport::new();
    let checksum = ("x-amz-checksum-crc64nvme", "1Km+Qyat0k0=");
    transport.reply_with(200, &[ETAG, LENGTH, checksum], "Hello").then_break(TransportErrorKind::Interrupted);
    transport
        .reply_with(206, &[ETAG, ("content-range", "bytes 5-12/13"), ("content-length", "8")], ", W")
        .then_break(TransportErrorKind::Interrupted);
    transport.reply_with(206, &[ETAG, ("content-range", "bytes 8-12/13")], "orld!");
    assert_eq!(read(&transport).await.unwrap(), "Hello, World!");
    let requests = transport.requests();
    let ranges: Vec<&str> = requests.iter().map(|request| request.header("range")).collect();
    assert_eq!(ranges, ["", "bytes=5-12", "bytes=8-12"]);
    assert!(requests[1..].iter().all(|request| request.header("if-match") == "\"v1\""));
}

#[tokio::test]
async fn a_truncated_body_is_resumed() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[ETAG, LENGTH], "Hello");
    transport.reply_with(206, &[ETAG, ("content-range", "bytes 5-12/13")], ", World!");
    assert_eq!(read(&transport).await.unwrap(), "Hello, World!");
}

#[tokio::test]
async fn a_range_is_resumed_within_its_bounds() {
    let transport = MockTransport::new();
    let first = [ETAG, ("content-range", "bytes 7-11/13"), ("content-length", "5")];
    transport.reply_with(206, &first, "Wo").then_break(TransportErrorKind::Interrupted);
    transport.reply_with(206, &[ETAG, ("content-range", "bytes 9-11/13")], "rld");
    let client = testing::client(&transport);
    let get = client.get_object("photos", "k").range(7..12).version_id("v").if_none_match("other");
    assert_eq!(get.await.unwrap().body.text().await.unwrap(), "World");
    let rest = &transport.requests()[1];
    assert_eq!(rest.header("range"), "bytes=9-11");
    assert!(rest.url.ends_with("?versionId=v"), "{}", rest.url);
    assert_eq!(rest.header("if-none-match"), "");
}

#[tokio::test]
async fn a_changed_object_is_an_error_and_never_spliced() {
    let transport = MockTransport::new();
    breaking(&transport, 5);
    transport.response(412, "<Error><Code>PreconditionFailed</Code></Error>");
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
    assert!(error.message().contains("changed after 5 bytes were read"), "{error}");
    assert_eq!((error.bucket(), error.key()), (Some("photos"), Some("k")));
}

#[tokio::test]
async fn a_response_that_does_not_match_is_an_error() {
    let other = ("etag", "\"v2\"");
    for (status, headers) in [
        (200, vec![ETAG]),
        (206, vec![ETAG, ("content-range", "bytes 4-12/13")]),
        (206, vec![other, ("content-range", "bytes 5-12/13")]),
    ] {
        let transport = MockTransport::new();
        breaking(&transport, 5);
        transport.reply_with(status, &headers, ", World!");
        let error = read(&transport).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{status} {headers:?}");
    }
}

#[tokio::test]
async fn without_a_strong_etag_a_download_is_not_resumed() {
    for tag in [None, Some(("etag", "W/\"v1\""))] {
        let transport = MockTransport::new();
        let headers: Vec<_> = tag.into_iter().chain([LENGTH]).collect();
        transport.reply_with(200, &headers, "Hello").then_break(TransportErrorKind::Interrupted);
        assert_eq!(read(&transport).await.unwrap_err().kind(), ErrorKind::Interrupted);
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test]
async fn resumption_ends_with_the_attempts() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    breaking(&transport, 5);
    transport
        .reply_with(206, &[ETAG, ("content-range", "bytes 5-12/13")], "")
        .then_break(TransportErrorKind::Interrupted)
        .repeat_last();
    let client = testing::client_builder(&transport).clock(clock.clone()).build().unwrap();
    let error = client.get_object("photos", "k").await.unwrap().body.text().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!((transport.requests().len(), clock.backoffs().len()), (3, 2));
    let once = MockTransport::new();
    breaking(&once, 5);
    let client = testing::client_builder(&once).max_attempts(1).build().unwrap();
    client.get_object("photos", "k").await.unwrap().body.text().await.unwrap_err();
    assert_eq!(once.requests().len(), 1);
}

#[tokio::test]
async fn a_failed_resumption_is_retried() {
    let transport = MockTransport::new();
    breaking(&transport, 5);
    transport.fail(TransportErrorKind::Connect);
    transport.reply_with(206, &[ETAG, ("content-range", "bytes 5-12/13")], ", World!");
    assert_eq!(read(&transport).await.unwrap(), "Hello, World!");
}

#[tokio::test]
async fn a_connection_lost_after_the_last_byte_is_a_success() {
    for content in ["Hello, World!", ""] {
        let transport = MockTransport::new();
        let length = content.len().to_string();
        transport
            .reply_with(200, &[ETAG, ("content-length", &length)], content)
            .then_break(TransportErrorKind::Interrupted);
        assert_eq!(read(&transport).await.unwrap(), content);
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test]
async fn content_is_verified_after_a_connection_lost_at_the_last_byte() {
    let transport = MockTransport::new();
    let wrong = ("x-amz-checksum-crc32", "AAAAAA==");
    transport
        .reply_with(200, &[ETAG, LENGTH, wrong], "Hello, World!")
        .then_break(TransportErrorKind::Interrupted);
    assert_eq!(read(&transport).await.unwrap_err().kind(), ErrorKind::ChecksumMismatch);
}

#[tokio::test]
async fn an_invalid_offset_is_not_resumed() {
    let transport = MockTransport::new();
    let range = ("content-range", "bytes 18446744073709551610-18446744073709551615/*");
    transport.reply_with(206, &[ETAG, range, ("content-length", "6")], "abc");
    let get = testing::client(&transport).get_object("photos", "k").range(18_446_744_073_709_551_610..);
    let error = get.await.unwrap().body.bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IncompleteBody);
    assert_eq!(transport.requests().len(), 1);
}
