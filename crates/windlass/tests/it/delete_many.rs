//! Bulk deletion.

use windlass::ErrorKind;
use windlass::config::ServiceProfile;
use windlass::operations::ObjectIdentifier;
use windlass::ports::TransportErrorKind;
use windlass::testing::{self, ManualClock, MockTransport};

use crate::server::start;

fn deleted(keys: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    keys.into_iter().map(|key| format!("<Deleted><Key>{key}</Key></Deleted>")).collect()
}

fn failed(key: &str, code: &str) -> String {
    format!("<Error><Key>{key}</Key><Code>{code}</Code><Message>m</Message></Error>")
}

fn delete_result(inside: &str) -> String {
    format!("<DeleteResult>{inside}</DeleteResult>")
}

fn keys_of(request: &testing::RecordedRequest) -> usize {
    String::from_utf8(request.body.to_vec()).unwrap().matches("<Key>").count()
}

#[tokio::test]
async fn keys_are_deleted_in_batches_and_returned_in_order() {
    let keys: Vec<String> = (0..2001).map(|number| format!("k{number}")).collect();
    let transport = MockTransport::new();
    for batch in keys.chunks(1000) {
        transport.response(200, delete_result(&deleted(batch)));
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
async fn only_keys_with_transient_failures_are_retried() {
    let transport = MockTransport::new();
    let first = [deleted(["a"]), failed("b&amp;", "InternalError"), failed("c", "AccessDenied")].concat();
    transport.response(200, delete_result(&first)).response(200, delete_result(&deleted(["b&amp;"])));
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
async fn an_error_about_an_unrequested_object_is_reported() {
    let transport = MockTransport::new();
    let other_version = failed("b", "InternalError").replace("</Key>", "</Key><VersionId>null</VersionId>");
    transport.response(200, delete_result(&[failed("a", "SlowDown"), other_version].concat()));
    transport.response(200, delete_result(&deleted(["a"])));
    let client = testing::client_builder(&transport).clock(ManualClock::default()).build().unwrap();
    let outcome = client.delete_many("photos", ["a", "b"]).await.unwrap();
    assert_eq!(outcome.deleted.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(outcome.errors.iter().map(|error| error.key.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[tokio::test]
async fn a_key_that_keeps_failing_is_reported_with_its_last_error() {
    let transport = MockTransport::new();
    transport.response(200, delete_result(&failed("a", "SlowDown"))).repeat_last();
    let outcome = testing::client(&transport).delete_many("photos", ["a"]).await.unwrap();
    assert_eq!(outcome.errors[0].code, "SlowDown");
    assert_eq!(transport.requests().len(), 5, "like a throttled request");
}

#[tokio::test]
async fn a_response_without_a_result_for_a_key_is_an_error() {
    let transport = MockTransport::new();
    transport.response(200, delete_result(&deleted(["a"])));
    let outcome = testing::client(&transport).delete_many("photos", ["a", "b"]).await.unwrap();
    assert_eq!(outcome.deleted.len(), 1);
    let error = outcome.errors[0].to_error("photos");
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("DeleteObjects s3://photos/b"), "{error}");
    // A key that is requested twice may have one result.
    transport.response(200, delete_result(&deleted(["a"])));
    testing::client(&transport).delete_many("photos", ["a", "a"]).await.unwrap();
    // Quiet responses contain only failures.
    transport.response(200, delete_result(""));
    testing::client(&transport).delete_objects("photos", ["a", "b"]).quiet(true).in_batches().await.unwrap();
}

#[tokio::test]
async fn each_key_of_a_failed_batch_is_reported_with_all_other_results() {
    let keys: Vec<String> = (0..2001).map(|number| format!("k{number}")).collect();
    let transport = MockTransport::new();
    transport.response(200, delete_result(&deleted(&keys[..1000])));
    let refusal = "<Error><Code>AccessDenied</Code><Message>m</Message></Error>";
    transport.reply_with(403, &[("x-amz-request-id", "r")], refusal);
    transport.response(200, delete_result(&deleted(&keys[2000..])));
    let outcome =
        testing::client(&transport).delete_many("photos", keys.clone()).concurrency(1).await.unwrap();
    assert_eq!((outcome.deleted.len(), outcome.errors.len()), (1001, 1000));
    assert_eq!(outcome.errors[0].key, "k1000");
    let error = outcome.errors[999].to_error("photos");
    assert_eq!((error.kind(), error.key()), (ErrorKind::AccessDenied, Some("k1999")));
    assert_eq!(
        (error.status(), error.code(), error.request_id()),
        (Some(403), Some("AccessDenied"), Some("r"))
    );
    // An error without a code keeps its kind.
    let transport = MockTransport::new();
    transport.fail(TransportErrorKind::Tls);
    let outcome = testing::client(&transport).delete_many("photos", ["a"]).await.unwrap();
    assert_eq!(outcome.errors[0].to_error("photos").kind(), ErrorKind::TlsFailed);
}

fn deletions(transport: &MockTransport) -> Vec<String> {
    let requests = transport.requests();
    requests
        .iter()
        .map(|request| format!("{} {}", request.method, request.url.rsplit('/').next().unwrap()))
        .collect()
}

// boto3#2293, minio/mc#4778
#[tokio::test]
async fn a_service_without_delete_objects_is_remembered() {
    for (status, code) in [(501, "NotImplemented"), (405, "MethodNotAllowed"), (400, "NotImplemented")] {
        let transport = MockTransport::new();
        transport.response(status, format!("<Error><Code>{code}</Code></Error>"));
        transport.reply_with(204, &[("x-amz-version-id", "v")], "");
        transport
            .response(403, "<Error><Code>AccessDenied</Code></Error>")
            .response(404, "")
            .response(204, "");
        let client = testing::client(&transport);
        let outcome = client.delete_many("photos", ["a", "b", "c"]).await.unwrap();
        assert_eq!(outcome.deleted.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        let error = outcome.errors[0].to_error("photos");
        assert_eq!((error.kind(), error.key()), (ErrorKind::AccessDenied, Some("b")));
        assert_eq!(error.operation(), Some("DeleteObject"));
        client.delete_many("photos", ["d"]).await.unwrap();
        assert_eq!(deletions(&transport), ["POST ?delete=", "DELETE a", "DELETE b", "DELETE c", "DELETE d"]);
    }
    let gcs = MockTransport::new();
    gcs.response(204, "");
    let builder = testing::client_builder(&gcs).service_profile(ServiceProfile::named("gcs").unwrap());
    builder.build().unwrap().delete_many("photos", ["a"]).await.unwrap();
    assert_eq!(deletions(&gcs), ["DELETE a"]);
}

#[tokio::test]
async fn a_rejected_list_is_deleted_one_by_one() {
    let transport = MockTransport::new();
    transport.response(400, "<Error><Code>MalformedXML</Code></Error>").response(204, "").response(204, "");
    transport.response(200, delete_result(&deleted(["c"])));
    let client = testing::client(&transport);
    let objects = ["a", "b"].map(|key| ObjectIdentifier::new(key).with_version_id("v"));
    let request = client.delete_objects("photos", objects).mfa("1 2").bypass_governance_retention(true);
    assert_eq!(request.in_batches().await.unwrap().deleted.len(), 2);
    client.delete_many("photos", ["c"]).await.unwrap();
    let sent = ["POST ?delete=", "DELETE a?versionId=v", "DELETE b?versionId=v", "POST ?delete="];
    assert_eq!(deletions(&transport), sent);
    let alone = &transport.requests()[1];
    assert_eq!(alone.header("x-amz-mfa"), "1 2");
    assert_eq!(alone.header("x-amz-bypass-governance-retention"), "true");
}

#[tokio::test]
async fn a_key_that_xml_cannot_represent_is_deleted_alone() {
    for key in ["a\u{1}", "a\u{1f}b", "\u{fffe}", "x\u{ffff}", "\u{8}"] {
        let transport = MockTransport::new();
        transport.response(200, delete_result(&deleted(["tab\tb"]))).response(204, "");
        let outcome = testing::client(&transport).delete_many("photos", [key, "tab\tb"]).await.unwrap();
        assert_eq!(outcome.deleted.len(), 2, "{key:?}");
        assert_eq!(outcome.deleted[1].key, key);
        assert_eq!(keys_of(&transport.requests()[0]), 1);
        assert_eq!(transport.requests()[1].method, "DELETE");
    }
}

#[tokio::test]
async fn single_deletions_are_retried() {
    let transport = MockTransport::new();
    transport.response(501, "").response(503, "<Error><Code>SlowDown</Code></Error>").response(204, "");
    let client = testing::client_builder(&transport).clock(ManualClock::default()).build().unwrap();
    assert_eq!(client.delete_many("photos", ["a"]).await.unwrap().deleted.len(), 1);
}

#[tokio::test]
async fn without_keys_or_with_an_invalid_key_no_request_is_sent() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let none: [&str; 0] = [];
    assert!(client.delete_many("photos", none).await.unwrap().deleted.is_empty());
    let error = client.delete_many("photos", ["a", ""]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn all_objects_below_a_prefix_are_deleted_and_counted() {
    let transport = MockTransport::new();
    let page = |keys: &[&str], next: &str| {
        let keys: String = keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
        format!("<ListBucketResult>{keys}{next}</ListBucketResult>")
    };
    let next = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
    transport
        .response(200, page(&["l/a", "l/b"], next))
        .response(200, delete_result(&[deleted(["l/a"]), failed("l/b", "AccessDenied")].concat()))
        .response(200, page(&["l/c"], ""))
        .response(200, delete_result(&deleted(["l/c"])));
    let outcome = testing::client(&transport).delete_prefix("logs", "l/").concurrency(1).await.unwrap();
    assert_eq!((outcome.deleted, outcome.errors.len()), (2, 1));
    let requests = transport.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests[0].url.contains("prefix=l%2F"), "{}", requests[0].url);
}

#[tokio::test]
async fn a_failing_list_fails_the_deletion() {
    let transport = MockTransport::new();
    transport.response(403, "<Error><Code>AccessDenied</Code><Message>m</Message></Error>");
    let error = testing::client(&transport).delete_prefix("logs", "").await.unwrap_err();
    assert_eq!(error.operation(), Some("ListObjectsV2"));
}

#[tokio::test]
async fn on_a_server_only_keys_with_the_prefix_are_deleted() {
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

/// Results for other keys and duplicate results do not count for the rest.
#[tokio::test]
async fn a_key_without_a_result_is_not_deleted() {
    let without_result = async |objects: Vec<ObjectIdentifier>, inside: String| {
        let transport = MockTransport::new();
        transport.response(200, delete_result(&inside));
        let outcome = testing::client(&transport).delete_many("photos", objects).await.unwrap();
        let missing = outcome.errors.iter().filter(|error| error.message.contains("has no result"));
        missing.map(|error| (error.key.clone(), error.version_id.clone())).collect::<Vec<_>>()
    };
    let keys = |keys: &[&str]| keys.iter().copied().map(ObjectIdentifier::new).collect::<Vec<_>>();
    let key = |key: &str| (key.to_owned(), None);
    assert_eq!(without_result(keys(&["a", "b"]), deleted(["a", "a"])).await, [key("b")]);
    assert_eq!(without_result(keys(&["a", "b"]), deleted(["x", "y"])).await, [key("a"), key("b")]);
    assert_eq!(
        without_result(keys(&["a", "b"]), deleted(["a"]) + &failed("", "AccessDenied")).await,
        [key("b")]
    );
    assert_eq!(
        without_result(keys(&["a", "b"]), deleted(["a"]) + &failed("a", "AccessDenied")).await,
        [key("b")]
    );
    assert_eq!(without_result(keys(&["a", "a", "b"]), deleted(["b", "a"])).await, []);
    // XML parsers turn carriage returns into line feeds.
    assert_eq!(without_result(keys(&["a\r", "b\r\nc"]), deleted(["a\r", "b\r\nc"])).await, []);

    let versions =
        |names: [&str; 2]| names.map(|name| ObjectIdentifier::new("a").with_version_id(name)).to_vec();
    let version = |name| format!("<Deleted><Key>a</Key><VersionId>{name}</VersionId></Deleted>");
    let one = |name: &str| ("a".to_owned(), Some(name.to_owned()));
    assert_eq!(without_result(versions(["1", "2"]), version("1") + &version("2")).await, []);
    assert_eq!(without_result(versions(["1", "2"]), version("1") + &version("1")).await, [one("2")]);
    // Some services omit the version.
    assert_eq!(without_result(versions(["1", "2"]), deleted(["a", "a"])).await, []);
    assert_eq!(without_result(versions(["1", "2"]), deleted(["a"])).await, [one("1"), one("2")]);
}
