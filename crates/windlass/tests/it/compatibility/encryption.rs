//! Encryption at rest.

use windlass::types::{CopySource, CustomerKey};
use windlass::{Error, ErrorKind};

use super::place::{Outcome, Place, holds, refused, same};
use super::{Group, Way, probes};

pub(super) const GROUP: Group = Group {
    title: "Encryption at rest",
    ways: &[Way::Named],
    probes: probes! {
        "PutObject: SSE-S3" => with::<0>,
        "PutObject: SSE-KMS" => with::<1>,
        "PutObject: DSSE-KMS" => with::<2>,
        "CreateMultipartUpload: SSE-S3" => parts,
        "CopyObject: SSE-S3" => copy,
        "PutObject: SSE-C" => customer_put,
        "GetObject: SSE-C" => customer_get,
        "GetObject: SSE-C without the key" => customer_get_without,
        "GetObject: SSE-C with another key" => customer_get_with_another,
        "HeadObject: SSE-C" => customer_head,
        "CopyObject: SSE-C" => customer_copy,
        "UploadPart: SSE-C" => customer_parts,
        "GetObjectAttributes: SSE-C" => customer_attributes,
    },
};

const HELLO: &str = "Hello, World!";
const KINDS: [&str; 3] = ["AES256", "aws:kms", "aws:kms:dsse"];

fn key() -> CustomerKey {
    CustomerKey::aes256(&[7; 32]).unwrap()
}

fn another_key() -> CustomerKey {
    CustomerKey::aes256(&[8; 32]).unwrap()
}

async fn with<const KIND: usize>(place: &Place) -> Outcome {
    let (kind, key) = (KINDS[KIND], KINDS[KIND]);
    let mut put = place.client.put_object(&place.bucket, key, HELLO).server_side_encryption(kind);
    if kind != "AES256" {
        // One of the account's own; for the one of AWS, LocalStack asks a service that does not run here.
        put =
            put.sse_kms_key_id("arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555");
    }
    let put = put.await?;
    same("the encryption in the answer", put.encryption.server_side_encryption, Some(kind.into()))?;
    let object = place.client.get_object(&place.bucket, key).await?;
    same("the encryption in GET's answer", object.head.encryption.server_side_encryption, Some(kind.into()))?;
    same("the content", object.body.text().await?.as_str(), HELLO)
}

async fn parts(place: &Place) -> Outcome {
    let create = place.client.create_multipart_upload(&place.bucket, "parts");
    let created = create.server_side_encryption("AES256").await?;
    same("the encryption in the answer", created.encryption.server_side_encryption, Some("AES256".into()))?;
    let part = place.client.upload_part(&place.bucket, "parts", &created.upload_id, 1, HELLO).await?;
    let parts = [part.completed(1)];
    let complete = place.client.complete_multipart_upload(&place.bucket, "parts", &created.upload_id, parts);
    complete.await?;
    let object = place.client.get_object(&place.bucket, "parts").await?;
    same(
        "the encryption in GET's answer",
        object.head.encryption.server_side_encryption,
        Some("AES256".into()),
    )?;
    same("the content", object.body.text().await?.as_str(), HELLO)
}

async fn copy(place: &Place) -> Outcome {
    place.put("plain", HELLO).await?;
    let source = CopySource::new(&place.bucket, "plain");
    let copy =
        place.client.copy_object(source, &place.bucket, "copy").server_side_encryption("AES256").await?;
    same("the encryption in the answer", copy.encryption.server_side_encryption, Some("AES256".into()))
}

async fn put_with_key(place: &Place, name: &str) -> Result<windlass::operations::PutObjectOutput, Error> {
    place.client.put_object(&place.bucket, name, HELLO).encrypt_with(key()).await
}

async fn customer_put(place: &Place) -> Outcome {
    let put = put_with_key(place, "put").await?;
    same("the algorithm in the answer", put.encryption.sse_customer_algorithm.as_deref(), Some("AES256"))
}

async fn customer_get(place: &Place) -> Outcome {
    put_with_key(place, "get").await?;
    let object = place.client.get_object(&place.bucket, "get").customer_key(key()).await?;
    same(
        "the algorithm in the answer",
        object.head.encryption.sse_customer_algorithm.as_deref(),
        Some("AES256"),
    )?;
    same("the content", object.body.text().await?.as_str(), HELLO)?;
    let part = place.client.get_object(&place.bucket, "get").customer_key(key()).range(7..).await?;
    same("a range", part.body.text().await?.as_str(), "World!")
}

async fn customer_get_without(place: &Place) -> Outcome {
    put_with_key(place, "without").await?;
    refused("GET", place.text("without").await, ErrorKind::InvalidArgument)
}

async fn customer_get_with_another(place: &Place) -> Outcome {
    put_with_key(place, "another").await?;
    let get = place.client.get_object(&place.bucket, "another").customer_key(another_key()).await;
    refused("GET", get, ErrorKind::AccessDenied)
}

async fn customer_head(place: &Place) -> Outcome {
    put_with_key(place, "head").await?;
    let head = place.client.head_object(&place.bucket, "head").customer_key(key()).await?;
    same("the length", head.content_length, Some(13))?;
    same("the algorithm in the answer", head.encryption.sse_customer_algorithm.as_deref(), Some("AES256"))
}

async fn customer_copy(place: &Place) -> Outcome {
    put_with_key(place, "source").await?;
    let source = CopySource::new(&place.bucket, "source");
    let copy = place.client.copy_object(source, &place.bucket, "copied").copy_source_customer_key(key());
    copy.encrypt_with(another_key()).await?;
    let object = place.client.get_object(&place.bucket, "copied").customer_key(another_key()).await?;
    same("the content", object.body.text().await?.as_str(), HELLO)?;
    refused("GET", place.text("copied").await, ErrorKind::InvalidArgument)
}

async fn customer_parts(place: &Place) -> Outcome {
    let create = place.client.create_multipart_upload(&place.bucket, "with key").encrypt_with(key());
    let upload_id = create.await?.upload_id;
    let part = place.client.upload_part(&place.bucket, "with key", &upload_id, 1, HELLO).customer_key(key());
    let part = part.await?;
    same("the algorithm in the answer", part.encryption.sse_customer_algorithm.as_deref(), Some("AES256"))?;
    let parts = [part.completed(1)];
    let complete = place.client.complete_multipart_upload(&place.bucket, "with key", &upload_id, parts);
    complete.customer_key(key()).await?;
    let object = place.client.get_object(&place.bucket, "with key").customer_key(key()).await?;
    same("the content", object.body.text().await?.as_str(), HELLO)
}

async fn customer_attributes(place: &Place) -> Outcome {
    put_with_key(place, "attributes").await?;
    let wanted = [windlass::types::ObjectAttributes::ObjectSize];
    let ask = || place.client.get_object_attributes(&place.bucket, "attributes", wanted.clone());
    same("the size", ask().customer_key(key()).await?.object_size, Some(13))?;
    holds(ask().await.is_err(), "it is not refused without the key")
}
