//! Operations on objects.

use serde_json::Value;
use windlass::operations::{
    CopyObject, DeleteObject, DeleteObjects, GetObject, GetObjectAttributes, HeadObject, ListObjects,
    ListObjectsV2, ObjectIdentifier, PutObject, RestoreObject,
};
use windlass::types::{ByteRange, ETag, ReadOptions};

use super::{
    Read, body, checksums, copy_source, customer_key, encoding, number, settings, source_options, words,
};
use crate::input::Input;

pub(super) fn copy_object(params: &mut Input) -> Read<CopyObject> {
    let source = copy_source(params)?;
    let mut operation = CopyObject::new(source, params.required("Bucket")?, params.required("Key")?);
    settings(params, &mut operation.settings)?;
    operation.annotation_directive = params.text("AnnotationDirective").map(Into::into);
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.conditions.if_match = params.text("IfMatch").map(ETag::new);
    operation.conditions.if_none_match = params.text("IfNoneMatch").map(ETag::new);
    operation.metadata_directive = params.text("MetadataDirective").map(Into::into);
    operation.tagging_directive = params.text("TaggingDirective").map(Into::into);
    source_options(params, &mut operation.source_options)?;
    Ok(operation)
}

pub(super) fn delete_object(params: &mut Input) -> Read<DeleteObject> {
    let mut operation = DeleteObject::new(params.required("Bucket")?, params.required("Key")?);
    operation.bypass_governance_retention = params.flag("BypassGovernanceRetention");
    operation.if_match = params.text("IfMatch").map(ETag::new);
    operation.if_match_last_modified_time = params.time("IfMatchLastModifiedTime")?;
    operation.if_match_size = params.number("IfMatchSize");
    operation.mfa = params.text("MFA");
    operation.version_id = params.text("VersionId");
    Ok(operation)
}

pub(super) fn delete_objects(params: &mut Input) -> Read<DeleteObjects> {
    let mut delete = params.object("Delete").unwrap_or_default();
    let objects = delete.list("Objects").iter().map(object_identifier).collect::<Read<_>>()?;
    let mut operation = DeleteObjects::new(params.required("Bucket")?, objects);
    operation.quiet = delete.flag("Quiet").unwrap_or_default();
    delete.end()?;
    operation.bypass_governance_retention = params.flag("BypassGovernanceRetention");
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.mfa = params.text("MFA");
    Ok(operation)
}

fn object_identifier(value: &Value) -> Read<ObjectIdentifier> {
    let mut object = Input::new(value);
    let mut read = ObjectIdentifier::new(object.required("Key")?);
    read.etag = object.text("ETag").map(ETag::new);
    read.last_modified_time = object.time("LastModifiedTime")?;
    read.size = object.number("Size");
    read.version_id = object.text("VersionId");
    object.end()?;
    Ok(read)
}

pub(super) fn get_object(params: &mut Input) -> Read<GetObject> {
    let mut operation = GetObject::new(params.required("Bucket")?, params.required("Key")?);
    read_options(params, &mut operation.options)?;
    Ok(operation)
}

pub(super) fn get_object_attributes(params: &mut Input) -> Read<GetObjectAttributes> {
    let attributes: Vec<_> = words(params, "ObjectAttributes");
    let mut operation =
        GetObjectAttributes::new(params.required("Bucket")?, params.required("Key")?, attributes);
    operation.customer_key = customer_key(params, "SSECustomer")?;
    operation.max_parts = number(params, "MaxParts");
    operation.part_number_marker = number(params, "PartNumberMarker");
    operation.version_id = params.text("VersionId");
    Ok(operation)
}

pub(super) fn head_object(params: &mut Input) -> Read<HeadObject> {
    let mut operation = HeadObject::new(params.required("Bucket")?, params.required("Key")?);
    read_options(params, &mut operation.options)?;
    Ok(operation)
}

pub(super) fn list_objects(params: &mut Input) -> Read<ListObjects> {
    let mut operation = ListObjects::new(params.required("Bucket")?);
    operation.delimiter = params.text("Delimiter");
    encoding(params, &mut operation.encoding_type);
    operation.marker = params.text("Marker");
    operation.max_keys = number(params, "MaxKeys");
    operation.prefix = params.text("Prefix");
    operation.optional_object_attributes = words(params, "OptionalObjectAttributes");
    Ok(operation)
}

pub(super) fn list_objects_v2(params: &mut Input) -> Read<ListObjectsV2> {
    let mut operation = ListObjectsV2::new(params.required("Bucket")?);
    operation.continuation_token = params.text("ContinuationToken");
    operation.delimiter = params.text("Delimiter");
    encoding(params, &mut operation.encoding_type);
    operation.fetch_owner = params.flag("FetchOwner");
    operation.max_keys = number(params, "MaxKeys");
    operation.prefix = params.text("Prefix");
    operation.start_after = params.text("StartAfter");
    operation.optional_object_attributes = words(params, "OptionalObjectAttributes");
    Ok(operation)
}

pub(super) fn put_object(params: &mut Input) -> Read<PutObject> {
    let body = body(params)?;
    let mut operation = PutObject::new(params.required("Bucket")?, params.required("Key")?, body);
    settings(params, &mut operation.settings)?;
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    checksums(params, &mut operation.checksums);
    operation.conditions.if_match = params.text("IfMatch").map(ETag::new);
    operation.conditions.if_none_match = params.text("IfNoneMatch").map(ETag::new);
    operation.content_md5 = params.text("ContentMD5");
    operation.write_offset_bytes = params.number("WriteOffsetBytes");
    Ok(operation)
}

pub(super) fn restore_object(params: &mut Input) -> Read<RestoreObject> {
    let mut operation = RestoreObject::new(params.required("Bucket")?, params.required("Key")?);
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.version_id = params.text("VersionId");
    if let Some(mut request) = params.object("RestoreRequest") {
        operation.days = number(&mut request, "Days");
        if let Some(mut parameters) = request.object("GlacierJobParameters") {
            operation.tier = parameters.text("Tier").map(Into::into);
            parameters.end()?;
        }
        request.end()?;
    }
    Ok(operation)
}

fn read_options(params: &mut Input, options: &mut ReadOptions) -> Read<()> {
    options.checksum_mode = params.text("ChecksumMode").as_deref() == Some("ENABLED");
    options.conditions.if_match = params.text("IfMatch").map(ETag::new);
    options.conditions.if_none_match = params.text("IfNoneMatch").map(ETag::new);
    options.conditions.if_modified_since = params.time("IfModifiedSince")?;
    options.conditions.if_unmodified_since = params.time("IfUnmodifiedSince")?;
    options.customer_key = customer_key(params, "SSECustomer")?;
    options.part_number = number(params, "PartNumber");
    options.range = params.text("Range").map(|range| ByteRange::from(range.as_str()));
    options.response_overrides.cache_control = params.text("ResponseCacheControl");
    options.response_overrides.content_disposition = params.text("ResponseContentDisposition");
    options.response_overrides.content_encoding = params.text("ResponseContentEncoding");
    options.response_overrides.content_language = params.text("ResponseContentLanguage");
    options.response_overrides.content_type = params.text("ResponseContentType");
    options.response_overrides.expires = params.time("ResponseExpires")?;
    options.version_id = params.text("VersionId");
    Ok(())
}
