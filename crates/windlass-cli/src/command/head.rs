//! `head`: shows the response to HeadObject or HeadBucket with S3's member names.

use std::fmt::Display;
use std::time::SystemTime;

use serde_json::{Value, json};
use windlass::operations::HeadBucketOutput;
use windlass::types::{ETag, ObjectHead, ReadOptions, ResponseInfo};

use super::Verb;
use crate::access_arguments::AccessArguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::object_arguments::parse_time;
use crate::output::json_time;
use crate::raw_argument::RawArgument;
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass head s3://photos/cat.jpg
  windlass head --part-number 1 s3://backup/big.tar  # the first part
  windlass head --if-none-match '\"9b2cf535\"' s3://photos/cat.jpg
  windlass head s3://photos  # the bucket

Members have S3's API names; members without a value are omitted. With --json they are one line. `stat` shows the most common properties. The key is taken literally.")]
pub(crate) struct Head {
    /// The object or bucket
    #[arg(value_name = "S3_URL")]
    url: String,

    #[command(flatten)]
    object: Option<ObjectOptions>,

    #[command(flatten)]
    access: AccessArguments,

    #[command(flatten)]
    _raw: RawArgument,
}

/// Options for objects only.
#[derive(Debug, clap::Args)]
#[group(id = "object", multiple = true)]
struct ObjectOptions {
    /// Version of the object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    /// Part number of an object that was uploaded in parts, from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    part_number: Option<u32>,

    /// Byte range, as in the header: bytes=0-99
    #[arg(long, value_name = "RANGE")]
    range: Option<String>,

    /// Fail unless the object has this ETag
    #[arg(long, value_name = "ETAG")]
    if_match: Option<String>,

    /// Fail if the object has this ETag
    #[arg(long, value_name = "ETAG")]
    if_none_match: Option<String>,

    /// Fail unless the object was modified after this time: 2026-12-24T00:00:00Z or an HTTP date
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    if_modified_since: Option<SystemTime>,

    /// Fail if the object was modified after this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    if_unmodified_since: Option<SystemTime>,
}

impl Verb for Head {
    const NAME: &'static str = "head";
    const ABOUT: &'static str = "Show the response to HeadObject or HeadBucket";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::s3(&self.url)?;
        let client = context.client()?;
        let members = match (url.key.is_empty(), self.object) {
            (true, Some(_)) => {
                return Err(Failure::usage(format!(
                    "{url} names a bucket, but an option requires an object"
                )));
            }
            (true, None) => bucket_members(&self.access.account.of(client.head_bucket(&url.bucket)).await?),
            (false, options) => {
                let request = client.head_object(&url.bucket, &url.key).checksum_mode(true);
                let mut request = self.access.read(request, None);
                if let Some(options) = options {
                    options.write(&mut request.operation_mut().options);
                }
                object_members(&request.await?)
            }
        };
        context.output.properties(members)?;
        Ok(ExitCode::Success)
    }
}

impl ObjectOptions {
    fn write(self, options: &mut ReadOptions) {
        options.version_id = self.version_id;
        options.part_number = self.part_number;
        options.range = self.range.as_deref().map(Into::into);
        options.conditions.if_match = self.if_match.as_deref().map(Into::into);
        options.conditions.if_none_match = self.if_none_match.as_deref().map(Into::into);
        options.conditions.if_modified_since = self.if_modified_since;
        options.conditions.if_unmodified_since = self.if_unmodified_since;
    }
}

fn bucket_members(head: &HeadBucketOutput) -> Vec<(&'static str, Value)> {
    let mut members = vec![
        ("AccessPointAlias", json!(head.access_point_alias)),
        ("BucketArn", json!(head.bucket_arn)),
        ("BucketLocationName", json!(head.bucket_location_name)),
        ("BucketLocationType", word(head.bucket_location_type.as_ref())),
        ("BucketRegion", json!(head.bucket_region)),
    ];
    members.extend(response_members(&head.response));
    members
}

fn object_members(head: &ObjectHead) -> Vec<(&'static str, Value)> {
    let mut members = vec![
        ("AcceptRanges", json!(head.accept_ranges)),
        ("ArchiveStatus", word(head.archive_status.as_ref())),
        ("BucketKeyEnabled", json!(head.encryption.bucket_key_enabled)),
        ("CacheControl", json!(head.cache_control)),
    ];
    let checksums = head.checksums.iter();
    members.extend(checksums.filter_map(|(name, value)| Some((name.member_name()?, json!(value)))));
    members.extend([
        ("ChecksumType", word(head.checksums.checksum_type.as_ref())),
        ("ContentDisposition", json!(head.content_disposition)),
        ("ContentEncoding", json!(head.content_encoding)),
        ("ContentLanguage", json!(head.content_language)),
        ("ContentLength", json!(head.content_length)),
        ("ContentRange", json!(head.content_range)),
        ("ContentType", json!(head.content_type)),
        ("DeleteMarker", json!(head.delete_marker)),
        ("ETag", json!(head.etag.as_ref().map(ETag::as_str))),
        ("Expiration", json!(head.expiration)),
        ("Expires", json!(head.expires_string)),
        ("LastModified", json_time(head.last_modified)),
        ("Metadata", if head.metadata.is_empty() { Value::Null } else { json!(head.metadata) }),
        ("MissingMeta", json!(head.missing_meta)),
        ("ObjectLockLegalHoldStatus", word(head.object_lock_legal_hold_status.as_ref())),
        ("ObjectLockMode", word(head.object_lock_mode.as_ref())),
        ("ObjectLockRetainUntilDate", json_time(head.object_lock_retain_until_date)),
        ("PartsCount", json!(head.parts_count)),
        ("ReplicationStatus", word(head.replication_status.as_ref())),
        ("Restore", json!(head.restore)),
        ("SSECustomerAlgorithm", json!(head.encryption.sse_customer_algorithm)),
        ("SSECustomerKeyMD5", json!(head.encryption.sse_customer_key_md5)),
        ("SSEKMSKeyId", json!(head.encryption.sse_kms_key_id)),
        ("ServerSideEncryption", word(head.encryption.server_side_encryption.as_ref())),
        ("StorageClass", word(head.storage_class.as_ref())),
        ("TagCount", json!(head.tag_count)),
        ("VersionId", json!(head.version_id)),
        ("WebsiteRedirectLocation", json!(head.website_redirect_location)),
    ]);
    members.extend(response_members(&head.response));
    members
}

/// The members of every response.
fn response_members(response: &ResponseInfo) -> [(&'static str, Value); 3] {
    [
        ("RequestCharged", word(response.request_charged.as_ref())),
        ("RequestId", json!(response.request_id)),
        ("ExtendedRequestId", json!(response.extended_request_id)),
    ]
}

fn word(word: Option<&impl Display>) -> Value {
    word.map_or(Value::Null, |word| Value::String(word.to_string()))
}
