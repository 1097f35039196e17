//! Options of one call: every request that it sends carries them, signed.

use std::future::IntoFuture as _;
use std::time::Duration;

use windlass::ports::TransportErrorKind;
use windlass::testing::{self, ManualClock, MockTransport, RecordedRequest};
use windlass::types::CopySource;
use windlass::{Client, ErrorKind, Request, RequestOptions};

const MIB: usize = 1 << 20;
const CREATED: &str =
    "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
const COMPLETED: &str =
    "<CompleteMultipartUploadResult><ETag>&quot;x-3&quot;</ETag></CompleteMultipartUploadResult>";

/// Gives a request one option of each kind that is sent.
fn marked<O: windlass::operations::Operation>(request: Request<O>) -> Request<O> {
    request
        .expected_bucket_owner("123456789012")
        .request_payer("requester")
        .header("x-trace", "a b")
        .query("x-id", "a/b")
}

/// Whether a request has the options of [`marked`], signed.
fn is_marked(request: &RecordedRequest) -> bool {
    let authorization = request.header("authorization");
    let signed = authorization.split("SignedHeaders=").nth(1).unwrap_or_default();
    let signed: Vec<&str> = signed.split(',').next().unwrap_or_default().split(';').collect();
    request.header("x-amz-expected-bucket-owner") == "123456789012"
        && request.header("x-amz-request-payer") == "requester"
        && request.header("x-trace") == "a b"
        && ["x-trace", "x-amz-expected-bucket-owner"].iter().all(|name| signed.contains(name))
        && request.url.matches("x-id=a%2Fb").count() == 1
}

fn assert_all_marked(transport: &MockTransport, number: usize) {
    let requests = transport.requests();
    assert_eq!(requests.len(), number);
    for request in requests {
        assert!(is_marked(&request), "{} {}\n{:?}", request.method, request.url, request.headers);
    }
}

#[tokio::test]
async fn each_page_has_the_options_of_the_list() {
    let transport = MockTransport::new();
    transport.response(
        200,
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>\
         </ListBucketResult>",
    );
    transport.response(200, "<ListBucketResult/>");
    let mut pages = marked(testing::client(&transport).list_objects_v2("photos").prefix("a/")).pages();
    while pages.try_next().await.unwrap().is_some() {}
    assert_all_marked(&transport, 2);
    let url = &transport.requests()[1].url;
    assert!(
        url.ends_with("?continuation-token=t&encoding-type=url&list-type=2&prefix=a%2F&x-id=a%2Fb"),
        "{url}"
    );
}

#[tokio::test]
async fn each_request_of_an_upload_has_its_options_and_so_has_its_abortion() {
    let transport = MockTransport::new();
    transport.response(200, CREATED).stored().stored().response(200, COMPLETED);
    let client = testing::client(&transport);
    let put = || marked(client.put_object("films", "k", vec![0; 9 * MIB]).checksum_algorithm("CRC32"));
    put().in_parts().await.unwrap();
    assert_all_marked(&transport, 4);
    transport.response(200, CREATED).response(403, "").response(204, "");
    put().in_parts().concurrency(1).await.unwrap_err();
    assert_eq!(transport.requests()[6].method, "DELETE");
    assert_all_marked(&transport, 7);
}

#[tokio::test]
async fn the_source_of_a_copy_has_an_owner_of_its_own() {
    let transport = MockTransport::new();
    let source = [("content-length", "6291456"), ("etag", "\"s\"")];
    transport.reply_with(200, &source, "").response(200, "<Tagging><TagSet/></Tagging>");
    transport.response(200, CREATED);
    for _ in 0..2 {
        transport.response(200, "<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>");
    }
    transport.response(200, COMPLETED);
    let client = testing::client(&transport);
    let copy = client.copy_object(CopySource::new("films", "k"), "archive", "k");
    let copy = marked(copy).expected_source_bucket_owner("999999999999");
    copy.in_parts().part_size(5 << 20).await.unwrap();
    let requests = transport.requests();
    let owners: Vec<&str> =
        requests.iter().map(|request| request.header("x-amz-expected-bucket-owner")).collect();
    let (source, own) = ("999999999999", "123456789012");
    assert_eq!(owners, [source, source, own, own, own, own]);
    assert!(requests.iter().all(|request| request.header("x-trace") == "a b"));
}

