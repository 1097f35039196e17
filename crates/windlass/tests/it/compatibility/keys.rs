//! Odd keys: each operation that names a key with each of them.

use std::time::Duration;

use windlass::operations::ObjectIdentifier;
use windlass::types::{CopySource, ObjectAttributes};

use super::place::{Finding, Outcome, Place, holds, same};
use super::{Group, Way, probes};
use crate::real_servers::{ODD_KEYS, PATH_KEYS, unique};

pub(super) const GROUP: Group = Group {
    title: "Odd keys",
    ways: &[Way::Named],
    probes: probes! {
        "PutObject, GetObject, HeadObject: odd keys" => objects,
        "ListObjectsV2: odd keys" => listed,
        "CopyObject: odd keys on both sides" => copied,
        "DeleteObject: odd keys" => deleted,
        "DeleteObjects: odd keys" => deleted_together,
        "CreateMultipartUpload, UploadPart, CompleteMultipartUpload: odd keys" => in_parts,
        "UploadPartCopy: odd keys" => part_copied,
        "ListMultipartUploads, ListParts, AbortMultipartUpload: odd keys" => uploads,
        "PutObjectTagging, GetObjectTagging, DeleteObjectTagging: odd keys" => tagged,
        "GetObjectAttributes: odd keys" => attributes,
        "ListObjectVersions: odd keys" => versions,
        "Presigned PutObject, Presigned GetObject: odd keys" => presigned,
        "Keys: a segment of 1,024 bytes" => long,
        "Keys: `a` beside `a/b`" => beside,
        "Keys: line ends, tab" => line_ends,
        "Keys: a control character that XML cannot hold" => control_character,
        "Keys: `back\\slash`" => path::<0>,
        "Keys: `a//b`" => path::<1>,
        "Keys: `/a`" => path::<2>,
        "Keys: `a/../b`" => path::<3>,
        "Keys: `./a`" => path::<4>,
        "Keys: `..`" => path::<5>,
        "Keys: `a/`" => path::<6>,
        "Keys: `x/./y`" => path::<7>,
    },
};

/// Every odd key under a prefix of the probe's own.
fn keys(prefix: &str) -> Vec<String> {
    ODD_KEYS.iter().map(|key| format!("{prefix}/{key}")).collect()
}

/// Says at which key something was found.
fn at<T, E: Into<Finding>>(key: &str, outcome: Result<T, E>) -> Result<T, Finding> {
    outcome.map_err(|error| error.into().at(&format!("{key:?}")))
}

async fn put_all(place: &Place, prefix: &str) -> Result<Vec<String>, Finding> {
    let keys = keys(prefix);
    for key in &keys {
        at(key, place.put(key, key.as_str()).await)?;
    }
    Ok(keys)
}

async fn reads(place: &Place, key: &str, expected: &str) -> Outcome {
    let content = at(key, place.text(key).await)?;
    at(key, holds(content == expected, "the content is another"))
}

async fn objects(place: &Place) -> Outcome {
    for key in put_all(place, "objects").await? {
        reads(place, &key, &key).await?;
        let head = at(&key, place.client.head_object(&place.bucket, &key).await)?;
        at(&key, same("the length", head.content_length, Some(key.len() as u64)))?;
    }
    Ok(())
}

async fn list(place: &Place, prefix: &str) -> Result<Vec<String>, Finding> {
    let mut listed = place.client.list_objects_v2(&place.bucket).prefix(prefix).items();
    let mut keys = Vec::new();
    while let Some(object) = listed.try_next().await? {
        keys.push(object.key);
    }
    keys.sort();
    Ok(keys)
}

async fn listed(place: &Place) -> Outcome {
    let mut keys = put_all(place, "listed").await?;
    keys.sort();
    holds(list(place, "listed/").await? == keys, "the keys are others")?;
    for key in keys {
        at(&key, holds(list(place, &key).await?.contains(&key), "not found as a prefix"))?;
    }
    Ok(())
}

