//! Responses of other services that differ from S3 in form and not in meaning.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use windlass::ErrorKind;
use windlass::testing::{self, ManualClock, MockTransport};
use windlass::types::CopySource;

async fn listed(inside: &str) -> windlass::Result<windlass::operations::ListObjectsV2Output> {
    let transport = MockTransport::new();
    transport.response(200, format!("<ListBucketResult>{inside}</ListBucketResult>")).repeat_last();
    testing::client(&transport).list_objects_v2("photos").await
}

fn at(seconds: u64) -> Option<SystemTime> {
    Some(UNIX_EPOCH + Duration::from_secs(seconds))
}

// aistore#190, s3rver#181
#[tokio::test]
async fn many_date_formats_are_parsed_and_others_are_kept_verbatim() {
    for (text, time) in [
        ("2009-10-12T17:50:30", at(1_255_369_830)),
        ("2009-10-12 17:50:30", at(1_255_369_830)),
        ("2009-10-12 17:50:30.000 +0000 UTC", at(1_255_369_830)),
        ("Monday, 12-Oct-09 17:50:30 GMT", at(1_255_369_830)),
        ("Mon Oct 12 17:50:30 2009", at(1_255_369_830)),
        ("9999-12-31T23:59:59Z", at(253_402_300_799)),
        ("yesterday", None),
        ("1255369830", None),
        ("2009-13-12T17:50:30Z", None),
    ] {
        let contents = format!("<Contents><Key>k</Key><LastModified>{text}</LastModified></Contents>");
        let page = listed(&contents).await.unwrap();
        let object = &page.contents[0];
        assert_eq!(object.last_modified, time, "{text}");
        assert_eq!(object.last_modified_string.as_deref(), time.is_none().then_some(text));
    }
}

#[tokio::test]
async fn an_invalid_date_does_not_fail_a_list() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    transport.response(
        200,
        "<ListVersionsResult><Version><Key>k</Key><LastModified>x</LastModified></Version><DeleteMarker><Key>k</Key>\
         <LastModified>y</LastModified></DeleteMarker></ListVersionsResult>",
    );
    let page = client.list_object_versions("photos").await.unwrap();
    assert_eq!(page.entries.len(), 2);
    transport.response(
        200,
        "<ListMultipartUploadsResult><Upload><Key>k</Key><UploadId>u</UploadId><Initiated>x</Initiated></Upload>\
         </ListMultipartUploadsResult>",
    );
    let uploads = client.list_multipart_uploads("photos").await.unwrap().uploads;
    assert_eq!((uploads[0].initiated, uploads[0].initiated_string.as_deref()), (None, Some("x")));
    transport.response(
        200,
        "<ListPartsResult><Part><PartNumber>1</PartNumber><LastModified>x</LastModified></Part></ListPartsResult>",
    );
    let parts = client.list_parts("photos", "k", "u").await.unwrap().parts;
    assert_eq!(parts[0].last_modified_string.as_deref(), Some("x"));
    transport.response(
        200,
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>x</CreationDate></Bucket></Buckets>\
         </ListAllMyBucketsResult>",
    );
    let buckets = client.list_buckets().await.unwrap().buckets;
    assert_eq!(buckets[0].creation_date_string.as_deref(), Some("x"));
    transport
        .response(200, "<CopyObjectResult><ETag>e</ETag><LastModified>x</LastModified></CopyObjectResult>");
    let copy = client.copy_object(CopySource::new("photos", "k"), "photos", "l").await.unwrap();
    assert_eq!(copy.last_modified_string.as_deref(), Some("x"));
    transport.reply_with(200, &[("last-modified", "x"), ("etag", "e")], "");
    let head = client.head_object("photos", "k").await.unwrap();
    assert_eq!((head.last_modified, head.last_modified_string.as_deref()), (None, Some("x")));
}

