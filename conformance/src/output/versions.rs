//! Outputs of operations on versions.

use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::{
    GetBucketVersioning, GetBucketVersioningOutput, ListObjectVersions, ListObjectVersionsOutput,
    PutBucketVersioning, PutBucketVersioningOutput, VersionEntry,
};
use windlass::types::ResponseInfo;

use super::{Described, iso, owner, prefixes, restore_status, text};

impl Described for GetBucketVersioning {
    async fn describe(output: GetBucketVersioningOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "MFADelete": text(output.mfa_delete.as_ref()),
            "Status": text(output.status.as_ref()),
        });
        Ok((value, output.response))
    }
}

impl Described for ListObjectVersions {
    async fn describe(output: ListObjectVersionsOutput) -> Result<(Value, ResponseInfo)> {
        let (mut versions, mut markers) = (Vec::new(), Vec::new());
        for entry in &output.entries {
            match entry {
                VersionEntry::Version(version) => {
                    let algorithms = version.checksum_algorithms.iter().map(ToString::to_string);
                    versions.push(json!({
                        "ChecksumAlgorithm": algorithms.collect::<Vec<_>>(),
                        "ChecksumType": text(version.checksum_type.as_ref()),
                        "ETag": text(version.etag.as_ref()),
                        "IsLatest": version.is_latest,
                        "Key": version.key,
                        "LastModified": iso(version.last_modified),
                        "Owner": owner(version.owner.as_deref()),
                        "RestoreStatus": restore_status(version.restore_status.as_ref()),
                        "Size": version.size,
                        "StorageClass": text(version.storage_class.as_ref()),
                        "VersionId": version.version_id,
                    }));
                }
                VersionEntry::DeleteMarker(marker) => markers.push(json!({
                    "IsLatest": marker.is_latest,
                    "Key": marker.key,
                    "LastModified": iso(marker.last_modified),
                    "Owner": owner(marker.owner.as_deref()),
                    "VersionId": marker.version_id,
                })),
                _ => {}
            }
        }
        let value = json!({
            "CommonPrefixes": prefixes(&output.common_prefixes),
            "DeleteMarkers": markers,
            "Delimiter": output.delimiter,
            "EncodingType": text(output.encoding_type.as_ref()),
            "IsTruncated": output.is_truncated,
            "KeyMarker": output.key_marker,
            "MaxKeys": output.max_keys,
            "Name": output.name,
            "NextKeyMarker": output.next_key_marker,
            "NextVersionIdMarker": output.next_version_id_marker,
            "Prefix": output.prefix,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "VersionIdMarker": output.version_id_marker,
            "Versions": versions,
        });
        Ok((value, output.response))
    }
}

impl Described for PutBucketVersioning {
    async fn describe(output: PutBucketVersioningOutput) -> Result<(Value, ResponseInfo)> {
        Ok((json!({}), output.response))
    }
}