async fn copied(place: &Place) -> Outcome {
    for key in put_all(place, "copied").await? {
        let target = format!("{key} too");
        let source = CopySource::new(&place.bucket, &key);
        at(&key, place.client.copy_object(source, &place.bucket, &target).await)?;
        reads(place, &target, &key).await?;
    }
    Ok(())
}

async fn deleted(place: &Place) -> Outcome {
    for key in put_all(place, "deleted").await? {
        at(&key, place.client.delete_object(&place.bucket, &key).await)?;
        at(&key, holds(!place.has(&key).await?, "it is still there"))?;
    }
    Ok(())
}

async fn deleted_together(place: &Place) -> Outcome {
    let keys = put_all(place, "together").await?;
    let deleted = place.client.delete_objects(&place.bucket, keys.clone()).await?;
    holds(deleted.errors.is_empty(), "an error is told")?;
    let mut told: Vec<_> = deleted.deleted.into_iter().map(|deleted| deleted.key).collect();
    let mut expected = keys;
    told.sort();
    expected.sort();
    holds(told == expected, "the keys in the answer are others")?;
    holds(list(place, "together/").await?.is_empty(), "one is still there")
}

async fn begin(place: &Place, key: &str) -> Result<String, Finding> {
    Ok(at(key, place.client.create_multipart_upload(&place.bucket, key).await)?.upload_id)
}

async fn in_parts(place: &Place) -> Outcome {
    for key in keys("in parts") {
        let id = begin(place, &key).await?;
        let part = at(&key, place.client.upload_part(&place.bucket, &key, &id, 1, key.as_str()).await)?;
        let parts = [part.completed(1)];
        let complete = place.client.complete_multipart_upload(&place.bucket, &key, &id, parts).await;
        let completed = at(&key, complete)?;
        at(&key, holds(completed.key.as_deref() == Some(&key), "the key in the answer is another"))?;
        reads(place, &key, &key).await?;
    }
    Ok(())
}

async fn part_copied(place: &Place) -> Outcome {
    for key in put_all(place, "part").await? {
        let target = format!("{key} too");
        let id = begin(place, &target).await?;
        let source = CopySource::new(&place.bucket, &key);
        let copy = place.client.upload_part_copy(source, &place.bucket, &target, &id, 1).await;
        let parts = [at(&key, copy)?.completed(1)];
        at(&key, place.client.complete_multipart_upload(&place.bucket, &target, &id, parts).await)?;
        reads(place, &target, &key).await?;
    }
    Ok(())
}

async fn uploads(place: &Place) -> Outcome {
    let mut expected = keys("uploads");
    for key in &expected {
        let id = begin(place, key).await?;
        at(key, place.client.upload_part(&place.bucket, key, &id, 1, "x").await)?;
        let parts = at(key, place.client.list_parts(&place.bucket, key, &id).await)?;
        at(key, holds(parts.key.as_deref() == Some(key), "ListParts has another key"))?;
    }
    let mut listed = place.client.list_multipart_uploads(&place.bucket).prefix("uploads/").items();
    let mut found = Vec::new();
    while let Some(upload) = listed.try_next().await? {
        at(
            &upload.key,
            place.client.abort_multipart_upload(&place.bucket, &upload.key, &upload.upload_id).await,
        )?;
        found.push(upload.key);
    }
    found.sort();
    expected.sort();
    holds(found == expected, "the keys are others")
}

async fn tagged(place: &Place) -> Outcome {
    for key in put_all(place, "tagged").await? {
        at(&key, place.client.put_object_tagging(&place.bucket, &key, [("k", "v")]).await)?;
        let tags = at(&key, place.client.get_object_tagging(&place.bucket, &key).await)?.tags;
        at(&key, holds(tags == [("k", "v").into()], "the tags are others"))?;
        at(&key, place.client.delete_object_tagging(&place.bucket, &key).await)?;
    }
    Ok(())
}