#[tokio::test]
async fn echoed_request_parameters_do_not_fail_a_list() {
    for value in ["-1", "4294967296", "99999999999999999999", "many", ""] {
        let page = listed(&format!("<MaxKeys>{value}</MaxKeys><KeyCount>{value}</KeyCount>")).await.unwrap();
        assert_eq!((page.max_keys, page.key_count), (None, None), "{value}");
        let transport = MockTransport::new();
        let client = testing::client(&transport);
        transport
            .response(200, format!("<ListVersionsResult><MaxKeys>{value}</MaxKeys></ListVersionsResult>"));
        client.list_object_versions("photos").await.unwrap();
        let uploads = "ListMultipartUploadsResult";
        transport.response(200, format!("<{uploads}><MaxUploads>{value}</MaxUploads></{uploads}>"));
        client.list_multipart_uploads("photos").await.unwrap();
        transport.response(
            200,
            format!(
                "<ListPartsResult><MaxParts>{value}</MaxParts><PartNumberMarker>{value}</PartNumberMarker>\
                 <NextPartNumberMarker>{value}</NextPartNumberMarker></ListPartsResult>"
            ),
        );
        client.list_parts("photos", "k", "u").await.unwrap();
    }
    assert_eq!(listed("<MaxKeys> 1000 </MaxKeys>").await.unwrap().max_keys, Some(1000));
}

#[tokio::test]
async fn booleans_are_case_insensitive() {
    for (text, value) in [("True", true), ("TRUE", true), ("1", true), ("False", false), (" FALSE ", false)] {
        let page = listed(&format!("<IsTruncated>{text}</IsTruncated>")).await.unwrap();
        assert_eq!(page.is_truncated, Some(value), "{text}");
    }
    // A list that may be truncated is not complete.
    assert_eq!(
        listed("<IsTruncated>maybe</IsTruncated>").await.unwrap_err().kind(),
        ErrorKind::InvalidResponse
    );
}

#[tokio::test]
async fn an_excessive_retry_delay_is_capped() {
    for header in ["retry-after", "x-amz-retry-after"] {
        let transport = MockTransport::new();
        let asked = [(header, "99999999999999999999999")];
        transport.reply_with(503, &asked, "<Error><Code>SlowDown</Code></Error>").response(200, "");
        let clock = ManualClock::default();
        let client = testing::client_builder(&transport).clock(clock.clone()).build().unwrap();
        client.head_bucket("photos").await.unwrap();
        let waited = clock.backoffs()[0];
        assert!(
            waited >= Duration::from_secs(6) && waited <= Duration::from_secs(20),
            "{header}: {waited:?}"
        );
    }
}

#[tokio::test]
async fn another_root_element_is_accepted_if_a_child_proves_the_meaning() {
    let source = || CopySource::new("photos", "k");
    for root in ["CopyObjectResponse", "CopyResult", "x:Other"] {
        let transport = MockTransport::new();
        let client = testing::client(&transport);
        transport.response(200, format!("<{root} xmlns:x='u'><ETag>\"e\"</ETag></{root}>")).repeat_last();
        let etag = client.copy_object(source(), "photos", "l").await.unwrap().etag;
        assert_eq!(etag.unwrap().value(), "e", "{root}");
        client.upload_part_copy(source(), "photos", "l", "u", 1).await.unwrap();
        let parts = [windlass::operations::CompletedPart::new(1, "\"e\"")];
        client.complete_multipart_upload("photos", "l", "u", parts).await.unwrap();
    }
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    transport
        .response(200, "<CreateMultipartUploadResult><UploadId>u</UploadId></CreateMultipartUploadResult>");
    assert_eq!(client.create_multipart_upload("photos", "k").await.unwrap().upload_id, "u");
}

#[tokio::test]
async fn an_unknown_root_element_is_an_error() {
    for body in [
        "<CopyObjectResponse/>",
        "<Other><Etag>e</Etag></Other>",
        "<Other><ETag/></Other>",
        "<html><ETag>e</ETag></html>",
        "<HTML><ETag>e</ETag></HTML>",
        "<ErrorResponse><ETag>e</ETag><UploadId>u</UploadId></ErrorResponse>",
        "<error><ETag>e</ETag></error>",
        "",
    ] {
        let transport = MockTransport::new();
        transport.response(200, body).repeat_last();
        let client = testing::client(&transport);
        let source = CopySource::new("photos", "k");
        let copied = client.copy_object(source.clone(), "photos", "l").await;
        assert_eq!(copied.unwrap_err().kind(), ErrorKind::InvalidResponse, "{body}");
        let part = client.upload_part_copy(source, "photos", "l", "u", 1).await;
        assert_eq!(part.unwrap_err().kind(), ErrorKind::InvalidResponse, "{body}");
        let begun = client.create_multipart_upload("photos", "l").await;
        assert_eq!(begun.unwrap_err().kind(), ErrorKind::InvalidResponse, "{body}");
    }
}

