//! Learning the region of a bucket from responses.

use windlass::ports::TransportErrorKind;
use windlass::testing::{self, MockTransport, RecordingObserver};
use windlass::{Body, Error, ErrorKind};

const ELSEWHERE: (&str, &str) = ("x-amz-bucket-region", "eu-west-1");

fn code(code: &str) -> String {
    format!("<Error><Code>{code}</Code><Message>m</Message></Error>")
}

/// Returns the regions for which the requests were signed.
fn regions(transport: &MockTransport) -> Vec<String> {
    let scope = |header: &str| header.split('/').nth(2).unwrap_or_default().to_owned();
    transport.requests().iter().map(|request| scope(request.header("authorization"))).collect()
}

fn source_of(error: &Error) -> ErrorKind {
    std::error::Error::source(error).unwrap().downcast_ref::<Error>().unwrap().kind()
}

// syq#386, minio#3373
#[tokio::test]
async fn a_region_in_another_error_is_not_learned() {
    for (status, body) in [
        (404, code("NoSuchBucket")),
        (404, code("NoSuchKey")),
        (404, String::new()),
        (403, code("AccessDenied")),
        (403, code("SignatureDoesNotMatch")),
        (400, code("InvalidRequest")),
        (400, String::new()),
        (409, code("OperationAborted")),
        (412, code("PreconditionFailed")),
        (416, code("InvalidRange")),
    ] {
        for region in ["default", "eu-west-1"] {
            let (transport, observer) = (MockTransport::new(), RecordingObserver::default());
            transport.reply_with(status, &[("x-amz-bucket-region", region)], body.clone()).stored();
            let client = testing::client_builder(&transport).observer(observer.clone()).build().unwrap();
            client.get_object("photos", "k").await.unwrap_err();
            client.get_object("photos", "k").await.unwrap();
            assert_eq!(regions(&transport), ["us-east-1", "us-east-1"], "{status} {body}");
            assert!(!observer.events().iter().any(|event| event.contains("RegionLearned")));
        }
    }
}

#[tokio::test]
async fn a_region_is_kept_once_the_service_there_accepts_the_signature() {
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
    let constraint = "<Error><Code>IllegalLocationConstraintException</Code><Message>The eu-west-1 location constraint \
                      is incompatible for the region specific endpoint this request was sent to.</Message></Error>";
    for (status, body) in [
        (301, code("PermanentRedirect")),
        (301, String::new()),
        (307, code("TemporaryRedirect")),
        (307, String::new()),
        (400, malformed.to_owned()),
        (400, constraint.to_owned()),
    ] {
        for (there, own) in [
            (200, String::new()),
            (404, code("NoSuchKey")),
            (403, code("AccessDenied")),
            (304, String::new()),
            (412, code("PreconditionFailed")),
            (409, code("OperationAborted")),
        ] {
            let transport = MockTransport::new();
            let header = [ELSEWHERE];
            let named = if body.contains("eu-west-1") { &[][..] } else { &header[..] };
            transport.reply_with(status, named, body.clone()).response(there, own.clone()).response(200, "");
            let client = testing::client(&transport);
            let first = client.get_object("photos", "k").await;
            assert_eq!(
                first.err().and_then(|error| error.status()),
                (there != 200).then_some(there),
                "{body}"
            );
            client.get_object("photos", "k").await.unwrap();
            assert_eq!(regions(&transport), ["us-east-1", "eu-west-1", "eu-west-1"], "{status} {there}");
        }
    }
}

#[tokio::test]
async fn a_region_is_learned_from_a_rejected_head_without_a_code() {
    let transport = MockTransport::new();
    transport.reply_with(400, &[ELSEWHERE], "").response(404, "").response(200, "");
    let client = testing::client(&transport);
    assert!(client.head_object("photos", "k").await.unwrap_err().is_not_found());
    client.head_object("photos", "k").await.unwrap();
    assert_eq!(regions(&transport), ["us-east-1", "eu-west-1", "eu-west-1"]);
}

#[tokio::test]
async fn an_unreachable_region_is_reported_and_not_kept() {
    let refused = |kind: &str| code(kind);
    let steps: [&dyn Fn(&MockTransport); 7] = [
        &|transport| {
            transport.fail(TransportErrorKind::Dns);
        },
        &|transport| {
            transport.fail(TransportErrorKind::Tls);
        },
        &|transport| {
            transport.fail(TransportErrorKind::Connect);
        },
        &|transport| {
            transport.response(403, refused("SignatureDoesNotMatch"));
        },
        &|transport| {
            transport.response(403, refused("InvalidAccessKeyId"));
        },
        &|transport| {
            transport.response(400, refused("AuthorizationHeaderMalformed"));
        },
        &|transport| {
            transport.reply_with(301, &[("x-amz-bucket-region", "us-east-1")], "");
        },
    ];
    let kinds = [
        ErrorKind::DnsFailed,
        ErrorKind::TlsFailed,
        ErrorKind::ConnectFailed,
        ErrorKind::SignatureMismatch,
        ErrorKind::InvalidAccessKeyId,
        ErrorKind::WrongRegion,
        ErrorKind::WrongRegion,
    ];
    for (step, kind) in steps.iter().zip(kinds) {
        let transport = MockTransport::new();
        transport.reply_with(301, &[("x-amz-bucket-region", "default")], code("PermanentRedirect"));
        step(&transport);
        transport.response(200, "");
        let client = testing::client(&transport);
        let error = client.get_object("photos", "k").await.unwrap_err();
        assert_eq!((error.code(), error.attempts()), (Some("PermanentRedirect"), 2), "{error}");
        assert_eq!(source_of(&error), kind, "{error}");
        assert!(error.to_string().contains("the region default"), "{error}");
        client.get_object("photos", "k").await.unwrap();
        assert_eq!(regions(&transport), ["us-east-1", "default", "us-east-1"]);
    }
}

