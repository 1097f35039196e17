//! Checksums of uploads and downloads.

use windlass::config::ServiceProfile;
use windlass::ports::TransportErrorKind;
use windlass::testing::{self, MockTransport, RecordingObserver};
use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;
use windlass::{Body, ChecksumCalculation, ChecksumValidation, ClientBuilder, ErrorKind};

#[tokio::test]
async fn uploads_carry_crc64nvme_by_default() {
    let transport = MockTransport::new();
    transport.stored().repeat_last();
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
async fn a_file_has_a_checksum_trailer_if_the_service_supports_it() {
    let transport = MockTransport::new();
    transport.stored().repeat_last();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, "Hello, World!").unwrap();
    let put = async |builder: ClientBuilder| {
        let body = Body::from_path(&path).await.unwrap();
        builder.build().unwrap().put_object("photos", "k", body).content_encoding("gzip").await.unwrap();
        transport.requests().pop().unwrap()
    };
    let aws = put(testing::client_builder(&transport)).await;
    assert_eq!(aws.header("x-amz-content-sha256"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert_eq!(aws.header("x-amz-trailer"), "x-amz-checksum-crc64nvme");
    assert_eq!(aws.header("x-amz-decoded-content-length"), "13");
    assert_eq!(aws.header("content-encoding"), "aws-chunked,gzip");
    assert_eq!(aws.body, "d\r\nHello, World!\r\n0\r\nx-amz-checksum-crc64nvme:1Km+Qyat0k0=\r\n\r\n");
    assert_eq!(aws.header("content-length"), aws.body.len().to_string());
    let elsewhere = put(testing::client_builder(&transport).endpoint("https://s3.example.com")).await;
    assert_eq!(elsewhere.header("x-amz-checksum-crc64nvme"), "1Km+Qyat0k0=");
    assert_eq!(elsewhere.header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
    assert_eq!(elsewhere.body, "Hello, World!");
}

#[tokio::test]
async fn a_one_shot_stream_is_checksummed_while_it_is_sent() {
    let transport = MockTransport::new();
    transport.stored().repeat_last();
    let put = async |builder: ClientBuilder| {
        let body = Body::from_reader(&b"once"[..]).with_length(4);
        builder.build().unwrap().put_object("photos", "k", body).await.unwrap();
        transport.requests().pop().unwrap()
    };
    let builder = || testing::client_builder(&transport);
    let local = |name| {
        builder().endpoint("http://127.0.0.1:9000").service_profile(ServiceProfile::named(name).unwrap())
    };
    let cases = [
        (builder(), "STREAMING-UNSIGNED-PAYLOAD-TRAILER", true),
        (builder().payload_signing(true), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true),
        (local("windlass"), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true),
        (local("ceph"), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", false),
        (builder().endpoint("https://s3.example.com"), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", false),
        (builder().service_profile(ServiceProfile::named("b2").unwrap()), "UNSIGNED-PAYLOAD", false),
    ];
    for (client, payload, trailer) in cases {
        let sent = put(client).await;
        assert_eq!(sent.header("x-amz-content-sha256"), payload);
        assert_eq!(!sent.header("x-amz-trailer").is_empty(), trailer, "{payload}");
        assert_eq!(sent.header("content-length"), sent.body.len().to_string(), "{payload}");
    }
}

#[tokio::test]
async fn a_service_without_checksums_gets_content_md5() {
    let transport = MockTransport::new();
    transport.stored().response(200, "x").response(200, "<DeleteResult/>");
    let provider = ServiceProfile::for_host("s3.eu-central-003.backblazeb2.com");
    let client = testing::client_builder(&transport).service_profile(provider).build().unwrap();
    client.put_object("photos", "k", "Hello, World!").await.unwrap();
    client.get_object("photos", "k").await.unwrap();
    client.delete_objects("photos", ["k"]).await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].header("content-md5"), "ZajifYh5KDgxtmS9i38K1A==");
    assert_eq!(requests[2].header("content-md5").len(), 24);
    for request in requests {
        let names: Vec<_> =
            request.headers.keys().filter(|name| name.as_str().contains("checksum")).collect();
        assert!(names.is_empty(), "{names:?}");
    }
}

#[tokio::test]
async fn a_service_that_rejects_checksums_gets_content_md5_from_then_on() {
    for (status, body) in [
        (501, "<Error><Code>NotImplemented</Code></Error>"),
        (400, "<Error><Code>InvalidArgument</Code><Message>Unsupported header</Message></Error>"),
        (400, "<Error><Code>XAmzContentSHA256Mismatch</Code></Error>"),
    ] {
        let (transport, observer) = (MockTransport::new(), RecordingObserver::default());
        transport.response(status, body).stored().repeat_last();
        let client = testing::client_builder(&transport)
            .endpoint("https://s3.example.com")
            .observer(observer.clone())
            .build()
            .unwrap();
        client.put_object("photos", "k", "Hello, World!").await.unwrap();
        client.put_object("photos", "k", "Hello, World!").await.unwrap();
        let requests = transport.requests();
        assert_eq!(requests.len(), 3, "{body}");
        assert!(!requests[0].header("x-amz-checksum-crc64nvme").is_empty());
        for request in &requests[1..] {
            assert_eq!(request.header("content-md5"), "ZajifYh5KDgxtmS9i38K1A==");
            assert_eq!(request.header("x-amz-checksum-crc64nvme"), "");
        }
        let told = observer.events().iter().filter(|event| event.contains("ChecksumsRefused")).count();
        assert_eq!(told, 1);
    }
}

#[tokio::test]
async fn other_errors_do_not_disable_checksums() {
    let transport = MockTransport::new();
    transport.response(400, "<Error><Code>InvalidArgument</Code></Error>").repeat_last();
    let elsewhere = testing::client_builder(&transport).endpoint("https://s3.example.com").build().unwrap();
    elsewhere.put_object("photos", "k", "x").await.unwrap_err();
    elsewhere.put_object("photos", "k", "x").await.unwrap_err();
    let aws = testing::client(&transport);
    aws.put_object("photos", "k", "x").await.unwrap_err();
    let chosen = elsewhere.put_object("photos", "k", "x").checksum_algorithm("SHA256");
    chosen.await.unwrap_err();
    let md5: Vec<bool> =
        transport.requests().iter().map(|request| !request.header("content-md5").is_empty()).collect();
    assert_eq!(md5, [false, true, false, true, false, false]);
}

#[tokio::test]
async fn checksums_can_be_limited_to_required_ones() {
    let transport = MockTransport::new();
    transport.stored().response(200, "<DeleteResult/>");
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
    transport.stored().repeat_last();
    let builder = || testing::client_builder(&transport).endpoint("http://127.0.0.1:9000");
    builder().build().unwrap().put_object("photos", "k", "Hello, World!").await.unwrap();
    builder().payload_signing(false).build().unwrap().put_object("photos", "k", "x").await.unwrap();
    let requests = transport.requests();
    let hash = "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f";
    assert_eq!(requests[0].header("x-amz-content-sha256"), hash);
    assert_eq!(requests[1].header("x-amz-content-sha256"), "UNSIGNED-PAYLOAD");
    let body = Body::from_reader(&b"once"[..]).with_length(4);
    let unable = builder().service_profile(ServiceProfile::named("oss").unwrap()).build().unwrap();
    let error = unable.put_object("photos", "k", body).await.unwrap_err();
    assert!(error.message().contains("plain HTTP"), "{error}");
}

#[tokio::test]
async fn a_body_of_unknown_or_wrong_length_is_an_error() {
    let transport = MockTransport::new();
    transport.stored().repeat_last();
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
async fn a_download_is_verified_at_its_end() {
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
async fn a_download_is_verified_with_every_algorithm_of_s3() {
    for algorithm in ChecksumAlgorithm::ALL {
        let name = algorithm.header_name().unwrap();
        let value = Checksum::of(&algorithm, b"Hello, World!").unwrap();
        let transport = MockTransport::new();
        transport.reply_with(200, &[(name, &value)], "Hello, World!");
        transport.reply_with(200, &[(name, &value)], "Hello, world!");
        let client = testing::client(&transport);
        let get = async || client.get_object("photos", "k").await.unwrap().body;
        let body = get().await;
        assert!(body.is_verified(), "{algorithm}");
        assert_eq!(body.text().await.unwrap(), "Hello, World!");
        let error = get().await.text().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ChecksumMismatch, "{algorithm}");
        assert!(error.message().contains(algorithm.as_str()), "{error}");
    }
}

#[tokio::test]
async fn checksums_of_other_content_are_not_compared() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("x-amz-checksum-crc32", "AAAAAA==-2")], "Hello, World!");
    let range = [("x-amz-checksum-crc32", "AAAAAA=="), ("content-range", "bytes 0-4/13")];
    transport.reply_with(206, &range, "Hello");
    let client = testing::client(&transport);
    client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap();
    client.get_object("photos", "k").range(0..5).await.unwrap().body.bytes().await.unwrap();
}

#[tokio::test]
async fn content_that_ends_early_is_an_error() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("content-length", "20")], "Hello, World!");
    transport.response(200, "Hello").then_break(TransportErrorKind::Interrupted);
    let client = testing::client(&transport);
    for kind in [ErrorKind::IncompleteBody, ErrorKind::Interrupted] {
        let error = client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}

#[tokio::test]
async fn a_chunked_body_declares_its_encoding_whether_it_is_signed_or_not() {
    let transport = MockTransport::new();
    transport.stored();
    let client = testing::client_builder(&transport).anonymous().build().unwrap();
    let body = Body::from_reader(&b"once"[..]).with_length(4);
    client.put_object("photos", "k", body).await.unwrap();
    let sent = &transport.requests()[0];
    assert_eq!(sent.header("x-amz-content-sha256"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert!(sent.body.starts_with(b"4\r\nonce\r\n"));
    assert_eq!((sent.header("authorization"), sent.header("x-amz-date")), ("", ""));
}
