//! Members by their API names become operations of windlass.

use serde_json::Value;
use windlass::Body;
use windlass::operations::{
    CopyObject, CreateBucket, DeleteBucket, DeleteObject, DeleteObjects, DirectoryBucket, GetBucketLocation,
    GetObject, HeadBucket, HeadObject, ListBuckets, ListObjectsV2, ObjectIdentifier, PutObject,
};
use windlass::protocol::encode;
use windlass::types::{
    AccountTerms, ByteRange, ChecksumAlgorithm, CopySource, CustomerKey, ETag, Grants, ObjectSettings,
    ReadOptions, SourceTerms, Tag,
};

use crate::answer::{Answer, unsupported};
use crate::input::Input;
use crate::output::Described;

/// What is done with an operation once its type is known.
pub(crate) trait Visitor {
    type Output;
    fn visit<O: Described>(self, operation: O) -> Self::Output;
}

/// Reads the members of an operation and hands it to `visitor`.
pub(crate) fn visit<V: Visitor>(name: &str, mut params: Input, visitor: V) -> Result<V::Output, Answer> {
    macro_rules! read {
        ($read:expr) => {{
            let operation = $read(&mut params)?;
            params.end()?;
            Ok(visitor.visit(operation))
        }};
    }
    match name {
        "CopyObject" => read!(copy_object),
        "CreateBucket" => read!(create_bucket),
        "DeleteBucket" => read!(delete_bucket),
        "DeleteObject" => read!(delete_object),
        "DeleteObjects" => read!(delete_objects),
        "GetBucketLocation" => read!(get_bucket_location),
        "GetObject" => read!(get_object),
        "HeadBucket" => read!(head_bucket),
        "HeadObject" => read!(head_object),
        "ListBuckets" => read!(list_buckets),
        "ListObjectsV2" => read!(list_objects_v2),
        "PutObject" => read!(put_object),
        _ => Err(unsupported(format!("the operation {name}"))),
    }
}

type Read<T> = Result<T, Answer>;

fn copy_object(params: &mut Input) -> Read<CopyObject> {
    let source = copy_source(params)?;
    let mut operation = CopyObject::new(source, params.required("Bucket")?, params.required("Key")?);
    account(params, &mut operation.account);
    settings(params, &mut operation.settings)?;
    operation.annotation_directive = params.text("AnnotationDirective").map(Into::into);
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    operation.conditions.if_match = params.text("IfMatch").map(ETag::new);
    operation.conditions.if_none_match = params.text("IfNoneMatch").map(ETag::new);
    operation.metadata_directive = params.text("MetadataDirective").map(Into::into);
    operation.tagging_directive = params.text("TaggingDirective").map(Into::into);
    source_terms(params, &mut operation.source_terms)?;
    Ok(operation)
}

fn copy_source(params: &mut Input) -> Read<CopySource> {
    let Some(mut source) = params.object("CopySource") else {
        return Err(Answer::error("refused", "CopySource is missing"));
    };
    let mut read = CopySource::new(source.required("Bucket")?, source.required("Key")?);
    read.version_id = source.text("VersionId");
    source.end()?;
    Ok(read)
}

fn source_terms(params: &mut Input, terms: &mut SourceTerms) -> Read<()> {
    terms.conditions.if_match = params.text("CopySourceIfMatch").map(ETag::new);
    terms.conditions.if_none_match = params.text("CopySourceIfNoneMatch").map(ETag::new);
    terms.conditions.if_modified_since = params.time("CopySourceIfModifiedSince")?;
    terms.conditions.if_unmodified_since = params.time("CopySourceIfUnmodifiedSince")?;
    terms.customer_key = customer_key(params, "CopySourceSSECustomer")?;
    terms.expected_bucket_owner = params.text("ExpectedSourceBucketOwner");
    Ok(())
}

