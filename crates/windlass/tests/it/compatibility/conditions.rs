//! Conditional requests.

use std::time::{Duration, SystemTime};

use windlass::operations::ObjectIdentifier;
use windlass::types::{CopySource, ETag};
use windlass::{Error, ErrorKind};

use super::place::{Outcome, Place, holds, refused, same};
use super::{Group, Way, probes};

pub(super) const GROUP: Group = Group {
    title: "Conditions",
    ways: &[Way::Named],
    probes: probes! {
        "PutObject: If-None-Match" => put_if_none_match,
        "PutObject: If-Match" => put_if_match,
        "PutObject: If-Match, of none" => put_if_match_none,
        "CompleteMultipartUpload: If-None-Match" => complete_if_none_match,
        "CompleteMultipartUpload: If-Match" => complete_if_match,
        "GetObject: If-Match" => get_if_match,
        "GetObject: If-None-Match" => get_if_none_match,
        "GetObject: If-Modified-Since" => get_if_modified_since,
        "GetObject: If-Unmodified-Since" => get_if_unmodified_since,
        "HeadObject: If-Match" => head_if_match,
        "HeadObject: If-None-Match" => head_if_none_match,
        "CopyObject: source If-Match" => copy_if_match,
        "CopyObject: source If-None-Match" => copy_if_none_match,
        "CopyObject: source If-Modified-Since" => copy_if_modified_since,
        "CopyObject: source If-Unmodified-Since" => copy_if_unmodified_since,
        "CopyObject: target If-None-Match" => copy_onto_if_none_match,
        "UploadPartCopy: source If-Match" => part_copy_if_match,
        "DeleteObject: If-Match" => delete_if_match,
        "DeleteObjects: tags" => delete_several_if_match,
    },
};

const WRONG: &str = "\"00000000000000000000000000000000\"";

/// A new object, and its tag.
async fn object(place: &Place, key: &str) -> Result<ETag, Error> {
    Ok(place.put(key, "1").await?.etag.unwrap_or_else(|| ETag::new("missing")))
}

/// When it was changed, and an hour before that.
async fn times(place: &Place, key: &str) -> Result<[SystemTime; 2], Error> {
    object(place, key).await?;
    let head = place.client.head_object(&place.bucket, key).await?;
    let changed = head.last_modified.unwrap_or(SystemTime::UNIX_EPOCH);
    Ok([changed, changed - Duration::from_secs(3600)])
}

async fn put_if_none_match(place: &Place) -> Outcome {
    let put = async |content| place.client.put_object(&place.bucket, "new", content).if_none_match("*").await;
    put("1").await?;
    refused("the second", put("2").await, ErrorKind::PreconditionFailed)?;
    same("the content", place.text("new").await?.as_str(), "1")
}

async fn put_if_match(place: &Place) -> Outcome {
    let tag = object(place, "match").await?;
    let put = async |content, tag: &ETag| {
        place.client.put_object(&place.bucket, "match", content).if_match(tag.clone()).await
    };
    put("2", &tag).await?;
    refused("an old tag", put("3", &tag).await, ErrorKind::PreconditionFailed)?;
    same("the content", place.text("match").await?.as_str(), "2")
}

async fn put_if_match_none(place: &Place) -> Outcome {
    let put = place.client.put_object(&place.bucket, "none", "x").if_match(WRONG).await;
    refused("it", put, ErrorKind::ObjectNotFound)
}

async fn complete_if_none_match(place: &Place) -> Outcome {
    for (content, is_first) in [("1", true), ("2", false)] {
        let upload_id = place.client.create_multipart_upload(&place.bucket, "once").await?.upload_id;
        let part = place.client.upload_part(&place.bucket, "once", &upload_id, 1, content).await?;
        let parts = [part.completed(1)];
        let complete = place.client.complete_multipart_upload(&place.bucket, "once", &upload_id, parts);
        let outcome = complete.if_none_match("*").await;
        if is_first {
            outcome?;
        } else {
            refused("the second", outcome, ErrorKind::PreconditionFailed)?;
        }
    }
    Ok(())
}

async fn complete_if_match(place: &Place) -> Outcome {
    let right = object(place, "complete").await?;
    for (tag, is_right) in [(WRONG.into(), false), (right, true)] {
        let upload_id = place.client.create_multipart_upload(&place.bucket, "complete").await?.upload_id;
        let part = place.client.upload_part(&place.bucket, "complete", &upload_id, 1, "2").await?;
        let parts = [part.completed(1)];
        let complete = place.client.complete_multipart_upload(&place.bucket, "complete", &upload_id, parts);
        let outcome = complete.if_match(tag).await;
        if is_right {
            outcome?;
        } else {
            refused("a wrong tag", outcome, ErrorKind::PreconditionFailed)?;
        }
    }
    Ok(())
}

async fn get_if_match(place: &Place) -> Outcome {
    let tag = object(place, "get match").await?;
    let get = || place.client.get_object(&place.bucket, "get match");
    get().if_match(tag).await?;
    refused("a wrong tag", get().if_match(WRONG).await, ErrorKind::PreconditionFailed)
}

