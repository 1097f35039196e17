//! Objects in parts.

use std::sync::LazyLock;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use windlass::operations::CompletedPart;
use windlass::types::{CopySource, ETag};
use windlass::unversioned::checksum::multipart_etag;
use windlass::{Body, Error, ErrorKind};

use super::place::{Outcome, Place, holds, refused, same};
use super::{Group, Way, probes};
use crate::real_servers::hex;

pub(super) const GROUP: Group = Group {
    title: "Objects in parts",
    ways: &[Way::Named],
    probes: probes! {
        "CreateMultipartUpload" => create,
        "CreateMultipartUpload: settings of the object" => settings,
        "UploadPart" => upload_part,
        "UploadPart: a part again" => upload_part_again,
        "UploadPart: no such upload" => upload_part_of_none,
        "UploadPartCopy" => upload_part_copy,
        "UploadPartCopy: a range" => upload_part_copy_range,
        "CompleteMultipartUpload" => complete,
        "CompleteMultipartUpload: a wrong tag" => complete_wrong_tag,
        "CompleteMultipartUpload: a wrong order" => complete_wrong_order,
        "CompleteMultipartUpload: a small part" => complete_small_part,
        "CompleteMultipartUpload: a wrong size of the object" => complete_wrong_size,
        "CompleteMultipartUpload: once more" => complete_again,
        "AbortMultipartUpload" => abort,
        "AbortMultipartUpload: no such upload" => abort_none,
        "GetObject: one part" => get_part,
        "HeadObject: one part" => head_part,
    },
};

/// The smallest part that is not the last.
pub(super) const PART: usize = 5 << 20;

/// Bytes of which no two parts are the same.
pub(super) fn content(length: usize) -> Bytes {
    CONTENT.slice(..length)
}

