//! Operations on tags.

use windlass::operations::{
    DeleteBucketTagging, DeleteObjectTagging, GetBucketTagging, GetObjectTagging, PutBucketTagging,
    PutObjectTagging,
};
use windlass::types::Tag;

use super::{Read, tag_set};
use crate::input::Input;

pub(super) fn delete_bucket_tagging(params: &mut Input) -> Read<DeleteBucketTagging> {
    Ok(DeleteBucketTagging::new(params.required("Bucket")?))
}

pub(super) fn delete_object_tagging(params: &mut Input) -> Read<DeleteObjectTagging> {
    let mut operation = DeleteObjectTagging::new(params.required("Bucket")?, params.required("Key")?);
    operation.version_id = params.text("VersionId");
    Ok(operation)
}

pub(super) fn get_bucket_tagging(params: &mut Input) -> Read<GetBucketTagging> {
    Ok(GetBucketTagging::new(params.required("Bucket")?))
}

pub(super) fn get_object_tagging(params: &mut Input) -> Read<GetObjectTagging> {
    let mut operation = GetObjectTagging::new(params.required("Bucket")?, params.required("Key")?);
    operation.version_id = params.text("VersionId");
    Ok(operation)
}

pub(super) fn put_bucket_tagging(params: &mut Input) -> Read<PutBucketTagging> {
    let mut operation = PutBucketTagging::new(params.required("Bucket")?, tags(params)?);
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.content_md5 = params.text("ContentMD5");
    Ok(operation)
}

pub(super) fn put_object_tagging(params: &mut Input) -> Read<PutObjectTagging> {
    let tags = tags(params)?;
    let mut operation = PutObjectTagging::new(params.required("Bucket")?, params.required("Key")?, tags);
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.content_md5 = params.text("ContentMD5");
    operation.version_id = params.text("VersionId");
    Ok(operation)
}

fn tags(params: &mut Input) -> Read<Vec<Tag>> {
    tag_set(&params.take("Tagging").unwrap_or_default())
}
