//! Content from where users have it: memory, files and streams, of any size.

use windlass::Body;
use windlass::types::CopySource;

use super::multipart::{PART, contains, content};
use super::payloads::{is_there, once};
use super::place::{Outcome, Place, holds, same};
use super::{Group, Way, probes};
use crate::flipped_bytes;
use crate::real_servers::ODD_KEYS;

pub(super) const GROUP: Group = Group {
    title: "Files, streams, any size",
    ways: &Way::ALL,
    probes: probes! {
        "PutObject: a file" => put_file,
        "PutObject: a stream" => put_stream,
        "UploadPart: a stream" => part_stream,
        "client.upload: memory" => upload_memory,
        "client.upload: a file" => upload_file,
        "client.upload: a stream of unknown length" => upload_stream,
        "copy_object(..).in_parts()" => copy_in_parts,
        "client.delete_many" => delete_many,
        "client.delete_prefix" => delete_prefix,
        "client.upload_file, client.download_file" => files,
        "client.health_check" => health_check,
    },
};

async fn put_file(place: &Place) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, flipped_bytes::content()).unwrap();
    place.put("file", Body::from_path(&path).await?).await?;
    is_there(place, "file").await
}

async fn put_stream(place: &Place) -> Outcome {
    place.put("stream", once(flipped_bytes::content())).await?;
    is_there(place, "stream").await
}

async fn part_stream(place: &Place) -> Outcome {
    let key = "part";
    let upload_id = place.client.create_multipart_upload(&place.bucket, key).await?.upload_id;
    let body = once(flipped_bytes::content());
    let parts = [place.client.upload_part(&place.bucket, key, &upload_id, 1, body).await?.completed(1)];
    place.client.complete_multipart_upload(&place.bucket, key, &upload_id, parts).await?;
    is_there(place, key).await
}

/// More than two parts of 5 MiB.
const LARGE: usize = 12 << 20;

async fn upload(place: &Place, key: &str, body: Body) -> Outcome {
    let uploaded = place.client.upload(&place.bucket, key, body).part_size(PART as u64).await?;
    same("the number of parts", uploaded.parts, 3)?;
    contains(place, key, &content(LARGE)).await
}

async fn upload_memory(place: &Place) -> Outcome {
    upload(place, "large from memory", content(LARGE).into()).await
}

async fn upload_file(place: &Place) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, content(LARGE)).unwrap();
    upload(place, "large from a file", Body::from_path(&path).await?).await
}

async fn upload_stream(place: &Place) -> Outcome {
    let pieces: Vec<_> = content(LARGE).chunks(1_000_000).map(|piece| Ok(piece.to_vec().into())).collect();
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    upload(place, "large from a stream", body).await
}

async fn copy_in_parts(place: &Place) -> Outcome {
    let all = content(PART + PART / 2);
    place.client.put_object(&place.bucket, "source", all.clone()).content_type("text/x-large").await?;
    let source = CopySource::new(&place.bucket, "source");
    let copy = place.client.copy_object(source, &place.bucket, "copy").in_parts().part_size(PART as u64);
    same("the number of parts", copy.await?.parts, 2)?;
    let head = place.client.head_object(&place.bucket, "copy").await?;
    same("Content-Type", head.content_type.as_deref(), Some("text/x-large"))?;
    contains(place, "copy", &all).await
}

/// With keys of nothing among them.
async fn delete_many(place: &Place) -> Outcome {
    let real: Vec<String> = ODD_KEYS.iter().map(|key| format!("many/{key}")).collect();
    for key in &real {
        place.put(key, "x").await?;
    }
    let keys = real.iter().cloned().chain((0..20).map(|number| format!("many/none {number}")));
    let deleted = place.client.delete_many(&place.bucket, keys).await?;
    same("the number of errors", deleted.errors.len(), 0)?;
    same("the number of deleted", deleted.deleted.len(), real.len() + 20)?;
    let left = place.client.list_objects_v2(&place.bucket).prefix("many/").await?;
    same("the number of keys that are left", left.contents.len(), 0)
}

async fn delete_prefix(place: &Place) -> Outcome {
    for key in ["prefix/a b", "prefix/c/d", "prefixed"] {
        place.put(key, "x").await?;
    }
    let deleted = place.client.delete_prefix(&place.bucket, "prefix/").await?;
    same("the number of deleted", deleted.deleted, 2)?;
    holds(!place.has("prefix/c/d").await?, "an object is still there")?;
    holds(place.has("prefixed").await?, "an object beside the prefix is gone")
}

async fn files(place: &Place) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let (up, down) = (folder.path().join("up"), folder.path().join("down"));
    std::fs::write(&up, flipped_bytes::content()).unwrap();
    place.client.upload_file(&place.bucket, "by file", &up).await?;
    place.client.download_file(&place.bucket, "by file", &down).await?;
    holds(std::fs::read(&down).unwrap() == flipped_bytes::content(), "the content is another")
}

async fn health_check(place: &Place) -> Outcome {
    place.client.health_check(&place.bucket).await?;
    Ok(())
}
