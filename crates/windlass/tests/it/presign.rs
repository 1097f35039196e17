//! Presigned requests.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use windlass::operations::Operation;
use windlass::testing::{self, ManualClock, MockTransport};
use windlass::types::{ChecksumAlgorithm, CopySource, CustomerKey};
use windlass::{Credentials, ErrorKind, PresignedRequest, Request};

use crate::requests::ODD_KEYS;
use crate::signing::sdk_signature;

const HOUR: Duration = Duration::from_secs(3600);

/// The time of the test clock: 2026-01-01.
const NOW: Duration = Duration::from_secs(1_767_225_600);

/// Checks the signature against the signer of the AWS SDK.
fn assert_signed_as_the_sdk_signs(request: &PresignedRequest, expires: Duration) {
    let (base, query) = request.url().split_once('?').unwrap();
    let own: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-")).collect();
    let url = if own.is_empty() { base.to_owned() } else { format!("{base}?{}", own.join("&")) };
    let headers: Vec<(&str, &str)> =
        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    let keys = Credentials::new("AKIDEXAMPLE", "secret");
    let expected = sdk_signature(
        request.method().as_str(),
        url,
        headers,
        &keys,
        "us-east-1",
        UNIX_EPOCH + NOW,
        Some(expires),
    );
    let signature = query.rsplit_once("X-Amz-Signature=").unwrap().1;
    assert_eq!(signature, expected, "{}", request.url());
}

