//! Services that differ from AWS: checks before writes, and responses that are not trusted.

use std::time::Duration;

use futures_util::FutureExt as _;
use windlass::config::ServiceProfile;
use windlass::operations::GetObjectAttributes;
use windlass::ports::TransportErrorKind;
use windlass::testing::{self, ManualClock, MockTransport, RecordingObserver};
use windlass::types::{CopySource, CustomerKey, ObjectAttributes, Tag};
use windlass::{Body, Client, ClientBuilder, ErrorKind};

const NOT_FOUND: &str = "<Error><Code>NoSuchKey</Code></Error>";
const TAGGING: &str = "<Tagging><TagSet/></Tagging>";
const CREATED: &str = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";

/// Returns a client builder for a service without a profile.
fn unknown(transport: &MockTransport) -> ClientBuilder {
    testing::client_builder(transport).endpoint("https://s3.example.com")
}

fn client(transport: &MockTransport) -> Client {
    unknown(transport).build().unwrap()
}

fn named(transport: &MockTransport, name: &str) -> Client {
    unknown(transport).service_profile(ServiceProfile::named(name).unwrap()).build().unwrap()
}

fn methods(transport: &MockTransport) -> Vec<String> {
    transport.requests().iter().map(|request| request.method.clone()).collect()
}

fn tags() -> [Tag; 1] {
    [Tag::new("a", "b")]
}

// rclone serve s3 treats PutObjectTagging as PutObject.
#[tokio::test]
async fn tags_are_not_written_if_the_service_returns_the_object_for_them() {
    for header in ["etag", "last-modified", "accept-ranges"] {
        // The object may even look like a list of tags.
        let transport = MockTransport::new();
        transport.reply_with(200, &[(header, "\"e\"")], TAGGING);
        let client = client(&transport);
        let error = client.put_object_tagging("photos", "k", tags()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotImplemented);
        assert_eq!(error.operation(), Some("PutObjectTagging"));
        assert!(error.message().contains("does not support PutObjectTagging"), "{error}");
        // The result is remembered.
        client.delete_object_tagging("photos", "other").await.unwrap_err();
        assert_eq!(methods(&transport), ["GET"], "{header}");
    }
}

#[tokio::test]
async fn tags_are_not_written_if_the_service_lists_the_bucket_for_them() {
    let responses = [
        (200, "<ListBucketResult><Name>photos</Name></ListBucketResult>"),
        (200, ""),
        (200, "<html>hello</html>"),
        (501, "<Error><Code>NotImplemented</Code></Error>"),
        (404, "<Error><Code>NoSuchBucketPolicy</Code></Error>"),
    ];
    for (status, body) in responses {
        let transport = MockTransport::new();
        transport.response(status, body);
        let error = client(&transport).delete_bucket_tagging("photos").await.unwrap_err();
        assert!(methods(&transport).iter().all(|method| method == "GET"), "{body}");
        assert_eq!(error.operation(), Some("DeleteBucketTagging"), "{error}");
    }
}

/// The content of an object can look like a tagging document; the headers distinguish the two.
#[tokio::test]
async fn an_object_that_looks_like_tags_is_not_parsed_as_tags() {
    for header in [("etag", "\"e\""), ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")] {
        let transport = MockTransport::new();
        transport.reply_with(200, &[header], "<Tagging><TagSet/></Tagging>").repeat_last();
        let client = client(&transport);
        let object = client.put_object_tagging("photos", "tagging.xml", tags()).await.map(drop);
        let bucket = client.delete_bucket_tagging("photos").await.map(drop);
        for outcome in [object, bucket] {
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::NotImplemented, "{header:?}");
        }
        assert_eq!(methods(&transport), ["GET", "GET"]);
    }
}

