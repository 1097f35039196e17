//! Outputs of operations on objects.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::{
    CopyObject, CopyObjectOutput, DeleteObject, DeleteObjectOutput, DeleteObjects, DeleteObjectsOutput,
    GetObject, GetObjectAttributes, GetObjectAttributesOutput, GetObjectOutput, HeadObject, ListObjects,
    ListObjectsOutput, ListObjectsV2, ListObjectsV2Output, PutObject, PutObjectOutput, RestoreObject,
    RestoreObjectOutput,
};
use windlass::types::{Object, ObjectHead, ResponseInfo};

use super::{Described, iso, owner, prefixes, restore_status, text, with_checksums, with_encryption};

fn head(head: &ObjectHead) -> Value {
    let output = json!({
        "AcceptRanges": head.accept_ranges,
        "ArchiveStatus": text(head.archive_status.as_ref()),
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
        "StorageClass": text(head.storage_class.as_ref()),
        "TagCount": head.tag_count,
        "VersionId": head.version_id,
        "WebsiteRedirectLocation": head.website_redirect_location,
    });
    with_encryption(with_checksums(output, &head.checksums), &head.encryption)
}

impl Described for CopyObject {
    async fn describe(output: CopyObjectOutput) -> Result<(Value, ResponseInfo)> {
        let result = json!({"ETag": text(output.etag.as_ref()), "LastModified": iso(output.last_modified)});
        let value = json!({
            "CopyObjectResult": with_checksums(result, &output.checksums),
            "CopySourceVersionId": output.copy_source_version_id,
            "Expiration": output.expiration,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "VersionId": output.version_id,
        });
        Ok((with_encryption(value, &output.encryption), output.response))
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

impl Described for GetObject {
    async fn describe(output: GetObjectOutput) -> Result<(Value, ResponseInfo)> {
        let mut value = head(&output.head);
        let body = output.body.bytes().await?;
        value["Body"] = json!({"$base64": STANDARD.encode(&body)});
        Ok((value, output.head.response))
    }
}

impl Described for HeadObject {
    async fn describe(output: ObjectHead) -> Result<(Value, ResponseInfo)> {
        Ok((head(&output), output.response))
    }
}

fn contents(objects: &[Object]) -> Vec<Value> {
    let described = objects.iter().map(|object| {
        json!({
            "ChecksumAlgorithm": object.checksum_algorithms.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "ChecksumType": text(object.checksum_type.as_ref()),
            "ETag": text(object.etag.as_ref()),
            "Key": object.key,
            "LastModified": iso(object.last_modified),
            "Owner": owner(object.owner.as_deref()),
            "RestoreStatus": restore_status(object.restore_status.as_deref()),
            "Size": object.size,
            "StorageClass": text(object.storage_class.as_ref()),
    })
    });
    described.collect()
}

impl Described for ListObjects {
    async fn describe(output: ListObjectsOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "CommonPrefixes": prefixes(&output.common_prefixes),
            "Contents": contents(&output.contents),
            "Delimiter": output.delimiter,
            "EncodingType": text(output.encoding_type.as_ref()),
            "IsTruncated": output.is_truncated,
            "Marker": output.marker,
            "MaxKeys": output.max_keys,
            "Name": output.name,
            "NextMarker": output.next_marker,
            "Prefix": output.prefix,
            "RequestCharged": text(output.response.request_charged.as_ref()),
        });
        Ok((value, output.response))
    }
}

impl Described for ListObjectsV2 {
    async fn describe(output: ListObjectsV2Output) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "CommonPrefixes": prefixes(&output.common_prefixes),
            "Contents": contents(&output.contents),
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
            "ETag": text(output.etag.as_ref()),
            "Expiration": output.expiration,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "Size": output.size,
            "VersionId": output.version_id,
        });
        let value = with_checksums(value, &output.checksums);
        Ok((with_encryption(value, &output.encryption), output.response))
    }
}

impl Described for GetObjectAttributes {
    async fn describe(output: GetObjectAttributesOutput) -> Result<(Value, ResponseInfo)> {
        let parts = output.object_parts.as_ref().map(|parts| {
            let listed = parts.parts.iter().map(|part| {
                with_checksums(json!({"PartNumber": part.part_number, "Size": part.size}), &part.checksums)
            });
            json!({
                "IsTruncated": parts.is_truncated,
                "MaxParts": parts.max_parts,
                "NextPartNumberMarker": parts.next_part_number_marker,
                "PartNumberMarker": parts.part_number_marker,
                "Parts": listed.collect::<Vec<_>>(),
                "TotalPartsCount": parts.total_parts_count,
            })
        });
        let value = json!({
            "Checksum": with_checksums(json!({}), &output.checksums),
            "DeleteMarker": output.delete_marker,
            "ETag": text(output.etag.as_ref()),
            "LastModified": iso(output.last_modified),
            "ObjectParts": parts,
            "ObjectSize": output.object_size,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "StorageClass": text(output.storage_class.as_ref()),
            "VersionId": output.version_id,
        });
        Ok((value, output.response))
    }
}

impl Described for RestoreObject {
    async fn describe(output: RestoreObjectOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "RestoreOutputPath": output.restore_output_path,
        });
        Ok((value, output.response))
    }
}
