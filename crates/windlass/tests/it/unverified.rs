//! Uploads whose completion is rejected although the full-object checksum is correct, because the service
//! computes a different one.

use windlass::config::ServiceProfile;
use windlass::testing::{self, MockTransport, RecordingObserver};
use windlass::transfer::UploadOutput;
use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;
use windlass::{Error, ErrorKind};

const CREATED: &str = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
const BAD: &str = "<Error><Code>BadDigest</Code><Message>m</Message></Error>";
const SIZE: usize = (5 << 20) + 1;
const LENGTH: (&str, &str) = ("content-length", "5242881");
/// The `ETag`s of the parts, and of both parts together.
const TAGS: [&str; 2] = ["\"0cc175b9c0f1b6a831c399e269772661\"", "\"92eb5ffee6ae2fec3ad71c777531578f\""];
const WHOLE_TAG: &str = "\"96e024ba2074fe77e8e965ba43a704be-2\"";

/// The CRC64NVME of `length` zeros.
fn crc(length: usize) -> String {
    let zeros = vec![0; length];
    Checksum::of(&ChecksumAlgorithm::Crc64Nvme, &zeros).unwrap()
}

fn completed(tag: &str, checksum: Option<&str>) -> String {
    let checksum = checksum.map(|value| format!("<ChecksumCRC64NVME>{value}</ChecksumCRC64NVME>"));
    let checksum = checksum.unwrap_or_default();
    format!("<CompleteMultipartUploadResult><ETag>{tag}</ETag>{checksum}</CompleteMultipartUploadResult>")
}

/// Scripts the responses to two parts, with their checksums if `confirmed`.
fn parts(transport: &MockTransport, confirmed: [bool; 2]) {
    transport.response(200, CREATED);
    for ((tag, length), confirmed) in TAGS.into_iter().zip([5 << 20, 1]).zip(confirmed) {
        let crc = crc(length);
        let mut headers = vec![("etag", tag)];
        if confirmed {
            headers.push(("x-amz-checksum-crc64nvme", &crc));
        }
        transport.reply_with(200, &headers, "");
    }
}

async fn upload(
    transport: &MockTransport,
    provider: Option<&str>,
) -> (Result<UploadOutput, Error>, Vec<String>) {
    let observer = RecordingObserver::default();
    let mut builder =
        testing::client_builder(transport).endpoint("https://s3.example.com").observer(observer.clone());
    if let Some(name) = provider {
        builder = builder.service_profile(ServiceProfile::named(name).unwrap());
    }
    let upload =
        builder.build().unwrap().upload("films", "k", vec![0; SIZE]).part_size(5 << 20).concurrency(1);
    (upload.await, observer.events())
}

#[tokio::test]
async fn an_upload_completes_without_the_checksum_if_length_and_etag_prove_the_object() {
    let transport = MockTransport::new();
    parts(&transport, [true, true]);
    transport.response(400, BAD).response(200, completed(WHOLE_TAG, None));
    transport.reply_with(200, &[LENGTH, ("etag", WHOLE_TAG)], "");
    let (output, events) = upload(&transport, None).await;
    let output = output.unwrap();
    assert!(output.whole_unverified);
    assert_eq!(output.size, SIZE as u64);
    assert!(events.iter().any(|event| event.contains("WholeNotVerified")));
    let requests = transport.requests();
    let [first, second, look] = &requests[3..] else { panic!("{}", requests.len()) };
    assert_eq!(first.header("x-amz-checksum-crc64nvme"), crc(SIZE));
    assert_eq!(second.header("x-amz-checksum-crc64nvme"), "");
    assert_eq!(look.method, "HEAD");
    assert_eq!(first.body, second.body, "the parts keep their checksums");
}

#[tokio::test]
async fn a_checksum_of_the_response_proves_the_object_too() {
    let opaque = "\"opaque\"";
    let transport = MockTransport::new();
    parts(&transport, [true, true]);
    transport.response(400, BAD).response(200, completed(opaque, Some(&crc(SIZE))));
    transport.reply_with(200, &[LENGTH, ("etag", opaque)], "");
    assert!(upload(&transport, None).await.0.unwrap().whole_unverified);
}

#[tokio::test]
async fn an_unproven_object_is_an_error() {
    let other_tag = "\"00000000000000000000000000000000-2\"";
    let crc = crc(SIZE);
    for (response, found) in [
        (completed(other_tag, None), vec![LENGTH, ("etag", other_tag)]),
        (completed("\"opaque\"", None), vec![LENGTH, ("etag", "\"opaque\"")]),
        (completed(WHOLE_TAG, None), vec![("content-length", "5242880"), ("etag", WHOLE_TAG)]),
        (completed(WHOLE_TAG, None), vec![LENGTH, ("etag", other_tag)]),
        (completed(WHOLE_TAG, Some("AAAAAAAAAAA=")), vec![LENGTH, ("etag", WHOLE_TAG)]),
        (
            completed(WHOLE_TAG, Some(&crc)),
            vec![LENGTH, ("etag", WHOLE_TAG), ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")],
        ),
        (completed(WHOLE_TAG, None), vec![]),
    ] {
        let transport = MockTransport::new();
        parts(&transport, [true, true]);
        transport.response(400, BAD).response(200, response.clone());
        if found.is_empty() {
            transport.response(404, "");
        } else {
            transport.reply_with(200, &found, "");
        }
        let (output, events) = upload(&transport, None).await;
        let error = output.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ChecksumMismatch, "{response} {found:?}");
        assert!(error.message().contains("outcome is unknown"), "{error}");
        assert!(!events.iter().any(|event| event.contains("WholeNotVerified")));
        assert_eq!(transport.requests().last().unwrap().method, "HEAD", "nothing is aborted");
    }
}

#[tokio::test]
async fn a_known_service_or_one_without_part_checksums_is_not_retried() {
    let refused = async |provider, confirmed| {
        let transport = MockTransport::new();
        parts(&transport, confirmed);
        transport.response(400, BAD).response(204, "");
        let error = upload(&transport, provider).await.0.unwrap_err();
        assert_eq!(error.code(), Some("BadDigest"));
        let methods: Vec<_> = transport.requests().iter().map(|request| request.method.clone()).collect();
        assert_eq!(methods, ["POST", "PUT", "PUT", "POST", "DELETE"], "{provider:?} {confirmed:?}");
    };
    refused(Some("aws"), [true, true]).await;
    refused(Some("minio"), [true, true]).await;
    refused(None, [true, false]).await;
    refused(None, [false, false]).await;
}

#[tokio::test]
async fn a_missing_upload_after_a_bad_digest_is_an_error() {
    let gone = "<Error><Code>NoSuchUpload</Code></Error>";
    for lost in [false, true] {
        let transport = MockTransport::new();
        parts(&transport, [true, true]);
        transport.response(400, BAD);
        if lost {
            transport.response(500, "<Error><Code>InternalError</Code></Error>");
        }
        transport.response(404, gone).response(404, gone);
        // HEAD would find the object.
        transport.reply_with(200, &[LENGTH, ("etag", WHOLE_TAG)], "").repeat_last();
        let error = upload(&transport, None).await.0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UploadNotFound, "{error}");
        assert!(error.message().contains("BadDigest"), "{error}");
        assert!(transport.requests().iter().all(|request| request.method != "HEAD"));
    }
}