#[tokio::test]
async fn support_for_tags_is_checked_once() {
    let transport = MockTransport::new();
    transport.response(404, "<Error><Code>NoSuchTagSet</Code></Error>").response(200, "").response(204, "");
    let client = client(&transport);
    client.put_bucket_tagging("photos", tags()).expected_bucket_owner("123456789012").await.unwrap();
    client.delete_bucket_tagging("photos").await.unwrap();
    assert_eq!(methods(&transport), ["GET", "PUT", "DELETE"]);
    let look = &transport.requests()[0];
    assert!(look.url.ends_with("/photos?tagging="), "{}", look.url);
    assert_eq!(look.header("x-amz-expected-bucket-owner"), "123456789012");
    // Support for tags of buckets does not imply support for tags of objects.
    transport.response(200, TAGGING).response(200, "");
    client.put_object_tagging("photos", "k", tags()).version_id("v").await.unwrap();
    assert!(transport.requests()[3].url.ends_with("/photos/k?tagging=&versionId=v"));
}

// SeaweedFS sends Accept-Ranges with every response.
#[tokio::test]
async fn a_document_without_object_headers_is_not_an_object() {
    let headers = [("accept-ranges", "bytes"), ("content-type", "application/xml")];
    let transport = MockTransport::new();
    transport.reply_with(200, &headers, TAGGING).response(200, "").reply_with(200, &headers, TAGGING);
    let client = client(&transport);
    client.put_object_tagging("photos", "k", tags()).await.unwrap();
    client.get_object_tagging("photos", "k").await.unwrap();
    assert_eq!(methods(&transport), ["GET", "PUT", "GET"]);
}

