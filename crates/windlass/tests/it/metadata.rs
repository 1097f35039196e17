//! User metadata and dates, written by windlass and by other clients.

use std::time::{Duration, UNIX_EPOCH};

use windlass::ErrorKind;
use windlass::testing::{self, MockTransport};

use crate::server::start;

#[tokio::test]
async fn metadata_is_read_as_it_was_written() {
    let (_server, client) = start().await;
    let values = [
        ("plain", "value"),
        ("german", "Änne grüßt"),
        ("japanese", &"日本".repeat(40)),
        ("emoji", "📐"),
        ("runs", "two  spaces,   three"),
        ("looks-encoded", "a=?b?c"),
        ("is-encoded", "=?UTF-8?B?w7w=?="),
        ("is-encoded-twice", "=?UTF-8?B?PT9VVEYtOD9CP3c3dz0/PQ==?= =?UTF-8?Q?=FF?="),
        ("no-break-space", "\u{a0}v\u{a0}"),
        ("empty", ""),
        ("punctuation", "a,b;c=\"d\"; (e) \\ ~"),
    ];
    let mut request = client.put_object("photos", "k", "");
    for (name, value) in values {
        request = request.metadata(name, value);
    }
    request.await.unwrap();
    let head = client.head_object("photos", "k").await.unwrap();
    for (name, value) in values {
        assert_eq!(head.metadata.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(head.metadata.len(), values.len());
}

#[tokio::test]
async fn a_value_that_http_would_change_is_an_error_that_names_it() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    for value in [
        " v",
        "v ",
        " ",
        " é",
        "é ",
        "a\nb",
        "a\tb",
        "a\0b",
        "\u{7f}",
        "é\u{85}",
        "é\r\nx-amz-acl: public-read",
    ] {
        let source = windlass::types::CopySource::new("photos", "k");
        let outcomes = [
            client.put_object("photos", "k", "").metadata("my-note", value).await.map(drop),
            client.create_multipart_upload("photos", "k").metadata("my-note", value).await.map(drop),
            client.copy_object(source, "photos", "l").metadata("my-note", value).await.map(drop),
        ];
        for outcome in outcomes {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.message().contains("my-note"), "{error}");
        }
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn raw_metadata_is_available_verbatim() {
    let mut headers = http::HeaderMap::new();
    let value = |bytes: &[u8]| http::HeaderValue::from_bytes(bytes).unwrap();
    headers.insert("x-amz-meta-plain", value(b"v"));
    headers.insert("x-amz-meta-word", value(b"=?UTF-8?B?w7w=?="));
    headers.insert("x-amz-meta-odd", value(b"=?UTF-8?Q?=FF?= x"));
    headers.insert("x-amz-meta-latin", value(b"\xc4nne"));
    headers.insert("x-amz-meta-utf8", value("ü".as_bytes()));
    headers.append("x-amz-meta-twice", value(b"a"));
    headers.append("x-amz-meta-twice", value(b"=?UTF-8?Q?b?="));
    headers.append("x-amz-meta-twice", value(b"c"));
    let response = windlass::protocol::Response::buffered(http::StatusCode::OK, headers, bytes::Bytes::new());
    let operation = testing::client(&MockTransport::new()).head_object("photos", "k").operation().clone();
    let head = windlass::operations::Operation::parse(&operation, response).unwrap();
    for (name, text, raw) in [
        ("plain", "v", &b"v"[..]),
        ("word", "ü", b"=?UTF-8?B?w7w=?="),
        ("odd", "=?UTF-8?Q?=FF?= x", b"=?UTF-8?Q?=FF?= x"),
        ("latin", "Änne", b"\xc4nne"),
        ("utf8", "ü", "ü".as_bytes()),
        ("twice", "a,b,c", b"a,=?UTF-8?Q?b?=,c"),
    ] {
        assert_eq!((head.metadata[name].as_str(), head.raw_metadata(name)), (text, Some(raw)), "{name}");
    }
    assert_eq!(head.metadata_raw.keys().collect::<Vec<_>>(), ["latin", "twice", "word"]);
    assert_eq!(head.raw_metadata("none"), None);
}

#[tokio::test]
async fn names_are_case_insensitive() {
    let (_server, client) = start().await;
    client.put_object("photos", "k", "").metadata("Mixed-Case", "v").await.unwrap();
    let head = client.head_object("photos", "k").await.unwrap();
    assert_eq!(head.metadata.get("mixed-case").map(String::as_str), Some("v"));
}

#[tokio::test]
async fn two_kibibytes_of_metadata_are_the_limit() {
    let (_server, client) = start().await;
    let put = |size: usize| client.put_object("photos", "k", "").metadata("n", "v".repeat(size - 1));
    put(2048).await.unwrap();
    let error = put(2049).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
    assert!(error.message().contains("2049") && error.message().contains("2048"), "{error}");
    // The limit applies to the encoded form, which is over a third longer for non-ASCII text.
    let error = client.put_object("photos", "k", "").metadata("n", "ü".repeat(800)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
}

#[tokio::test]
async fn metadata_that_is_not_utf_8_is_not_dropped() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("x-amz-missing-meta", "1")], "");
    let client = testing::client(&transport);
    let head = client.head_object("photos", "k").await.unwrap();
    assert_eq!(head.missing_meta, Some(1), "values that cannot be headers are counted");

    // Latin-1, as old clients wrote it, and encoded words in two encodings.
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amz-meta-raw", http::HeaderValue::from_bytes(b"\xc4nne").unwrap());
    headers
        .insert("x-amz-meta-q", http::HeaderValue::from_static("=?ISO-8859-1?Q?=C4nne_x?= =?UTF-8?B?w4Q=?="));
    let response = windlass::protocol::Response::buffered(http::StatusCode::OK, headers, bytes::Bytes::new());
    let operation = client.head_object("photos", "k").operation().clone();
    let head = windlass::operations::Operation::parse(&operation, response).unwrap();
    assert_eq!(head.metadata["raw"], "Änne");
    assert_eq!(head.metadata["q"], "Änne xÄ");
}

