//! Copies of objects of any size within S3, with tags, metadata and headers.

use std::collections::BTreeMap;
use std::time::Duration;

use windlass::testing::{self, MockTransport};
use windlass::types::{ChecksumAlgorithm, CopySource, Tag};
use windlass::{Client, Credentials, ErrorKind};
use windlass_server::{Action, Fault, Server};

const MIB: usize = 1 << 20;

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index / 7).to_le_bytes()[0]).collect()
}

async fn world() -> (Server, Client) {
    let server = Server::builder().memory().credentials("id", "secret").start().await.unwrap();
    let client = Client::builder()
        .endpoint(server.endpoint())
        .region("us-east-1")
        .credentials(Credentials::new("id", "secret"));
    let client = client.build().unwrap();
    for bucket in ["films", "archive"] {
        client.create_bucket(bucket).await.unwrap();
    }
    (server, client)
}

fn count(server: &Server, operation: &str) -> usize {
    server.requests().all().iter().filter(|request| request.operation == operation).count()
}

#[tokio::test]
async fn a_copy_in_parts_equals_a_copy_in_one_request() {
    let (server, client) = world().await;
    let all = content(12 * MIB + 5);
    let put =
        client.put_object("films", "a b+é", all.clone()).content_type("video/odd").cache_control("no-store");
    let put = put.metadata("k", "ü").tagging("a=1&b%20c=2").website_redirect_location("/elsewhere");
    put.expires(std::time::UNIX_EPOCH + Duration::from_secs(4_000_000_000)).await.unwrap();
    let source = || CopySource::new("films", "a b+é");
    let whole = client.copy_object(source(), "archive", "whole").in_parts().await.unwrap();
    let parts = client.copy_object(source(), "archive", "parts").in_parts().part_size(5 << 20).await.unwrap();
    assert_eq!(
        (whole.parts, whole.size, parts.parts, parts.size),
        (0, all.len() as u64, 3, all.len() as u64)
    );
    assert_eq!((count(&server, "CopyObject"), count(&server, "UploadPartCopy")), (1, 3));

    let mut found = Vec::new();
    for key in ["whole", "parts"] {
        let object = client.get_object("archive", key).checksum_mode(true).await.unwrap();
        let head = &object.head;
        found.push((
            head.checksums.get(&ChecksumAlgorithm::Crc64Nvme).map(str::to_owned),
            head.content_type.clone(),
            head.cache_control.clone(),
            head.expires,
            head.metadata.clone(),
            head.website_redirect_location.clone(),
            client.get_object_tagging("archive", key).await.unwrap().tags,
        ));
        assert!(object.body.bytes().await.unwrap() == all);
    }
    assert_eq!(found[0], found[1]);
    assert_eq!(found[1].4, BTreeMap::from([("k".to_owned(), "ü".to_owned())]));
    assert_eq!(found[1].6, [Tag::new("a", "1"), Tag::new("b c", "2")]);
}

#[tokio::test]
async fn replaced_metadata_is_not_copied() {
    let (_server, client) = world().await;
    let put = client.put_object("films", "k", content(6 * MIB)).content_type("a/b").metadata("old", "1");
    put.tagging("old=1").await.unwrap();
    let copy = client.copy_object(CopySource::new("films", "k"), "films", "k").metadata_directive("REPLACE");
    let copy =
        copy.tagging_directive("REPLACE").metadata("new", "2").checksum_algorithm(ChecksumAlgorithm::Crc32c);
    let copied = copy.in_parts().part_size(5 << 20).await.unwrap();
    assert_eq!(copied.parts, 2);
    let head = client.head_object("films", "k").checksum_mode(true).await.unwrap();
    assert_eq!(head.metadata.keys().collect::<Vec<_>>(), ["new"]);
    assert_ne!(head.content_type.as_deref(), Some("a/b"));
    assert!(head.checksums.get(&ChecksumAlgorithm::Crc32c).is_some());
    assert!(client.get_object_tagging("films", "k").await.unwrap().tags.is_empty());
}

