//! Tags of objects and buckets.

use windlass::operations::PutObjectTagging;
use windlass::testing::{self, MockTransport};
use windlass::types::{CopySource, Tag};
use windlass::{Error, ErrorKind};

use crate::server::start;

const TAGS: &str = "<Tagging><TagSet><Tag><Key>a &amp; b</Key><Value>1+1=2</Value></Tag>\
    <Tag><Key>empty</Key><Value/></Tag></TagSet></Tagging>";

#[tokio::test]
async fn tags_of_an_object_are_set_read_and_removed() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("x-amz-version-id", "v1")], "").response(200, TAGS).response(204, "");
    let client = testing::client(&transport);
    let tags = [("a & b", "1+1=2"), ("empty", "")];
    let put = client.put_object_tagging("photos", "cat.jpg", tags).version_id("v1").await.unwrap();
    assert_eq!(put.version_id.as_deref(), Some("v1"));
    let got = client.get_object_tagging("photos", "cat.jpg").await.unwrap();
    assert_eq!(got.tags, tags.map(Tag::from));
    client.delete_object_tagging("photos", "cat.jpg").await.unwrap();

    let [put, got, deleted] = &transport.requests()[..] else { panic!("expected three requests") };
    assert_eq!(put.method, "PUT");
    assert!(put.url.ends_with("/cat.jpg?tagging=&versionId=v1"), "{}", put.url);
    let sent = String::from_utf8(put.body.to_vec()).unwrap();
    assert!(sent.ends_with(&TAGS[9..].replace("<Value/>", "<Value></Value>")), "{sent}");
    assert!(!put.header("x-amz-checksum-crc64nvme").is_empty(), "S3 rejects the request without a checksum");
    assert_eq!((got.method.as_str(), deleted.method.as_str()), ("GET", "DELETE"));
    assert!(got.url.ends_with("/cat.jpg?tagging="), "{}", got.url);
    assert!(deleted.url.ends_with("/cat.jpg?tagging="), "{}", deleted.url);
}

#[tokio::test]
async fn tags_of_a_bucket_are_set_read_and_removed() {
    let transport = MockTransport::new();
    transport.response(204, "").response(200, TAGS).response(204, "");
    let client = testing::client(&transport);
    client.put_bucket_tagging("photos", [Tag::new("a", "b")]).await.unwrap();
    assert_eq!(client.get_bucket_tagging("photos").await.unwrap().tags[0], Tag::new("a & b", "1+1=2"));
    client.delete_bucket_tagging("photos").await.unwrap();
    let requests = transport.requests();
    assert!(requests.iter().all(|request| request.url.ends_with("/?tagging=")));
    assert_eq!(
        requests.iter().map(|request| request.method.as_str()).collect::<Vec<_>>(),
        ["PUT", "GET", "DELETE"]
    );
}

#[tokio::test]
async fn a_bucket_without_tags_is_not_a_missing_bucket() {
    let transport = MockTransport::new();
    transport.response(404, "<Error><Code>NoSuchTagSet</Code><Message>m</Message></Error>");
    let error = testing::client(&transport).get_bucket_tagging("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigurationNotFound);
    assert!(error.is_not_found());
}

#[tokio::test]
async fn invalid_tags_are_not_sent() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let many = |count: usize| (0..count).map(|number| Tag::new(number.to_string(), "")).collect::<Vec<_>>();
    let refused = |error: Error, limit: &str, value: &str| {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains(limit) && error.message().contains(value), "{error}");
    };
    let put = async |tags| client.send(PutObjectTagging::new("photos", "k", tags)).await.unwrap_err();
    refused(put(many(11)).await, "at most 10", "11");
    refused(put(vec![Tag::new("k".repeat(129), "")]).await, "1 to 128", "129");
    refused(put(vec![Tag::new("", "")]).await, "1 to 128", "0 characters");
    refused(put(vec![Tag::new("k", "v".repeat(257))]).await, "limit is 256", "257");
    refused(client.put_bucket_tagging("photos", many(51)).await.unwrap_err(), "at most 50", "51");
    let mut request = client.put_object("photos", "k", "");
    for tag in many(11) {
        request = request.tag(tag.key, tag.value);
    }
    refused(request.await.unwrap_err(), "at most 10", "11");
    let raw = client.create_multipart_upload("photos", "k").tagging(format!("k={}", "%C3%BC".repeat(257)));
    refused(raw.await.unwrap_err(), "limit is 256", "257");
    let mut request = client.create_bucket("photos");
    for tag in many(51) {
        request = request.tag(tag.key, tag.value);
    }
    refused(request.await.unwrap_err(), "at most 50", "51");
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn tags_in_a_header_are_encoded_once_and_without_plus_signs() {
    let transport = MockTransport::new();
    transport.stored().repeat_last();
    let client = testing::client(&transport);
    let request = client.put_object("photos", "k", "").tag("a b+c", "100%=@/ü").tag("d&e", "");
    request.await.unwrap();
    assert_eq!(transport.requests()[0].header("x-amz-tagging"), "a%20b%2Bc=100%25%3D%40%2F%C3%BC&d%26e=");
    // A string that the caller has encoded is sent verbatim.
    client.put_object("photos", "k", "").tagging("a+b=1&c").await.unwrap();
    assert_eq!(transport.requests()[1].header("x-amz-tagging"), "a+b=1&c");
}

#[tokio::test]
async fn every_tag_survives_on_an_odd_key() {
    let (_server, client) = start().await;
    let key = "a b+%ü?#/..//";
    // S3 allows letters, digits, spaces and these characters in tags.
    let tags = [("a b", "c d"), ("+-=._:/@", "+-=._:/@"), ("ü", "日本"), ("empty", ""), ("x=y", "1+1=2")];
    let mut put = client.put_object("photos", key, "x");
    for (name, value) in tags {
        put = put.tag(name, value);
    }
    put.await.unwrap();
    let mut expected = tags.map(Tag::from).to_vec();
    expected.sort();
    let read = async |key: &str| {
        let mut tags = client.get_object_tagging("photos", key).await.unwrap().tags;
        tags.sort();
        tags
    };
    assert_eq!(read(key).await, expected, "in a header");
    assert_eq!(client.head_object("photos", key).await.unwrap().tag_count, Some(5));
    client.delete_object_tagging("photos", key).await.unwrap();
    assert!(read(key).await.is_empty());
    client.put_object_tagging("photos", key, tags).await.unwrap();
    assert_eq!(read(key).await, expected, "in a document");
    let copy =
        client.copy_object(CopySource::new("photos", key), "photos", "copy").tagging_directive("REPLACE");
    copy.tag("only", "this").await.unwrap();
    assert_eq!(read("copy").await, [Tag::new("only", "this")]);
    let upload = client.create_multipart_upload("photos", "m").tag("x=y", "1+1=2").await.unwrap().upload_id;
    let part = client.upload_part("photos", "m", &upload, 1, "x").await.unwrap().completed(1);
    client.complete_multipart_upload("photos", "m", &upload, [part]).await.unwrap();
    assert_eq!(read("m").await, [Tag::new("x=y", "1+1=2")]);

    let missing = client.get_bucket_tagging("photos").await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::ConfigurationNotFound);
    client.put_bucket_tagging("photos", tags).await.unwrap();
    let mut read = client.get_bucket_tagging("photos").await.unwrap().tags;
    read.sort();
    assert_eq!(read, expected);
    client.delete_bucket_tagging("photos").await.unwrap();
    client.get_bucket_tagging("photos").await.unwrap_err();
}