/// Returns the sorted names of the headers to send with the URL.
fn names(request: &PresignedRequest) -> Vec<&str> {
    let mut names: Vec<&str> = request.headers().keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn the_url_of_the_s3_documentation() {
    let clock = ManualClock::new(UNIX_EPOCH + Duration::from_secs(1_369_353_600));
    let client = testing::client_builder(&MockTransport::new())
        .credentials(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        .clock(clock)
        .build()
        .unwrap();
    let url = client.get_object("examplebucket", "test.txt").presign(24 * HOUR).await.unwrap();
    // The documentation uses the host without a region; the expected signature is from an independent signer.
    let expected = "https://examplebucket.s3.us-east-1.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=";
    assert!(url.url().starts_with(expected), "{}", url.url());
    assert!(url.headers().is_empty());
}

#[tokio::test]
async fn any_operation_can_be_presigned() {
    async fn check<O: Operation>(request: Request<O>, method: &str, query: &str, signed: &[&str]) {
        let presigned = request.presign(HOUR).await.unwrap();
        assert_eq!(presigned.method(), method, "{}", O::NAME);
        let start = format!("X-Amz-SignedHeaders={}", [&["host"], signed].concat().join("%3B"));
        assert!(presigned.url().contains(&format!("{start}{query}&X-Amz-Signature=")), "{}", presigned.url());
        assert_eq!(names(&presigned), signed, "{}", O::NAME);
        assert_signed_as_the_sdk_signs(&presigned, HOUR);
    }
    let client = testing::client(&MockTransport::new());
    check(client.head_object("photos", "k"), "HEAD", "", &[]).await;
    check(client.delete_object("photos", "k").version_id("v/1"), "DELETE", "&versionId=v%2F1", &[]).await;
    let part = client.upload_part("photos", "k", "up+1", 7, "body");
    check(part, "PUT", "&partNumber=7&uploadId=up%2B1", &[]).await;
    let copy = client.copy_object(CopySource::new("photos", "a b"), "archive", "k");
    check(copy, "PUT", "", &["x-amz-copy-source"]).await;
    let upload = client.create_multipart_upload("photos", "k").storage_class("STANDARD_IA");
    check(upload, "POST", "&uploads=", &["x-amz-checksum-algorithm", "x-amz-storage-class"]).await;
    check(client.abort_multipart_upload("photos", "k", "u"), "DELETE", "&uploadId=u", &[]).await;
    let list = client.list_objects_v2("photos").prefix("a/").delimiter("/");
    check(list, "GET", "&delimiter=%2F&encoding-type=url&list-type=2&prefix=a%2F", &[]).await;
    check(client.list_buckets(), "GET", "", &[]).await;
}

#[tokio::test]
async fn odd_keys_and_values_are_encoded_once_in_a_url() {
    let client = testing::client(&MockTransport::new());
    for (key, encoded) in ODD_KEYS {
        let request = client.get_object("photos", key).response_content_disposition("a+b c/ü=&%");
        let presigned = request.presign(HOUR).await.unwrap();
        let path = presigned.url().split('?').next().unwrap();
        assert_eq!(path, format!("https://photos.s3.us-east-1.amazonaws.com/{encoded}"));
        let value = "&response-content-disposition=a%2Bb%20c%2F%C3%BC%3D%26%25&";
        assert!(presigned.url().contains(value), "{}", presigned.url());
        assert_signed_as_the_sdk_signs(&presigned, HOUR);
    }
}

#[tokio::test]
async fn an_upload_returns_the_signed_headers_without_a_checksum() {
    let client = testing::client(&MockTransport::new());
    let request = client.put_object("photos", "k", "body").content_type("image/jpeg").metadata("a", "1");
    let presigned = request.presign(HOUR).await.unwrap();
    assert_eq!(presigned.method(), "PUT");
    assert_eq!(names(&presigned), ["content-type", "x-amz-meta-a"]);
    assert!(presigned.url().contains("SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&"));
    for word in ["checksum", "sdk", "Content-Sha256", "x-id"] {
        assert!(!presigned.url().contains(word), "{word}: {}", presigned.url());
    }
    let algorithm = client.put_object("photos", "k", "").checksum_algorithm(ChecksumAlgorithm::Sha256);
    assert!(names(&algorithm.presign(HOUR).await.unwrap()).is_empty());
}

#[tokio::test]
async fn a_checksum_of_the_caller_is_signed() {
    let client = testing::client(&MockTransport::new());
    let request = client
        .put_object("photos", "k", "")
        .checksum(ChecksumAlgorithm::Crc32, "NSRBwg==")
        .content_md5("hBotaJrKbmL2vj7ZyS2fTQ==");
    let presigned = request.presign(HOUR).await.unwrap();
    assert_eq!(names(&presigned), ["content-md5", "x-amz-checksum-crc32"]);
    assert_eq!(presigned.headers()["x-amz-checksum-crc32"], "NSRBwg==");
    assert_signed_as_the_sdk_signs(&presigned, HOUR);
}

#[tokio::test]
async fn restricting_headers_are_signed() {
    let client = testing::client(&MockTransport::new());
    let key = CustomerKey::aes256(b"32-bytes-of-key-for-this-one-obj").unwrap();
    let read = client.get_object("photos", "k").range(0..10).if_match("abc").customer_key(key);
    let presigned = read.presign(HOUR).await.unwrap();
    let narrowing = [
        "if-match",
        "range",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-md5",
    ];
    assert_eq!(names(&presigned), narrowing);
    assert_signed_as_the_sdk_signs(&presigned, HOUR);
}

#[tokio::test]
async fn a_port_is_part_of_the_host() {
    let builder = testing::client_builder(&MockTransport::new()).endpoint("http://localhost:9000");
    let presigned = builder.build().unwrap().get_object("photos", "k").presign(HOUR).await.unwrap();
    assert!(presigned.url().starts_with("http://localhost:9000/photos/k?X-Amz-"), "{}", presigned.url());
    assert_signed_as_the_sdk_signs(&presigned, HOUR);
}

#[tokio::test]
async fn credentials_that_expire_before_the_url_are_reported() {
    let now = UNIX_EPOCH + NOW;
    let check = async |credentials: Option<Duration>, asked: Duration, expires_at: SystemTime, first| {
        let mut keys = Credentials::new("id", "secret");
        if let Some(left) = credentials {
            keys = keys.with_session_token("token").with_expiry(now + left);
        }
        let client = testing::client_builder(&MockTransport::new()).credentials(keys).build().unwrap();
        let presigned = client.get_object("photos", "k").presign(asked).await.unwrap();
        assert_eq!((presigned.expires_at(), presigned.credentials_expire_first()), (expires_at, first));
        let form = client.presign_post("photos", "k").expires_in(asked).await.unwrap();
        assert_eq!((form.expires_at(), form.credentials_expire_first()), (expires_at, first));
    };
    check(None, HOUR, now + HOUR, false).await;
    check(Some(2 * HOUR), HOUR, now + HOUR, false).await;
    check(Some(HOUR), HOUR, now + HOUR, false).await;
    check(Some(HOUR), 2 * HOUR, now + HOUR, true).await;
    // The signature has whole seconds.
    check(None, Duration::from_millis(1999), now + Duration::from_secs(1), false).await;
}

#[tokio::test]
async fn a_url_is_dated_by_the_corrected_clock() {
    let transport = MockTransport::new();
    let skewed = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
    transport.reply_with(403, &[("date", "Thu, 01 Jan 2026 02:00:00 GMT")], skewed).response(204, "");
    let client = testing::client(&transport);
    client.delete_object("photos", "k").await.unwrap();
    let presigned = client.get_object("photos", "k").presign(HOUR).await.unwrap();
    assert!(presigned.url().contains("X-Amz-Date=20260101T020000Z&"), "{}", presigned.url());
    assert_eq!(presigned.expires_at(), UNIX_EPOCH + NOW + 3 * HOUR);
}

#[tokio::test]
async fn a_session_token_is_part_of_the_url() {
    let keys = Credentials::new("id", "secret").with_session_token("to/ken+=");
    let client = testing::client_builder(&MockTransport::new()).credentials(keys).build().unwrap();
    let presigned = client.delete_object("photos", "k").presign(HOUR).await.unwrap();
    assert!(presigned.url().contains("&X-Amz-Security-Token=to%2Fken%2B%3D&"));
}

#[tokio::test]
async fn lifetimes_are_limited() {
    let client = testing::client(&MockTransport::new());
    for expires in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(7 * 86_400 + 1)] {
        let error = client.get_object("photos", "k").presign(expires).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("7 days"), "{error}");
    }
    assert!(client.get_object("photos", "k").presign(7 * 24 * HOUR).await.is_ok());
}