#[tokio::test]
async fn deletions_have_the_options_of_their_list() {
    let transport = MockTransport::new();
    transport.response(200, "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>");
    transport.response(200, "<DeleteResult><Deleted><Key>a</Key></Deleted></DeleteResult>");
    let client = testing::client(&transport);
    let list = marked(client.list_objects_v2("photos").prefix("a"));
    assert_eq!(list.delete_all().await.unwrap().deleted, 1);
    assert_all_marked(&transport, 2);

    let transport = MockTransport::new();
    transport.response(200, "<DeleteResult><Deleted><Key>a</Key></Deleted></DeleteResult>").response(204, "");
    let client = testing::client(&transport);
    let outcome = marked(client.delete_objects("photos", ["a", "b\u{1}"])).in_batches().await.unwrap();
    assert_eq!((outcome.deleted.len(), outcome.errors.len()), (2, 0));
    assert_all_marked(&transport, 2);
}

#[tokio::test]
async fn what_follows_a_broken_download_has_its_options() {
    let transport = MockTransport::new();
    transport
        .reply_with(200, &[("etag", "\"v1\""), ("content-length", "13")], "Hello")
        .then_break(TransportErrorKind::Interrupted);
    transport.reply_with(206, &[("etag", "\"v1\""), ("content-range", "bytes 5-12/13")], ", World!");
    let object = marked(testing::client(&transport).get_object("photos", "k")).await.unwrap();
    assert_eq!(object.body.text().await.unwrap(), "Hello, World!");
    assert_all_marked(&transport, 2);
}

#[tokio::test]
async fn the_look_at_an_object_after_a_lost_response_has_the_options_of_the_write() {
    let transport = MockTransport::new();
    transport.fail(TransportErrorKind::Interrupted);
    transport.response(412, "<Error><Code>PreconditionFailed</Code></Error>");
    transport.reply_with(
        200,
        &[("content-length", "13"), ("x-amz-checksum-crc64nvme", "1Km+Qyat0k0="), ("etag", "\"e\"")],
        "",
    );
    let put = testing::client(&transport).put_object("photos", "k", "Hello, World!").if_none_match("*");
    marked(put).await.unwrap();
    assert_all_marked(&transport, 3);
}

