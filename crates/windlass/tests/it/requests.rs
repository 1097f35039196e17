//! Requests on the wire.

use windlass::testing::{self, MockTransport};
use windlass::types::{BucketName, BucketNameRules, ByteRange, CopySource, ObjectKey};
use windlass::{AddressingStyle, Client, ErrorKind};

/// Keys that are known to break clients. They are encoded once and never normalized.
pub(crate) const ODD_KEYS: [(&str, &str); 14] = [
    ("a b", "a%20b"),
    ("a+b", "a%2Bb"),
    ("100%", "100%25"),
    ("a%20b", "a%2520b"),
    ("who?", "who%3F"),
    ("#1", "%231"),
    ("a//b", "a//b"),
    ("/a", "/a"),
    ("a/", "a/"),
    ("..", ".."),
    ("a/../b", "a/../b"),
    ("./a", "./a"),
    ("ü/日本", "%C3%BC/%E6%97%A5%E6%9C%AC"),
    ("a@=&,;b", "a%40%3D%26%2C%3Bb"),
];

#[tokio::test]
async fn keys_are_sent_byte_for_byte() {
    for style in [AddressingStyle::Path, AddressingStyle::Virtual] {
        for (key, encoded) in ODD_KEYS {
            let transport = MockTransport::new();
            transport.response(200, "");
            let client = testing::client_builder(&transport).addressing_style(style).build().unwrap();
            client.head_object("photos", key).await.unwrap();
            let url = &transport.requests()[0].url;
            assert!(
                url.ends_with(&format!(".amazonaws.com/{encoded}"))
                    || url.ends_with(&format!("/photos/{encoded}"))
            );
        }
    }
}

#[tokio::test]
async fn members_are_sent_in_their_s3_location() {
    let transport = MockTransport::new();
    transport.reply_with(206, &[("content-range", "bytes 5-9/10")], "");
    let client = testing::client(&transport);
    let request = client
        .get_object("photos", "k")
        .range(ByteRange::last(5))
        .version_id("v/1")
        .response_content_type("text/plain; charset=utf-8")
        .if_none_match("abc")
        .expected_bucket_owner("111122223333");
    request.await.unwrap();
    let request = &transport.requests()[0];
    assert!(
        request.url.ends_with("/k?response-content-type=text%2Fplain%3B%20charset%3Dutf-8&versionId=v%2F1")
    );
    assert_eq!(request.header("range"), "bytes=-5");
    assert_eq!(request.header("if-none-match"), "\"abc\"");
    assert_eq!(request.header("x-amz-expected-bucket-owner"), "111122223333");
    assert_eq!(request.header("x-amz-checksum-mode"), "ENABLED");
}

#[tokio::test]
async fn headers_that_proxies_rewrite_are_not_signed() {
    let transport = MockTransport::new();
    transport.response(206, "").stored();
    let client = testing::client(&transport);
    let read = client.get_object("photos", "k").range(0..3).if_none_match("abc").await;
    read.unwrap_err();
    client
        .put_object("photos", "k", "body")
        .content_type("text/plain")
        .content_md5("hBotaJrKbmL2vj7ZyS2fTQ==")
        .cache_control("no-store")
        .content_encoding("gzip")
        .metadata("a", "1")
        .await
        .unwrap();
    let requests = transport.requests();
    let signed: Vec<&str> = requests
        .iter()
        .map(|request| request.header("authorization").split("SignedHeaders=").nth(1).unwrap())
        .map(|rest| rest.split(',').next().unwrap())
        .collect();
    assert_eq!(signed[0], "host;x-amz-checksum-mode;x-amz-content-sha256;x-amz-date");
    assert!(signed[1].starts_with("content-md5;content-type;host;x-amz-"), "{}", signed[1]);
    assert!(!signed[1].contains("cache-control") && !signed[1].contains("content-encoding"), "{}", signed[1]);
    for name in ["accept-encoding", "expect", "user-agent"] {
        assert!(requests.iter().all(|request| !request.headers.contains_key(name)), "{name}");
    }
}

