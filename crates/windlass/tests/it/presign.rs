//! Presigned requests.

use std::time::Duration;

use windlass::testing::{self, MockTransport};
use windlass::{Credentials, ErrorKind};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn the_url_of_the_s3_documentation() {
    let clock = testing::ManualClock::new(std::time::UNIX_EPOCH + Duration::from_secs(1_369_353_600));
    let client = testing::client_builder(&MockTransport::new())
        .credentials(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        .clock(clock)
        .build()
        .unwrap();
    let url = client.get_object("examplebucket", "test.txt").presign(24 * HOUR).await.unwrap();
    // The documentation signs for the host without a region; the signature here is an independent signer's.
    let expected = "https://examplebucket.s3.us-east-1.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
        &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=";
    assert!(url.url().starts_with(expected), "{}", url.url());
    assert!(url.headers().is_empty());
}

#[tokio::test]
async fn an_upload_hands_back_the_headers_that_are_signed_and_no_checksum() {
    let client = testing::client(&MockTransport::new());
    let request = client.put_object("photos", "k", "body").content_type("image/jpeg").metadata("a", "1");
    let presigned = request.presign(HOUR).await.unwrap();
    assert_eq!(presigned.method(), "PUT");
    let names: Vec<&str> = presigned.headers().keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"content-type") && names.contains(&"x-amz-meta-a"));
    assert!(presigned.url().contains("SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a&"));
    assert!(!presigned.url().contains("checksum"));
}

#[tokio::test]
async fn a_token_travels_in_the_url() {
    let keys = Credentials::new("id", "secret").with_session_token("to/ken+=");
    let client = testing::client_builder(&MockTransport::new()).credentials(keys).build().unwrap();
    let presigned = client.delete_object("photos", "k").presign(HOUR).await.unwrap();
    assert!(presigned.url().contains("&X-Amz-Security-Token=to%2Fken%2B%3D&"));
}

#[tokio::test]
async fn lifetimes_have_bounds() {
    let client = testing::client(&MockTransport::new());
    for expires in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(7 * 86_400 + 1)] {
        let error = client.get_object("photos", "k").presign(expires).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("7 days"), "{error}");
    }
    assert!(client.get_object("photos", "k").presign(7 * 24 * HOUR).await.is_ok());
}

#[tokio::test]
async fn an_anonymous_client_has_nothing_to_sign_with() {
    let client = testing::client_builder(&MockTransport::new()).anonymous().build().unwrap();
    let error = client.get_object("photos", "k").presign(HOUR).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CredentialsNotFound);
}