fn create_bucket(params: &mut Input) -> Read<CreateBucket> {
    let mut operation = CreateBucket::new(params.required("Bucket")?);
    operation.acl = params.text("ACL").map(Into::into);
    operation.bucket_namespace = params.text("BucketNamespace").map(Into::into);
    operation.object_lock_enabled_for_bucket = params.flag("ObjectLockEnabledForBucket");
    operation.object_ownership = params.text("ObjectOwnership").map(Into::into);
    grants(params, &mut operation.grants);
    if let Some(mut configuration) = params.object("CreateBucketConfiguration") {
        operation.location_constraint = configuration.text("LocationConstraint");
        for tag in configuration.list("Tags") {
            let mut tag = Input::new(&tag);
            let mut read = Tag::default();
            (read.key, read.value) = (tag.required("Key")?, tag.required("Value")?);
            tag.end()?;
            operation.tags.push(read);
        }
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

fn delete_bucket(params: &mut Input) -> Read<DeleteBucket> {
    let mut operation = DeleteBucket::new(params.required("Bucket")?);
    account(params, &mut operation.account);
    Ok(operation)
}

fn delete_object(params: &mut Input) -> Read<DeleteObject> {
    let mut operation = DeleteObject::new(params.required("Bucket")?, params.required("Key")?);
    account(params, &mut operation.account);
    operation.bypass_governance_retention = params.flag("BypassGovernanceRetention");
    operation.if_match = params.text("IfMatch").map(ETag::new);
    operation.if_match_last_modified_time = params.time("IfMatchLastModifiedTime")?;
    operation.if_match_size = params.number("IfMatchSize");
    operation.mfa = params.text("MFA");
    operation.version_id = params.text("VersionId");
    Ok(operation)
}

fn delete_objects(params: &mut Input) -> Read<DeleteObjects> {
    let mut delete = params.object("Delete").unwrap_or_default();
    let objects = delete.list("Objects").iter().map(object_identifier).collect::<Read<_>>()?;
    let mut operation = DeleteObjects::new(params.required("Bucket")?, objects);
    operation.quiet = delete.flag("Quiet").unwrap_or_default();
    delete.end()?;
    account(params, &mut operation.account);
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

fn get_bucket_location(params: &mut Input) -> Read<GetBucketLocation> {
    let mut operation = GetBucketLocation::new(params.required("Bucket")?);
    account(params, &mut operation.account);
    Ok(operation)
}

fn get_object(params: &mut Input) -> Read<GetObject> {
    let mut operation = GetObject::new(params.required("Bucket")?, params.required("Key")?);
    account(params, &mut operation.account);
    read_options(params, &mut operation.options)?;
    Ok(operation)
}

fn head_bucket(params: &mut Input) -> Read<HeadBucket> {
    let mut operation = HeadBucket::new(params.required("Bucket")?);
    account(params, &mut operation.account);
    Ok(operation)
}

fn head_object(params: &mut Input) -> Read<HeadObject> {
    let mut operation = HeadObject::new(params.required("Bucket")?, params.required("Key")?);
    account(params, &mut operation.account);
    read_options(params, &mut operation.options)?;
    Ok(operation)
}

fn list_buckets(params: &mut Input) -> Read<ListBuckets> {
    let mut operation = ListBuckets::new();
    operation.bucket_region = params.text("BucketRegion");
    operation.continuation_token = params.text("ContinuationToken");
    operation.max_buckets = number(params, "MaxBuckets");
    operation.prefix = params.text("Prefix");
    Ok(operation)
}

fn list_objects_v2(params: &mut Input) -> Read<ListObjectsV2> {
    let mut operation = ListObjectsV2::new(params.required("Bucket")?);
    account(params, &mut operation.account);
    operation.continuation_token = params.text("ContinuationToken");
    operation.delimiter = params.text("Delimiter");
    if let Some(encoding) = params.text("EncodingType") {
        operation.encoding_type = Some(encoding.into());
    }
    operation.fetch_owner = params.flag("FetchOwner");
    operation.max_keys = number(params, "MaxKeys");
    operation.prefix = params.text("Prefix");
    operation.start_after = params.text("StartAfter");
    let attributes = params.list("OptionalObjectAttributes");
    operation.optional_object_attributes =
        attributes.iter().filter_map(Value::as_str).map(Into::into).collect();
    Ok(operation)
}

fn put_object(params: &mut Input) -> Read<PutObject> {
    let body = Body::from(params.bytes("Body")?.unwrap_or_default());
    let body = match params.number("ContentLength") {
        Some(length) => body.with_length(length),
        None => body,
    };
    let mut operation = PutObject::new(params.required("Bucket")?, params.required("Key")?, body);
    account(params, &mut operation.account);
    settings(params, &mut operation.settings)?;
    operation.checksum_algorithm = params.text("ChecksumAlgorithm").map(Into::into);
    for algorithm in ChecksumAlgorithm::ALL {
        if let Some(value) = params.text(&format!("Checksum{algorithm}")) {
            operation.checksums.set(algorithm, value);
        }
    }
    operation.conditions.if_match = params.text("IfMatch").map(ETag::new);
    operation.conditions.if_none_match = params.text("IfNoneMatch").map(ETag::new);
    operation.content_md5 = params.text("ContentMD5");
    operation.write_offset_bytes = params.number("WriteOffsetBytes");
    Ok(operation)
}

fn number(params: &mut Input, name: &str) -> Option<u32> {
    params.number(name).and_then(|number| u32::try_from(number).ok())
}

fn account(params: &mut Input, terms: &mut AccountTerms) {
    terms.expected_bucket_owner = params.text("ExpectedBucketOwner");
    terms.request_payer = params.text("RequestPayer").map(Into::into);
}

fn grants(params: &mut Input, grants: &mut Grants) {
    grants.full_control = params.text("GrantFullControl");
    grants.read = params.text("GrantRead");
    grants.read_acp = params.text("GrantReadACP");
    grants.write = params.text("GrantWrite");
    grants.write_acp = params.text("GrantWriteACP");
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

fn settings(params: &mut Input, settings: &mut ObjectSettings) -> Read<()> {
    settings.acl = params.text("ACL").map(Into::into);
    settings.bucket_key_enabled = params.flag("BucketKeyEnabled");
    settings.cache_control = params.text("CacheControl");
    settings.content_disposition = params.text("ContentDisposition");
    settings.content_encoding = params.text("ContentEncoding");
    settings.content_language = params.text("ContentLanguage");
    settings.content_type = params.text("ContentType");
    settings.customer_key = customer_key(params, "SSECustomer")?;
    settings.expires = params.time("Expires")?;
    grants(params, &mut settings.grants);
    for (name, value) in params.object("Metadata").unwrap_or_default().members() {
        settings.metadata.insert(name, value.as_str().unwrap_or_default().to_owned());
    }
    settings.object_lock_legal_hold_status = params.text("ObjectLockLegalHoldStatus").map(Into::into);
    settings.object_lock_mode = params.text("ObjectLockMode").map(Into::into);
    settings.object_lock_retain_until_date = params.time("ObjectLockRetainUntilDate")?;
    settings.server_side_encryption = params.text("ServerSideEncryption").map(Into::into);
    settings.sse_kms_encryption_context = params.text("SSEKMSEncryptionContext");
    settings.sse_kms_key_id = params.text("SSEKMSKeyId");
    settings.storage_class = params.text("StorageClass").map(Into::into);
    settings.tagging = params.take("Tagging").map(|tags| tagging(&tags)).transpose()?;
    settings.website_redirect_location = params.text("WebsiteRedirectLocation");
    Ok(())
}

fn tagging(value: &Value) -> Read<String> {
    if let Value::String(text) = value {
        return Ok(text.clone());
    }
    let mut tags = Vec::new();
    for tag in Input::new(value).list("TagSet") {
        let mut tag = Input::new(&tag);
        tags.push(format!(
            "{}={}",
            encode::query(&tag.required("Key")?),
            encode::query(&tag.required("Value")?)
        ));
    }
    Ok(tags.join("&"))
}

fn customer_key(params: &mut Input, prefix: &str) -> Read<Option<CustomerKey>> {
    let algorithm = params.text(&format!("{prefix}Algorithm"));
    let key = params.bytes(&format!("{prefix}Key"))?;
    let md5 = params.text(&format!("{prefix}KeyMD5"));
    Ok(key.map(|key| {
        let read = CustomerKey::with_algorithm(algorithm.unwrap_or_else(|| "AES256".into()), &key);
        match md5 {
            Some(md5) => read.with_md5(md5),
            None => read,
        }
    }))
}
