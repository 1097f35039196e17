//! Operations on buckets.

use windlass::operations::{
    CreateBucket, DeleteBucket, DirectoryBucket, GetBucketLocation, HeadBucket, ListBuckets,
};

use super::{Read, grants, number, tags};
use crate::input::Input;

pub(super) fn create_bucket(params: &mut Input) -> Read<CreateBucket> {
    let mut operation = CreateBucket::new(params.required("Bucket")?);
    operation.acl = params.text("ACL").map(Into::into);
    operation.bucket_namespace = params.text("BucketNamespace").map(Into::into);
    operation.object_lock_enabled_for_bucket = params.flag("ObjectLockEnabledForBucket");
    operation.object_ownership = params.text("ObjectOwnership").map(Into::into);
    grants(params, &mut operation.grants);
    if let Some(mut configuration) = params.object("CreateBucketConfiguration") {
        operation.location_constraint = configuration.text("LocationConstraint");
        operation.tags = tags(&configuration.list("Tags"))?;
        let (location, bucket) = (configuration.object("Location"), configuration.object("Bucket"));
        if location.is_some() || bucket.is_some() {
            let (mut location, mut bucket) = (location.unwrap_or_default(), bucket.unwrap_or_default());
            let mut directory = DirectoryBucket::default();
            directory.location_type = location.text("Type").map(Into::into);
            directory.location_name = location.text("Name");
            directory.data_redundancy = bucket.text("DataRedundancy").map(Into::into);
            directory.bucket_type = bucket.text("Type").map(Into::into);
            location.end()?;
            bucket.end()?;
            operation.directory = Some(directory);
        }
        configuration.end()?;
    }
    Ok(operation)
}

pub(super) fn delete_bucket(params: &mut Input) -> Read<DeleteBucket> {
    Ok(DeleteBucket::new(params.required("Bucket")?))
}

pub(super) fn get_bucket_location(params: &mut Input) -> Read<GetBucketLocation> {
    Ok(GetBucketLocation::new(params.required("Bucket")?))
}

pub(super) fn head_bucket(params: &mut Input) -> Read<HeadBucket> {
    Ok(HeadBucket::new(params.required("Bucket")?))
}

pub(super) fn list_buckets(params: &mut Input) -> Read<ListBuckets> {
    let mut operation = ListBuckets::new();
    operation.bucket_region = params.text("BucketRegion");
    operation.continuation_token = params.text("ContinuationToken");
    operation.max_buckets = number(params, "MaxBuckets");
    operation.prefix = params.text("Prefix");
    Ok(operation)
}
