//! Lists: encoding of keys, and pagination.

use windlass::config::ServiceProfile;
use windlass::operations::{Paginated, VersionEntry};
use windlass::testing::{self, MockTransport};
use windlass::types::BucketVersioningStatus;
use windlass::{ErrorKind, Request};

use crate::server::start;

/// Keys with characters that XML cannot represent or changes, and characters special to the list encoding.
const KEYS: [&str; 12] = [
    "\u{1}",
    "\u{1f}\u{7f}",
    "a\tb",
    "a\nb",
    "a\rb",
    "a b",
    "a+b",
    "a%2Bb",
    "<&>\"']]>",
    "\u{fffe}",
    "é/日本",
    "..//",
];

#[tokio::test]
async fn keys_that_xml_cannot_represent_survive_every_list() {
    let (_server, client) = start().await;
    client.put_bucket_versioning("photos", BucketVersioningStatus::Enabled).await.unwrap();
    for key in KEYS {
        client.put_object("photos", key, "x").await.unwrap();
        client.create_multipart_upload("photos", key).await.unwrap();
    }
    let mut keys = KEYS.to_vec();
    keys.sort_unstable();
    // Pages of two, so that markers and tokens contain such keys as well.
    let objects = all(client.list_objects_v2("photos").max_keys(2)).await;
    assert_eq!(objects.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), keys);
    let versions = all(client.list_object_versions("photos").max_keys(2)).await;
    assert_eq!(versions.iter().map(VersionEntry::key).collect::<Vec<_>>(), keys);
    let uploads = all(client.list_multipart_uploads("photos").max_uploads(2)).await;
    assert_eq!(uploads.iter().map(|upload| upload.key.as_str()).collect::<Vec<_>>(), keys);
    for key in KEYS {
        let after = client.list_objects_v2("photos").start_after(key).await.unwrap();
        assert_eq!(after.start_after.as_deref(), Some(key));
        let below = client.list_objects_v2("photos").prefix(key).await.unwrap();
        assert_eq!((below.prefix.as_deref(), below.contents[0].key.as_str()), (Some(key), key));
        let folded = client.list_objects_v2("photos").prefix("").delimiter(key).await.unwrap();
        assert_eq!(folded.delimiter.as_deref(), Some(key));
        assert!(folded.common_prefixes.contains(&key.to_owned()), "{key:?}: {:?}", folded.common_prefixes);
    }
}

async fn all<O: Paginated>(request: Request<O>) -> Vec<O::Item> {
    let mut items = request.items();
    let mut all = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        all.push(item);
    }
    all
}

#[tokio::test]
async fn encoded_keys_are_requested_by_default() {
    let transport = MockTransport::new();
    for root in ["ListBucketResult", "ListVersionsResult", "ListMultipartUploadsResult"] {
        transport.response(200, format!("<{root}/>")).response(200, format!("<{root}/>"));
    }
    let client = testing::client(&transport);
    client.list_objects_v2("photos").await.unwrap();
    client.list_objects_v2("photos").plain_keys().await.unwrap();
    client.list_object_versions("photos").await.unwrap();
    client.list_object_versions("photos").plain_keys().await.unwrap();
    client.list_multipart_uploads("photos").await.unwrap();
    client.list_multipart_uploads("photos").plain_keys().await.unwrap();
    let asked: Vec<bool> =
        transport.requests().iter().map(|request| request.url.contains("encoding-type=url")).collect();
    assert_eq!(asked, [true, false, true, false, true, false]);
}

