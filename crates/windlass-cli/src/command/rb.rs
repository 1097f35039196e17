//! `rb`: removes a bucket, with `--force` including its objects.

use serde_json::json;
use windlass::paths::Filter;

use super::{Verb, rm};
use crate::access_arguments::AccountArguments;
use crate::confirm::confirm;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::listing::{self, Selection};
use crate::output::counted;
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass rb s3://empty
  windlass rb --force s3://scratch  # asks first
  windlass rb --force --yes s3://scratch

--force does not delete old versions. If the bucket has any, run `rm --recursive --all-versions` first.")]
pub(crate) struct Rb {
    /// The bucket
    #[arg(value_name = "S3_URL")]
    bucket: String,

    /// Delete all objects in the bucket first
    #[arg(long)]
    force: bool,

    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    account: AccountArguments,
}

impl Verb for Rb {
    const NAME: &'static str = "rb";
    const ABOUT: &'static str = "Remove a bucket";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let bucket = target::bucket(&self.bucket)?;
        let client = context.client()?;
        if self.force {
            let all = Selection::Below(String::new());
            let found =
                listing::list(&client, &bucket, &all, &Filter::default(), &self.account).await?.objects;
            if !found.is_empty() && !context.is_dry_run() {
                let question = format!("Delete s3://{bucket} and {} in it?", counted(found.len(), "object"));
                confirm(question, self.yes).await?;
            }
            let keys = found.into_iter().map(|found| found.object.key.into()).collect();
            let status = rm::delete(&client, &bucket, keys, &self.account, context).await?;
            if status != ExitCode::Success {
                return Ok(status);
            }
        }
        if context.is_dry_run() {
            context.look_at_bucket(&client, &bucket).await?;
            let json = json!({"event": "dryrun", "operation": "remove_bucket", "bucket": bucket});
            context.output.done(&format!("(dryrun) remove_bucket: {bucket}"), &json)?;
            return Ok(ExitCode::Success);
        }
        self.account.of(client.delete_bucket(&bucket)).await?;
        let json = json!({"event": "done", "operation": "remove_bucket", "bucket": bucket});
        context.output.done(&format!("remove_bucket: {bucket}"), &json)?;
        Ok(ExitCode::Success)
    }
}
