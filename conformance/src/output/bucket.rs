//! Outputs of operations on buckets.

use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::{
    CreateBucket, CreateBucketOutput, DeleteBucket, DeleteBucketOutput, GetBucketLocation,
    GetBucketLocationOutput, HeadBucket, HeadBucketOutput, ListBuckets, ListBucketsOutput,
};
use windlass::types::ResponseInfo;

use super::{Described, iso, owner, text};

impl Described for CreateBucket {
    async fn describe(output: CreateBucketOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({"BucketArn": output.bucket_arn, "Location": output.location}), output.response))
    }
}

impl Described for DeleteBucket {
    async fn describe(output: DeleteBucketOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({}), output.response))
    }
}

impl Described for GetBucketLocation {
    async fn describe(output: GetBucketLocationOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({"LocationConstraint": output.location_constraint}), output.response))
    }
}

impl Described for HeadBucket {
    async fn describe(output: HeadBucketOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "AccessPointAlias": output.access_point_alias,
            "BucketArn": output.bucket_arn,
            "BucketLocationName": output.bucket_location_name,
            "BucketLocationType": text(output.bucket_location_type.as_ref()),
            "BucketRegion": output.bucket_region,
        });
        Ok((value, output.response))
    }
}

impl Described for ListBuckets {
    async fn describe(output: ListBucketsOutput) -> Result<(Value, ResponseInfo)> {
        let buckets = output.buckets.iter().map(|bucket| {
            json!({
                "BucketArn": bucket.bucket_arn,
                "BucketRegion": bucket.bucket_region,
                "CreationDate": iso(bucket.creation_date),
                "Name": bucket.name,
            })
        });
        let value = json!({
            "Buckets": buckets.collect::<Vec<_>>(),
            "ContinuationToken": output.continuation_token,
            "Owner": owner(output.owner.as_ref()),
            "Prefix": output.prefix,
        });
        Ok((value, output.response))
    }
}