#[tokio::test]
async fn the_inspected_version_is_copied() {
    let (server, client) = world().await;
    client.put_bucket_versioning("films", "Enabled").await.unwrap();
    let old = content(6 * MIB);
    let version = client.put_object("films", "k", old.clone()).await.unwrap().version_id.unwrap();
    client.put_object("films", "k", "newer").await.unwrap();
    let source = CopySource::new("films", "k").with_version_id(&version);
    client.copy_object(source, "archive", "k").in_parts().part_size(5 << 20).await.unwrap();
    assert!(client.get_object("archive", "k").await.unwrap().body.bytes().await.unwrap() == old);

    // With or without a version in the request, every part names the version.
    client.put_object("films", "l", old.clone()).await.unwrap();
    server.requests().clear();
    client
        .copy_object(CopySource::new("films", "l"), "archive", "l")
        .in_parts()
        .part_size(5 << 20)
        .await
        .unwrap();
    let requests = server.requests().all();
    let parts = requests.iter().filter(|request| request.operation == "UploadPartCopy");
    assert!(parts.clone().count() == 2);
    for part in parts {
        assert!(part.headers["x-amz-copy-source"].to_str().unwrap().contains("?versionId="));
        assert!(part.headers.contains_key("x-amz-copy-source-if-match"));
    }
}

