//! Objects in one request.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use windlass::ErrorKind;
use windlass::types::{ByteRange, CopySource};

use super::place::{Outcome, Place, holds, refused, same};
use super::{Group, Way, probes};
use crate::real_servers::unique;

pub(super) const GROUP: Group = Group {
    title: "Objects",
    ways: &Way::ALL,
    probes: probes! {
        "PutObject" => put,
        "PutObject: without content" => put_empty,
        "PutObject: a wrong Content-MD5" => put_wrong_md5,
        "PutObject: system metadata" => put_system_metadata,
        "PutObject: own metadata" => put_metadata,
        "PutObject: own metadata beyond ASCII" => put_metadata_beyond_ascii,
        "PutObject: storage class" => put_storage_class,
        "PutObject: website redirect" => put_redirect,
        "PutObject: canned ACL" => put_acl,
        "PutObject: object lock" => put_locked,
        "PutObject: another bucket owner" => put_other_owner,
        "GetObject" => get,
        "GetObject: of none" => get_none,
        "GetObject: ranges" => get_ranges,
        "GetObject: a range behind the end" => get_range_behind,
        "GetObject: response headers" => get_response_headers,
        "HeadObject" => head,
        "HeadObject: of none" => head_of_none,
        "CopyObject" => copy,
        "CopyObject: new metadata" => copy_new_metadata,
        "CopyObject: onto itself" => copy_onto_itself,
        "CopyObject: of none" => copy_none,
        "DeleteObject" => delete,
        "DeleteObject: of none" => delete_none,
        "DeleteObjects" => delete_several,
        "DeleteObjects: quietly" => delete_quietly,
    },
};

/// The MD5 of "Hello, World!".
const HELLO_TAG: &str = "\"65a8e27d8879283831b664bd8b7f0ad4\"";
const HELLO: &str = "Hello, World!";

async fn put(place: &Place) -> Outcome {
    let put = place.put("put", HELLO).await?;
    same("the tag", put.etag, Some(HELLO_TAG.into()))?;
    holds(put.response.request_id.is_some(), "no request id")?;
    same("the content", place.text("put").await?.as_str(), HELLO)
}

async fn put_empty(place: &Place) -> Outcome {
    place.put("empty", "").await?;
    same("the content", place.text("empty").await?.as_str(), "")
}

async fn put_wrong_md5(place: &Place) -> Outcome {
    let put =
        place.client.put_object(&place.bucket, "md5", "x").content_md5("ZajifYh5KDgxtmS9i38K1A==").await;
    refused("it", put, ErrorKind::ChecksumMismatch)
}

async fn put_system_metadata(place: &Place) -> Outcome {
    let expires = UNIX_EPOCH + Duration::from_secs(2_000_000_000);
    place
        .client
        .put_object(&place.bucket, "system", HELLO)
        .cache_control("max-age=60")
        .content_disposition("attachment; filename=\"a b\"")
        .content_encoding("identity")
        .content_language("en-GB")
        .content_type("text/x-hello")
        .expires(expires)
        .await?;
    let head = place.client.head_object(&place.bucket, "system").await?;
    same("Cache-Control", head.cache_control.as_deref(), Some("max-age=60"))?;
    same("Content-Disposition", head.content_disposition.as_deref(), Some("attachment; filename=\"a b\""))?;
    same("Content-Encoding", head.content_encoding.as_deref(), Some("identity"))?;
    same("Content-Language", head.content_language.as_deref(), Some("en-GB"))?;
    same("Content-Type", head.content_type.as_deref(), Some("text/x-hello"))?;
    holds(head.expires == Some(expires), "Expires is another")
}

async fn put_metadata(place: &Place) -> Outcome {
    let put = place.client.put_object(&place.bucket, "own", HELLO);
    put.metadata("owner", "ann b.").metadata("with-dash", "1=2; 3").await?;
    let metadata = place.client.head_object(&place.bucket, "own").await?.metadata;
    let pairs: Vec<_> = metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    same("the metadata", pairs, vec![("owner", "ann b."), ("with-dash", "1=2; 3")])
}

async fn put_metadata_beyond_ascii(place: &Place) -> Outcome {
    place.client.put_object(&place.bucket, "beyond", HELLO).metadata("owner", "Ännchen 日本").await?;
    let metadata = place.client.head_object(&place.bucket, "beyond").await?.metadata;
    same("the value", metadata.get("owner").map(String::as_str), Some("Ännchen 日本"))
}

