//! Server-side encryption: the requested encryption is reported, and customer keys are required again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use crate::places::places;
use crate::signer::{Draft, client_with_bucket};

const MD5_OF_CONTENT: &str = "\"9a0364b9e99bb480dd25e1f0284c8555\"";
const OWN: &str = "x-amz-server-side-encryption-customer";
const OF_SOURCE: &str = "x-amz-copy-source-server-side-encryption-customer";

/// Adds a customer key to a request.
fn keyed(draft: Draft, prefix: &str, key: u8) -> Draft {
    let key = [key; 32];
    draft
        .header(&format!("{prefix}-algorithm"), "AES256")
        .header(&format!("{prefix}-key"), STANDARD.encode(key))
        .header(&format!("{prefix}-key-md5"), STANDARD.encode(Md5::digest(key)))
}

fn put() -> Draft {
    Draft::new("PUT", "/bucket/key").body("content")
}

#[tokio::test]
async fn encryption_with_service_keys_is_reported() {
    for mut place in places().await {
        let s3 = put().header("x-amz-server-side-encryption", "AES256");
        let answer = place.client.send(s3).await.expect(200);
        assert_eq!(
            (answer.header("x-amz-server-side-encryption"), answer.header("etag")),
            ("AES256", MD5_OF_CONTENT)
        );
        let plain = place.client.send(put()).await.expect(200);
        assert_eq!(
            plain.header("x-amz-server-side-encryption"),
            "",
            "encryption is reported only if it was requested"
        );
        for method in ["aws:kms", "aws:kms:dsse"] {
            let context = STANDARD.encode("{\"a\":\"b\"}");
            let kms = put()
                .header("x-amz-server-side-encryption", method)
                .header("x-amz-server-side-encryption-aws-kms-key-id", "my-key")
                .header("x-amz-server-side-encryption-context", &context)
                .header("x-amz-server-side-encryption-bucket-key-enabled", "true");
            let answer = place.client.send(kms).await.expect(200);
            assert_eq!(answer.header("x-amz-server-side-encryption-context"), context);
            assert_ne!(answer.header("etag"), MD5_OF_CONTENT, "the ETag is not an MD5");
            place.restart();
            for verb in ["GET", "HEAD"] {
                let read = place.client.call(verb, "/bucket/key").await.expect(200);
                assert_eq!(read.header("x-amz-server-side-encryption"), method);
                assert_eq!(read.header("x-amz-server-side-encryption-aws-kms-key-id"), "my-key");
                assert_eq!(read.header("x-amz-server-side-encryption-bucket-key-enabled"), "true");
                assert_eq!(
                    (read.header("etag"), read.header("x-amz-server-side-encryption-context")),
                    (answer.header("etag"), "")
                );
            }
        }
        let own = put().header("x-amz-server-side-encryption", "aws:kms");
        let answer = place.client.send(own).await.expect(200);
        let key = answer.header("x-amz-server-side-encryption-aws-kms-key-id");
        assert_eq!(key, "arn:aws:kms:us-east-1:000000000000:alias/aws/s3");
    }
}

#[tokio::test]
async fn contradictory_encryption_headers_are_rejected() {
    let client = client_with_bucket().await;
    let sse = |value: &str| put().header("x-amz-server-side-encryption", value);
    let key_id = ("x-amz-server-side-encryption-aws-kms-key-id", "key");
    client.send(sse("DES")).await.expect_error(400, "InvalidArgument");
    client.send(sse("AES256").header(key_id.0, key_id.1)).await.expect_error(400, "InvalidArgument");
    client.send(put().header(key_id.0, key_id.1)).await.expect_error(400, "InvalidArgument");
    let context = sse("aws:kms").header("x-amz-server-side-encryption-context", "no json");
    client.send(context).await.expect_error(400, "InvalidArgument");
    client.send(keyed(sse("AES256"), OWN, 1)).await.expect_error(400, "InvalidArgument");
    let get = Draft::new("GET", "/bucket/key").header("x-amz-server-side-encryption", "AES256");
    client.put("/bucket/key", "content").await.expect(200);
    client.send(get).await.expect_error(400, "InvalidArgument");
}

#[tokio::test]
async fn an_object_with_a_customer_key_is_read_with_that_key_only() {
    for mut place in places().await {
        let answer = place.client.send(keyed(put(), OWN, 1)).await.expect(200);
        assert_eq!(answer.header(&format!("{OWN}-algorithm")), "AES256");
        assert_eq!(answer.header(&format!("{OWN}-key-md5")), STANDARD.encode(Md5::digest([1; 32])));
        assert_eq!(answer.header(&format!("{OWN}-key")), "", "the key is not sent back");
        assert_ne!(answer.header("etag"), MD5_OF_CONTENT);
        place.restart();
        let client = &place.client;
        for (method, target) in
            [("GET", "/bucket/key"), ("HEAD", "/bucket/key"), ("GET", "/bucket/key?attributes=")]
        {
            let draft = || match target.split_once('?') {
                Some(_) => Draft::new(method, target).header("x-amz-object-attributes", "ETag"),
                None => Draft::new(method, target),
            };
            assert_eq!(client.send(draft()).await.status, 400);
            assert_eq!(client.send(keyed(draft(), OWN, 2)).await.status, 403);
            client.send(keyed(draft(), OWN, 1)).await.expect(200);
        }
        let get = || Draft::new("GET", "/bucket/key");
        client.send(get()).await.expect_error(400, "InvalidRequest");
        client.send(keyed(get(), OWN, 2)).await.expect_error(403, "AccessDenied");
        assert_eq!(client.send(keyed(get(), OWN, 1)).await.expect(200).text(), "content");
        // A delete needs no key; neither does a plain object.
        client.call("DELETE", "/bucket/key").await.expect(204);
        client.send(put()).await.expect(200);
        client.send(keyed(get(), OWN, 1)).await.expect_error(400, "InvalidRequest");
    }
}