#[tokio::test]
async fn an_invalid_date_does_not_fail_the_response() {
    let transport = MockTransport::new();
    for (expires, last_modified) in
        [("0", "yesterday"), ("-1", ""), ("Thu, 01 Jan 1970 00:00:00 GMT", "Mon, 12 Oct 2009 17:50:30 GMT")]
    {
        transport.reply_with(200, &[("expires", expires), ("last-modified", last_modified)], "content");
    }
    let client = testing::client(&transport);
    for text in ["0", "-1"] {
        let object = client.get_object("photos", "k").await.unwrap();
        assert_eq!((object.head.expires, object.head.expires_string.as_deref()), (None, Some(text)));
        assert_eq!(object.head.last_modified, None);
        assert_eq!(object.body.text().await.unwrap(), "content");
    }
    let head = client.head_object("photos", "k").await.unwrap();
    assert_eq!(head.expires, Some(UNIX_EPOCH));
    assert_eq!(head.last_modified, Some(UNIX_EPOCH + Duration::from_secs(1_255_369_830)));
}

#[tokio::test]
async fn times_are_whole_seconds_in_headers_and_finer_in_lists() {
    let transport = MockTransport::new();
    transport.response(
        200,
        "<ListBucketResult><Contents><Key>k</Key><LastModified>2009-10-12T17:50:30.123Z</LastModified></Contents>\
         </ListBucketResult>",
    );
    let client = testing::client(&transport);
    let listed = client.list_objects_v2("photos").await.unwrap().contents.remove(0).last_modified.unwrap();
    let whole = UNIX_EPOCH + Duration::from_secs(1_255_369_830);
    assert_eq!(listed, whole + Duration::from_millis(123));
    // Conditions are sent in whole seconds.
    transport.response(200, "");
    client.get_object("photos", "k").if_modified_since(listed).await.unwrap();
    assert_eq!(transport.requests()[1].header("if-modified-since"), "Mon, 12 Oct 2009 17:50:30 GMT");
}