#[tokio::test]
async fn an_inconclusive_check_is_an_error_and_not_remembered() {
    let transport = MockTransport::new();
    transport.response(404, NOT_FOUND);
    let client = client(&transport);
    let error = client.put_object_tagging("photos", "k", tags()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ObjectNotFound);
    assert!(error.message().contains("PutObjectTagging was not sent"), "{error}");
    transport.response(403, "<Error><Code>AccessDenied</Code></Error>");
    let error = client.put_object_tagging("photos", "k", tags()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    transport.response(200, TAGGING).response(200, "");
    client.put_object_tagging("photos", "k", tags()).await.unwrap();
    assert_eq!(methods(&transport), ["GET", "GET", "GET", "PUT"]);
}

#[tokio::test]
async fn concurrent_first_writes_share_one_check() {
    let transport = MockTransport::new();
    transport.response(200, TAGGING).response(200, "").repeat_last();
    let client = client(&transport);
    let writes = (0..20).map(|number| {
        let request = client.put_object_tagging("photos", format!("k{number}"), tags());
        async move { request.await.unwrap() }
    });
    futures_util::future::join_all(writes).await;
    assert_eq!(methods(&transport).iter().filter(|method| *method == "GET").count(), 1);
    assert_eq!(transport.requests().len(), 21);
}

#[tokio::test]
async fn a_check_that_is_not_polled_does_not_block_others_forever() {
    let transport = MockTransport::new();
    transport.hang().response(200, TAGGING).response(200, "");
    let clock = ManualClock::default();
    let client = unknown(&transport).clock(clock.clone()).build().unwrap();
    let mut first = Box::pin(client.put_object_tagging("photos", "k", tags()).send());
    while transport.requests().is_empty() {
        assert!((&mut first).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    let mut second = Box::pin(client.put_object_tagging("photos", "k", tags()).send());
    for _ in 0..10 {
        assert!((&mut second).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    assert_eq!(transport.requests().len(), 1, "the call waits for the first");
    clock.advance(Duration::from_secs(31));
    second.await.unwrap();
    assert_eq!(methods(&transport), ["GET", "GET", "PUT"]);
}

#[tokio::test]
async fn a_subresource_in_the_profile_is_not_checked() {
    for name in ["aws", "minio", "seaweedfs", "ceph", "moto"] {
        let transport = MockTransport::new();
        transport.response(200, "");
        named(&transport, name).put_object_tagging("photos", "k", tags()).await.unwrap();
        assert_eq!(methods(&transport), ["PUT"], "{name}");
    }
}

/// Every operation that writes a subresource passes the guard, because its draft declares the subresource.
#[tokio::test]
async fn every_subresource_write_is_guarded() {
    use windlass::operations as op;
    async fn asks<O: op::Operation>(operation: O) -> &'static str {
        let transport = MockTransport::new();
        transport.reply_with(200, &[("etag", "\"e\"")], "content");
        client(&transport).send(operation).await.err().unwrap();
        assert_eq!(methods(&transport), ["GET"], "{}", O::NAME);
        O::NAME
    }
    let guarded = [
        asks(op::PutObjectTagging::new("photos", "k", tags().into())).await,
        asks(op::DeleteObjectTagging::new("photos", "k")).await,
        asks(op::PutBucketTagging::new("photos", tags().into())).await,
        asks(op::DeleteBucketTagging::new("photos")).await,
        asks(op::PutBucketVersioning::new("photos", "Enabled")).await,
    ];
    // All operations with a PUT or DELETE of a subresource.
    for text in crate::tidy::shipped_sources() {
        let Some(name) = text.split("const NAME: &'static str = \"").nth(1) else { continue };
        let name = name.split('"').next().unwrap();
        let writes = text.contains("Draft::put(") || text.contains("Draft::delete(");
        if writes && text.contains("Some(\"\"))") {
            assert!(guarded.contains(&name), "{name} is not in the list above");
        }
    }
}

#[tokio::test]
async fn an_empty_response_means_no_tags_except_on_aws() {
    let transport = MockTransport::new();
    transport.response(200, "");
    assert!(client(&transport).get_object_tagging("photos", "k").await.unwrap().tags.is_empty());
    let aws = MockTransport::new();
    aws.response(200, "").repeat_last();
    let error = testing::client(&aws).get_object_tagging("photos", "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    // An empty object is not an empty list.
    let object = MockTransport::new();
    object.reply_with(200, &[("etag", "\"e\"")], "");
    let error = client(&object).get_object_tagging("photos", "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotImplemented);
}

#[tokio::test]
async fn an_object_in_place_of_its_attributes_is_not_retried() {
    let headers =
        [("etag", "\"e\""), ("accept-ranges", "bytes"), ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")];
    let transport = MockTransport::new();
    transport.reply_with(200, &headers, "\u{1}\u{2}binary").repeat_last();
    let client = client(&transport);
    let attributes = GetObjectAttributes::new("photos", "k", [ObjectAttributes::ETag]);
    let error = client.send(attributes).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotImplemented);
    assert!(error.message().contains("this service does not support GetObjectAttributes"), "{error}");
    assert!(!error.to_string().contains("binary"), "{error}");
    assert_eq!(error.attempts(), 1);
    let error = client.get_object_tagging("photos", "k").await.unwrap_err();
    assert!(error.message().contains("does not support GetObjectTagging"), "{error}");
    assert_eq!(transport.requests().len(), 2);
    // Objects may have an XML content type: Swift sets it for multipart uploads.
    let typed = MockTransport::new();
    typed.reply_with(200, &[headers[0], ("content-type", "application/xml")], "\u{1}").repeat_last();
    let asked =
        unknown(&typed).build().unwrap().get_object_attributes("photos", "k", [ObjectAttributes::ETag]);
    assert_eq!(asked.await.unwrap_err().kind(), ErrorKind::NotImplemented);
    // S3 sends Last-Modified with this response.
    let aws = MockTransport::new();
    let body = "<GetObjectAttributesResponse><ETag>e</ETag></GetObjectAttributesResponse>";
    aws.reply_with(200, &headers[2..], body);
    testing::client(&aws).get_object_attributes("photos", "k", [ObjectAttributes::ETag]).await.unwrap();
}

fn key() -> CustomerKey {
    CustomerKey::aes256(&[7; 32]).unwrap()
}

const CONFIRMED: [(&str, &str); 3] = [
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-server-side-encryption-customer-key-md5", "y4HAEFCYWuvAXWFTtA1Qpg=="),
    ("etag", "\"e\""),
];

#[tokio::test]
async fn an_unconfirmed_customer_key_is_an_error_and_not_retried() {
    let other_key = [CONFIRMED[0], ("x-amz-server-side-encryption-customer-key-md5", "AAAA"), CONFIRMED[2]];
    for headers in [&CONFIRMED[2..], &other_key[..]] {
        let transport = MockTransport::new();
        transport.reply_with(200, headers, "").repeat_last();
        let error =
            testing::client(&transport).put_object("photos", "k", "x").encrypt_with(key()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotEncrypted);
        assert!(error.message().contains("the object is stored unencrypted"), "{error}");
        assert_eq!(transport.requests().len(), 1);
    }
    let transport = MockTransport::new();
    transport.reply_with(200, &CONFIRMED, "");
    testing::client(&transport).put_object("photos", "k", "x").encrypt_with(key()).await.unwrap();
}

#[tokio::test]
async fn an_upload_without_confirmed_key_is_aborted_before_the_first_part() {
    let transport = MockTransport::new();
    transport.response(200, CREATED).response(204, "");
    let put = testing::client(&transport).put_object("films", "k", vec![7; 9 << 20]).encrypt_with(key());
    let error = put.in_parts().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted);
    assert_eq!(methods(&transport), ["POST", "DELETE"]);
    // For a single CreateMultipartUpload call, the error names the upload.
    let transport = MockTransport::new();
    transport.response(200, CREATED);
    let create = testing::client(&transport).create_multipart_upload("films", "k").encrypt_with(key());
    assert!(create.await.unwrap_err().message().contains("abort the upload u"));
    // MinIO confirms keys in the responses to parts.
    let transport = MockTransport::new();
    transport.response(200, CREATED).reply_with(200, &CONFIRMED[2..], "").response(204, "").repeat_last();
    let put = named(&transport, "minio").put_object("films", "k", vec![7; 9 << 20]).encrypt_with(key());
    let error = put.in_parts().concurrency(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEncrypted, "{error}");
    assert_eq!(methods(&transport)[1], "PUT");
}

#[tokio::test]
async fn unconfirmed_server_side_encryption_is_a_warning() {
    let transport = MockTransport::new();
    let confirmed = ("x-amz-server-side-encryption", "AES256");
    transport.reply_with(200, &[("etag", "\"e\"")], "").reply_with(200, &[("etag", "\"e\""), confirmed], "");
    let observer = RecordingObserver::default();
    let client = testing::client_builder(&transport).observer(observer.clone()).build().unwrap();
    let warnings =
        || observer.events().iter().filter(|event| event.contains("EncryptionUnconfirmed")).count();
    client.put_object("photos", "k", "x").server_side_encryption("AES256").await.unwrap();
    assert_eq!(warnings(), 1);
    client.put_object("photos", "k", "x").server_side_encryption("AES256").await.unwrap();
    assert_eq!(warnings(), 1);
}

#[tokio::test]
async fn a_lost_write_with_a_key_is_not_a_success_if_the_object_is_unencrypted() {
    let transport = MockTransport::new();
    transport
        .fail(TransportErrorKind::Interrupted)
        .response(412, "<Error><Code>PreconditionFailed</Code></Error>");
    transport.reply_with(200, &[("content-length", "13"), ("x-amz-checksum-crc64nvme", "1Km+Qyat0k0=")], "");
    let put = testing::client(&transport).put_object("photos", "k", "Hello, World!").if_none_match("*");
    let error = put.encrypt_with(key()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
}

#[tokio::test]
async fn objects_are_not_overwritten_if_conditions_may_be_ignored() {
    for name in ["unknown", "garage", "rclone", "minio"] {
        let transport = MockTransport::new();
        transport.reply_with(200, &[("etag", "\"e\""), ("content-length", "1")], "");
        let client = if name == "unknown" { client(&transport) } else { named(&transport, name) };
        let error = client.upload("photos", "k", "x").no_overwrite().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
        assert_eq!(methods(&transport), ["HEAD"], "{name}");
        // The key is free, and the condition protects against races.
        transport.response(404, "").reply_with(200, &[("etag", "\"e\"")], "");
        client.upload("photos", "k", "x").no_overwrite().await.unwrap();
        assert_eq!(transport.requests()[2].header("if-none-match"), "*");
        // If the check fails, the object is not written.
        transport.response(403, "");
        let error = client.upload("photos", "k", "x").no_overwrite().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AccessDenied);
        assert_eq!(methods(&transport), ["HEAD", "HEAD", "PUT", "HEAD"], "{name}");
    }
    for name in ["aws", "ceph", "seaweedfs"] {
        let transport = MockTransport::new();
        transport.response(412, "<Error><Code>PreconditionFailed</Code></Error>");
        let error = named(&transport, name).upload("photos", "k", "x").no_overwrite().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
        assert_eq!(methods(&transport), ["PUT"], "{name}");
    }
}

#[tokio::test]
async fn a_conditional_upload_in_parts_checks_before_sending_and_before_completing() {
    let there = [("etag", "\"e\""), ("content-length", "1")];
    for name in ["aws", "ceph"] {
        let transport = MockTransport::new();
        transport.reply_with(200, &there, "");
        let upload = named(&transport, name).upload("films", "k", vec![7; 9 << 20]).no_overwrite();
        assert_eq!(upload.await.unwrap_err().kind(), ErrorKind::PreconditionFailed);
        assert_eq!(methods(&transport), ["HEAD"], "{name}");
    }
    // Ceph ignores the condition on CompleteMultipartUpload: another client wrote the object in the meantime.
    let transport = MockTransport::new();
    transport.response(404, "").response(200, CREATED);
    transport.reply_with(200, &[("etag", "\"1\"")], "").reply_with(200, &[("etag", "\"2\"")], "");
    transport.reply_with(200, &there, "").response(204, "");
    let upload =
        named(&transport, "ceph").upload("films", "k", vec![7; 9 << 20]).concurrency(1).no_overwrite();
    assert_eq!(upload.await.unwrap_err().kind(), ErrorKind::PreconditionFailed);
    assert_eq!(methods(&transport), ["HEAD", "POST", "PUT", "PUT", "HEAD", "DELETE"]);
}

#[tokio::test]
async fn a_copy_that_must_not_overwrite_checks_first() {
    let source = || CopySource::new("films", "from");
    let there = [("etag", "\"e\""), ("content-length", "1")];
    let transport = MockTransport::new();
    transport.reply_with(200, &there, "").repeat_last();
    let copy = client(&transport).copy_object(source(), "films", "to").in_parts().no_overwrite();
    assert_eq!(copy.await.unwrap_err().kind(), ErrorKind::PreconditionFailed);
    assert_eq!(methods(&transport), ["HEAD", "HEAD"]);
    // On AWS, the condition suffices.
    let transport = MockTransport::new();
    transport.reply_with(200, &there, "").response(412, "<Error><Code>PreconditionFailed</Code></Error>");
    let copy = testing::client(&transport).copy_object(source(), "films", "to").in_parts().no_overwrite();
    assert_eq!(copy.await.unwrap_err().kind(), ErrorKind::PreconditionFailed);
    assert_eq!(methods(&transport), ["HEAD", "PUT"]);
}

#[tokio::test]
async fn a_copy_in_parts_continues_with_a_warning_if_tags_are_unsupported() {
    let part = "<CopyPartResult><ETag>\"1\"</ETag></CopyPartResult>";
    let done = "<CompleteMultipartUploadResult><ETag>\"e-2\"</ETag></CompleteMultipartUploadResult>";
    let copied = async |client: &Client| {
        let source = CopySource::new("films", "from");
        client.copy_object(source, "films", "to").in_parts().part_size(5 << 20).concurrency(1).await
    };
    for (status, headers, body) in [
        (501, vec![], "<Error><Code>NotImplemented</Code></Error>"),
        (200, vec![("etag", "\"e\"")], "content"),
        (400, vec![], "<Error><Code>InvalidArgument</Code></Error>"),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(200, &[("etag", "\"e\""), ("content-length", "9437184")], "");
        transport.reply_with(status, &headers, body).response(200, CREATED);
        transport.response(200, part).response(200, part).response(200, done);
        let observer = RecordingObserver::default();
        let client = unknown(&transport).observer(observer.clone()).build().unwrap();
        copied(&client).await.unwrap();
        assert!(observer.events().iter().any(|event| event.contains("TagsNotRead")), "{status}");
    }
    // Without the permission to read tags, they would be lost.
    let transport = MockTransport::new();
    transport.reply_with(200, &[("etag", "\"e\""), ("content-length", "9437184")], "");
    transport.response(403, "<Error><Code>AccessDenied</Code></Error>");
    assert_eq!(copied(&client(&transport)).await.unwrap_err().kind(), ErrorKind::AccessDenied);
}

#[tokio::test]
async fn tags_lost_by_create_multipart_upload_are_written_after_completion() {
    let transport = MockTransport::new();
    transport.response(200, CREATED).reply_with(200, &[("etag", "\"1\"")], "").reply_with(
        200,
        &[("etag", "\"2\"")],
        "",
    );
    let done = "<CompleteMultipartUploadResult><ETag>\"e-2\"</ETag></CompleteMultipartUploadResult>";
    transport.reply_with(200, &[("x-amz-version-id", "v")], done).response(200, "");
    let put = named(&transport, "ceph").put_object("films", "k", vec![7; 9 << 20]).tagging("a=b%20c&d=");
    put.in_parts().concurrency(1).await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].header("x-amz-tagging"), "");
    assert!(requests[4].url.ends_with("/films/k?tagging=&versionId=v"), "{}", requests[4].url);
    let body = String::from_utf8(requests[4].body.to_vec()).unwrap();
    assert!(body.contains("<Key>a</Key><Value>b c</Value>"), "{body}");
}

#[tokio::test]
async fn lists_of_uploads_request_encoded_keys_only_on_aws() {
    let list = "<ListMultipartUploadsResult><Upload><Key>a%20b</Key><UploadId>u</UploadId></Upload>\
        </ListMultipartUploadsResult>";
    for (name, asks) in [("aws", true), ("ceph", false), ("minio", false), ("seaweedfs", false)] {
        let transport = MockTransport::new();
        transport.response(200, list);
        let page = named(&transport, name).list_multipart_uploads("films").await.unwrap();
        assert_eq!(page.uploads[0].key, "a%20b");
        assert_eq!(transport.requests()[0].url.contains("encoding-type=url"), asks, "{name}");
    }
}

#[tokio::test]
async fn a_stream_has_a_trailer_only_if_the_service_supports_it() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("etag", "\"e\"")], "").repeat_last();
    let body = || Body::replayable(1, || async { Ok(futures_util::stream::iter([Ok("x".into())])) });
    named(&transport, "garage").put_object("photos", "k", body()).await.unwrap();
    let garage = ServiceProfile::named("garage").unwrap();
    let plain =
        unknown(&transport).endpoint("http://s3.example.com").allow_http(true).service_profile(garage);
    plain.build().unwrap().put_object("photos", "k", body()).await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].header("x-amz-content-sha256"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    assert_eq!(requests[1].header("x-amz-trailer"), "");
}