#[tokio::test]
async fn settings_of_an_object_are_sent_as_headers() {
    let transport = MockTransport::new();
    transport.stored();
    let client = testing::client(&transport);
    client
        .put_object("photos", "k", "body")
        .content_type("text/plain")
        .cache_control("no-store")
        .metadata("Owner", "Änn")
        .storage_class("STANDARD_IA")
        .tagging("a=1&b=2")
        .if_none_match("*")
        .await
        .unwrap();
    let request = &transport.requests()[0];
    assert_eq!(request.header("content-type"), "text/plain");
    assert_eq!(request.header("x-amz-meta-owner"), "=?UTF-8?B?w4Rubg==?=");
    assert_eq!(request.header("x-amz-storage-class"), "STANDARD_IA");
    assert_eq!(request.header("x-amz-tagging"), "a=1&b=2");
    assert_eq!(request.header("if-none-match"), "*");
    assert_eq!(request.header("content-length"), "4");
    assert_eq!(request.body, "body");
}

#[tokio::test]
async fn empty_bodies_have_a_length_if_the_method_allows_a_body() {
    let transport = MockTransport::new();
    transport.stored().repeat_last();
    let client = testing::client(&transport);
    client.put_object("photos", "k", "").await.unwrap();
    client.get_object("photos", "k").await.unwrap();
    client.head_object("photos", "k").await.unwrap();
    let lengths: Vec<bool> =
        transport.requests().iter().map(|request| request.headers.contains_key("content-length")).collect();
    assert_eq!(lengths, [true, false, false]);
    assert_eq!(transport.requests()[0].header("content-length"), "0");
}

#[tokio::test]
async fn invalid_requests_are_not_sent() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let kind = |result: windlass::Result<_>| match result {
        Ok(()) => panic!("sent"),
        Err(error) => (error.kind(), error.message().to_owned()),
    };
    let get = async |bucket: &str, key: &str| kind(client.get_object(bucket, key).await.map(|_| ()));
    assert_eq!(get("ab", "k").await.0, ErrorKind::InvalidBucketName);
    assert_eq!(get("Upper", "k").await.0, ErrorKind::InvalidBucketName);
    assert_eq!(get("photos", "").await.0, ErrorKind::InvalidKey);
    let (found, message) = get("photos", &"k".repeat(1025)).await;
    assert_eq!(found, ErrorKind::InvalidKey);
    assert!(message.contains("1025") && message.contains("1024"), "{message}");
    let put = |name: &str, value: &str| client.put_object("photos", "k", "").metadata(name, value);
    assert_eq!(kind(put("n", &"v".repeat(2048)).await.map(|_| ())).0, ErrorKind::RequestTooLarge);
    assert_eq!(kind(put("n", "a\r\nb").await.map(|_| ())).0, ErrorKind::InvalidArgument);
    assert_eq!(kind(put("a b", "v").await.map(|_| ())).0, ErrorKind::InvalidArgument);
    let copy = client.copy_object(CopySource::new("photos", ""), "photos", "k");
    assert_eq!(kind(copy.await.map(|_| ())).0, ErrorKind::InvalidKey);
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_request_can_be_stored_inspected_and_sent_by_another_client() {
    let transport = MockTransport::new();
    transport.response(200, "").repeat_last();
    let request = testing::client(&transport).head_object("photos", "k").version_id("v1");
    let operation = request.operation().clone();
    assert_eq!(operation.options.version_id.as_deref(), Some("v1"));
    testing::client_builder(&transport).region("eu-west-1").build().unwrap().send(operation).await.unwrap();
    tokio::spawn(async move { request.await }).await.unwrap().unwrap();
    assert!(transport.requests()[0].url.contains("eu-west-1"));
    assert!(transport.requests()[1].url.contains("us-east-1"));
}

#[tokio::test]
async fn an_anonymous_client_signs_nothing() {
    let transport = MockTransport::new();
    transport.response(200, "");
    let client = testing::client_builder(&transport).anonymous().build().unwrap();
    client.get_object("photos", "k").await.unwrap();
    let request = &transport.requests()[0];
    for name in ["authorization", "x-amz-date", "x-amz-content-sha256"] {
        assert_eq!(request.header(name), "", "{name}");
    }
}

