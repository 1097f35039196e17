//! `ls`: lists buckets, or the objects below a prefix.

use serde_json::{Value, json};
use windlass::Client;
use windlass::paths::{S3Url, format_size};
use windlass::types::{ETag, Object};

use crate::access_arguments::AccountArguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::listing::Selection;
use crate::output::{escape, json_time, plain_time};
use crate::target;

/// List buckets or objects
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass ls                                   buckets
  windlass ls s3://photos/2026/
  windlass ls --recursive --human-readable --summarize s3://photos
  windlass ls 's3://photos/*.jpg'               patterns cross slashes

Times are in UTC. With --json each line is one of
  {key, size, last_modified, etag, storage_class}    {prefix}    {bucket, created}
and with --summarize a last one {objects, bytes}. JSON has keys exactly; text escapes control characters.")]
pub(crate) struct Ls {
    /// A bucket, a prefix or a pattern; all buckets if left out
    #[arg(value_name = "S3_URL")]
    url: Option<String>,

    /// List everything below the prefix
    #[arg(long)]
    recursive: bool,

    /// Write sizes for people
    #[arg(long)]
    human_readable: bool,

    /// Count objects and bytes at the end
    #[arg(long)]
    summarize: bool,

    /// Take the key literally, * and ? included
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    account: AccountArguments,
}

#[derive(Default)]
struct Totals {
    objects: u64,
    bytes: u64,
    prefixes: u64,
}

impl Ls {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let Some(text) = &self.url else {
            return buckets(&context.client()?, context).await;
        };
        let url = target::s3(text)?;
        let totals = self.objects(&context.client()?, &url, context).await?;
        if !url.key.is_empty() && totals.objects + totals.prefixes == 0 {
            return Err(Failure::new(ExitCode::NotFound, format!("there is nothing that {url} stands for")));
        }
        if self.summarize {
            let bytes = self.size(totals.bytes);
            let text = format!("\nTotal Objects: {}\n   Total Size: {bytes}", totals.objects);
            context.output.data(&text, &json!({"objects": totals.objects, "bytes": totals.bytes}))?;
        }
        Ok(ExitCode::Success)
    }

    async fn objects(&self, client: &Client, url: &S3Url, context: &Context) -> Result<Totals, Failure> {
        let selection = Selection::of_list(url, self.raw);
        let prefix = selection.prefix();
        let is_flat = self.recursive || matches!(selection, Selection::Matching(_));
        let mut request = self.account.of(client.list_objects_v2(&url.bucket));
        if !prefix.is_empty() {
            request = request.prefix(prefix);
        }
        if !is_flat {
            request = request.delimiter("/");
        }
        // As in a folder's listing, names are shown below the folder; a recursive one shows whole keys.
        let shown_from = if is_flat { 0 } else { prefix.rfind('/').map_or(0, |slash| slash + 1) };
        let shown = |key: &str| escape(key.get(shown_from..).unwrap_or(key));
        let mut totals = Totals::default();
        let mut pages = request.pages();
        while let Some(page) = pages.try_next().await? {
            for prefix in &page.common_prefixes {
                totals.prefixes += 1;
                context
                    .output
                    .data(&format!("{:>30} {}", "PRE", shown(prefix)), &json!({"prefix": prefix}))?;
            }
            for object in &page.contents {
                if selection.relative(&object.key).is_none() {
                    continue;
                }
                totals.objects += 1;
                totals.bytes += object.size.unwrap_or(0);
                let size = self.size(object.size.unwrap_or(0));
                let text = format!("{} {size:>10} {}", plain_time(object.last_modified), shown(&object.key));
                context.output.data(&text, &json_of(object))?;
            }
        }
        Ok(totals)
    }

    fn size(&self, bytes: u64) -> String {
        if self.human_readable { format_size(bytes) } else { bytes.to_string() }
    }
}

fn json_of(object: &Object) -> Value {
    json!({
        "key": object.key,
        "size": object.size,
        "last_modified": json_time(object.last_modified),
        "etag": object.etag.as_ref().map(ETag::value),
        "storage_class": object.storage_class.as_ref().map(windlass::types::StorageClass::as_str),
    })
}

async fn buckets(client: &Client, context: &Context) -> Result<ExitCode, Failure> {
    let mut buckets = client.list_buckets().items();
    while let Some(bucket) = buckets.try_next().await? {
        let text = format!("{} {}", plain_time(bucket.creation_date), escape(&bucket.name));
        let json = json!({"bucket": bucket.name, "created": json_time(bucket.creation_date)});
        context.output.data(&text, &json)?;
    }
    Ok(ExitCode::Success)
}
