//! Browser upload forms.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use windlass::testing::{self, MockTransport};
use windlass::unversioned::signing::SigningKey;
use windlass::{Credentials, ErrorKind, PresignedPost};

use crate::server::start;

fn field<'f>(form: &'f PresignedPost, name: &str) -> &'f str {
    form.fields().iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn policy(form: &PresignedPost) -> String {
    String::from_utf8(STANDARD.decode(field(form, "policy")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_form_has_the_fields_and_the_signature() {
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
async fn a_form_is_posted_to_the_bucket_host() {
    let transport = MockTransport::new();
    let builder = testing::client_builder(&transport).endpoint("http://localhost:9000/base");
    let form = builder.build().unwrap().presign_post("photos", "k").await.unwrap();
    assert_eq!(form.url(), "http://localhost:9000/base/photos");
    transport.reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "").response(200, "");
    let client = testing::client(&transport);
    client.head_bucket("photos").await.unwrap();
    let form = client.presign_post("photos", "k").await.unwrap();
    assert_eq!(form.url(), "https://photos.s3.eu-west-1.amazonaws.com/");
    assert!(field(&form, "x-amz-credential").ends_with("/eu-west-1/s3/aws4_request"));
}

#[tokio::test]
async fn invalid_forms_are_errors() {
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

/// Posts a form like a browser, with additional fields of the page. Returns the status.
async fn submit(form: &PresignedPost, page: &[(&str, &str)], file: &str, content: &str) -> u16 {
    let signed = form.fields().iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let part = |name: &str, value: &str| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts = signed.chain(page.iter().copied()).map(|(name, value)| part(name, value));
    // The text in quotes after the name is a separate parameter.
    let body =
        parts.collect::<String>() + &part(&format!("file\"; filename=\"{file}"), content) + "--edge--\r\n";
    let (host, path) = form.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
    let length = body.len();
    let head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=edge\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_form_permits_only_its_own_upload() {
    let (_server, client) = start().await;
    let form = client
        .presign_post("photos", "in box/ü$/${filename}")
        .field("success_action_status", "201")
        .metadata("uuid", "1436")
        .starts_with("Content-Type", "image/")
        .content_length_range(1..=5)
        .await
        .unwrap();
    let image = [("Content-Type", "image/jpeg")];
    assert_eq!(submit(&form, &image, "cat.jpg", "meow").await, 201);
    let object = client.get_object("photos", "in box/ü$/cat.jpg").await.unwrap();
    assert_eq!(object.head.content_type.as_deref(), Some("image/jpeg"));
    assert_eq!(object.head.metadata["uuid"], "1436");
    assert_eq!(object.body.bytes().await.unwrap(), "meow");

    assert_eq!(submit(&form, &[("Content-Type", "text/html")], "cat.jpg", "meow").await, 403);
    assert_eq!(submit(&form, &image, "cat.jpg", "meowww").await, 400);
    let more = [image[0], ("acl", "public-read")];
    assert_eq!(submit(&form, &more, "cat.jpg", "meow").await, 403);
    let other = client.presign_post("photos", "a\"b\\c").await.unwrap();
    assert_eq!(submit(&other, &[], "cat.jpg", "meow").await, 204);
    assert_eq!(client.get_object_string("photos", "a\"b\\c").await.unwrap(), "meow");
}
