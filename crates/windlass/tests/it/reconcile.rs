//! Reconciliation: a write with a lost response is retried and can then be rejected because of its own first
//! attempt. A HEAD of the object distinguishes it from other writes.

use windlass::operations::CompletedPart;
use windlass::ports::TransportErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::types::{ChecksumAlgorithm, CustomerKey};
use windlass::{Body, ErrorKind};

const FAILED: &str = "<Error><Code>PreconditionFailed</Code><Message>m</Message></Error>";
const CRC: (&str, &str) = ("x-amz-checksum-crc64nvme", "1Km+Qyat0k0=");
const LENGTH: (&str, &str) = ("content-length", "13");
const TAG: (&str, &str) = ("etag", "\"e\"");

/// Scripts a conditional write whose first response is lost and whose second attempt is rejected.
fn lost_then_refused(transport: &MockTransport) {
    transport.fail(TransportErrorKind::Interrupted).response(412, FAILED);
}

async fn put(transport: &MockTransport) -> windlass::Result<windlass::operations::PutObjectOutput> {
    testing::client(transport).put_object("photos", "k", "Hello, World!").if_none_match("*").await
}

#[tokio::test]
async fn the_object_of_the_lost_attempt_is_a_success() {
    for first in ["lost", "500"] {
        let transport = MockTransport::new();
        match first {
            "lost" => transport.fail(TransportErrorKind::ReadTimeout),
            _ => transport.response(500, ""),
        };
        transport.response(412, FAILED);
        transport.reply_with(200, &[LENGTH, CRC, ("etag", "\"e\""), ("x-amz-version-id", "v")], "");
        let output = put(&transport).await.unwrap();
        assert_eq!((output.etag.unwrap().value(), output.version_id.as_deref()), ("e", Some("v")));
        let look = &transport.requests()[2];
        assert_eq!((look.method.as_str(), look.header("x-amz-checksum-mode")), ("HEAD", "ENABLED"));
    }
}

#[tokio::test]
async fn a_streamed_body_is_recognized() {
    let transport = MockTransport::new();
    lost_then_refused(&transport);
    transport.reply_with(200, &[LENGTH, TAG, CRC], "");
    let body =
        Body::replayable(13, || async { Ok(futures_util::stream::iter([Ok("Hello, World!".into())])) });
    testing::client(&transport).put_object("photos", "k", body).if_none_match("*").await.unwrap();
    assert!(!transport.requests()[0].header("x-amz-trailer").is_empty());
}

#[tokio::test]
async fn an_object_of_another_writer_is_a_failed_precondition() {
    let other = ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=");
    for found in [vec![LENGTH, TAG, other], vec![("content-length", "12"), TAG, CRC]] {
        let transport = MockTransport::new();
        lost_then_refused(&transport);
        transport.reply_with(200, &found, "");
        let error = put(&transport).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::PreconditionFailed, Some("PreconditionFailed")));
    }
    let gone = MockTransport::new();
    lost_then_refused(&gone);
    gone.response(404, "");
    assert_eq!(put(&gone).await.unwrap_err().kind(), ErrorKind::PreconditionFailed);
}

#[tokio::test]
async fn an_undecidable_outcome_is_reported_as_unknown() {
    let silent = MockTransport::new();
    lost_then_refused(&silent);
    silent.reply_with(200, &[LENGTH, TAG], "");
    let forbidden = MockTransport::new();
    lost_then_refused(&forbidden);
    forbidden.response(403, "");
    // A response that is not from S3.
    let page = MockTransport::new();
    lost_then_refused(&page);
    page.reply_with(200, &[LENGTH, CRC], "");
    for transport in [silent, forbidden, page] {
        let error = put(&transport).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::OutcomeUnknown, 2), "{error}");
        assert_eq!((error.operation(), error.key()), (Some("PutObject"), Some("k")));
    }
}

#[tokio::test]
async fn a_rejection_without_a_lost_attempt_is_not_reconciled() {
    let transport = MockTransport::new();
    transport.response(412, FAILED);
    assert_eq!(put(&transport).await.unwrap_err().kind(), ErrorKind::PreconditionFailed);
    let throttled = MockTransport::new();
    throttled.fail(TransportErrorKind::Connect).response(412, FAILED);
    assert_eq!(put(&throttled).await.unwrap_err().kind(), ErrorKind::PreconditionFailed);
    assert_eq!((transport.requests().len(), throttled.requests().len()), (1, 2));
}