#[tokio::test]
async fn an_anonymous_client_cannot_presign() {
    let client = testing::client_builder(&MockTransport::new()).anonymous().build().unwrap();
    let error = client.get_object("photos", "k").presign(HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialsNotFound);
}

/// Returns the URL without its signature parameters, and the region of the signature.
fn unsigned(url: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let own: Vec<&str> =
        query.split('&').filter(|pair| !pair.starts_with("X-Amz-") && !pair.is_empty()).collect();
    format!("{base}?{}", own.join("&"))
}

#[tokio::test]
async fn a_presigned_request_equals_the_sent_request() {
    use windlass::config::ServiceProfile;
    for service in ["aws", "gcs", "localstack", "seaweedfs", "swift", "ceph", "b2"] {
        let transport = MockTransport::new();
        transport.response(200, "").repeat_last();
        let client = testing::client_builder(&transport)
            .endpoint("https://s3.example.com")
            .service_profile(ServiceProfile::named(service).unwrap())
            .build()
            .unwrap();
        macro_rules! same {
            ($request:expr) => {
                let presigned = $request.presign(HOUR).await.unwrap();
                let sent = $request.sign().await.unwrap();
                assert_eq!(unsigned(presigned.url()), unsigned(&sent.url()), "{service}");
                assert_eq!(presigned.method(), sent.method());
            };
        }
        same!(client.list_objects_v2("photos").prefix("a b/").delimiter("/"));
        same!(client.list_objects("photos"));
        same!(client.list_object_versions("photos"));
        same!(client.list_multipart_uploads("photos"));
        same!(client.get_object("photos", "a b").version_id("v"));
        same!(client.create_bucket("photos"));
        same!(client.delete_object("photos", "k"));
    }
}

#[tokio::test]
async fn a_bucket_is_presigned_for_the_region_of_the_client() {
    let transport = MockTransport::new();
    transport.reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "").response(200, "");
    let client = testing::client(&transport);
    client.get_object("photos", "k").await.unwrap();
    let get = client.get_object("photos", "k").presign(HOUR).await.unwrap();
    assert!(get.url().contains("eu-west-1.amazonaws.com") && get.url().contains("%2Feu-west-1%2Fs3"));
    let create = client.create_bucket("photos").presign(HOUR).await.unwrap();
    assert!(create.url().contains("us-east-1.amazonaws.com") && create.url().contains("%2Fus-east-1%2Fs3"));
}
