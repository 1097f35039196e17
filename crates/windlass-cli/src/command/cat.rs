//! `cat`: writes objects to standard output.

use tokio::io::AsyncWriteExt as _;
use windlass::Client;
use windlass::paths::S3Url;

use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::object_arguments::AccessArguments;
use crate::target;

/// Write objects to standard output
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass cat s3://logs/today.log | grep error
  windlass cat s3://parts/a s3://parts/b > whole

Keys are taken literally. What was written before an error cannot be taken back: look at the exit status.")]
pub(crate) struct Cat {
    /// The objects
    #[arg(required = true, value_name = "S3_URL")]
    objects: Vec<String>,

    #[command(flatten)]
    access: AccessArguments,
}

impl Cat {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let urls = self.objects.iter().map(|text| target::object(text)).collect::<Result<Vec<_>, _>>()?;
        let client = context.client()?;
        for url in &urls {
            write_object(&client, url, &self.access).await?;
        }
        Ok(ExitCode::Success)
    }
}

/// Writes one object to standard output.
pub(crate) async fn write_object(
    client: &Client,
    url: &S3Url,
    access: &AccessArguments,
) -> Result<ExitCode, Failure> {
    let mut request = client.get_object(&url.bucket, &url.key);
    if let Some(key) = &access.sse_c_key {
        request = request.customer_key(key.clone());
    }
    if let Some(payer) = &access.request_payer {
        request = request.request_payer(payer.as_str());
    }
    let mut body = request.await?.body;
    let mut stdout = tokio::io::stdout();
    while let Some(chunk) = body.try_next().await? {
        stdout.write_all(&chunk).await?;
    }
    stdout.flush().await?;
    Ok(ExitCode::Success)
}
