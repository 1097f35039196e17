//! `presign`: a URL with which anybody can do one thing for a while.

use std::time::Duration;

use serde_json::json;

use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::json_time;
use crate::target;

/// Make a URL that anybody can use for a while
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass presign s3://photos/cat.jpg
  curl -T cat.jpg \"$(windlass presign --method PUT --expires-in 600 s3://photos/cat.jpg)\"

The URL is as good as a password until it expires. The key is taken literally.
With --json the line is {expires_at, method, url}.")]
pub(crate) struct Presign {
    /// The object
    #[arg(value_name = "S3_URL")]
    url: String,

    /// For how long, up to 7 days
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    expires_in: u64,

    /// What can be done with it
    #[arg(long, default_value = "GET", ignore_case = true)]
    method: Method,

    /// This version of the object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum Method {
    Delete,
    Get,
    Head,
    Put,
}

impl Presign {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::object(&self.url)?;
        if context.is_local() {
            return Err(Failure::usage("the server of --local ends with this command, and its URLs with it")
                .with_hint("start `windlass serve` and give --endpoint-url"));
        }
        let client = context.client()?;
        let expires = Duration::from_secs(self.expires_in);
        let presigned = match self.method {
            Method::Delete => {
                let mut request = client.delete_object(url.bucket, url.key);
                request.operation_mut().version_id = self.version_id;
                request.presign(expires).await?
            }
            Method::Get => {
                let mut request = client.get_object(url.bucket, url.key);
                request.operation_mut().options.version_id = self.version_id;
                request.presign(expires).await?
            }
            Method::Head => {
                let mut request = client.head_object(url.bucket, url.key);
                request.operation_mut().options.version_id = self.version_id;
                request.presign(expires).await?
            }
            Method::Put if self.version_id.is_some() => {
                return Err(Failure::usage(
                    "a PUT makes a version of its own: --version-id is for the others",
                ));
            }
            Method::Put => client.put_object(url.bucket, url.key, "").presign(expires).await?,
        };
        let expires_at = json_time(Some(presigned.expires_at()));
        if presigned.credentials_expire_first() {
            let end = expires_at.as_str().unwrap_or_default();
            context.output.complain(&format!("warning: the credentials end at {end}, and the URL with them"));
        }
        let method = presigned.method().as_str();
        let json = json!({"expires_at": expires_at, "method": method, "url": presigned.url()});
        context.output.data(presigned.url(), &json)?;
        Ok(ExitCode::Success)
    }
}