#[tokio::test]
async fn metadata_of_other_clients_is_read() {
    let transport = MockTransport::new();
    transport.reply_with(
        200,
        &[
            ("x-amz-meta-owner", "=?UTF-8?Q?=C3=84nn?="),
            ("x-amz-meta-raw", "Änn"),
            ("expires", "never"),
            ("content-encoding", "gzip"),
            ("etag", "W/\"abc\""),
        ],
        "",
    );
    let head = testing::client(&transport).head_object("photos", "k").await.unwrap();
    assert_eq!(head.metadata["owner"], "Änn");
    assert_eq!(head.metadata["raw"], "Änn");
    assert_eq!((head.expires, head.expires_string.as_deref()), (None, Some("never")));
    assert_eq!(head.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(head.etag.unwrap(), windlass::types::ETag::new("\"abc\""));
    assert_eq!(transport.requests()[0].header("accept-encoding"), "");
}

#[tokio::test]
async fn compressed_content_stays_compressed() {
    let transport = MockTransport::new();
    let stored = [0x1f, 0x8b, 8, 0, 1, 2, 3];
    transport.reply_with(200, &[("content-encoding", "gzip")], stored.to_vec());
    let object = testing::client(&transport).get_object("photos", "k").await.unwrap();
    assert_eq!(object.head.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(object.body.bytes().await.unwrap(), &stored[..]);
}

#[tokio::test]
async fn aws_chunked_is_not_an_encoding_of_the_object() {
    for (kept, read) in
        [("aws-chunked", None), ("aws-chunked,gzip", Some("gzip")), ("gzip, br", Some("gzip, br"))]
    {
        let transport = MockTransport::new();
        transport.reply_with(200, &[("content-encoding", kept)], "");
        let head = testing::client(&transport).head_object("photos", "k").await.unwrap();
        assert_eq!(head.content_encoding.as_deref(), read, "{kept}");
    }
}

#[tokio::test]
async fn legacy_names_must_be_allowed() {
    let transport = MockTransport::new();
    transport.response(200, "");
    let client: Client = testing::client_builder(&transport).legacy_bucket_names(true).build().unwrap();
    client.head_object("Old_Bucket", "k").await.unwrap();
    assert_eq!(transport.requests()[0].url, "https://s3.us-east-1.amazonaws.com/Old_Bucket/k");
}

#[tokio::test]
async fn a_different_part_than_requested_is_an_error() {
    let transport = MockTransport::new();
    transport.response(200, "0123456789");
    transport.reply_with(206, &[("content-range", "bytes 5-7/10")], "567");
    transport.reply_with(206, &[("content-range", "bytes 0-2/10")], "012");
    transport.response(200, "0123456789");
    let client = testing::client(&transport);
    for _ in 0..2 {
        let error = client.get_object("photos", "k").range(0..3).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
    }
    assert_eq!(
        client.get_object("photos", "k").range(0..3).await.unwrap().body.bytes().await.unwrap(),
        "012"
    );
    client.get_object("photos", "k").range(0..).await.unwrap();
}

#[tokio::test]
async fn an_empty_range_is_not_requested() {
    let transport = MockTransport::new();
    transport.response(416, "").repeat_last();
    let client = testing::client(&transport);
    for range in [5..5, std::ops::Range { start: 10, end: 4 }] {
        client.get_object("photos", "k").range(range).await.unwrap_err();
    }
    assert!(transport.requests().iter().all(|request| request.header("range") == "bytes=-0"));
}

#[tokio::test]
async fn metadata_names_that_differ_only_in_case_are_an_error() {
    let transport = MockTransport::new();
    let request = testing::client(&transport)
        .put_object("photos", "k", "")
        .metadata("Owner", "a")
        .metadata("owner", "b");
    assert_eq!(request.await.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn whole_maps_of_metadata_and_tags_are_set_at_once() {
    let transport = MockTransport::new();
    transport.stored();
    let metadata = std::collections::HashMap::from([("b", "2"), ("c", "3")]);
    let tags = std::collections::BTreeMap::from([("k 2", "v"), ("k3", "")]);
    let put = testing::client(&transport).put_object("photos", "k", "body").metadata("a", "1").tag("k1", "v");
    put.metadata_entries(metadata).tags(tags).await.unwrap();
    let request = &transport.requests()[0];
    let metadata = ["a", "b", "c"].map(|name| request.header(&format!("x-amz-meta-{name}")));
    assert_eq!(metadata, ["1", "2", "3"]);
    assert_eq!(request.header("x-amz-tagging"), "k1=v&k%202=v&k3=");
}

#[tokio::test]
async fn checked_names_are_taken_where_names_are() {
    let transport = MockTransport::new();
    transport.stored().stored();
    let client = testing::client(&transport);
    let bucket = BucketName::new("photos", BucketNameRules::default()).unwrap();
    let key = ObjectKey::new("a b").unwrap();
    client.put_object(&bucket, &key, "body").await.unwrap();
    client.head_object(bucket, key).await.unwrap();
    for request in transport.requests() {
        assert!(request.url.ends_with("photos.s3.us-east-1.amazonaws.com/a%20b"), "{}", request.url);
    }
}