#[tokio::test]
async fn only_known_root_elements_of_lists_are_accepted() {
    let contents = "<Name>photos</Name><Contents><Key>k</Key></Contents>";
    for root in ["ListObjectsResult", "ListObjectsV2Response", "ListBucketResponse", "s3:ListBucketResult"] {
        let transport = MockTransport::new();
        let client = testing::client(&transport);
        transport.response(200, format!("<{root} xmlns:s3='u'>{contents}</{root}>")).repeat_last();
        assert_eq!(client.list_objects_v2("photos").await.unwrap().contents.len(), 1, "{root}");
        assert_eq!(client.list_objects("photos").await.unwrap().contents.len(), 1, "{root}");
    }
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    transport.response(
        200,
        "<ListObjectVersionsResponse><Version><Key>k</Key></Version></ListObjectVersionsResponse>",
    );
    assert_eq!(client.list_object_versions("photos").await.unwrap().entries.len(), 1);
    transport.response(200, "<ListPartsResponse><Part><PartNumber>1</PartNumber></Part></ListPartsResponse>");
    assert_eq!(client.list_parts("photos", "k", "u").await.unwrap().parts.len(), 1);
    transport.response(
        200,
        "<ListBucketsResult><Buckets><Bucket><Name>b</Name></Bucket></Buckets></ListBucketsResult>",
    );
    assert_eq!(client.list_buckets().await.unwrap().buckets.len(), 1);
    for (body, status) in [
        (
            "<GetBucketVersioningResponse><Status>Enabled</Status></GetBucketVersioningResponse>",
            Some("Enabled"),
        ),
        (
            "<GetBucketVersioningResponse><VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>\
             </GetBucketVersioningResponse>",
            Some("Suspended"),
        ),
        ("<v:VersioningConfiguration xmlns:v='u'/>", None),
    ] {
        transport.response(200, body);
        let versioning = client.get_bucket_versioning("photos").await.unwrap();
        assert_eq!(versioning.status.as_ref().map(windlass::types::BucketVersioningStatus::as_str), status);
    }
}

#[tokio::test]
async fn a_foreign_response_is_not_an_empty_list() {
    for body in [
        "",
        " ",
        "<html><body>log in</body></html>",
        "<ListObjectsResult/>",
        "<ListBucketResponse><ListBucketResult><Contents><Key>k</Key></Contents></ListBucketResult></ListBucketResponse>",
        "<Result><Contents><Key>k</Key></Contents></Result>",
        "<ListObjectVersionsResponse/>",
        "<ListPartsResponse/>",
        "<Error><Code>Odd</Code></Error>",
    ] {
        let transport = MockTransport::new();
        transport.response(200, body).repeat_last();
        let client = testing::client(&transport);
        let outcomes = [
            client.list_objects_v2("photos").await.map(drop),
            client.list_objects("photos").await.map(drop),
            client.list_object_versions("photos").await.map(drop),
            client.list_multipart_uploads("photos").await.map(drop),
            client.list_parts("photos", "k", "u").await.map(drop),
            client.list_buckets().await.map(drop),
            client.get_bucket_versioning("photos").await.map(drop),
        ];
        assert!(outcomes.iter().all(Result::is_err), "{body}: {outcomes:?}");
    }
    // A service that does not support a list returns the list of objects instead.
    let transport = MockTransport::new();
    transport.response(200, "<ListBucketResult><Name>photos</Name></ListBucketResult>").repeat_last();
    let client = testing::client(&transport);
    assert!(client.list_multipart_uploads("photos").await.is_err());
    assert!(client.list_object_versions("photos").await.is_err());
    assert!(client.get_bucket_versioning("photos").await.is_err());
}
