//! Outputs of operations as members by their API names.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::{
    CopyObject, CopyObjectOutput, CreateBucket, CreateBucketOutput, DeleteBucket, DeleteBucketOutput,
    DeleteObject, DeleteObjectOutput, DeleteObjects, DeleteObjectsOutput, GetBucketLocation,
    GetBucketLocationOutput, GetObject, GetObjectOutput, HeadBucket, HeadBucketOutput, HeadObject,
    ListBuckets, ListBucketsOutput, ListObjectsV2, ListObjectsV2Output, Operation, PutObject,
    PutObjectOutput,
};
use windlass::types::{ObjectChecksums, ObjectHead, Owner, ResponseInfo};

/// An operation whose output the driver can show.
pub(crate) trait Described: Operation + Clone {
    /// The output, with the ids of its answer. A streamed body is read to its end.
    fn describe(output: Self::Output) -> impl Future<Output = Result<(Value, ResponseInfo)>>;
}

fn iso(time: Option<SystemTime>) -> Option<String> {
    let time = jiff::Timestamp::try_from(time?).ok()?;
    Some(time.to_string())
}

fn text(value: Option<&impl ToString>) -> Option<String> {
    value.map(ToString::to_string)
}

fn with_checksums(mut output: Value, checksums: &ObjectChecksums) -> Value {
    for (algorithm, value) in checksums.iter() {
        output[format!("Checksum{algorithm}")] = value.into();
    }
    if let Some(kind) = &checksums.checksum_type {
        output["ChecksumType"] = kind.to_string().into();
    }
    output
}

fn owner(owner: Option<&Owner>) -> Value {
    owner.map_or(Value::Null, |owner| json!({"DisplayName": owner.display_name, "ID": owner.id}))
}

fn head(head: &ObjectHead) -> Value {
    let output = json!({
        "AcceptRanges": head.accept_ranges,
        "ArchiveStatus": text(head.archive_status.as_ref()),
        "BucketKeyEnabled": head.bucket_key_enabled,
        "CacheControl": head.cache_control,
        "ContentDisposition": head.content_disposition,
        "ContentEncoding": head.content_encoding,
        "ContentLanguage": head.content_language,
        "ContentLength": head.content_length,
        "ContentRange": head.content_range,
        "ContentType": head.content_type,
        "DeleteMarker": head.delete_marker,
        "ETag": text(head.etag.as_ref()),
        "Expiration": head.expiration,
        "Expires": iso(head.expires),
        "ExpiresString": head.expires_string,
        "LastModified": iso(head.last_modified),
        "Metadata": head.metadata,
        "MissingMeta": head.missing_meta,
        "ObjectLockLegalHoldStatus": text(head.object_lock_legal_hold_status.as_ref()),
        "ObjectLockMode": text(head.object_lock_mode.as_ref()),
        "ObjectLockRetainUntilDate": iso(head.object_lock_retain_until_date),
        "PartsCount": head.parts_count,
        "ReplicationStatus": text(head.replication_status.as_ref()),
        "RequestCharged": text(head.response.request_charged.as_ref()),
        "Restore": head.restore,
        "SSECustomerAlgorithm": head.sse_customer_algorithm,
        "SSECustomerKeyMD5": head.sse_customer_key_md5,
        "SSEKMSKeyId": head.sse_kms_key_id,
        "ServerSideEncryption": text(head.server_side_encryption.as_ref()),
        "StorageClass": text(head.storage_class.as_ref()),
        "TagCount": head.tag_count,
        "VersionId": head.version_id,
        "WebsiteRedirectLocation": head.website_redirect_location,
    });
    with_checksums(output, &head.checksums)
}

impl Described for CopyObject {
    async fn describe(output: CopyObjectOutput) -> Result<(Value, ResponseInfo)> {
        let result = json!({"ETag": text(output.etag.as_ref()), "LastModified": iso(output.last_modified)});
        let value = json!({
            "BucketKeyEnabled": output.bucket_key_enabled,
            "CopyObjectResult": with_checksums(result, &output.checksums),
            "CopySourceVersionId": output.copy_source_version_id,
            "Expiration": output.expiration,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "SSECustomerAlgorithm": output.sse_customer_algorithm,
            "SSECustomerKeyMD5": output.sse_customer_key_md5,
            "SSEKMSEncryptionContext": output.sse_kms_encryption_context,
            "SSEKMSKeyId": output.sse_kms_key_id,
            "ServerSideEncryption": text(output.server_side_encryption.as_ref()),
            "VersionId": output.version_id,
        });
        Ok((value, output.response))
    }
}

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

