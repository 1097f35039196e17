//! Keys in lists: missing keys, and keys that are not UTF-8.

use windlass::ErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::types::{CopySource, EncodedKey};

const ENCODED: &str = "<EncodingType>url</EncodingType>";

fn list(root: &str, inside: &str) -> String {
    format!("<{root}>{inside}</{root}>")
}

// botocore#2316
#[tokio::test]
async fn all_prefixes_of_one_element_are_listed() {
    let prefixes = "<CommonPrefixes><Prefix>a/</Prefix><Prefix>b/</Prefix></CommonPrefixes>\
                    <CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>";
    let transport = MockTransport::new();
    for root in ["ListBucketResult", "ListBucketResult", "ListVersionsResult", "ListMultipartUploadsResult"] {
        transport.response(200, list(root, prefixes));
    }
    let client = testing::client(&transport);
    let all = ["a/", "b/", "c/"];
    assert_eq!(client.list_objects_v2("photos").await.unwrap().common_prefixes, all);
    assert_eq!(client.list_objects("photos").await.unwrap().common_prefixes, all);
    assert_eq!(client.list_object_versions("photos").await.unwrap().common_prefixes, all);
    assert_eq!(client.list_multipart_uploads("photos").await.unwrap().common_prefixes, all);
}

#[tokio::test]
async fn an_entry_without_a_key_is_an_error() {
    for (root, entries) in [
        (
            "ListBucketResult",
            &["<Contents/>", "<Contents><Size>5</Size></Contents>", "<Contents><Key/></Contents>"][..],
        ),
        ("ListVersionsResult", &["<Version/>", "<DeleteMarker/>", "<Version><Key></Key></Version>"]),
        ("ListMultipartUploadsResult", &["<Upload/>", "<Upload><UploadId>u</UploadId></Upload>"]),
        ("ListPartsResult", &["<Part/>"]),
        ("ListAllMyBucketsResult", &["<Buckets><Bucket/></Buckets>"]),
    ] {
        for entry in entries {
            check_refused(root, entry).await;
        }
    }
}

async fn check_refused(root: &str, inside: &str) {
    let transport = MockTransport::new();
    transport.response(200, list(root, inside)).repeat_last();
    let client = testing::client(&transport);
    let error = match root {
        "ListBucketResult" => client.list_objects_v2("photos").await.map(drop),
        "ListVersionsResult" => client.list_object_versions("photos").await.map(drop),
        "ListMultipartUploadsResult" => client.list_multipart_uploads("photos").await.map(drop),
        "ListPartsResult" => client.list_parts("photos", "k", "u").await.map(drop),
        _ => client.list_buckets().await.map(drop),
    };
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidResponse, "{inside}");
}

// s3proxy#201
#[tokio::test]
async fn a_key_that_is_not_utf_8_is_kept_encoded_and_rejected_in_requests() {
    let transport = MockTransport::new();
    let contents = "<Contents><Key>a%FF</Key></Contents><Contents><Key>a%25FF</Key></Contents>\
                    <CommonPrefixes><Prefix>%FE/</Prefix></CommonPrefixes>";
    transport.response(200, list("ListBucketResult", &format!("{contents}{ENCODED}")));
    let client = testing::client(&transport);
    let page = client.list_objects_v2("photos").await.unwrap();
    let [odd, plain] = &page.contents[..] else { panic!("{page:?}") };
    assert_eq!((odd.encoded_key().unwrap().as_str(), plain.key.as_str()), ("a%FF", "a%FF"));
    assert_eq!(plain.encoded_key(), None);
    assert_ne!(odd.key, plain.key);
    assert_eq!(EncodedKey::of(&page.common_prefixes[0]).unwrap().to_bytes(), b"\xfe/");

    let refused = [
        client.get_object("photos", &odd.key).await.map(drop),
        client.head_object("photos", &odd.key).await.map(drop),
        client.put_object("photos", &odd.key, "").await.map(drop),
        client.delete_object("photos", &odd.key).await.map(drop),
        client.delete_objects("photos", [odd.key.as_str()]).await.map(drop),
        client.get_object_tagging("photos", &odd.key).await.map(drop),
        client.create_multipart_upload("photos", &odd.key).await.map(drop),
        client.copy_object(CopySource::new("photos", &odd.key), "photos", "k").await.map(drop),
        client.get_object("photos", &odd.key).presign(std::time::Duration::from_secs(60)).await.map(drop),
        client.presign_post("photos", &odd.key).await.map(drop),
    ];
    for outcome in refused {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidKey);
        assert!(error.to_string().contains("failed: the bytes of the key \"a%FF\" are not UTF-8"), "{error}");
        assert!(!error.to_string().contains('\0'), "{error}");
    }
    assert_eq!(transport.requests().len(), 1, "no request is sent");
}

