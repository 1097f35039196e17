//! Versions, attributes and restores.

use windlass::operations::{ObjectIdentifier, VersionEntry};
use windlass::types::{CopySource, ObjectAttributes, Tag};
use windlass::{Error, ErrorKind};

use super::place::{Outcome, Place, holds, refused, same};
use super::{Group, Way, probes};
use crate::real_servers::unique;

pub(super) const GROUP: Group = Group {
    title: "Versions, attributes, restores",
    ways: &[Way::Named],
    probes: probes! {
        "PutBucketVersioning" => put_versioning,
        "PutBucketVersioning: suspended" => suspend,
        "GetBucketVersioning" => get_versioning,
        "GetObject: a version" => get_version,
        "GetObject: no such version" => get_no_version,
        "HeadObject: a version" => head_version,
        "CopyObject: a version" => copy_version,
        "DeleteObject: a delete marker" => delete_marker,
        "DeleteObject: a version" => delete_version,
        "DeleteObjects: versions" => delete_versions,
        "PutObjectTagging: a version" => tag_version,
        "GetObjectAttributes" => attributes,
        "GetObjectAttributes: parts page by page" => attributes_of_parts,
        "GetObjectAttributes: of none" => attributes_of_none,
        "RestoreObject" => restore,
        "RestoreObject: not archived" => restore_what_is_there,
    },
};

/// A bucket that keeps versions.
async fn bucket(place: &Place) -> Result<String, Error> {
    let bucket = unique("versions");
    place.client.create_bucket(&bucket).await?;
    place.client.put_bucket_versioning(&bucket, "Enabled").await?;
    Ok(bucket)
}

/// A bucket with two versions of "a b", and their ids.
async fn two_versions(place: &Place) -> Result<(String, [String; 2]), Error> {
    let bucket = bucket(place).await?;
    let mut ids = [const { String::new() }; 2];
    for (id, content) in ids.iter_mut().zip(["old", "new"]) {
        let put = place.client.put_object(&bucket, "a b", content).await?;
        *id = put.version_id.unwrap_or_default();
    }
    Ok((bucket, ids))
}

async fn put_versioning(place: &Place) -> Outcome {
    let (_, [old, new]) = two_versions(place).await?;
    holds(!old.is_empty() && !new.is_empty(), "no version id")?;
    holds(old != new, "both versions have one id")
}

async fn suspend(place: &Place) -> Outcome {
    let (bucket, ids) = two_versions(place).await?;
    place.client.put_bucket_versioning(&bucket, "Suspended").await?;
    same("the status", place.client.get_bucket_versioning(&bucket).await?.status, Some("Suspended".into()))?;
    place.client.put_object(&bucket, "a b", "without a version").await?;
    let null = place.client.get_object(&bucket, "a b").version_id("null").await?;
    same("the version `null`", null.body.text().await?.as_str(), "without a version")?;
    let old = place.client.get_object(&bucket, "a b").version_id(&ids[0]).await?;
    same("an old version", old.body.text().await?.as_str(), "old")
}

async fn get_versioning(place: &Place) -> Outcome {
    same("the status before", place.client.get_bucket_versioning(&place.bucket).await?.status, None)?;
    let bucket = bucket(place).await?;
    same("the status", place.client.get_bucket_versioning(&bucket).await?.status, Some("Enabled".into()))
}

async fn get_version(place: &Place) -> Outcome {
    let (bucket, ids) = two_versions(place).await?;
    for (id, content) in ids.iter().zip(["old", "new"]) {
        let object = place.client.get_object(&bucket, "a b").version_id(id).await?;
        holds(object.head.version_id.as_deref() == Some(id), "the version id is another")?;
        same("the content", object.body.text().await?.as_str(), content)?;
    }
    let latest = place.client.get_object(&bucket, "a b").await?;
    same("the latest content", latest.body.text().await?.as_str(), "new")
}

/// An id that this server could have given, but for one that it gave.
async fn get_no_version(place: &Place) -> Outcome {
    let (bucket, [id, _]) = two_versions(place).await?;
    place.client.delete_object(&bucket, "a b").version_id(&id).await?;
    let get = place.client.get_object(&bucket, "a b").version_id(id).await;
    refused("a version that is deleted", get, ErrorKind::ObjectNotFound)
}

async fn head_version(place: &Place) -> Outcome {
    let (bucket, [id, _]) = two_versions(place).await?;
    let head = place.client.head_object(&bucket, "a b").version_id(&id).await?;
    holds(head.version_id.as_deref() == Some(&id), "the version id is another")
}

async fn copy_version(place: &Place) -> Outcome {
    let (bucket, [id, _]) = two_versions(place).await?;
    let source = CopySource::new(&bucket, "a b").with_version_id(&id);
    let copied = place.client.copy_object(source, &bucket, "copy").await?;
    holds(copied.copy_source_version_id.is_some(), "the answer does not tell the source's version id")?;
    let copy = place.client.get_object(&bucket, "copy").await?;
    same("the content", copy.body.text().await?.as_str(), "old")
}