async fn put_storage_class(place: &Place) -> Outcome {
    place.client.put_object(&place.bucket, "class", HELLO).storage_class("STANDARD_IA").await?;
    let head = place.client.head_object(&place.bucket, "class").await?;
    same("the class", head.storage_class, Some("STANDARD_IA".into()))
}

async fn put_redirect(place: &Place) -> Outcome {
    place.client.put_object(&place.bucket, "redirect", HELLO).website_redirect_location("/there").await?;
    let head = place.client.head_object(&place.bucket, "redirect").await?;
    same("the location", head.website_redirect_location.as_deref(), Some("/there"))
}

/// Buckets of today have no ACLs on AWS, and take this one alone.
async fn put_acl(place: &Place) -> Outcome {
    place.client.put_object(&place.bucket, "acl", HELLO).acl("bucket-owner-full-control").await?;
    Ok(())
}

async fn put_locked(place: &Place) -> Outcome {
    let bucket = unique("locked-object");
    place.client.create_bucket(&bucket).object_lock_enabled_for_bucket(true).await?;
    let until = SystemTime::now() + Duration::from_secs(3600);
    let put = place.client.put_object(&bucket, "k", HELLO).object_lock_mode("GOVERNANCE");
    let version = put.object_lock_retain_until_date(until).await?.version_id;
    let head = place.client.head_object(&bucket, "k").await?;
    same("the mode", head.object_lock_mode, Some("GOVERNANCE".into()))?;
    let delete = || place.client.delete_object(&bucket, "k").version_id(version.clone().unwrap_or_default());
    refused("it", delete().await, ErrorKind::AccessDenied)?;
    delete().bypass_governance_retention(true).await?;
    Ok(())
}

async fn put_other_owner(place: &Place) -> Outcome {
    let put = place.client.put_object(&place.bucket, "owner", HELLO).expected_bucket_owner("999999999999");
    refused("it", put.await, ErrorKind::AccessDenied)
}

async fn get(place: &Place) -> Outcome {
    place.put("get", HELLO).await?;
    let object = place.client.get_object(&place.bucket, "get").await?;
    same("the length", object.head.content_length, Some(13))?;
    same("the tag", object.head.etag, Some(HELLO_TAG.into()))?;
    holds(object.head.last_modified.is_some(), "no time")?;
    same("Accept-Ranges", object.head.accept_ranges.as_deref(), Some("bytes"))?;
    same("the content", object.body.text().await?.as_str(), HELLO)
}

async fn get_none(place: &Place) -> Outcome {
    refused("GET of no key", place.text("none").await, ErrorKind::ObjectNotFound)?;
    let get = place.client.get_object(unique("none"), "none").await;
    refused("GET in no bucket", get, ErrorKind::BucketNotFound)
}

async fn get_ranges(place: &Place) -> Outcome {
    place.put("ranges", HELLO).await?;
    let ranges: [(ByteRange, &str, &str); 4] = [
        ((0..5).into(), "Hello", "bytes 0-4/13"),
        ((7..).into(), "World!", "bytes 7-12/13"),
        (ByteRange::last(6), "World!", "bytes 7-12/13"),
        ((7..100).into(), "World!", "bytes 7-12/13"),
    ];
    for (range, content, expected) in ranges {
        let object = place.client.get_object(&place.bucket, "ranges").range(range).await?;
        same("Content-Range", object.head.content_range.as_deref(), Some(expected))?;
        same("the size", object.head.object_size(), Some(13))?;
        same("the content", object.body.text().await?.as_str(), content)?;
    }
    Ok(())
}

async fn get_range_behind(place: &Place) -> Outcome {
    place.put("behind", HELLO).await?;
    let get = place.client.get_object(&place.bucket, "behind").range(13..).await;
    refused("it", get, ErrorKind::InvalidRange)
}

async fn get_response_headers(place: &Place) -> Outcome {
    place.put("headers", HELLO).await?;
    let get = place.client.get_object(&place.bucket, "headers");
    let head = get
        .response_cache_control("no-store")
        .response_content_disposition("attachment; filename=\"ü.txt\"")
        .response_content_type("text/x-other")
        .await?
        .head;
    same("Cache-Control", head.cache_control.as_deref(), Some("no-store"))?;
    same("Content-Type", head.content_type.as_deref(), Some("text/x-other"))?;
    holds(head.content_disposition.is_some_and(|value| value.contains(".txt")), "no Content-Disposition")
}