async fn attributes(place: &Place) -> Outcome {
    for key in put_all(place, "attributes").await? {
        let wanted = [ObjectAttributes::ObjectSize];
        let found = at(&key, place.client.get_object_attributes(&place.bucket, &key, wanted).await)?;
        at(&key, same("the size", found.object_size, Some(key.len() as u64)))?;
    }
    Ok(())
}

async fn versions(place: &Place) -> Outcome {
    let bucket = unique("versions-of-odd-keys");
    place.client.create_bucket(&bucket).await?;
    place.client.put_bucket_versioning(&bucket, "Enabled").await?;
    let mut expected = keys("versions");
    for key in &expected {
        at(key, place.client.put_object(&bucket, key, "x").await)?;
    }
    let mut listed = place.client.list_object_versions(&bucket).max_keys(5).items();
    let (mut found, mut identifiers) = (Vec::new(), Vec::new());
    while let Some(entry) = listed.try_next().await? {
        found.push(entry.key().to_owned());
        identifiers.push(ObjectIdentifier::from(entry));
    }
    found.sort();
    expected.sort();
    holds(found == expected, "the keys are others")?;
    let deleted = place.client.delete_objects(&bucket, identifiers).await?;
    holds(deleted.errors.is_empty(), "a version is not deleted")
}

async fn presigned(place: &Place) -> Outcome {
    let time = Duration::from_secs(600);
    for key in keys("presigned") {
        let put = at(&key, place.client.put_object(&place.bucket, &key, "").presign(time).await)?;
        let (status, _) = place.send_plainly(put.method(), put.url(), put.headers(), key.clone()).await;
        at(&key, same("PUT's status", status, 200))?;
        let get = at(&key, place.client.get_object(&place.bucket, &key).presign(time).await)?;
        let (status, text) = place.send_plainly(get.method(), get.url(), get.headers(), "").await;
        at(&key, same("GET's status", status, 200))?;
        at(&key, holds(text == key, "the content is another"))?;
    }
    Ok(())
}

/// Goes out under this key and comes back, also in a list, and is gone after a deletion.
async fn round_trip(place: &Place, key: &str) -> Outcome {
    place.put(key, "content").await?;
    same("the content", place.text(key).await?.as_str(), "content")?;
    let listed = list(place, "").await?;
    holds(listed.iter().any(|listed| listed == key), "a list has another key")?;
    let source = CopySource::new(&place.bucket, key);
    place.client.copy_object(source, &place.bucket, "copy").await?;
    let deleted = place.client.delete_objects(&place.bucket, [key]).await?;
    holds(deleted.errors.is_empty(), "a deletion fails")?;
    holds(!place.has(key).await?, "it is still there after a deletion")
}

async fn long(place: &Place) -> Outcome {
    round_trip(place, &"l".repeat(1024)).await
}

async fn beside(place: &Place) -> Outcome {
    place.put("beside", "a").await?;
    place.put("beside/b", "b").await?;
    reads(place, "beside", "a").await?;
    reads(place, "beside/b", "b").await?;
    same("the keys", list(place, "beside").await?, vec!["beside".into(), "beside/b".into()])
}

async fn line_ends(place: &Place) -> Outcome {
    for key in ["line\nfeed", "carriage\rreturn", "a\ttab"] {
        at(key, round_trip(place, key).await)?;
    }
    Ok(())
}

/// Deleted by itself: the document of DeleteObjects cannot hold the key.
async fn control_character(place: &Place) -> Outcome {
    let key = "control/one\u{1}";
    place.put(key, "content").await?;
    same("the content", place.text(key).await?.as_str(), "content")?;
    same("the keys", list(place, "control/").await?, vec![key.to_owned()])?;
    let source = CopySource::new(&place.bucket, key);
    place.client.copy_object(source, &place.bucket, "copy").await?;
    place.client.delete_object(&place.bucket, key).await?;
    holds(!place.has(key).await?, "it is still there after a deletion")
}

async fn path<const KEY: usize>(place: &Place) -> Outcome {
    round_trip(place, PATH_KEYS[KEY]).await
}
