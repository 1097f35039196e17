//! Conversion of members by their API names into operations of windlass.

mod bucket;
mod configurations;
mod multipart;
mod object;
mod tagging;
mod versions;

use serde_json::Value;
use windlass::operations::{
    BucketLifecycleConfiguration, CorsConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryptionConfiguration,
};
use windlass::types::{
    ChecksumAlgorithm, CopySource, CustomerKey, ETag, EncodingType, Grants, ObjectChecksums, ObjectSettings,
    SourceOptions, Tag,
};
use windlass::{Body, RequestOptions};

use crate::answer::{Answer, unsupported};
use crate::input::Input;
use crate::output::Described;

/// A callback that receives an operation with its type.
pub(crate) trait Visitor {
    type Output;
    fn visit<O: Described>(self, operation: O, options: RequestOptions) -> Self::Output;
}

/// Reads the members of an operation and passes it to `visitor`.
pub(crate) fn visit<V: Visitor>(name: &str, mut params: Input, visitor: V) -> Result<V::Output, Answer> {
    let options = request_options(&mut params);
    macro_rules! read {
        ($read:expr) => {{
            let operation = $read(&mut params)?;
            params.end()?;
            Ok(visitor.visit(operation, options))
        }};
    }
    match name {
        "AbortMultipartUpload" => read!(multipart::abort_multipart_upload),
        "CompleteMultipartUpload" => read!(multipart::complete_multipart_upload),
        "CopyObject" => read!(object::copy_object),
        "CreateBucket" => read!(bucket::create_bucket),
        "CreateMultipartUpload" => read!(multipart::create_multipart_upload),
        "DeleteBucket" => read!(bucket::delete_bucket),
        "DeleteBucketCors" => read!(configurations::delete::<CorsConfiguration>),
        "DeleteBucketEncryption" => read!(configurations::delete::<ServerSideEncryptionConfiguration>),
        "DeleteBucketLifecycle" => read!(configurations::delete::<BucketLifecycleConfiguration>),
        "DeleteBucketTagging" => read!(tagging::delete_bucket_tagging),
        "DeleteObject" => read!(object::delete_object),
        "DeleteObjectTagging" => read!(tagging::delete_object_tagging),
        "DeleteObjects" => read!(object::delete_objects),
        "DeletePublicAccessBlock" => read!(configurations::delete::<PublicAccessBlockConfiguration>),
        "GetBucketCors" => read!(configurations::get::<CorsConfiguration>),
        "GetBucketEncryption" => read!(configurations::get::<ServerSideEncryptionConfiguration>),
        "GetBucketLifecycleConfiguration" => {
            read!(configurations::get::<BucketLifecycleConfiguration>)
        }
        "GetBucketLocation" => read!(bucket::get_bucket_location),
        "GetBucketTagging" => read!(tagging::get_bucket_tagging),
        "GetBucketVersioning" => read!(versions::get_bucket_versioning),
        "GetObject" => read!(object::get_object),
        "GetObjectAttributes" => read!(object::get_object_attributes),
        "GetObjectTagging" => read!(tagging::get_object_tagging),
        "GetPublicAccessBlock" => read!(configurations::get::<PublicAccessBlockConfiguration>),
        "HeadBucket" => read!(bucket::head_bucket),
        "HeadObject" => read!(object::head_object),
        "ListBuckets" => read!(bucket::list_buckets),
        "ListMultipartUploads" => read!(multipart::list_multipart_uploads),
        "ListObjectVersions" => read!(versions::list_object_versions),
        "ListObjects" => read!(object::list_objects),
        "ListObjectsV2" => read!(object::list_objects_v2),
        "ListParts" => read!(multipart::list_parts),
        "PutBucketCors" => read!(configurations::put::<CorsConfiguration>),
        "PutBucketEncryption" => read!(configurations::put::<ServerSideEncryptionConfiguration>),
        "PutBucketLifecycleConfiguration" => {
            read!(configurations::put::<BucketLifecycleConfiguration>)
        }
        "PutBucketTagging" => read!(tagging::put_bucket_tagging),
        "PutBucketVersioning" => read!(versions::put_bucket_versioning),
        "PutObject" => read!(object::put_object),
        "PutObjectTagging" => read!(tagging::put_object_tagging),
        "PutPublicAccessBlock" => read!(configurations::put::<PublicAccessBlockConfiguration>),
        "RestoreObject" => read!(object::restore_object),
        "UploadPart" => read!(multipart::upload_part),
        "UploadPartCopy" => read!(multipart::upload_part_copy),
        _ => Err(unsupported(format!("the operation {name}"))),
    }
}

