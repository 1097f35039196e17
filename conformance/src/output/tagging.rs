//! Outputs of operations on tags.

use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::{
    DeleteBucketTagging, DeleteBucketTaggingOutput, DeleteObjectTagging, DeleteObjectTaggingOutput,
    GetBucketTagging, GetBucketTaggingOutput, GetObjectTagging, GetObjectTaggingOutput, PutBucketTagging,
    PutBucketTaggingOutput, PutObjectTagging, PutObjectTaggingOutput,
};
use windlass::types::{ResponseInfo, Tag};

use super::Described;

fn tag_set(tags: &[Tag]) -> Value {
    tags.iter().map(|tag| json!({"Key": tag.key, "Value": tag.value})).collect()
}

impl Described for DeleteBucketTagging {
    async fn describe(output: DeleteBucketTaggingOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({}), output.response))
    }
}

impl Described for DeleteObjectTagging {
    async fn describe(output: DeleteObjectTaggingOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({"VersionId": output.version_id}), output.response))
    }
}

impl Described for GetBucketTagging {
    async fn describe(output: GetBucketTaggingOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({"TagSet": tag_set(&output.tags)}), output.response))
    }
}

impl Described for GetObjectTagging {
    async fn describe(output: GetObjectTaggingOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({"TagSet": tag_set(&output.tags), "VersionId": output.version_id});
        Ok((value, output.response))
    }
}

impl Described for PutBucketTagging {
    async fn describe(output: PutBucketTaggingOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({}), output.response))
    }
}

impl Described for PutObjectTagging {
    async fn describe(output: PutObjectTaggingOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({"VersionId": output.version_id}), output.response))
    }
}