impl Described for DeleteObject {
    async fn describe(output: DeleteObjectOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "DeleteMarker": output.delete_marker,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "VersionId": output.version_id,
        });
        Ok((value, output.response))
    }
}

impl Described for DeleteObjects {
    async fn describe(output: DeleteObjectsOutput) -> Result<(Value, ResponseInfo)> {
        let deleted = output.deleted.iter().map(|object| {
            json!({
                "DeleteMarker": object.delete_marker,
                "DeleteMarkerVersionId": object.delete_marker_version_id,
                "Key": object.key,
                "VersionId": object.version_id,
            })
        });
        let errors = output.errors.iter().map(|error| {
            json!({
                "Code": error.code, "Key": error.key, "Message": error.message, "VersionId": error.version_id,
            })
        });
        let value = json!({
            "Deleted": deleted.collect::<Vec<_>>(),
            "Errors": errors.collect::<Vec<_>>(),
            "RequestCharged": text(output.response.request_charged.as_ref()),
        });
        Ok((value, output.response))
    }
}

impl Described for GetBucketLocation {
    async fn describe(output: GetBucketLocationOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({"LocationConstraint": output.location_constraint}), output.response))
    }
}

impl Described for GetObject {
    async fn describe(output: GetObjectOutput) -> Result<(Value, ResponseInfo)> {
        let mut value = head(&output.head);
        let body = output.body.bytes().await?;
        value["Body"] = json!({"$base64": STANDARD.encode(&body)});
        Ok((value, output.head.response))
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

impl Described for HeadObject {
    async fn describe(output: ObjectHead) -> Result<(Value, ResponseInfo)> {
        Ok((head(&output), output.response))
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

impl Described for ListObjectsV2 {
    async fn describe(output: ListObjectsV2Output) -> Result<(Value, ResponseInfo)> {
        let contents = output.contents.iter().map(|object| {
            json!({
                "ChecksumAlgorithm": object.checksum_algorithms.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "ChecksumType": text(object.checksum_type.as_ref()),
                "ETag": text(object.etag.as_ref()),
                "Key": object.key,
                "LastModified": iso(object.last_modified),
                "Owner": owner(object.owner.as_deref()),
                "RestoreStatus": object.restore_status.as_deref().map_or(Value::Null, |status| json!({
                    "IsRestoreInProgress": status.is_restore_in_progress,
                    "RestoreExpiryDate": iso(status.restore_expiry_date),
                })),
                "Size": object.size,
                "StorageClass": text(object.storage_class.as_ref()),
            })
        });
        let prefixes = output.common_prefixes.iter().map(|prefix| json!({"Prefix": prefix}));
        let value = json!({
            "CommonPrefixes": prefixes.collect::<Vec<_>>(),
            "Contents": contents.collect::<Vec<_>>(),
            "ContinuationToken": output.continuation_token,
            "Delimiter": output.delimiter,
            "EncodingType": text(output.encoding_type.as_ref()),
            "IsTruncated": output.is_truncated,
            "KeyCount": output.key_count,
            "MaxKeys": output.max_keys,
            "Name": output.name,
            "NextContinuationToken": output.next_continuation_token,
            "Prefix": output.prefix,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "StartAfter": output.start_after,
        });
        Ok((value, output.response))
    }
}

impl Described for PutObject {
    async fn describe(output: PutObjectOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "BucketKeyEnabled": output.bucket_key_enabled,
            "ETag": text(output.etag.as_ref()),
            "Expiration": output.expiration,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "SSECustomerAlgorithm": output.sse_customer_algorithm,
            "SSECustomerKeyMD5": output.sse_customer_key_md5,
            "SSEKMSEncryptionContext": output.sse_kms_encryption_context,
            "SSEKMSKeyId": output.sse_kms_key_id,
            "ServerSideEncryption": text(output.server_side_encryption.as_ref()),
            "Size": output.size,
            "VersionId": output.version_id,
        });
        Ok((with_checksums(value, &output.checksums), output.response))
    }
}