type Read<T> = Result<T, Answer>;

fn number(params: &mut Input, name: &str) -> Option<u32> {
    params.number(name).and_then(|number| u32::try_from(number).ok())
}

/// Reads a list of enum values.
fn words<T: for<'a> From<&'a str>>(params: &mut Input, name: &str) -> Vec<T> {
    params.list(name).iter().filter_map(Value::as_str).map(T::from).collect()
}

fn body(params: &mut Input) -> Read<Body> {
    let body = Body::from(params.bytes("Body")?.unwrap_or_default());
    Ok(match params.number("ContentLength") {
        Some(length) => body.with_length(length),
        None => body,
    })
}

/// Reads the encoding, which lists request by default.
fn encoding(params: &mut Input, encoding: &mut Option<EncodingType>) {
    if let Some(given) = params.text("EncodingType") {
        *encoding = Some(given.into());
    }
}

/// Reads the options that all calls have.
fn request_options(params: &mut Input) -> RequestOptions {
    let mut options = RequestOptions::default();
    options.expected_bucket_owner = params.text("ExpectedBucketOwner");
    options.request_payer = params.text("RequestPayer").map(Into::into);
    options
}

fn grants(params: &mut Input, grants: &mut Grants) {
    grants.full_control = params.text("GrantFullControl");
    grants.read = params.text("GrantRead");
    grants.read_acp = params.text("GrantReadACP");
    grants.write = params.text("GrantWrite");
    grants.write_acp = params.text("GrantWriteACP");
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
    match params.take("Tagging") {
        None => {}
        Some(Value::String(text)) => settings.tagging = Some(text),
        Some(set) => tag_set(&set)?.into_iter().for_each(|tag| settings.add_tag(tag)),
    }
    settings.website_redirect_location = params.text("WebsiteRedirectLocation");
    Ok(())
}

/// Reads the tags of `{TagSet: [...]}`.
fn tag_set(value: &Value) -> Read<Vec<Tag>> {
    let mut tagging = Input::new(value);
    let tags = tags(&tagging.list("TagSet"))?;
    tagging.end()?;
    Ok(tags)
}

fn tags(values: &[Value]) -> Read<Vec<Tag>> {
    let read = values.iter().map(|value| {
        let mut tag = Input::new(value);
        let read = Tag::new(tag.required("Key")?, tag.required("Value")?);
        tag.end()?;
        Ok(read)
    });
    read.collect()
}

fn checksums(params: &mut Input, checksums: &mut ObjectChecksums) {
    for algorithm in ChecksumAlgorithm::ALL {
        if let Some(value) = params.text(&format!("Checksum{algorithm}")) {
            checksums.set(algorithm, value);
        }
    }
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

fn copy_source(params: &mut Input) -> Read<CopySource> {
    let Some(mut source) = params.object("CopySource") else {
        return Err(Answer::error("refused", "CopySource is missing"));
    };
    let mut read = CopySource::new(source.required("Bucket")?, source.required("Key")?);
    read.version_id = source.text("VersionId");
    source.end()?;
    Ok(read)
}

fn source_options(params: &mut Input, terms: &mut SourceOptions) -> Read<()> {
    terms.conditions.if_match = params.text("CopySourceIfMatch").map(ETag::new);
    terms.conditions.if_none_match = params.text("CopySourceIfNoneMatch").map(ETag::new);
    terms.conditions.if_modified_since = params.time("CopySourceIfModifiedSince")?;
    terms.conditions.if_unmodified_since = params.time("CopySourceIfUnmodifiedSince")?;
    terms.customer_key = customer_key(params, "CopySourceSSECustomer")?;
    terms.expected_bucket_owner = params.text("ExpectedSourceBucketOwner");
    Ok(())
}