async fn delete_marker(place: &Place) -> Outcome {
    let (bucket, _) = two_versions(place).await?;
    let deleted = place.client.delete_object(&bucket, "a b").await?;
    same("the delete marker", deleted.delete_marker, Some(true))?;
    let marker = deleted.version_id.unwrap_or_default();
    holds(!marker.is_empty(), "no version id")?;
    let get = place.client.get_object(&bucket, "a b").await;
    refused("the deleted object", get, ErrorKind::ObjectNotFound)?;
    place.client.delete_object(&bucket, "a b").version_id(marker).await?;
    let object = place.client.get_object(&bucket, "a b").await?;
    same("the content after the marker is gone", object.body.text().await?.as_str(), "new")
}

async fn delete_version(place: &Place) -> Outcome {
    let (bucket, [old, new]) = two_versions(place).await?;
    let deleted = place.client.delete_object(&bucket, "a b").version_id(&new).await?;
    holds(deleted.version_id.as_deref() == Some(&new), "the answer does not tell the version id")?;
    let object = place.client.get_object(&bucket, "a b").await?;
    holds(object.head.version_id.as_deref() == Some(&old), "the old version is not the latest")?;
    same("the content", object.body.text().await?.as_str(), "old")
}

async fn delete_versions(place: &Place) -> Outcome {
    let (bucket, ids) = two_versions(place).await?;
    let versions = ids.map(|id| ObjectIdentifier::new("a b").with_version_id(id));
    let deleted = place.client.delete_objects(&bucket, versions).await?;
    same("the number of deleted", deleted.deleted.len(), 2)?;
    let left = place.client.list_object_versions(&bucket).await?.entries;
    holds(!left.iter().any(|entry| matches!(entry, VersionEntry::Version(_))), "a version is still there")
}

async fn tag_version(place: &Place) -> Outcome {
    let (bucket, [old, new]) = two_versions(place).await?;
    place.client.put_object_tagging(&bucket, "a b", [("of", "old")]).version_id(&old).await?;
    let tags = async |id| place.client.get_object_tagging(&bucket, "a b").version_id(id).await;
    same("the tags of the version", tags(old).await?.tags, vec![Tag::new("of", "old")])?;
    same("the tags of the other", tags(new).await?.tags, vec![])
}

async fn attributes(place: &Place) -> Outcome {
    place.put("attributes", "Hello, World!").await?;
    let all = [ObjectAttributes::ETag, ObjectAttributes::ObjectSize, ObjectAttributes::StorageClass];
    let found = place.client.get_object_attributes(&place.bucket, "attributes", all).await?;
    same("the tag", found.etag, Some("65a8e27d8879283831b664bd8b7f0ad4".into()))?;
    same("the size", found.object_size, Some(13))?;
    same("the class", found.storage_class, Some("STANDARD".into()))?;
    holds(found.last_modified.is_some(), "no time")
}

/// S3 lists the parts only where they have checksums.
async fn attributes_of_parts(place: &Place) -> Outcome {
    let create = place.client.create_multipart_upload(&place.bucket, "parts").checksum_algorithm("SHA256");
    let upload_id = create.await?.upload_id;
    let mut parts = Vec::new();
    for (number, content) in [(1, vec![1; 5 << 20]), (2, vec![2])] {
        let part = place.client.upload_part(&place.bucket, "parts", &upload_id, number, content);
        parts.push(part.checksum_algorithm("SHA256").await?.completed(number));
    }
    place.client.complete_multipart_upload(&place.bucket, "parts", &upload_id, parts).await?;
    let wanted = [ObjectAttributes::ObjectParts];
    let mut listed = place.client.get_object_attributes(&place.bucket, "parts", wanted).max_parts(1).items();
    let mut found = Vec::new();
    while let Some(part) = listed.try_next().await? {
        found.push((part.part_number, part.size));
    }
    same("the parts", found, vec![(1, Some(5 << 20)), (2, Some(1))])
}

async fn attributes_of_none(place: &Place) -> Outcome {
    let wanted = [ObjectAttributes::ObjectSize];
    let found = place.client.get_object_attributes(&place.bucket, "none", wanted).await;
    refused("it", found, ErrorKind::ObjectNotFound)
}

async fn restore(place: &Place) -> Outcome {
    place.client.put_object(&place.bucket, "archived", "x").storage_class("GLACIER").await?;
    let restored = place.client.restore_object(&place.bucket, "archived").days(1).tier("Standard").await?;
    same("the status", restored.response.status, 202)?;
    let head = place.client.head_object(&place.bucket, "archived").await?;
    holds(head.restore.is_some(), "HeadObject does not tell of it")
}

async fn restore_what_is_there(place: &Place) -> Outcome {
    place.put("here", "x").await?;
    let restore = place.client.restore_object(&place.bucket, "here").days(1).await;
    refused("it", restore, ErrorKind::InvalidObjectState)
}
