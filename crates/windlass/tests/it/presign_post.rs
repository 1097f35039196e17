//! Browser upload forms.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use windlass::protocol::signing::SigningKey;
use windlass::testing::{self, MockTransport};
use windlass::{Credentials, ErrorKind, PresignedPost};

fn field<'f>(form: &'f PresignedPost, name: &str) -> &'f str {
    form.fields().iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn policy(form: &PresignedPost) -> String {
    String::from_utf8(STANDARD.decode(field(form, "policy")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_form_holds_what_was_set_and_its_signature() {
    let keys = Credentials::new("AKIDEXAMPLE", "secret").with_session_token("to/ken+=");
    let client = testing::client_builder(&MockTransport::new()).credentials(keys).build().unwrap();
    let form = client
        .presign_post("photos", "inbox/${filename}")
        .field("acl", "public-read")
        .metadata("uuid", "1436")
        .equals("x-amz-meta-kind", "cat")
        .starts_with("Content-Type", "image/")
        .content_length_range(1..=1_048_576)
        .expires_in(Duration::from_secs(600))
        .await
        .unwrap();
    assert_eq!(form.url(), "https://photos.s3.us-east-1.amazonaws.com/");
    let names: Vec<&str> = form.fields().iter().map(|(name, _)| name.as_str()).collect();
    let expected = "acl x-amz-meta-uuid key x-amz-algorithm x-amz-credential x-amz-date x-amz-security-token policy \
        x-amz-signature";
    assert_eq!(names.join(" "), expected);
    assert_eq!(field(&form, "key"), "inbox/${filename}");
    assert_eq!(
        policy(&form),
        "{\"expiration\":\"2026-01-01T00:10:00Z\",\"conditions\":[{\"bucket\":\"photos\"},\
         [\"starts-with\",\"$key\",\"inbox/\"],{\"acl\":\"public-read\"},{\"x-amz-meta-uuid\":\"1436\"},\
         {\"x-amz-meta-kind\":\"cat\"},[\"starts-with\",\"$Content-Type\",\"image/\"],\
         [\"content-length-range\",1,1048576],{\"x-amz-algorithm\":\"AWS4-HMAC-SHA256\"},\
         {\"x-amz-credential\":\"AKIDEXAMPLE/20260101/us-east-1/s3/aws4_request\"},\
         {\"x-amz-date\":\"20260101T000000Z\"},{\"x-amz-security-token\":\"to/ken+=\"}]}"
    );
    let key = SigningKey::derive("secret", "20260101", "us-east-1", "s3");
    assert_eq!(field(&form, "x-amz-signature"), key.sign(field(&form, "policy").as_bytes()));
    assert_eq!(form.expires_at(), UNIX_EPOCH + Duration::from_secs(1_767_225_600 + 600));
}

#[tokio::test]
async fn a_form_goes_where_the_bucket_is() {
    let transport = MockTransport::new();
    let builder = testing::client_builder(&transport).endpoint("http://localhost:9000/base");
    let form = builder.build().unwrap().presign_post("photos", "k").await.unwrap();
    assert_eq!(form.url(), "http://localhost:9000/base/photos");
    transport.reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "").reply(200, "");
    let client = testing::client(&transport);
    client.head_bucket("photos").await.unwrap();
    let form = client.presign_post("photos", "k").await.unwrap();
    assert_eq!(form.url(), "https://photos.s3.eu-west-1.amazonaws.com/");
    assert!(field(&form, "x-amz-credential").ends_with("/eu-west-1/s3/aws4_request"));
}

#[tokio::test]
async fn what_cannot_be_a_form_is_refused() {
    let client = testing::client(&MockTransport::new());
    let form = || client.presign_post("photos", "k");
    let check = async |form: windlass::PresignPost, kind: ErrorKind, word: &str| {
        let error = form.await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (kind, Some("PostObject")), "{error}");
        assert!(error.message().contains(word), "{error}");
    };
    check(client.presign_post("Photos", "k"), ErrorKind::InvalidBucketName, "Photos").await;
    check(client.presign_post("photos", ""), ErrorKind::InvalidKey, "1024").await;
    check(form().field("x-amz-signature", "x"), ErrorKind::InvalidArgument, "x-amz-signature").await;
    check(form().metadata("a b", "x"), ErrorKind::InvalidArgument, "x-amz-meta-a b").await;
    check(form().expires_in(Duration::ZERO), ErrorKind::InvalidArgument, "7 days").await;
    check(form().expires_in(Duration::from_secs(604_801)), ErrorKind::InvalidArgument, "7 days").await;
    check(form().metadata("a", "x".repeat(20_480)), ErrorKind::RequestTooLarge, "20480").await;
    let anonymous = testing::client_builder(&MockTransport::new()).anonymous().build().unwrap();
    check(anonymous.presign_post("photos", "k"), ErrorKind::CredentialsNotFound, "anonymous").await;
}
