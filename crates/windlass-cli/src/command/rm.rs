//! `rm`: deletes objects, many of them in batches and never without being asked.

use serde_json::json;
use windlass::Client;
use windlass::paths::S3Url;

use crate::confirm::confirm;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::filter_arguments::FilterArguments;
use crate::listing::{self, Selection};
use crate::object_arguments::AccessArguments;
use crate::output::escape;
use crate::target;

/// Delete objects
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass rm s3://photos/cat.jpg
  windlass rm --recursive s3://photos/2019/           asks first
  windlass rm --yes 's3://logs/2019-*'
  windlass rm --raw 's3://logs/what?'                 this key alone

In a bucket with versions the objects are hidden, not destroyed.")]
pub(crate) struct Rm {
    /// An object, a prefix or a pattern
    #[arg(value_name = "S3_URL")]
    url: String,

    /// Delete everything below the prefix
    #[arg(long)]
    recursive: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// Take the key literally, * and ? included
    #[arg(long)]
    raw: bool,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    /// Agree to pay for requests to a requester-pays bucket
    #[arg(long, value_name = "WHO", num_args = 0..=1, default_missing_value = "requester", value_parser = ["requester"])]
    request_payer: Option<String>,
}

/// As many as one request takes.
const BATCH: usize = 1000;

impl Rm {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::s3(&self.url)?;
        let access = AccessArguments { request_payer: self.request_payer, ..AccessArguments::default() };
        let client = context.client()?;
        let selection = Selection::of(&url, self.recursive, self.raw);
        if selection == Selection::One {
            if !self.filter.filter.is_empty() {
                return Err(Failure::usage(
                    "--include and --exclude choose among many: give --recursive or a pattern",
                ));
            }
            return delete_one(&client, &url, &access, context).await;
        }
        let found = listing::list(&client, &url.bucket, &selection, &self.filter.filter, &access).await?;
        if found.is_empty() {
            let asks_for_all = matches!(&selection, Selection::Below(prefix) if prefix.is_empty());
            let message = format!("there is nothing that {url} stands for");
            return if asks_for_all {
                Ok(ExitCode::Success)
            } else {
                Err(Failure::new(ExitCode::NotFound, message))
            };
        }
        if !context.is_dry_run() {
            confirm(format!("Delete {} objects of {url}?", found.len()), self.yes).await?;
        }
        let keys = found.into_iter().map(|found| found.object.key).collect();
        delete(&client, &url.bucket, keys, &access, context).await
    }
}

async fn delete_one(
    client: &Client,
    url: &S3Url,
    access: &AccessArguments,
    context: &Context,
) -> Result<ExitCode, Failure> {
    if url.key.is_empty() {
        return Err(Failure::usage(format!("{url} names a bucket, not an object"))
            .with_hint("`rm --recursive` deletes what is in it, `rb` the bucket"));
    }
    if context.is_dry_run() {
        write(context, "dryrun", &url.bucket, &url.key)?;
        return Ok(ExitCode::Success);
    }
    let mut request = client.delete_object(&url.bucket, &url.key);
    if let Some(payer) = &access.request_payer {
        request = request.request_payer(payer.as_str());
    }
    request.await?;
    write(context, "done", &url.bucket, &url.key)?;
    Ok(ExitCode::Success)
}

/// Deletes these keys. What cannot be deleted is named, and the rest goes on.
pub(crate) async fn delete(
    client: &Client,
    bucket: &str,
    keys: Vec<String>,
    access: &AccessArguments,
    context: &Context,
) -> Result<ExitCode, Failure> {
    if context.is_dry_run() {
        for key in &keys {
            write(context, "dryrun", bucket, key)?;
        }
        return Ok(ExitCode::Success);
    }
    let mut status = ExitCode::Success;
    for batch in keys.chunks(BATCH) {
        let mut request = client.delete_objects(bucket, batch.iter().map(String::as_str));
        if let Some(payer) = &access.request_payer {
            request = request.request_payer(payer.as_str());
        }
        let output = request.await?;
        for deleted in &output.deleted {
            write(context, "done", bucket, &deleted.key)?;
        }
        for error in &output.errors {
            status = ExitCode::Failed;
            context.output.complain(&format!("error: {}", error.to_error(bucket)));
        }
    }
    Ok(status)
}

fn write(context: &Context, event: &str, bucket: &str, key: &str) -> std::io::Result<()> {
    let url = S3Url::new(bucket, key).to_string();
    let mark = if event == "dryrun" { "(dryrun) " } else { "" };
    let json = json!({"event": event, "operation": "delete", "source": url});
    context.output.done(&format!("{mark}delete: {}", escape(&url)), &json)
}
