//! Operations of multipart uploads.

use serde_json::Value;
use windlass::operations::{
    AbortMultipartUpload, CompleteMultipartUpload, CompletedPart, CreateMultipartUpload,
    ListMultipartUploads, ListParts, UploadPart, UploadPartCopy,
};
use windlass::types::{ByteRange, ETag};

use super::{Read, body, checksums, copy_source, customer_key, encoding, number, settings, source_options};
use crate::answer::Answer;
use crate::input::Input;

pub(super) fn abort_multipart_upload(params: &mut Input) -> Read<AbortMultipartUpload> {
    let (bucket, key, upload_id) = upload(params)?;
    let mut operation = AbortMultipartUpload::new(bucket, key, upload_id);
    operation.if_match_initiated_time = params.time("IfMatchInitiatedTime")?;
    Ok(operation)
}

pub(super) fn complete_multipart_upload(params: &mut Input) -> Read<CompleteMultipartUpload> {
    let mut list = params.object("MultipartUpload").unwrap_or_default();
    let parts = list.list("Parts").iter().map(completed_part).collect::<Read<_>>()?;
    list.end()?;
    let (bucket, key, upload_id) = upload(params)?;
    let mut operation = CompleteMultipartUpload::new(bucket, key, upload_id, parts);
    checksums(params, &mut operation.checksums);
    operation.checksums.checksum_type = params.text("ChecksumType").map(Into::into);
    operation.conditions.if_match = params.text("IfMatch").map(ETag::new);
    operation.conditions.if_none_match = params.text("IfNoneMatch").map(ETag::new);
    operation.customer_key = customer_key(params, "SSECustomer")?;
    operation.mpu_object_size = params.number("MpuObjectSize");
    Ok(operation)
}

fn completed_part(value: &Value) -> Read<CompletedPart> {
    let mut part = Input::new(value);
    let mut read = CompletedPart::default();
    checksums(&mut part, &mut read.checksums);
    read.etag = part.text("ETag").map(ETag::new);
    read.part_number = part_number(&mut part)?;
    part.end()?;
    Ok(read)
}

pub(super) fn create_multipart_upload(params: &mut Input) -> Read<CreateMultipartUpload> {
    let mut operation = CreateMultipartUpload::new(params.required("Bucket")?, params.required("Key")?);
    settings(params, &mut operation.settings)?;
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.checksum_type = params.text("ChecksumType").map(Into::into);
    Ok(operation)
}

pub(super) fn list_multipart_uploads(params: &mut Input) -> Read<ListMultipartUploads> {
    let mut operation = ListMultipartUploads::new(params.required("Bucket")?);
    encoding(params, &mut operation.encoding_type);
    operation.delimiter = params.text("Delimiter");
    operation.key_marker = params.text("KeyMarker");
    operation.max_uploads = number(params, "MaxUploads");
    operation.prefix = params.text("Prefix");
    operation.upload_id_marker = params.text("UploadIdMarker");
    Ok(operation)
}

pub(super) fn list_parts(params: &mut Input) -> Read<ListParts> {
    let (bucket, key, upload_id) = upload(params)?;
    let mut operation = ListParts::new(bucket, key, upload_id);
    operation.customer_key = customer_key(params, "SSECustomer")?;
    operation.max_parts = number(params, "MaxParts");
    operation.part_number_marker = number(params, "PartNumberMarker");
    Ok(operation)
}

pub(super) fn upload_part(params: &mut Input) -> Read<UploadPart> {
    let body = body(params)?;
    let (bucket, key, upload_id) = upload(params)?;
    let mut operation = UploadPart::new(bucket, key, upload_id, part_number(params)?, body);
    checksums(params, &mut operation.checksums);
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.content_md5 = params.text("ContentMD5");
    operation.customer_key = customer_key(params, "SSECustomer")?;
    Ok(operation)
}

pub(super) fn upload_part_copy(params: &mut Input) -> Read<UploadPartCopy> {
    let source = copy_source(params)?;
    let (bucket, key, upload_id) = upload(params)?;
    let mut operation = UploadPartCopy::new(source, bucket, key, upload_id, part_number(params)?);
    source_options(params, &mut operation.source_options)?;
    operation.customer_key = customer_key(params, "SSECustomer")?;
    operation.range = params.text("CopySourceRange").map(|range| ByteRange::from(range.as_str()));
    Ok(operation)
}

fn upload(params: &mut Input) -> Read<(String, String, String)> {
    Ok((params.required("Bucket")?, params.required("Key")?, params.required("UploadId")?))
}

fn part_number(params: &mut Input) -> Read<u32> {
    number(params, "PartNumber").ok_or_else(|| Answer::error("refused", "PartNumber is missing"))
}