#[tokio::test]
async fn a_changed_source_is_an_error_and_aborts_the_upload() {
    const HEAD: [(&str, &str); 2] = [("content-length", "6291456"), ("etag", "\"a\"")];
    let transport = MockTransport::new();
    transport.reply_with(200, &HEAD, "").response(200, "<Tagging><TagSet/></Tagging>");
    transport.response(
        200,
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
    transport.response(412, "<Error><Code>PreconditionFailed</Code></Error>").response(204, "");
    let client = testing::client(&transport);
    let copy = client.copy_object(CopySource::new("films", "k"), "archive", "k").in_parts();
    let error = copy.part_size(5 << 20).concurrency(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PreconditionFailed);
    assert!(error.to_string().contains("part 1"), "{error}");
    let requests = transport.requests();
    assert_eq!(requests[3].header("x-amz-copy-source-if-match"), "\"a\"");
    assert_eq!(requests[3].header("x-amz-copy-source-range"), "bytes=0-5242879");
    assert_eq!(requests[4].method, "DELETE");
}

#[tokio::test]
async fn an_invalid_expires_header_is_copied_verbatim() {
    let head = [("content-length", "6291456"), ("etag", "\"a\""), ("expires", "0")];
    let transport = MockTransport::new();
    transport.reply_with(200, &head, "").response(200, "<Tagging><TagSet/></Tagging>").response(403, "");
    let copy =
        testing::client(&transport).copy_object(CopySource::new("films", "k"), "archive", "k").in_parts();
    copy.part_size(5 << 20).await.unwrap_err();
    assert_eq!(transport.requests()[2].header("expires"), "0");
}

#[tokio::test]
async fn a_part_with_an_error_in_a_200_is_retried() {
    let (server, client) = world().await;
    let all = content(6 * MIB);
    client.put_object("films", "k", all.clone()).await.unwrap();
    let fault = Fault::new(Action::ErrorIn200 { code: "InternalError" });
    server.faults().add(fault.operation("UploadPartCopy").times(1));
    client
        .copy_object(CopySource::new("films", "k"), "archive", "k")
        .in_parts()
        .part_size(5 << 20)
        .await
        .unwrap();
    assert!(client.get_object("archive", "k").await.unwrap().body.bytes().await.unwrap() == all);
    assert_eq!(count(&server, "UploadPartCopy"), 3);
}

#[tokio::test]
async fn unreadable_tags_are_an_error() {
    let (server, client) = world().await;
    client.put_object("films", "k", content(6 * MIB)).await.unwrap();
    let respond = |status, code| {
        server.faults().clear();
        server.faults().add(Fault::new(Action::Status { status, code }).operation("GetObjectTagging"));
    };
    let copy =
        || client.copy_object(CopySource::new("films", "k"), "archive", "k").in_parts().part_size(5 << 20);
    respond(403, "AccessDenied");
    assert_eq!(copy().await.unwrap_err().kind(), ErrorKind::AccessDenied);
    assert!(client.list_multipart_uploads("archive").await.unwrap().uploads.is_empty());
    // A service without tags loses none.
    respond(501, "NotImplemented");
    assert_eq!(copy().await.unwrap().parts, 2);
}

/// Copies a source with these additional headers in parts. Returns the result and the requests.
async fn begins_with(head: &[(&str, &str)]) -> (Result<(), windlass::Error>, Vec<testing::RecordedRequest>) {
    let transport = MockTransport::new();
    let head = [&[("content-length", "6291456"), ("etag", "\"a\"")], head].concat();
    transport.reply_with(200, &head, "").response(200, "<Tagging><TagSet/></Tagging>").response(403, "");
    let copy = testing::client(&transport).copy_object(CopySource::new("films", "k"), "archive", "k");
    let copied = copy.copy_source_if_match("\"a\"").in_parts().part_size(5 << 20).await;
    (copied.map(drop), transport.requests())
}

#[tokio::test]
async fn conditions_on_the_source_apply_to_its_head_request() {
    let (_, requests) = begins_with(&[]).await;
    assert_eq!((requests[0].method.as_str(), requests[0].header("if-match")), ("HEAD", "\"a\""));
}

#[tokio::test]
async fn the_content_headers_of_the_source_are_copied() {
    let headers =
        [("content-encoding", "gzip"), ("content-disposition", "inline"), ("content-language", "de")];
    let (_, requests) = begins_with(&headers).await;
    for (name, value) in headers {
        assert_eq!(requests[2].header(name), value);
    }
}

#[tokio::test]
async fn metadata_that_no_header_can_represent_fails_the_copy() {
    let (copied, requests) = begins_with(&[("x-amz-missing-meta", "1")]).await;
    let error = copied.unwrap_err();
    assert_eq!((error.kind(), requests.len()), (ErrorKind::InvalidArgument, 1), "{error}");
    assert!(error.message().contains("metadata"), "{error}");
    let (_, requests) = begins_with(&[("x-amz-missing-meta", "0")]).await;
    assert_eq!(requests.len(), 3);
}

/// A composite checksum depends on the parts, which differ between source and copy.
#[tokio::test]
async fn only_a_full_object_checksum_is_required_of_the_copy() {
    const HEAD: [(&str, &str); 2] = [("content-length", "6291456"), ("etag", "\"a\"")];
    for (kind, value, demanded) in [("FULL_OBJECT", "AAAAAA==", "AAAAAA=="), ("COMPOSITE", "AAAAAA==-2", "")]
    {
        let transport = MockTransport::new();
        let head = [&HEAD[..], &[("x-amz-checksum-crc32", value), ("x-amz-checksum-type", kind)]].concat();
        transport.reply_with(200, &head, "").response(200, "<Tagging><TagSet/></Tagging>");
        let created = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
        transport.response(200, created);
        for _ in 0..2 {
            let part = "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>";
            transport.response(200, part);
        }
        let completed = "<CompleteMultipartUploadResult><ETag>\"c-2\"</ETag></CompleteMultipartUploadResult>";
        transport.response(200, completed);
        let copy = testing::client(&transport).copy_object(CopySource::new("films", "k"), "archive", "k");
        copy.in_parts().part_size(5 << 20).concurrency(1).await.unwrap();
        let complete = transport.requests().pop().unwrap();
        assert_eq!(complete.header("x-amz-checksum-crc32"), demanded, "{kind}");
    }
}
