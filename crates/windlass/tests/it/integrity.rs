//! Bytes that change on their way are noticed.

use windlass::ports::TransportErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::types::ChecksumAlgorithm;
use windlass::{Body, ChecksumCalculation, ChecksumValidation, ErrorKind};

#[tokio::test]
async fn uploads_carry_crc64nvme_unless_told_otherwise() {
    let transport = MockTransport::new();
    transport.reply(200, "").repeat_last();
    let client = testing::client(&transport);
    client.put_object("photos", "k", "Hello, World!").await.unwrap();
    client.put_object("photos", "k", "Hello, World!").checksum_algorithm("SHA256").await.unwrap();
    client.put_object("photos", "k", "Hello, World!").content_md5("ZajifYh5KDgxtmS9i38K1A==").await.unwrap();
    client.put_object("photos", "k", "x").checksum(ChecksumAlgorithm::XxHash3, "AAAA").await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].header("x-amz-checksum-crc64nvme"), "1Km+Qyat0k0=");
    assert_eq!(requests[1].header("x-amz-checksum-sha256"), "3/1gIbsr1bCvZ2KQgJ7DpTGR3YHH9wpLKGiKNiGCmG8=");
    assert_eq!(requests[1].header("x-amz-checksum-crc64nvme"), "");
    assert_eq!(requests[2].header("content-md5"), "ZajifYh5KDgxtmS9i38K1A==");
    assert_eq!(requests[3].header("x-amz-checksum-xxhash3"), "AAAA");
    assert_eq!(requests[3].header("x-amz-checksum-crc64nvme"), "");
}

#[tokio::test]
async fn a_file_carries_a_checksum_too() {
    let transport = MockTransport::new();
    transport.reply(200, "");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, "Hello, World!").unwrap();
    let body = Body::from_path(&path).await.unwrap();
    testing::client(&transport).put_object("photos", "k", body).await.unwrap();
    assert_eq!(transport.requests()[0].header("x-amz-checksum-crc64nvme"), "1Km+Qyat0k0=");
    assert_eq!(transport.requests()[0].header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
}

#[tokio::test]
async fn checksums_can_be_left_to_what_s3_requires() {
    let transport = MockTransport::new();
    transport.reply(200, "").reply(200, "<DeleteResult/>");
    let client = testing::client_builder(&transport)
        .checksum_calculation(ChecksumCalculation::WhenRequired)
        .checksum_validation(ChecksumValidation::WhenRequired)
        .build()
        .unwrap();
    client.put_object("photos", "k", "x").await.unwrap();
    client.delete_objects("photos", ["k"]).await.unwrap();
    let has = |index: usize| {
        transport.requests()[index].headers.keys().any(|n| n.as_str().starts_with("x-amz-checksum"))
    };
    assert!(!has(0) && has(1));
}

#[tokio::test]
async fn over_plain_http_the_body_is_signed() {
    let transport = MockTransport::new();
    transport.reply(200, "").repeat_last();
    let builder = || testing::client_builder(&transport).endpoint("http://127.0.0.1:9000");
    builder().build().unwrap().put_object("photos", "k", "Hello, World!").await.unwrap();
    builder().payload_signing(false).build().unwrap().put_object("photos", "k", "x").await.unwrap();
    let requests = transport.requests();
    let hash = "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f";
    assert_eq!(requests[0].header("x-amz-content-sha256"), hash);
    assert_eq!(requests[1].header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
    let body = Body::from_reader(&b"once"[..]).with_length(4);
    let error = builder().build().unwrap().put_object("photos", "k", body).await.unwrap_err();
    assert!(error.message().contains("plain HTTP"), "{error}");
}

#[tokio::test]
async fn a_body_whose_length_is_unknown_or_wrong_is_not_sent_off() {
    let transport = MockTransport::new();
    transport.reply(200, "").repeat_last();
    let client = testing::client(&transport);
    let unknown = client.put_object("photos", "k", Body::from_reader(&b"x"[..])).await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::MissingLength);
    assert!(transport.requests().is_empty());
    for length in [3, 5] {
        let body = Body::from_reader(&b"four"[..]).with_length(length);
        let error = client.put_object("photos", "k", body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IncompleteBody, "{error}");
    }
}

#[tokio::test]
async fn a_download_is_verified_with_its_last_byte() {
    for (header, right, wrong) in [
        ("x-amz-checksum-crc32", "7ErD0A==", "7ErD0Q=="),
        ("x-amz-checksum-crc64nvme", "1Km+Qyat0k0=", "1Km+Qyat0kw="),
        ("x-amz-checksum-sha1", "CgqfKmdylCVXq1NV12r0Qvj2XgE=", "AgqfKmdylCVXq1NV12r0Qvj2XgE="),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(200, &[(header, right)], "Hello, World!");
        transport.reply_with(200, &[(header, wrong)], "Hello, World!");
        let client = testing::client(&transport);
        let read = async || client.get_object("photos", "k").await.unwrap().body.bytes().await;
        assert_eq!(read().await.unwrap(), "Hello, World!");
        let error = read().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ChecksumMismatch);
        assert_eq!((error.bucket(), error.key()), (Some("photos"), Some("k")));
    }
}

#[tokio::test]
async fn checksums_of_something_else_are_not_compared() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("x-amz-checksum-crc32", "AAAAAA==-2")], "Hello, World!");
    let range = [("x-amz-checksum-crc32", "AAAAAA=="), ("content-range", "bytes 0-4/13")];
    transport.reply_with(206, &range, "Hello");
    let client = testing::client(&transport);
    for _ in 0..2 {
        client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap();
    }
}

#[tokio::test]
async fn content_that_ends_early_is_an_error() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("content-length", "20")], "Hello, World!");
    transport.reply(200, "Hello").then_break(TransportErrorKind::Interrupted);
    let client = testing::client(&transport);
    for kind in [ErrorKind::IncompleteBody, ErrorKind::Interrupted] {
        let error = client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}