#[tokio::test]
async fn a_customer_key_must_have_its_length_and_match_its_digest() {
    let client = client_with_bucket().await;
    let name = |suffix: &str| format!("{OWN}-{suffix}");
    let key = STANDARD.encode([1; 32]);
    let md5 = STANDARD.encode(Md5::digest([1; 32]));
    let short = STANDARD.encode([1; 16]);
    for headers in [
        vec![("algorithm", "AES256")],
        vec![("algorithm", "AES256"), ("key", key.as_str())],
        vec![("key", &key), ("key-md5", &md5)],
        vec![("algorithm", "AES256"), ("key", &short), ("key-md5", &md5)],
        vec![("algorithm", "AES256"), ("key", &key), ("key-md5", &key)],
    ] {
        let draft = headers.iter().fold(put(), |draft, (suffix, value)| draft.header(&name(suffix), value));
        client.send(draft).await.expect_error(400, "InvalidArgument");
    }
    let other =
        put().header(&name("algorithm"), "AES128").header(&name("key"), &key).header(&name("key-md5"), &md5);
    client.send(other).await.expect_error(400, "InvalidEncryptionAlgorithmError");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_copy_has_two_keys() {
    let client = client_with_bucket().await;
    client.send(keyed(put(), OWN, 1)).await.expect(200);
    let copy = || Draft::new("PUT", "/bucket/copy").header("x-amz-copy-source", "bucket/key");
    client.send(copy()).await.expect_error(400, "InvalidRequest");
    client.send(keyed(copy(), OF_SOURCE, 2)).await.expect_error(403, "AccessDenied");
    let answer = client.send(keyed(copy(), OF_SOURCE, 1)).await.expect(200);
    assert_eq!(
        answer.element("ETag").as_deref(),
        Some(&*MD5_OF_CONTENT.replace('"', "&quot;")),
        "the copy needs no key"
    );
    assert_eq!(client.call("GET", "/bucket/copy").await.expect(200).text(), "content");
    let answer = client.send(keyed(keyed(copy(), OF_SOURCE, 1), OWN, 3)).await.expect(200);
    assert_eq!(answer.header(&format!("{OWN}-algorithm")), "AES256");
    client.send(keyed(Draft::new("GET", "/bucket/copy"), OWN, 3)).await.expect(200);
    // Changing the key is a valid copy of an object onto itself.
    let rotate = Draft::new("PUT", "/bucket/key").header("x-amz-copy-source", "bucket/key");
    client.send(keyed(keyed(rotate, OF_SOURCE, 1), OWN, 4)).await.expect(200);
    client.send(keyed(Draft::new("GET", "/bucket/key"), OWN, 4)).await.expect(200);
}

#[tokio::test]
async fn every_part_needs_the_key_of_the_upload() {
    let client = client_with_bucket().await;
    client.put("/bucket/source", "content").await.expect(200);
    let create = keyed(Draft::new("POST", "/bucket/key?uploads="), OWN, 1);
    let answer = client.send(create).await.expect(200);
    assert_eq!(answer.header(&format!("{OWN}-algorithm")), "AES256");
    let upload = answer.element("UploadId").unwrap();
    let part = || Draft::new("PUT", &format!("/bucket/key?partNumber=1&uploadId={upload}"));
    let copy = || part().header("x-amz-copy-source", "bucket/source");
    for draft in [part().body("content"), copy()] {
        client.send(draft.clone()).await.expect_error(400, "InvalidRequest");
        client.send(keyed(draft.clone(), OWN, 2)).await.expect_error(400, "InvalidRequest");
        client.send(keyed(draft, OWN, 1)).await.expect(200);
    }
    let etag = client.send(keyed(part().body("content"), OWN, 1)).await.header("etag").to_owned();
    assert_ne!(etag, MD5_OF_CONTENT);
    let target = format!("/bucket/key?uploadId={upload}");
    client.send(keyed(Draft::new("GET", &target), OWN, 2)).await.expect_error(400, "InvalidRequest");
    client.call("GET", &target).await.expect(200);
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let complete = || Draft::new("POST", &target).body(document.clone());
    client.send(keyed(complete(), OWN, 2)).await.expect_error(400, "InvalidRequest");
    client.send(keyed(complete(), OWN, 1)).await.expect(200);
    client.call("GET", "/bucket/key").await.expect_error(400, "InvalidRequest");
    assert_eq!(
        client.send(keyed(Draft::new("GET", "/bucket/key"), OWN, 1)).await.expect(200).text(),
        "content"
    );

    let plain = client.call("POST", "/bucket/key?uploads=").await.element("UploadId").unwrap();
    let part = Draft::new("PUT", &format!("/bucket/key?partNumber=1&uploadId={plain}")).body("x");
    client.send(keyed(part, OWN, 1)).await.expect_error(400, "InvalidRequest");
}
