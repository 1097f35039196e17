//! Tags.

use windlass::ErrorKind;
use windlass::types::{CopySource, Tag};

use super::place::{Outcome, Place, refused, same};
use super::{Group, Way, probes};
use crate::real_servers::unique;

pub(super) const GROUP: Group = Group {
    title: "Tags",
    ways: &[Way::Named],
    probes: probes! {
        "PutObjectTagging" => put,
        "GetObjectTagging" => get,
        "GetObjectTagging: of no key" => get_none,
        "DeleteObjectTagging" => delete,
        "PutObject: tags" => put_object,
        "CreateMultipartUpload: tags" => create_upload,
        "CopyObject: tags" => copy,
        "CopyObject: new tags" => copy_new,
        "PutBucketTagging" => put_bucket,
        "GetBucketTagging" => get_bucket,
        "GetBucketTagging: without tags" => get_bucket_none,
        "DeleteBucketTagging" => delete_bucket,
    },
};

fn some() -> [(&'static str, &'static str); 2] {
    [("a b", "1+2=3 @more/ü"), ("empty", "")]
}

async fn tags(place: &Place, key: &str) -> Result<Vec<Tag>, windlass::Error> {
    let mut tags = place.client.get_object_tagging(&place.bucket, key).await?.tags;
    tags.sort();
    Ok(tags)
}

async fn are(place: &Place, key: &str, expected: &[(&str, &str)]) -> Outcome {
    same("the tags", tags(place, key).await?, expected.iter().map(|(k, v)| Tag::new(*k, *v)).collect())
}

async fn put(place: &Place) -> Outcome {
    place.put("put", "x").await?;
    place.client.put_object_tagging(&place.bucket, "put", some()).await?;
    place.client.put_object_tagging(&place.bucket, "put", [("other", "1")]).await?;
    are(place, "put", &[("other", "1")]).await
}

async fn get(place: &Place) -> Outcome {
    place.put("get", "x").await?;
    are(place, "get", &[]).await?;
    place.client.put_object_tagging(&place.bucket, "get", some()).await?;
    are(place, "get", &some()).await?;
    let head = place.client.head_object(&place.bucket, "get").await?;
    let object = place.client.get_object(&place.bucket, "get").await?;
    same("GetObject's number of tags", object.head.tag_count, Some(2))?;
    same("HeadObject's number of tags", head.tag_count, Some(2))
}

async fn get_none(place: &Place) -> Outcome {
    refused("it", tags(place, "none").await, ErrorKind::ObjectNotFound)
}

async fn delete(place: &Place) -> Outcome {
    place.put("delete", "x").await?;
    place.client.put_object_tagging(&place.bucket, "delete", some()).await?;
    let deleted = place.client.delete_object_tagging(&place.bucket, "delete").await?;
    same("the status", deleted.response.status, 204)?;
    are(place, "delete", &[]).await
}

async fn put_object(place: &Place) -> Outcome {
    let put = place.client.put_object(&place.bucket, "with tags", "x");
    put.tag("a b", "1+2=3 @more/ü").tag("empty", "").await?;
    are(place, "with tags", &some()).await
}

async fn create_upload(place: &Place) -> Outcome {
    let create = place.client.create_multipart_upload(&place.bucket, "in parts").tag("owner", "ann b.");
    let upload_id = create.await?.upload_id;
    let part = place.client.upload_part(&place.bucket, "in parts", &upload_id, 1, "x").await?;
    let parts = [part.completed(1)];
    place.client.complete_multipart_upload(&place.bucket, "in parts", &upload_id, parts).await?;
    are(place, "in parts", &[("owner", "ann b.")]).await
}

async fn source(place: &Place) -> Result<CopySource, windlass::Error> {
    place.client.put_object(&place.bucket, "source", "x").tag("owner", "ann").await?;
    Ok(CopySource::new(&place.bucket, "source"))
}

async fn copy(place: &Place) -> Outcome {
    let source = source(place).await?;
    place.client.copy_object(source, &place.bucket, "copy").await?;
    are(place, "copy", &[("owner", "ann")]).await
}

async fn copy_new(place: &Place) -> Outcome {
    let source = source(place).await?;
    let copy = place.client.copy_object(source, &place.bucket, "new").tagging_directive("REPLACE");
    copy.tag("new", "1").await?;
    are(place, "new", &[("new", "1")]).await
}

async fn bucket_tags(place: &Place) -> Result<Vec<Tag>, windlass::Error> {
    let mut tags = place.client.get_bucket_tagging(&place.bucket).await?.tags;
    tags.sort();
    Ok(tags)
}

async fn put_bucket(place: &Place) -> Outcome {
    place.client.put_bucket_tagging(&place.bucket, some()).await?;
    place.client.put_bucket_tagging(&place.bucket, [("other", "1")]).await?;
    same("the tags", bucket_tags(place).await?, vec![Tag::new("other", "1")])
}

async fn get_bucket(place: &Place) -> Outcome {
    place.client.put_bucket_tagging(&place.bucket, some()).await?;
    same("the tags", bucket_tags(place).await?, some().map(Tag::from).to_vec())
}

async fn get_bucket_none(place: &Place) -> Outcome {
    let bucket = unique("untagged");
    place.client.create_bucket(&bucket).await?;
    let get = place.client.get_bucket_tagging(&bucket).await;
    refused("it", get, ErrorKind::ConfigurationNotFound)
}

async fn delete_bucket(place: &Place) -> Outcome {
    place.client.put_bucket_tagging(&place.bucket, some()).await?;
    place.client.delete_bucket_tagging(&place.bucket).await?;
    refused("the question after it", bucket_tags(place).await, ErrorKind::ConfigurationNotFound)
}