async fn get_if_none_match(place: &Place) -> Outcome {
    let tag = object(place, "get none match").await?;
    let get = || place.client.get_object(&place.bucket, "get none match");
    get().if_none_match(WRONG).await?;
    refused("the same tag", get().if_none_match(tag).await, ErrorKind::NotModified)
}

async fn get_if_modified_since(place: &Place) -> Outcome {
    let [changed, before] = times(place, "modified").await?;
    let get = || place.client.get_object(&place.bucket, "modified");
    get().if_modified_since(before).await?;
    refused("the time of the change", get().if_modified_since(changed).await, ErrorKind::NotModified)
}

async fn get_if_unmodified_since(place: &Place) -> Outcome {
    let [changed, before] = times(place, "unmodified").await?;
    let get = || place.client.get_object(&place.bucket, "unmodified");
    get().if_unmodified_since(changed).await?;
    refused("an earlier time", get().if_unmodified_since(before).await, ErrorKind::PreconditionFailed)
}

async fn head_if_match(place: &Place) -> Outcome {
    let tag = object(place, "head match").await?;
    let head = || place.client.head_object(&place.bucket, "head match");
    head().if_match(tag).await?;
    refused("a wrong tag", head().if_match(WRONG).await, ErrorKind::PreconditionFailed)
}

async fn head_if_none_match(place: &Place) -> Outcome {
    let tag = object(place, "head none match").await?;
    let head = || place.client.head_object(&place.bucket, "head none match");
    head().if_none_match(WRONG).await?;
    refused("the same tag", head().if_none_match(tag).await, ErrorKind::NotModified)
}

fn copy(place: &Place, key: &str) -> windlass::Request<windlass::operations::CopyObject> {
    place.client.copy_object(CopySource::new(&place.bucket, key), &place.bucket, format!("{key} copy"))
}

async fn copy_if_match(place: &Place) -> Outcome {
    let tag = object(place, "source match").await?;
    copy(place, "source match").copy_source_if_match(tag).await?;
    let wrong = copy(place, "source match").copy_source_if_match(WRONG).await;
    refused("a wrong tag", wrong, ErrorKind::PreconditionFailed)
}

async fn copy_if_none_match(place: &Place) -> Outcome {
    let tag = object(place, "source none match").await?;
    copy(place, "source none match").copy_source_if_none_match(WRONG).await?;
    let wrong = copy(place, "source none match").copy_source_if_none_match(tag).await;
    refused("the same tag", wrong, ErrorKind::PreconditionFailed)
}

async fn copy_if_modified_since(place: &Place) -> Outcome {
    let [changed, before] = times(place, "source modified").await?;
    copy(place, "source modified").copy_source_if_modified_since(before).await?;
    let late = copy(place, "source modified").copy_source_if_modified_since(changed).await;
    refused("the time of the change", late, ErrorKind::PreconditionFailed)
}

async fn copy_if_unmodified_since(place: &Place) -> Outcome {
    let [changed, before] = times(place, "source unmodified").await?;
    copy(place, "source unmodified").copy_source_if_unmodified_since(changed).await?;
    let early = copy(place, "source unmodified").copy_source_if_unmodified_since(before).await;
    refused("an earlier time", early, ErrorKind::PreconditionFailed)
}

async fn copy_onto_if_none_match(place: &Place) -> Outcome {
    object(place, "onto").await?;
    copy(place, "onto").if_none_match("*").await?;
    refused("the second", copy(place, "onto").if_none_match("*").await, ErrorKind::PreconditionFailed)
}

async fn part_copy_if_match(place: &Place) -> Outcome {
    let tag = object(place, "part source").await?;
    let upload_id = place.client.create_multipart_upload(&place.bucket, "part copy").await?.upload_id;
    let copy = || {
        let source = CopySource::new(&place.bucket, "part source");
        place.client.upload_part_copy(source, &place.bucket, "part copy", &upload_id, 1)
    };
    copy().copy_source_if_match(tag).await?;
    refused("a wrong tag", copy().copy_source_if_match(WRONG).await, ErrorKind::PreconditionFailed)
}

async fn delete_if_match(place: &Place) -> Outcome {
    let tag = object(place, "delete").await?;
    let delete = || place.client.delete_object(&place.bucket, "delete");
    refused("a wrong tag", delete().if_match(WRONG).await, ErrorKind::PreconditionFailed)?;
    delete().if_match(tag).await?;
    holds(!place.has("delete").await?, "the object is still there")
}

async fn delete_several_if_match(place: &Place) -> Outcome {
    object(place, "one of several").await?;
    let mut wrong = ObjectIdentifier::new("one of several");
    wrong.etag = Some(WRONG.into());
    let deleted = place.client.delete_objects(&place.bucket, [wrong]).await?;
    let codes: Vec<_> = deleted.errors.iter().map(|error| error.code.as_str()).collect();
    same("the errors in the answer", codes, vec!["PreconditionFailed"])?;
    holds(place.has("one of several").await?, "the object is gone")
}
