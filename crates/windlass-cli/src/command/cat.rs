//! `cat`: writes objects to standard output.

use tokio::io::AsyncWriteExt as _;
use windlass::Request;
use windlass::operations::GetObject;

use super::Verb;
use crate::access_arguments::{AccessArguments, ChecksumMode};
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::of_output;
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass cat s3://logs/today.log | grep error
  windlass cat s3://parts/a s3://parts/b > whole
  windlass cat --version-id 3HL4kqtJvjVBH40Nrjfkd s3://logs/today.log

Keys are taken literally. What was written before an error cannot be taken back: look at the exit status.")]
pub(crate) struct Cat {
    /// The objects
    #[arg(required = true, value_name = "S3_URL")]
    objects: Vec<String>,

    /// Write this version of the one object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    #[command(flatten)]
    access: AccessArguments,

    #[command(flatten)]
    checksum: ChecksumMode,
}

impl Verb for Cat {
    const NAME: &'static str = "cat";
    const ABOUT: &'static str = "Write objects to standard output";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let urls = self.objects.iter().map(|text| target::object(text)).collect::<Result<Vec<_>, _>>()?;
        if self.version_id.is_some() && urls.len() > 1 {
            return Err(Failure::usage("--version-id is for one object"));
        }
        let client = context.client()?;
        for url in &urls {
            let request = client.get_object(&url.bucket, &url.key);
            let request = self.access.read(request, self.version_id.as_deref());
            write_object(self.checksum.of(request)).await?;
        }
        Ok(ExitCode::Success)
    }
}

/// Writes one object to standard output.
pub(crate) async fn write_object(request: Request<GetObject>) -> Result<ExitCode, Failure> {
    let mut body = request.await?.body;
    let mut stdout = tokio::io::stdout();
    while let Some(chunk) = body.try_next().await? {
        stdout.write_all(&chunk).await.map_err(|error| of_output(&error))?;
    }
    stdout.flush().await.map_err(|error| of_output(&error))?;
    Ok(ExitCode::Success)
}