async fn head(place: &Place) -> Outcome {
    place.put("head", HELLO).await?;
    let head = place.client.head_object(&place.bucket, "head").await?;
    same("the length", head.content_length, Some(13))?;
    same("the tag", head.etag, Some(HELLO_TAG.into()))?;
    holds(head.last_modified.is_some(), "no time")
}

async fn head_of_none(place: &Place) -> Outcome {
    let head = place.client.head_object(&place.bucket, "none").await;
    refused("HEAD of no key", head, ErrorKind::ObjectNotFound)
}

async fn source(place: &Place, key: &str) -> Result<CopySource, windlass::Error> {
    let put = place.client.put_object(&place.bucket, key, HELLO);
    put.content_type("text/x-source").metadata("owner", "ann").await?;
    Ok(CopySource::new(&place.bucket, key))
}

async fn copy(place: &Place) -> Outcome {
    let source = source(place, "source").await?;
    let copied = place.client.copy_object(source, &place.bucket, "copied").await?;
    same("the tag", copied.etag, Some(HELLO_TAG.into()))?;
    holds(copied.last_modified.is_some(), "no time")?;
    let object = place.client.get_object(&place.bucket, "copied").await?;
    same("Content-Type", object.head.content_type.as_deref(), Some("text/x-source"))?;
    same("the metadata", object.head.metadata.get("owner").map(String::as_str), Some("ann"))?;
    same("the content", object.body.text().await?.as_str(), HELLO)
}

async fn copy_new_metadata(place: &Place) -> Outcome {
    let source = source(place, "old").await?;
    let copy = place.client.copy_object(source, &place.bucket, "new").metadata_directive("REPLACE");
    copy.content_type("text/x-new").metadata("new", "1").await?;
    replaced(place, "new").await
}

async fn replaced(place: &Place, key: &str) -> Outcome {
    let head = place.client.head_object(&place.bucket, key).await?;
    same("Content-Type", head.content_type.as_deref(), Some("text/x-new"))?;
    same("the new metadata", head.metadata.get("new").map(String::as_str), Some("1"))?;
    holds(!head.metadata.contains_key("owner"), "the old metadata is still there")
}

async fn copy_onto_itself(place: &Place) -> Outcome {
    let source = source(place, "itself").await?;
    let copy = || place.client.copy_object(source.clone(), &place.bucket, "itself");
    copy().metadata_directive("REPLACE").content_type("text/x-new").metadata("new", "1").await?;
    replaced(place, "itself").await?;
    refused("a copy that changes nothing", copy().await, ErrorKind::InvalidArgument)
}

async fn copy_none(place: &Place) -> Outcome {
    let none = CopySource::new(&place.bucket, "none");
    let copy = place.client.copy_object(none, &place.bucket, "copy").await;
    refused("it", copy, ErrorKind::ObjectNotFound)
}

async fn delete(place: &Place) -> Outcome {
    place.put("deleted", HELLO).await?;
    let deleted = place.client.delete_object(&place.bucket, "deleted").await?;
    same("the status", deleted.response.status, 204)?;
    holds(!place.has("deleted").await?, "the object is still there")
}

async fn delete_none(place: &Place) -> Outcome {
    let deleted = place.client.delete_object(&place.bucket, "none").await?;
    same("the status", deleted.response.status, 204)
}

async fn delete_several(place: &Place) -> Outcome {
    for key in ["one", "two"] {
        place.put(key, HELLO).await?;
    }
    let deleted = place.client.delete_objects(&place.bucket, ["one", "two", "none"]).await?;
    holds(deleted.errors.is_empty(), "an error is told")?;
    let mut keys: Vec<_> = deleted.deleted.iter().map(|deleted| deleted.key.as_str()).collect();
    keys.sort_unstable();
    same("the keys in the answer", keys, vec!["none", "one", "two"])?;
    holds(!place.has("one").await? && !place.has("two").await?, "an object is still there")
}

async fn delete_quietly(place: &Place) -> Outcome {
    place.put("quiet", HELLO).await?;
    let deleted = place.client.delete_objects(&place.bucket, ["quiet"]).quiet(true).await?;
    holds(deleted.deleted.is_empty(), "what was deleted is told all the same")?;
    holds(!place.has("quiet").await?, "the object is still there")
}
