//! Buckets.

use windlass::ErrorKind;

use super::place::{Outcome, Place, holds, refused, same};
use super::{Group, Way, probes};
use crate::real_servers::unique;

pub(super) const GROUP: Group = Group {
    title: "Buckets",
    ways: &[Way::Named],
    probes: probes! {
        "CreateBucket" => create,
        "CreateBucket: one's own again" => create_again,
        "CreateBucket: in another region" => create_elsewhere,
        "CreateBucket: with object lock" => create_with_lock,
        "HeadBucket" => head,
        "HeadBucket: of none" => head_of_none,
        "GetBucketLocation" => location,
        "ListBuckets" => list,
        "ListBuckets: page by page" => list_pages,
        "DeleteBucket" => delete,
        "DeleteBucket: with objects in it" => delete_with_objects,
        "DeleteBucket: of none" => delete_none,
    },
};

async fn create(place: &Place) -> Outcome {
    let bucket = unique("created");
    let created = place.client.create_bucket(&bucket).await?;
    holds(created.location.is_some_and(|location| location.ends_with(&bucket)), "no location in the answer")?;
    place.client.head_bucket(&bucket).await?;
    Ok(())
}

/// In us-east-1, AWS answers with 200.
async fn create_again(place: &Place) -> Outcome {
    place.client.create_bucket(&place.bucket).await?;
    Ok(())
}

async fn create_elsewhere(place: &Place) -> Outcome {
    let bucket = unique("elsewhere");
    place.client.create_bucket(&bucket).location_constraint("eu-west-1").await?;
    let location = place.client.get_bucket_location(&bucket).await?;
    same("the location", location.region(), "eu-west-1")
}

/// A bucket with object lock keeps versions.
async fn create_with_lock(place: &Place) -> Outcome {
    let bucket = unique("locked");
    place.client.create_bucket(&bucket).object_lock_enabled_for_bucket(true).await?;
    let versioning = place.client.get_bucket_versioning(&bucket).await?;
    same("the versioning", versioning.status, Some("Enabled".into()))
}

async fn head(place: &Place) -> Outcome {
    let head = place.client.head_bucket(&place.bucket).await?;
    same("the region", head.bucket_region.as_deref(), Some("us-east-1"))
}

async fn head_of_none(place: &Place) -> Outcome {
    let head = place.client.head_bucket(unique("none")).await;
    refused("HEAD of no bucket", head, ErrorKind::BucketNotFound)
}

async fn location(place: &Place) -> Outcome {
    let location = place.client.get_bucket_location(&place.bucket).await?;
    same("the location", location.region(), "us-east-1")
}

async fn list(place: &Place) -> Outcome {
    let listed = place.client.list_buckets().await?;
    let Some(found) = listed.buckets.iter().find(|bucket| bucket.name == place.bucket) else {
        return holds(false, "a bucket is missing");
    };
    holds(found.creation_date.is_some(), "no date")
}

async fn list_pages(place: &Place) -> Outcome {
    let prefix = unique("pages");
    let mut expected: Vec<String> = (1..=3).map(|number| format!("{prefix}-{number}")).collect();
    for bucket in &expected {
        place.client.create_bucket(bucket).await?;
    }
    let request = || place.client.list_buckets().prefix(&prefix).max_buckets(2);
    let first = request().await?;
    let mut listed = request().items();
    let mut names = Vec::new();
    while let Some(bucket) = listed.try_next().await? {
        names.push(bucket.name);
    }
    holds(names.iter().all(|name| name.starts_with(&prefix)), "the prefix is ignored")?;
    names.sort();
    expected.sort();
    holds(names == expected, "a bucket is missing")?;
    same("the number on the first page", first.buckets.len(), 2)
}

async fn delete(place: &Place) -> Outcome {
    let bucket = unique("deleted");
    place.client.create_bucket(&bucket).await?;
    place.client.delete_bucket(&bucket).await?;
    refused("HEAD of the deleted bucket", place.client.head_bucket(&bucket).await, ErrorKind::BucketNotFound)
}

async fn delete_with_objects(place: &Place) -> Outcome {
    place.put("kept", "x").await?;
    refused("it", place.client.delete_bucket(&place.bucket).await, ErrorKind::BucketNotEmpty)
}

async fn delete_none(place: &Place) -> Outcome {
    let delete = place.client.delete_bucket(unique("none")).await;
    refused("it", delete, ErrorKind::BucketNotFound)
}
