//! Deletions of any number of objects.

use windlass::ErrorKind;
use windlass::operations::ObjectIdentifier;
use windlass::testing::{self, ManualClock, MockTransport};

use crate::server::start;

fn deleted(keys: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    keys.into_iter().map(|key| format!("<Deleted><Key>{key}</Key></Deleted>")).collect()
}

fn failed(key: &str, code: &str) -> String {
    format!("<Error><Key>{key}</Key><Code>{code}</Code><Message>m</Message></Error>")
}

fn answer(inside: &str) -> String {
    format!("<DeleteResult>{inside}</DeleteResult>")
}

fn keys_of(request: &testing::RecordedRequest) -> usize {
    String::from_utf8(request.body.to_vec()).unwrap().matches("<Key>").count()
}

#[tokio::test]
async fn any_number_of_keys_goes_in_batches_and_comes_back_in_order() {
    let keys: Vec<String> = (0..2001).map(|number| format!("k{number}")).collect();
    let transport = MockTransport::new();
    for batch in keys.chunks(1000) {
        transport.reply(200, answer(&deleted(batch)));
    }
    let request = testing::client(&transport).delete_many("photos", keys.clone()).concurrency(1);
    let outcome = request.await.unwrap();
    assert_eq!(
        outcome.deleted.iter().map(|object| &object.key).collect::<Vec<_>>(),
        keys.iter().collect::<Vec<_>>()
    );
    assert!(outcome.errors.is_empty());
    assert_eq!(transport.requests().iter().map(keys_of).collect::<Vec<_>>(), [1000, 1000, 1]);
}

#[tokio::test]
async fn a_key_that_fails_for_a_while_is_tried_again_and_no_other() {
    let transport = MockTransport::new();
    let first = [deleted(["a"]), failed("b&amp;", "InternalError"), failed("c", "AccessDenied")].concat();
    transport.reply(200, answer(&first)).reply(200, answer(&deleted(["b&amp;"])));
    let clock = ManualClock::default();
    let client = testing::client_builder(&transport).clock(clock.clone()).build().unwrap();
    let objects = ["a", "b&", "c"].map(|key| ObjectIdentifier::new(key).with_version_id("v"));
    let outcome = client.delete_many("photos", objects).await.unwrap();
    assert_eq!(outcome.deleted.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a", "b&"]);
    assert_eq!(outcome.errors.len(), 1);
    assert_eq!(outcome.errors[0].to_error("photos").kind(), ErrorKind::AccessDenied);
    let again = String::from_utf8(transport.requests()[1].body.to_vec()).unwrap();
    assert!(again.contains("<Object><Key>b&amp;</Key><VersionId>v</VersionId></Object></Delete>"), "{again}");
    assert_eq!(clock.backoffs().len(), 1, "the second attempt waits");
}

#[tokio::test]
async fn an_error_about_what_was_not_asked_for_is_told_and_not_forgotten() {
    let transport = MockTransport::new();
    let other_version = failed("b", "InternalError").replace("</Key>", "</Key><VersionId>null</VersionId>");
    transport.reply(200, answer(&[failed("a", "SlowDown"), other_version].concat()));
    transport.reply(200, answer(&deleted(["a"])));
    let client = testing::client_builder(&transport).clock(ManualClock::default()).build().unwrap();
    let outcome = client.delete_many("photos", ["a", "b"]).await.unwrap();
    assert_eq!(outcome.deleted.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(outcome.errors.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[tokio::test]
async fn a_key_that_fails_for_ever_is_told_with_its_last_error() {
    let transport = MockTransport::new();
    transport.reply(200, answer(&failed("a", "SlowDown"))).repeat_last();
    let outcome = testing::client(&transport).delete_many("photos", ["a"]).await.unwrap();
    assert_eq!(outcome.errors[0].code, "SlowDown");
    assert_eq!(transport.requests().len(), 5, "as often as a request that is throttled");
}

#[tokio::test]
async fn an_answer_that_is_silent_about_a_key_is_no_success() {
    let transport = MockTransport::new();
    transport.reply(200, answer(&deleted(["a"])));
    let error = testing::client(&transport).delete_many("photos", ["a", "b"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("DeleteObjects s3://photos"), "{error}");
    // What was asked for twice may be told once.
    transport.reply(200, answer(&deleted(["a"])));
    testing::client(&transport).delete_many("photos", ["a", "a"]).await.unwrap();
    // And quiet answers tell of failures only.
    transport.reply(200, answer(""));
    testing::client(&transport).delete_objects("photos", ["a", "b"]).quiet(true).in_batches().await.unwrap();
}

#[tokio::test]
async fn a_batch_that_fails_says_what_was_done_before() {
    let keys: Vec<String> = (0..1001).map(|number| format!("k{number}")).collect();
    let transport = MockTransport::new();
    transport.reply(200, answer(&deleted(&keys[..1000])));
    transport.reply(403, "<Error><Code>AccessDenied</Code><Message>m</Message></Error>");
    let error = testing::client(&transport).delete_many("photos", keys).concurrency(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.message().contains("1000 objects were deleted before"), "{error}");
}

#[tokio::test]
async fn no_key_is_no_request_and_no_wrong_key_is_sent() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let none: [&str; 0] = [];
    assert!(client.delete_many("photos", none).await.unwrap().deleted.is_empty());
    let error = client.delete_many("photos", ["a", ""]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn all_below_a_prefix_is_deleted_page_by_page_and_counted() {
    let transport = MockTransport::new();
    let page = |keys: &[&str], next: &str| {
        let keys: String = keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
        format!("<ListBucketResult>{keys}{next}</ListBucketResult>")
    };
    let next = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
    transport
        .reply(200, page(&["l/a", "l/b"], next))
        .reply(200, answer(&[deleted(["l/a"]), failed("l/b", "AccessDenied")].concat()))
        .reply(200, page(&["l/c"], ""))
        .reply(200, answer(&deleted(["l/c"])));
    let outcome = testing::client(&transport).delete_prefix("logs", "l/").concurrency(1).await.unwrap();
    assert_eq!((outcome.deleted, outcome.errors.len()), (2, 1));
    let requests = transport.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests[0].url.contains("prefix=l%2F"), "{}", requests[0].url);
}

#[tokio::test]
async fn a_list_that_breaks_off_ends_the_deletion_with_an_error() {
    let transport = MockTransport::new();
    transport.reply(403, "<Error><Code>AccessDenied</Code><Message>m</Message></Error>");
    let error = testing::client(&transport).delete_prefix("logs", "").await.unwrap_err();
    assert_eq!(error.operation(), Some("ListObjectsV2"));
}

#[tokio::test]
async fn on_a_server_only_what_has_the_prefix_is_deleted() {
    let (_server, client) = start().await;
    let odd = ["p/a b", "p/\u{1}", "p/a\rb", "p/<&>", "p/ü", "p//", "p/..", "p/+%"];
    for key in odd.into_iter().chain(["p", "q/a"]) {
        client.put_object("photos", key, "x").await.unwrap();
    }
    let outcome = client.list_objects_v2("photos").prefix("p/").max_keys(3).delete_all().await.unwrap();
    assert_eq!(outcome.deleted, odd.len() as u64, "{:?}", outcome.errors);
    let left = client.list_objects_v2("photos").await.unwrap().contents;
    assert_eq!(left.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["p", "q/a"]);
}
