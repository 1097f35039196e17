//! `stat`: shows the properties of an object or a bucket.

use serde_json::{Map, Value, json};
use windlass::types::ObjectHead;

use super::Verb;
use crate::access_arguments::AccessArguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::json_time;
use crate::raw_argument::RawArgument;
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass stat s3://photos/cat.jpg
  windlass stat s3://photos
  windlass --json stat s3://photos/cat.jpg | jq .size

The key is taken literally. Unset properties are omitted.")]
pub(crate) struct Stat {
    /// The object or bucket
    #[arg(value_name = "S3_URL")]
    url: String,

    /// Show this version of the object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    #[command(flatten)]
    access: AccessArguments,

    #[command(flatten)]
    _raw: RawArgument,
}

impl Verb for Stat {
    const NAME: &'static str = "stat";
    const ABOUT: &'static str = "Show the properties of an object or a bucket";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::s3(&self.url)?;
        let client = context.client()?;
        let properties = if url.key.is_empty() {
            if self.version_id.is_some() {
                return Err(Failure::usage("--version-id requires an object, not a bucket"));
            }
            let head = self.access.account.of(client.head_bucket(&url.bucket)).await?;
            vec![
                ("bucket", json!(url.bucket)),
                ("region", json!(head.bucket_region)),
                ("arn", json!(head.bucket_arn)),
            ]
        } else {
            let request = client.head_object(&url.bucket, &url.key).checksum_mode(true);
            let head = self.access.read(request, self.version_id.as_deref()).await?;
            let mut properties = vec![("bucket", json!(url.bucket)), ("key", json!(url.key))];
            properties.extend(object_properties(&head));
            properties
        };
        context.output.properties(properties)?;
        Ok(ExitCode::Success)
    }
}

fn object_properties(head: &ObjectHead) -> Vec<(&'static str, Value)> {
    let checksums: Map<String, Value> =
        head.checksums.iter().map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
    vec![
        ("size", json!(head.content_length)),
        ("last_modified", json_time(head.last_modified)),
        ("etag", json!(head.etag.as_ref().map(windlass::types::ETag::value))),
        ("content_type", json!(head.content_type)),
        ("cache_control", json!(head.cache_control)),
        ("content_disposition", json!(head.content_disposition)),
        ("content_encoding", json!(head.content_encoding)),
        ("content_language", json!(head.content_language)),
        ("expires", json!(head.expires_string)),
        ("storage_class", json!(head.storage_class.as_ref().map(windlass::types::StorageClass::as_str))),
        ("version_id", json!(head.version_id)),
        (
            "server_side_encryption",
            json!(head.encryption.server_side_encryption.as_ref().map(ToString::to_string)),
        ),
        ("sse_kms_key_id", json!(head.encryption.sse_kms_key_id)),
        ("sse_customer_algorithm", json!(head.encryption.sse_customer_algorithm)),
        ("restore", json!(head.restore)),
        ("replication_status", json!(head.replication_status.as_ref().map(ToString::to_string))),
        ("website_redirect", json!(head.website_redirect_location)),
        ("tag_count", json!(head.tag_count)),
        ("checksums", if checksums.is_empty() { Value::Null } else { Value::Object(checksums) }),
        ("metadata", if head.metadata.is_empty() { Value::Null } else { json!(head.metadata) }),
    ]
}
