//! `mb`: creates a bucket.

use serde_json::json;

use super::Verb;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass mb s3://photos
  windlass --region eu-west-1 mb s3://photos")]
pub(crate) struct Mb {
    /// The bucket
    #[arg(value_name = "S3_URL")]
    bucket: String,
}

impl Verb for Mb {
    const NAME: &'static str = "mb";
    const ABOUT: &'static str = "Create a bucket";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let bucket = target::bucket(&self.bucket)?;
        let client = context.client()?;
        if context.is_dry_run() {
            let json = json!({"event": "dryrun", "operation": "make_bucket", "bucket": bucket});
            context.output.done(&format!("(dryrun) make_bucket: {bucket}"), &json)?;
            return Ok(ExitCode::Success);
        }
        client.create_bucket(&bucket).await?;
        let json = json!({"event": "done", "operation": "make_bucket", "bucket": bucket});
        context.output.done(&format!("make_bucket: {bucket}"), &json)?;
        Ok(ExitCode::Success)
    }
}