#[tokio::test]
async fn the_reconciling_head_has_the_customer_key() {
    let transport = MockTransport::new();
    lost_then_refused(&transport);
    let confirmed = ("x-amz-server-side-encryption-customer-algorithm", "AES256");
    transport.reply_with(200, &[LENGTH, TAG, CRC, confirmed], "");
    let put = testing::client(&transport).put_object("photos", "k", "Hello, World!").if_none_match("*");
    put.encrypt_with(CustomerKey::aes256(&[7; 32]).unwrap()).await.unwrap();
    let look = &transport.requests()[2];
    assert!(!look.header("x-amz-server-side-encryption-customer-key").is_empty());
}

#[tokio::test]
async fn a_bucket_owned_by_the_caller_is_the_one_of_the_lost_attempt() {
    let owned = "<Error><Code>BucketAlreadyOwnedByYou</Code></Error>";
    let transport = MockTransport::new();
    transport.fail(TransportErrorKind::Interrupted).response(409, owned).response(409, owned);
    let client = testing::client(&transport);
    client.create_bucket("photos").await.unwrap();
    let error = client.create_bucket("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BucketAlreadyOwnedByYou);
}

#[tokio::test]
async fn a_missing_upload_was_aborted_by_the_lost_attempt() {
    let gone = "<Error><Code>NoSuchUpload</Code></Error>";
    let transport = MockTransport::new();
    transport.fail(TransportErrorKind::Interrupted).response(404, gone).response(404, gone);
    let client = testing::client(&transport);
    client.abort_multipart_upload("films", "k", "u").await.unwrap();
    let error = client.abort_multipart_upload("films", "k", "u").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UploadNotFound);
}

#[tokio::test]
async fn a_write_with_a_conflict_is_retried() {
    let conflict = "<Error><Code>ConditionalRequestConflict</Code></Error>";
    let transport = MockTransport::new();
    transport.response(409, conflict).stored().response(409, conflict).repeat_last();
    put(&transport).await.unwrap();
    let error = put(&transport).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Conflict, 3));
}

const GONE: &str = "<Error><Code>NoSuchUpload</Code><Message>m</Message></Error>";

/// Completes an upload of two parts, `a` and `b`: the first response is lost, the second is `NoSuchUpload`,
/// and HEAD returns the headers `found`.
async fn complete(found: &[(&str, &str)], checksum: Option<&str>) -> Result<Option<String>, ErrorKind> {
    let transport = MockTransport::new();
    transport.fail(TransportErrorKind::ReadTimeout).response(404, GONE);
    if found.is_empty() {
        transport.response(404, "");
    } else {
        transport.reply_with(200, &[found, &[("x-amz-version-id", "v")]].concat(), "");
    }
    let parts = [
        CompletedPart::new(1, "\"0cc175b9c0f1b6a831c399e269772661\""),
        CompletedPart::new(2, "\"92eb5ffee6ae2fec3ad71c777531578f\""),
    ];
    let client = testing::client(&transport);
    let mut complete = client.complete_multipart_upload("films", "k", "u", parts).mpu_object_size(2);
    if let Some(checksum) = checksum {
        complete = complete.checksum(ChecksumAlgorithm::Crc64Nvme, checksum);
    }
    complete.await.map(|output| output.version_id).map_err(|error| error.kind())
}

const OWN_TAG: (&str, &str) = ("etag", "\"96e024ba2074fe77e8e965ba43a704be-2\"");

#[tokio::test]
async fn an_upload_completed_by_the_lost_attempt_is_a_success() {
    let own = Ok(Some("v".to_owned()));
    assert_eq!(complete(&[OWN_TAG, ("content-length", "2")], None).await, own);
    // If ETags are not MD5s, the full-object checksum decides.
    let other_tag = ("etag", "\"opaque\"");
    let checksum = ("x-amz-checksum-crc64nvme", "AAAAAAAAAAE=");
    assert_eq!(complete(&[other_tag, ("content-length", "2"), checksum], Some("AAAAAAAAAAE=")).await, own);
}

#[tokio::test]
async fn an_upload_that_is_missing_for_another_reason_is_an_error() {
    let gone = Err(ErrorKind::UploadNotFound);
    let other = ("etag", "\"00000000000000000000000000000000-2\"");
    assert_eq!(complete(&[], None).await, gone);
    assert_eq!(complete(&[other, ("content-length", "2")], None).await, gone);
    assert_eq!(complete(&[OWN_TAG, ("content-length", "3")], None).await, gone);
    let unclear = complete(&[("etag", "\"opaque\""), ("content-length", "2")], None).await;
    assert_eq!(unclear, Err(ErrorKind::OutcomeUnknown));
}
