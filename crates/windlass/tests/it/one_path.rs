//! A request is the same whether it is sent or presigned: one path leads up to the signature.

use std::collections::BTreeSet;
use std::time::Duration;

use windlass::Client;
use windlass::config::ServiceProfile;
use windlass::operations::{CompletedPart, Operation};
use windlass::testing::{self, MockTransport};
use windlass::types::{BucketVersioningStatus, CopySource, ObjectAttributes, Tag};
use windlass::{AddressingStyle, PresignedRequest, Request, SignedRequest};

/// An operation both ways: signed for sending, and presigned.
struct BothWays {
    operation: &'static str,
    sent: SignedRequest,
    presigned: PresignedRequest,
}

async fn both_ways<O: Operation + Clone>(request: Request<O>) -> BothWays {
    BothWays {
        operation: O::NAME,
        sent: request.clone().sign().await.unwrap(),
        presigned: request.presign(Duration::from_secs(60)).await.unwrap(),
    }
}

/// Each operation, with members that go into the path, the query and the headers.
async fn every_operation(client: &Client) -> Vec<BothWays> {
    let (bucket, key, owner) = ("photos", "a b/ü+~", "111122223333");
    let source = || CopySource::new("photos", "from/ü").with_version_id("v 1");
    let tags = || [Tag::new("k", "v w")];
    vec![
        both_ways(client.abort_multipart_upload(bucket, key, "u/1").expected_bucket_owner(owner)).await,
        both_ways(client.complete_multipart_upload(bucket, key, "u", [CompletedPart::new(1, "e")])).await,
        both_ways(client.copy_object(source(), bucket, key).cache_control("no-store")).await,
        both_ways(client.create_bucket(bucket)).await,
        both_ways(client.create_multipart_upload(bucket, key).content_type("text/plain")).await,
        both_ways(client.delete_bucket(bucket)).await,
        both_ways(client.delete_bucket_tagging(bucket)).await,
        both_ways(client.delete_object(bucket, key).version_id("v")).await,
        both_ways(client.delete_object_tagging(bucket, key)).await,
        both_ways(client.delete_objects(bucket, ["a", "b"])).await,
        both_ways(client.get_bucket_location(bucket)).await,
        both_ways(client.get_bucket_tagging(bucket)).await,
        both_ways(client.get_bucket_versioning(bucket)).await,
        both_ways(client.get_object(bucket, key).range(0..4).response_content_type("a/b; c").version_id("v"))
            .await,
        both_ways(client.get_object_attributes(bucket, key, [ObjectAttributes::ETag])).await,
        both_ways(client.get_object_tagging(bucket, key)).await,
        both_ways(client.head_bucket(bucket)).await,
        both_ways(client.head_object(bucket, key).if_none_match("e")).await,
        both_ways(client.list_buckets().prefix("p q")).await,
        both_ways(client.list_multipart_uploads(bucket).prefix("p/").delimiter("/")).await,
        both_ways(client.list_object_versions(bucket).prefix("p/").key_marker("k&")).await,
        both_ways(client.list_objects(bucket).prefix("p/").marker("m")).await,
        both_ways(client.list_objects_v2(bucket).prefix("p/").start_after("s+")).await,
        both_ways(client.list_parts(bucket, key, "u")).await,
        both_ways(client.put_bucket_tagging(bucket, tags())).await,
        both_ways(client.put_bucket_versioning(bucket, BucketVersioningStatus::Enabled)).await,
        both_ways(client.put_object(bucket, key, "body").metadata("m", "ü")).await,
        both_ways(client.put_object_tagging(bucket, key, tags())).await,
        both_ways(client.restore_object(bucket, key).days(1)).await,
        both_ways(client.upload_part(bucket, key, "u", 1, "part")).await,
        both_ways(client.upload_part_copy(source(), bucket, key, "u", 2)).await,
    ]
}

#[tokio::test]
async fn what_is_sent_is_what_is_presigned() {
    let mut operations = BTreeSet::new();
    for service in ServiceProfile::names() {
        for style in [AddressingStyle::Path, AddressingStyle::Virtual] {
            let client = testing::client_builder(&MockTransport::new())
                .service_profile(ServiceProfile::named(service).unwrap())
                .addressing_style(style)
                .endpoint("https://storage.example.com/base")
                .build()
                .unwrap();
            for BothWays { operation, sent, presigned } in Box::pin(every_operation(&client)).await {
                operations.insert(operation);
                let context = format!("{operation} at {service}, {style:?}");
                assert_eq!(sent.method(), presigned.method(), "{context}");
                let (place, query) = presigned.url().split_once('?').unwrap();
                let (sent_place, sent_query) = sent_url(&sent);
                assert_eq!(place, sent_place, "{context}");
                let own: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-")).collect();
                assert_eq!(own.join("&"), sent_query, "{context}");
                for (name, value) in presigned.headers() {
                    assert_eq!(sent.headers().get(name), Some(value), "{context}: {name}");
                }
                let own =
                    |name: &str| !SIGNED_WHEN_SENT.contains(&name) && !name.starts_with("x-amz-checksum-");
                for name in sent.headers().keys().filter(|name| own(name.as_str())) {
                    assert!(presigned.headers().contains_key(name), "{context}: {name} is sent only");
                }
            }
        }
    }
    assert_eq!(operations.len(), 31);
}

fn sent_url(sent: &SignedRequest) -> (String, String) {
    let url = sent.url();
    match url.split_once('?') {
        Some((place, query)) => (place.to_owned(), query.to_owned()),
        None => (url, String::new()),
    }
}

/// Headers that belong to the payload and the signature of a request that is sent.
const SIGNED_WHEN_SENT: [&str; 10] = [
    "authorization",
    "content-encoding",
    "content-length",
    "content-md5",
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer",
];

#[tokio::test]
async fn a_query_is_sent_in_canonical_order() {
    let client = testing::client(&MockTransport::new());
    let request = client.list_objects_v2("photos").start_after("s").prefix("p q").delimiter("/").max_keys(5);
    let sent = request.sign().await.unwrap();
    assert_eq!(
        sent_url(&sent).1,
        "delimiter=%2F&encoding-type=url&list-type=2&max-keys=5&prefix=p%20q&start-after=s"
    );
}