#[tokio::test]
async fn a_failing_service_in_the_region_is_retried() {
    let transport = MockTransport::new();
    transport.reply_with(301, &[ELSEWHERE], "").response(503, "").response(200, "").response(200, "");
    let client = testing::client(&transport);
    client.get_object("photos", "k").await.unwrap();
    assert_eq!(regions(&transport), ["us-east-1", "eu-west-1", "eu-west-1"]);
    let transport = MockTransport::new();
    transport.reply_with(301, &[ELSEWHERE], "").response(503, "").response(200, "");
    let client = testing::client_builder(&transport).max_attempts(1).build().unwrap();
    let error = client.get_object("photos", "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ServiceUnavailable);
    client.get_object("photos", "k").await.unwrap();
    assert_eq!(regions(&transport)[2], "us-east-1");
}

#[tokio::test]
async fn a_signature_mismatch_discards_a_learned_region() {
    let transport = MockTransport::new();
    transport
        .reply_with(301, &[ELSEWHERE], "")
        .response(200, "")
        .response(403, code("SignatureDoesNotMatch"))
        .response(200, "");
    let client = testing::client(&transport);
    client.get_object("photos", "k").await.unwrap();
    client.get_object("photos", "k").await.unwrap_err();
    client.get_object("photos", "k").await.unwrap();
    assert_eq!(regions(&transport), ["us-east-1", "eu-west-1", "eu-west-1", "us-east-1"]);
}

#[tokio::test]
async fn a_consumed_stream_keeps_only_a_verified_region() {
    for (status, learned) in [(200, "eu-west-1"), (403, "eu-west-1"), (503, "us-east-1"), (301, "us-east-1")]
    {
        let transport = MockTransport::new();
        transport.reply_with(301, &[ELSEWHERE], "").response(status, "").stored();
        let client = testing::client(&transport);
        let body = Body::from_reader(&b"once"[..]).with_length(4);
        let error = client.put_object("photos", "k", body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongRegion);
        client.put_object("photos", "k", "x").await.unwrap();
        assert_eq!(regions(&transport), ["us-east-1", "eu-west-1", learned], "{status}");
    }
}

#[tokio::test]
async fn a_region_of_another_partition_is_not_followed() {
    for region in
        ["cn-north-1", "CN-North-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1", "aws-cn-global"]
    {
        for endpoint in [None, Some("https://s3.example.com")] {
            let transport = MockTransport::new();
            transport
                .reply_with(301, &[("x-amz-bucket-region", region)], code("PermanentRedirect"))
                .repeat_last();
            let builder = testing::client_builder(&transport);
            let client = match endpoint {
                Some(url) => builder.endpoint(url),
                None => builder,
            };
            let error = client.build().unwrap().get_object("photos", "k").await.unwrap_err();
            assert_eq!((error.kind(), transport.requests().len()), (ErrorKind::WrongRegion, 1), "{error}");
            assert!(error.message().contains("another partition"), "{error}");
        }
    }
    let transport = MockTransport::new();
    transport.reply_with(301, &[("x-amz-bucket-region", "us-east-1")], "").response(200, "");
    let client = testing::client_builder(&transport).region("cn-north-1").build().unwrap();
    client.get_object("photos", "k").await.unwrap_err();
}

#[tokio::test]
async fn the_list_of_buckets_is_signed_again_for_the_returned_region() {
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
    let transport = MockTransport::new();
    let list = "<ListAllMyBucketsResult/>";
    transport.response(400, malformed).response(200, list).response(200, list);
    let client = testing::client(&transport);
    client.list_buckets().await.unwrap();
    client.list_buckets().await.unwrap();
    assert_eq!(regions(&transport), ["us-east-1", "eu-west-1", "eu-west-1"]);
    let transport = MockTransport::new();
    transport.response(400, malformed).repeat_last();
    testing::client(&transport).list_buckets().await.unwrap_err();
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn a_bucket_is_created_only_in_the_requested_region() {
    let malformed = "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>";
    let constraint = "<Error><Code>IllegalLocationConstraintException</Code><Message>The eu-west-1 location constraint \
                      is incompatible for the region specific endpoint this request was sent to.</Message></Error>";
    for (status, body) in [(400, malformed), (400, constraint), (301, "")] {
        let transport = MockTransport::new();
        transport.reply_with(status, &[ELSEWHERE], body).repeat_last();
        let error = testing::client(&transport).create_bucket("photos").await.unwrap_err();
        assert_eq!((error.kind(), error.bucket_region()), (ErrorKind::WrongRegion, Some("eu-west-1")));
        assert_eq!(transport.requests().len(), 1);
    }
    let transport = MockTransport::new();
    transport.response(400, constraint);
    let error = testing::client(&transport).create_bucket("photos").await.unwrap_err();
    assert_eq!(error.bucket_region(), Some("eu-west-1"));
}

#[tokio::test]
async fn white_space_around_a_region_is_ignored() {
    let transport = MockTransport::new();
    let malformed =
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>\n eu-west-1 \n</Region></Error>";
    transport.response(400, malformed).stored();
    testing::client(&transport).put_object("photos", "k", "x").await.unwrap();
    assert!(transport.requests()[1].url.contains("eu-west-1"));
}
