//! Outputs of operations of multipart uploads.

use serde_json::{Value, json};
use windlass::Result;
use windlass::operations::{
    AbortMultipartUpload, AbortMultipartUploadOutput, CompleteMultipartUpload, CompleteMultipartUploadOutput,
    CreateMultipartUpload, CreateMultipartUploadOutput, ListMultipartUploads, ListMultipartUploadsOutput,
    ListParts, ListPartsOutput, UploadPart, UploadPartCopy, UploadPartCopyOutput, UploadPartOutput,
};
use windlass::types::ResponseInfo;

use super::{Described, iso, owner, prefixes, text, with_checksums, with_encryption};

impl Described for AbortMultipartUpload {
    async fn describe(output: AbortMultipartUploadOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({"RequestCharged": text(output.response.request_charged.as_ref())});
        Ok((value, output.response))
    }
}

impl Described for CompleteMultipartUpload {
    async fn describe(output: CompleteMultipartUploadOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "Bucket": output.bucket,
            "ETag": text(output.etag.as_ref()),
            "Expiration": output.expiration,
            "Key": output.key,
            "Location": output.location,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "VersionId": output.version_id,
        });
        let value = with_checksums(value, &output.checksums);
        Ok((with_encryption(value, &output.encryption), output.response))
    }
}

impl Described for CreateMultipartUpload {
    async fn describe(output: CreateMultipartUploadOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "AbortDate": iso(output.abort_date),
            "AbortRuleId": output.abort_rule_id,
            "Bucket": output.bucket,
            "ChecksumAlgorithm": text(output.checksum_algorithm.as_ref()),
            "ChecksumType": text(output.checksum_type.as_ref()),
            "Key": output.key,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "UploadId": output.upload_id,
        });
        Ok((with_encryption(value, &output.encryption), output.response))
    }
}

impl Described for ListMultipartUploads {
    async fn describe(output: ListMultipartUploadsOutput) -> Result<(Value, ResponseInfo)> {
        let uploads = output.uploads.iter().map(|upload| {
            json!({
                "ChecksumAlgorithm": text(upload.checksum_algorithm.as_ref()),
                "ChecksumType": text(upload.checksum_type.as_ref()),
                "Initiated": iso(upload.initiated),
                "Initiator": owner(upload.initiator.as_ref()),
                "Key": upload.key,
                "Owner": owner(upload.owner.as_ref()),
                "StorageClass": text(upload.storage_class.as_ref()),
                "UploadId": upload.upload_id,
            })
        });
        let value = json!({
            "Bucket": output.bucket,
            "CommonPrefixes": prefixes(&output.common_prefixes),
            "Delimiter": output.delimiter,
            "EncodingType": text(output.encoding_type.as_ref()),
            "IsTruncated": output.is_truncated,
            "KeyMarker": output.key_marker,
            "MaxUploads": output.max_uploads,
            "NextKeyMarker": output.next_key_marker,
            "NextUploadIdMarker": output.next_upload_id_marker,
            "Prefix": output.prefix,
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "UploadIdMarker": output.upload_id_marker,
            "Uploads": uploads.collect::<Vec<_>>(),
        });
        Ok((value, output.response))
    }
}

impl Described for ListParts {
    async fn describe(output: ListPartsOutput) -> Result<(Value, ResponseInfo)> {
        let parts = output.parts.iter().map(|part| {
            let value = json!({
                "ETag": text(part.etag.as_ref()),
                "LastModified": iso(part.last_modified),
                "PartNumber": part.part_number,
                "Size": part.size,
            });
            with_checksums(value, &part.checksums)
        });
        let value = json!({
            "AbortDate": iso(output.abort_date),
            "AbortRuleId": output.abort_rule_id,
            "Bucket": output.bucket,
            "ChecksumAlgorithm": text(output.checksum_algorithm.as_ref()),
            "ChecksumType": text(output.checksum_type.as_ref()),
            "Initiator": owner(output.initiator.as_ref()),
            "IsTruncated": output.is_truncated,
            "Key": output.key,
            "MaxParts": output.max_parts,
            "NextPartNumberMarker": output.next_part_number_marker,
            "Owner": owner(output.owner.as_ref()),
            "PartNumberMarker": output.part_number_marker,
            "Parts": parts.collect::<Vec<_>>(),
            "RequestCharged": text(output.response.request_charged.as_ref()),
            "StorageClass": text(output.storage_class.as_ref()),
            "UploadId": output.upload_id,
        });
        Ok((value, output.response))
    }
}

impl Described for UploadPart {
    async fn describe(output: UploadPartOutput) -> Result<(Value, ResponseInfo)> {
        let value = json!({
            "ETag": text(output.etag.as_ref()),
            "RequestCharged": text(output.response.request_charged.as_ref()),
        });
        let value = with_checksums(value, &output.checksums);
        Ok((with_encryption(value, &output.encryption), output.response))
    }
}

impl Described for UploadPartCopy {
    async fn describe(output: UploadPartCopyOutput) -> Result<(Value, ResponseInfo)> {
        let result = json!({"ETag": text(output.etag.as_ref()), "LastModified": iso(output.last_modified)});
        let value = json!({
            "CopyPartResult": with_checksums(result, &output.checksums),
            "CopySourceVersionId": output.copy_source_version_id,
            "RequestCharged": text(output.response.request_charged.as_ref()),
        });
        Ok((with_encryption(value, &output.encryption), output.response))
    }
}