#[tokio::test]
async fn presigned_and_signed_requests_have_the_options() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let get = || marked(client.get_object("photos", "k"));
    let presigned = get().presign(Duration::from_secs(60)).await.unwrap();
    assert!(presigned.url().contains("&x-id=a%2Fb&X-Amz-Signature="), "{}", presigned.url());
    assert!(presigned.url().contains("host%3Bx-amz-expected-bucket-owner%3Bx-amz-request-payer%3Bx-trace"));
    assert_eq!(presigned.headers()["x-trace"], "a b");
    let signed = get().sign().await.unwrap();
    assert!(signed.url().ends_with("?x-id=a%2Fb"), "{}", signed.url());
    assert_eq!(signed.headers()["x-trace"], "a b");
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn an_option_that_would_change_what_windlass_sets_is_refused() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let put = || client.put_object("photos", "k", "body").storage_class("GLACIER");
    for name in [
        "Host",
        "authorization",
        "X-Amz-Date",
        "content-length",
        "content-type",
        "x-amz-checksum-crc32",
        "x-amz-security-token",
        "if-match",
        "transfer-encoding",
        "x-amz-request-payer",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-storage-class",
        "a b",
        "",
    ] {
        let error = put().header(name, "v").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}: {error}");
        assert!(error.message().contains(&format!("{name:?}")), "{name}: {error}");
        assert_eq!(error.operation(), Some("PutObject"));
    }
    assert!(put().header("x-a", "1").header("X-A", "2").await.is_err());
    assert!(put().header("x-a", "1\r\nx-b: 2").await.is_err());
    let get = || client.get_object("photos", "k").version_id("v");
    for name in ["versionId", "acl", "uploadId", "X-Amz-Expires", "x-amz-signature", ""] {
        let error = get().query(name, "v").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{name}: {error}");
        assert!(error.message().contains(&format!("{name:?}")), "{name}: {error}");
    }
    assert!(get().query("acl", "").presign(Duration::from_secs(60)).await.is_err());
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn only_a_bucket_that_is_there_has_an_owner() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let create = client.create_bucket("photos").expected_bucket_owner("123456789012").await.map(drop);
    let list = client.list_buckets().request_payer("requester").await.map(drop);
    for error in [create.unwrap_err(), list.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        assert!(error.message().contains("expected_bucket_owner"), "{error}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_call_has_its_own_number_of_attempts() {
    let transport = MockTransport::new();
    transport.response(503, "").repeat_last();
    let client = testing::client_builder(&transport).max_attempts(2).build().unwrap();
    assert_eq!(client.head_object("photos", "k").max_attempts(4).await.unwrap_err().attempts(), 4);
    assert_eq!(client.head_object("photos", "k").max_attempts(1).await.unwrap_err().attempts(), 1);
    assert_eq!(client.head_object("photos", "k").await.unwrap_err().attempts(), 2);
}

/// A client whose service never responds, and its clock.
fn hanging() -> (MockTransport, ManualClock, Client) {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.hang().repeat_last();
    let client = testing::client_builder(&transport).clock(clock.clone()).max_attempts(2).build().unwrap();
    (transport, clock, client)
}

/// The error of a request, with the clock moved on by `seconds` during each of its attempts.
async fn error_after(
    (transport, clock): (&MockTransport, &ManualClock),
    request: Request<windlass::operations::GetObject>,
    seconds: &[u64],
) -> windlass::Error {
    let request = tokio::spawn(request.into_future());
    for (attempt, seconds) in (1..).zip(seconds) {
        while transport.requests().len() < attempt {
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        assert!(!request.is_finished(), "attempt {attempt}");
        clock.advance(Duration::from_secs(*seconds));
    }
    request.await.unwrap().unwrap_err()
}

#[tokio::test]
async fn a_call_has_its_own_time_limits() {
    for (limits, seconds, attempts, message) in [
        ([None, None, Some(7)], [7, 7].as_slice(), 2, "timed out after 7s"),
        ([None, Some(7), None], &[7], 1, "the operation timed out after 7s"),
        ([Some(7), None, None], &[7, 7], 2, "the attempt timed out after 7s"),
        ([Some(7), Some(10), None], &[7, 3], 2, "the operation timed out after 10s"),
    ] {
        let (transport, clock, client) = hanging();
        let [attempt, operation, read] = limits.map(|limit| limit.map(Duration::from_secs));
        let mut options = RequestOptions::default();
        (options.attempt_timeout, options.operation_timeout) = (attempt, operation);
        options.read_timeout = read;
        let request = client.get_object("photos", "k").with_options(options);
        let error = error_after((&transport, &clock), request, seconds).await;
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, attempts), "{error}");
        assert!(error.message().contains(message), "{error}");
    }
}

#[tokio::test]
async fn a_client_limits_each_attempt() {
    let (transport, clock) = (MockTransport::new(), ManualClock::default());
    transport.hang().stored();
    let client = testing::client_builder(&transport)
        .clock(clock.clone())
        .attempt_timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    let request = tokio::spawn(client.put_object("photos", "k", "body").into_future());
    while transport.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    tokio::task::yield_now().await;
    clock.advance(Duration::from_secs(3));
    request.await.unwrap().unwrap();
    assert_eq!(transport.requests().len(), 2);
}

#[test]
fn what_is_added_is_not_shown() {
    let mut options = RequestOptions::default();
    options.headers.push(("x-token".into(), "hidden".into()));
    options.query.push(("token".into(), "hidden".into()));
    let shown = format!("{options:?}");
    assert!(shown.contains("x-token") && !shown.contains("hidden"), "{shown}");
    let client = testing::client(&MockTransport::new());
    let shown = format!("{:?}", client.get_object("b", "k").header("x-token", "hidden"));
    assert!(shown.contains("x-token") && !shown.contains("hidden"), "{shown}");
}