// s3proxy#201
#[tokio::test]
async fn delete_prefix_continues_with_the_other_keys() {
    let transport = MockTransport::new();
    let contents = ["a", "%FF", "b"].map(|key| format!("<Contents><Key>{key}</Key></Contents>")).concat();
    transport.response(200, list("ListBucketResult", &format!("{contents}{ENCODED}")));
    transport.response(
        200,
        "<DeleteResult><Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted></DeleteResult>",
    );
    let outcome = testing::client(&transport).delete_prefix("photos", "").await.unwrap();
    assert_eq!((outcome.deleted, outcome.errors.len()), (2, 1));
    let error = outcome.errors[0].to_error("photos");
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(error.message().contains("%FF"), "{error}");
    let body = String::from_utf8(transport.requests()[1].body.to_vec()).unwrap();
    assert!(
        body.contains("<Key>a</Key>") && body.contains("<Key>b</Key>") && body.matches("<Key>").count() == 2,
        "{body}"
    );

    // Only invalid keys: no request is sent.
    let transport = MockTransport::new();
    transport
        .response(200, list("ListVersionsResult", &format!("<Version><Key>%FF</Key></Version>{ENCODED}")));
    let deletion = testing::client(&transport).list_object_versions("photos").delete_all().await.unwrap();
    assert_eq!((deletion.deleted, deletion.errors.len(), transport.requests().len()), (0, 1, 1));
}

// s3proxy#201
#[tokio::test]
async fn lists_continue_exactly_at_a_key_that_is_not_utf_8() {
    let truncated = format!("<IsTruncated>true</IsTruncated>{ENCODED}");
    let entry = |name: &str| format!("<{name}><Key>a+%FF%2B</Key><UploadId>u</UploadId></{name}>");
    let transport = MockTransport::new();
    let client = testing::client(&transport);

    transport.response(200, list("ListBucketResult", &format!("{truncated}{}", entry("Contents"))));
    transport.response(200, list("ListBucketResult", ""));
    let mut objects = client.list_objects("photos").items();
    while objects.try_next().await.unwrap().is_some() {}

    let markers = "<NextKeyMarker>a+%FF%2B</NextKeyMarker>";
    for (root, name) in [("ListVersionsResult", "Version"), ("ListMultipartUploadsResult", "Upload")] {
        let ids = "<NextVersionIdMarker>v</NextVersionIdMarker><NextUploadIdMarker>u</NextUploadIdMarker>";
        transport.response(200, list(root, &format!("{truncated}{markers}{ids}{}", entry(name))));
        transport.response(200, list(root, ""));
    }
    let mut versions = client.list_object_versions("photos").items();
    while versions.try_next().await.unwrap().is_some() {}
    let mut uploads = client.list_multipart_uploads("photos").items();
    let upload = uploads.try_next().await.unwrap().unwrap();
    assert_eq!(upload.encoded_key().unwrap().as_str(), "a+%FF%2B");
    assert!(uploads.try_next().await.unwrap().is_none());

    let urls: Vec<String> = transport.requests().into_iter().map(|request| request.url).collect();
    assert!(urls[1].contains("&marker=a%20%FF%2B"), "{urls:?}");
    assert!(urls[3].contains("&key-marker=a%20%FF%2B&"), "{urls:?}");
    assert!(urls[5].contains("&key-marker=a%20%FF%2B&"), "{urls:?}");

    // A prefix that is not UTF-8 can be listed, and presigned.
    transport.response(
        200,
        list("ListBucketResult", &format!("{ENCODED}<CommonPrefixes><Prefix>%FE/</Prefix></CommonPrefixes>")),
    );
    transport.response(200, list("ListBucketResult", ""));
    let prefix = client.list_objects_v2("photos").await.unwrap().common_prefixes.remove(0);
    client.list_objects_v2("photos").prefix(&prefix).await.unwrap();
    assert!(transport.requests()[7].url.contains("prefix=%FE%2F"));
    let url = client
        .list_objects_v2("photos")
        .prefix(&prefix)
        .presign(std::time::Duration::from_secs(60))
        .await
        .unwrap();
    assert!(url.url().contains("prefix=%FE%2F"), "{}", url.url());
}
