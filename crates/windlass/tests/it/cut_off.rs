//! Truncated, empty or foreign XML responses are never a result and are retried.

use windlass::operations::{CompletedPart, Operation};
use windlass::testing::{self, MockTransport};
use windlass::types::{CopySource, ObjectAttributes};
use windlass::{Client, ErrorKind, Request};

/// Checks that every truncation of `whole` is retried, and that another document is an error.
async fn check<O: Operation>(whole: &str, request: impl Fn(&Client) -> Request<O>) {
    for end in 0..whole.len() {
        let transport = MockTransport::new();
        transport.response(200, whole[..end].to_owned()).response(200, whole.to_owned());
        let outcome = request(&testing::client(&transport)).await;
        assert!(outcome.is_ok(), "{} after {:?}", O::NAME, &whole[..end]);
        assert_eq!(transport.requests().len(), 2, "{} took {:?}", O::NAME, &whole[..end]);
    }
    for other in ["<html><body>Welcome</body></html>", "{}", "OK"] {
        let transport = MockTransport::new();
        transport.response(200, other).repeat_last();
        let error = request(&testing::client(&transport))
            .await
            .err()
            .unwrap_or_else(|| panic!("{}: {other}", O::NAME));
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{error}");
        assert_eq!(error.operation(), Some(O::NAME));
    }
}

#[tokio::test]
async fn no_operation_accepts_a_truncated_response() {
    check(
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>",
        Client::list_buckets,
    )
    .await;
    check("<LocationConstraint>eu-west-1</LocationConstraint>", |client| {
        client.get_bucket_location("photos")
    })
    .await;
    check("<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>", |client| {
        client.list_objects_v2("photos")
    })
    .await;
    check("<CopyObjectResult><ETag>e</ETag></CopyObjectResult>", |client| {
        client.copy_object(CopySource::new("photos", "a"), "photos", "b")
    })
    .await;
    check("<DeleteResult><Deleted><Key>a</Key></Deleted></DeleteResult>", |client| {
        client.delete_objects("photos", ["a"])
    })
    .await;
    check(
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
        |client| client.create_multipart_upload("photos", "k"),
    )
    .await;
    check("<CopyPartResult><ETag>e</ETag></CopyPartResult>", |client| {
        client.upload_part_copy(CopySource::new("photos", "a"), "photos", "k", "u", 1)
    })
    .await;
    check("<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>", |client| {
        client.complete_multipart_upload("photos", "k", "u", [CompletedPart::new(1, "e")])
    })
    .await;
    check("<ListPartsResult><Part><PartNumber>1</PartNumber></Part></ListPartsResult>", |client| {
        client.list_parts("photos", "k", "u")
    })
    .await;
    check(
        "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u</UploadId></Upload></ListMultipartUploadsResult>",
        |client| client.list_multipart_uploads("photos"),
    )
    .await;
    check("<ListVersionsResult><Version><Key>k</Key></Version></ListVersionsResult>", |client| {
        client.list_object_versions("photos")
    })
    .await;
    check("<Tagging><TagSet><Tag><Key>k</Key></Tag></TagSet></Tagging>", |client| {
        client.get_object_tagging("photos", "k")
    })
    .await;
    check("<Tagging><TagSet/></Tagging>", |client| client.get_bucket_tagging("photos")).await;
    check("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", |client| {
        client.get_bucket_versioning("photos")
    })
    .await;
    check(
        "<GetObjectAttributesResponse><ObjectSize>5</ObjectSize></GetObjectAttributesResponse>",
        |client| client.get_object_attributes("photos", "k", [ObjectAttributes::ObjectSize]),
    )
    .await;
    check(
        "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
        |client| client.get_bucket_cors("photos"),
    )
    .await;
    check(
        "<LifecycleConfiguration><Rule><Status>Enabled</Status></Rule></LifecycleConfiguration>",
        |client| client.get_bucket_lifecycle_configuration("photos"),
    )
    .await;
    check("<ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>", |client| {
        client.get_bucket_encryption("photos")
    })
    .await;
    check("<PublicAccessBlockConfiguration/>", |client| client.get_public_access_block("photos")).await;
}