static CONTENT: LazyLock<Bytes> = LazyLock::new(|| {
    (0..12_usize << 20).map(|index| index.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect()
});

async fn begin(place: &Place, key: &str) -> Result<String, Error> {
    Ok(place.client.create_multipart_upload(&place.bucket, key).await?.upload_id)
}

async fn part(
    place: &Place,
    key: &str,
    upload_id: &str,
    number: u32,
    body: impl Into<Body>,
) -> Result<CompletedPart, Error> {
    let part = place.client.upload_part(&place.bucket, key, upload_id, number, body).await?;
    Ok(part.completed(number))
}

/// The key of an object of a part of 5 MiB and one of 10 bytes, which probes share.
const TWO_PARTS: &str = "two parts";

/// Uploads the object of two parts, unless it is there.
async fn two_parts(place: &Place) -> Result<(), Error> {
    if !place.has(TWO_PARTS).await? {
        put_two_parts(place, TWO_PARTS).await?;
    }
    Ok(())
}

async fn put_two_parts(place: &Place, key: &str) -> Result<Option<ETag>, Error> {
    let upload_id = begin(place, key).await?;
    let all = content(PART + 10);
    let first = part(place, key, &upload_id, 1, &all[..PART]).await?;
    let second = part(place, key, &upload_id, 2, &all[PART..]).await?;
    Ok(place.client.complete_multipart_upload(&place.bucket, key, &upload_id, [first, second]).await?.etag)
}

/// Whether the object has this content.
pub(super) async fn contains(place: &Place, key: &str, expected: &[u8]) -> Outcome {
    let object = place.client.get_object(&place.bucket, key).await?;
    holds(object.body.bytes().await? == expected, "the content is another")
}

async fn create(place: &Place) -> Outcome {
    let created = place.client.create_multipart_upload(&place.bucket, "create").await?;
    same("the key", created.key.as_deref(), Some("create"))?;
    holds(created.bucket.as_deref() == Some(&place.bucket), "the bucket is another")?;
    holds(!created.upload_id.is_empty(), "no id")
}

async fn settings(place: &Place) -> Outcome {
    let create = place.client.create_multipart_upload(&place.bucket, "settings");
    let upload_id = create.content_type("text/x-parts").metadata("owner", "ann").await?.upload_id;
    let part = part(place, "settings", &upload_id, 1, "x").await?;
    place.client.complete_multipart_upload(&place.bucket, "settings", &upload_id, [part]).await?;
    let head = place.client.head_object(&place.bucket, "settings").await?;
    same("Content-Type", head.content_type.as_deref(), Some("text/x-parts"))?;
    same("the metadata", head.metadata.get("owner").map(String::as_str), Some("ann"))
}

async fn upload_part(place: &Place) -> Outcome {
    let upload_id = begin(place, "part").await?;
    let part = part(place, "part", &upload_id, 1, "Hello, World!").await?;
    same("the tag", part.etag, Some("\"65a8e27d8879283831b664bd8b7f0ad4\"".into()))
}

async fn upload_part_again(place: &Place) -> Outcome {
    let upload_id = begin(place, "again").await?;
    part(place, "again", &upload_id, 1, "old").await?;
    let new = part(place, "again", &upload_id, 1, "new").await?;
    place.client.complete_multipart_upload(&place.bucket, "again", &upload_id, [new]).await?;
    contains(place, "again", b"new").await
}

async fn upload_part_of_none(place: &Place) -> Outcome {
    let part = part(place, "none", "bm9uZQ", 1, "x").await;
    refused("it", part, ErrorKind::UploadNotFound)
}

async fn upload_part_copy(place: &Place) -> Outcome {
    place.put("part source", "Hello, World!").await?;
    let source = CopySource::new(&place.bucket, "part source");
    let upload_id = begin(place, "part copy").await?;
    let copied = place.client.upload_part_copy(source, &place.bucket, "part copy", &upload_id, 1).await?;
    let parts = [copied.completed(1)];
    place.client.complete_multipart_upload(&place.bucket, "part copy", &upload_id, parts).await?;
    contains(place, "part copy", b"Hello, World!").await
}

async fn upload_part_copy_range(place: &Place) -> Outcome {
    two_parts(place).await?;
    let source = CopySource::new(&place.bucket, TWO_PARTS);
    let upload_id = begin(place, "range copy").await?;
    let copy = place.client.upload_part_copy(source, &place.bucket, "range copy", &upload_id, 1);
    let parts = [copy.copy_source_range(5..PART as u64 + 5).await?.completed(1)];
    place.client.complete_multipart_upload(&place.bucket, "range copy", &upload_id, parts).await?;
    contains(place, "range copy", &content(PART + 10)[5..PART + 5]).await
}

async fn complete(place: &Place) -> Outcome {
    let etag = put_two_parts(place, TWO_PARTS).await?;
    let all = content(PART + 10);
    let tags = [&all[..PART], &all[PART..]].map(|part| ETag::new(format!("\"{}\"", hex(Md5::digest(part)))));
    holds(etag == multipart_etag(&tags), "the tag is another")?;
    contains(place, TWO_PARTS, &all).await?;
    let head = place.client.head_object(&place.bucket, TWO_PARTS).await?;
    same("the length", head.content_length, Some(all.len() as u64))
}

async fn complete_wrong_tag(place: &Place) -> Outcome {
    let upload_id = begin(place, "wrong tag").await?;
    part(place, "wrong tag", &upload_id, 1, "x").await?;
    let wrong = [CompletedPart::new(1, "\"65a8e27d8879283831b664bd8b7f0ad4\"")];
    let complete = place.client.complete_multipart_upload(&place.bucket, "wrong tag", &upload_id, wrong);
    refused("it", complete.await, ErrorKind::InvalidPart)
}

async fn complete_wrong_order(place: &Place) -> Outcome {
    let upload_id = begin(place, "order").await?;
    let first = part(place, "order", &upload_id, 1, content(PART)).await?;
    let second = part(place, "order", &upload_id, 2, "x").await?;
    let parts = [second, first];
    let complete = place.client.complete_multipart_upload(&place.bucket, "order", &upload_id, parts);
    refused("it", complete.await, ErrorKind::InvalidPartOrder)
}

async fn complete_small_part(place: &Place) -> Outcome {
    let upload_id = begin(place, "small").await?;
    let parts = [
        part(place, "small", &upload_id, 1, "small").await?,
        part(place, "small", &upload_id, 2, "last").await?,
    ];
    let complete = place.client.complete_multipart_upload(&place.bucket, "small", &upload_id, parts);
    refused("it", complete.await, ErrorKind::PartTooSmall)
}

async fn complete_wrong_size(place: &Place) -> Outcome {
    let upload_id = begin(place, "size").await?;
    let parts = [part(place, "size", &upload_id, 1, "x").await?];
    let complete = place.client.complete_multipart_upload(&place.bucket, "size", &upload_id, parts);
    refused("it", complete.mpu_object_size(2).await, ErrorKind::InvalidArgument)
}

async fn complete_again(place: &Place) -> Outcome {
    let upload_id = begin(place, "twice").await?;
    let parts = [part(place, "twice", &upload_id, 1, "x").await?];
    for _ in 0..2 {
        let complete =
            place.client.complete_multipart_upload(&place.bucket, "twice", &upload_id, parts.clone());
        complete.await?;
    }
    Ok(())
}

async fn abort(place: &Place) -> Outcome {
    let upload_id = begin(place, "abort").await?;
    part(place, "abort", &upload_id, 1, "x").await?;
    let aborted = place.client.abort_multipart_upload(&place.bucket, "abort", &upload_id).await?;
    same("the status", aborted.response.status, 204)?;
    let list = place.client.list_parts(&place.bucket, "abort", &upload_id).await;
    refused("a list of its parts", list, ErrorKind::UploadNotFound)
}

async fn abort_none(place: &Place) -> Outcome {
    let abort = place.client.abort_multipart_upload(&place.bucket, "abort", "bm9uZQ").await;
    refused("it", abort, ErrorKind::UploadNotFound)
}

async fn get_part(place: &Place) -> Outcome {
    two_parts(place).await?;
    let object = place.client.get_object(&place.bucket, TWO_PARTS).part_number(2).await?;
    same("Content-Range", object.head.content_range.as_deref(), Some("bytes 5242880-5242889/5242890"))?;
    same("the number of parts", object.head.parts_count, Some(2))?;
    holds(object.body.bytes().await? == content(PART + 10)[PART..], "the content is another")
}

async fn head_part(place: &Place) -> Outcome {
    two_parts(place).await?;
    let head = place.client.head_object(&place.bucket, TWO_PARTS).part_number(1).await?;
    same("the length", head.content_length, Some(PART as u64))?;
    same("the number of parts", head.parts_count, Some(2))
}