#[tokio::test]
async fn encoded_keys_are_requested_if_the_service_supports_them() {
    for (service, expected) in [
        ("aws", [true, true, true]),
        ("seaweedfs", [true, false, false]),
        ("swift", [true, false, false]),
        ("localstack", [false, false, false]),
    ] {
        let transport = MockTransport::new();
        for root in ["ListBucketResult", "ListVersionsResult", "ListMultipartUploadsResult"] {
            transport.response(200, format!("<{root}/>"));
        }
        let provider = ServiceProfile::named(service).unwrap();
        let client = testing::client_builder(&transport).service_profile(provider).build().unwrap();
        client.list_objects_v2("photos").await.unwrap();
        client.list_object_versions("photos").await.unwrap();
        client.list_multipart_uploads("photos").await.unwrap();
        let requests = transport.requests();
        let asked = requests.iter().map(|request| request.url.contains("encoding-type=url"));
        assert!(asked.eq(expected), "{service}");
    }
}

#[tokio::test]
async fn a_list_of_uploads_continues_only_at_the_returned_markers() {
    let transport = MockTransport::new();
    for markers in ["<NextUploadIdMarker>u1</NextUploadIdMarker>", "<NextKeyMarker/><NextUploadIdMarker/>"] {
        transport.response(
            200,
            format!(
                "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>{markers}\
                 </ListMultipartUploadsResult>"
            ),
        );
    }
    let mut pages = testing::client(&transport).list_multipart_uploads("photos").pages();
    for _ in 0..2 {
        pages.try_next().await.unwrap().unwrap();
    }
    let url = &transport.requests()[1].url;
    assert!(url.ends_with("?encoding-type=url&upload-id-marker=u1&uploads="), "{url}");
    let error = pages.try_next().await.unwrap_err();
    assert!(error.message().contains("has no marker"), "{error}");
}

#[tokio::test]
async fn an_empty_page_is_a_page() {
    let (_server, client) = start().await;
    client.put_object("photos", "k", "x").await.unwrap();
    let page = client.list_objects_v2("photos").max_keys(0).await.unwrap();
    assert_eq!((page.contents.len(), page.max_keys), (0, Some(0)));
    assert!(all(client.list_objects_v2("photos").max_keys(0)).await.is_empty());

    // An empty truncated page could repeat forever.
    let transport = MockTransport::new();
    let page = "<ListBucketResult><MaxKeys>0</MaxKeys><IsTruncated>true</IsTruncated>\
                <NextContinuationToken>t</NextContinuationToken></ListBucketResult>";
    transport.response(200, page).repeat_last();
    let mut items = testing::client(&transport).list_objects_v2("photos").max_keys(0).items();
    assert_eq!(items.try_next().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
}

#[tokio::test]
async fn pages_with_only_common_prefixes_are_skipped_by_items() {
    let (_server, client) = start().await;
    for key in ["a/1", "a/2", "b/1", "c/1", "d"] {
        client.put_object("photos", key, "x").await.unwrap();
    }
    let mut pages = client.list_objects_v2("photos").delimiter("/").max_keys(1).pages();
    let (mut prefixes, mut keys) = (Vec::new(), Vec::new());
    while let Some(page) = pages.try_next().await.unwrap() {
        prefixes.extend(page.common_prefixes);
        keys.extend(page.contents.into_iter().map(|object| object.key));
    }
    assert_eq!(prefixes, ["a/", "b/", "c/"]);
    assert_eq!(keys, ["d"]);
    let items = all(client.list_objects_v2("photos").delimiter("/").max_keys(1)).await;
    assert_eq!(items.len(), 1);
}

#[tokio::test]
async fn a_list_with_a_continuation_token_has_a_next_page() {
    let transport = MockTransport::new();
    let page = |key: &str, rest: &str| {
        format!("<ListBucketResult><Contents><Key>{key}</Key></Contents>{rest}</ListBucketResult>")
    };
    transport.response(200, page("a", "<NextContinuationToken>t</NextContinuationToken>"));
    transport.response(200, page("b", ""));
    let objects = all(testing::client(&transport).list_objects_v2("photos")).await;
    assert_eq!(objects.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let ended = MockTransport::new();
    ended.response(
        200,
        page("a", "<IsTruncated>false</IsTruncated><NextContinuationToken>t</NextContinuationToken>"),
    );
    assert_eq!(all(testing::client(&ended).list_objects_v2("photos")).await.len(), 1);
}
