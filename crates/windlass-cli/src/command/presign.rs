//! `presign`: creates presigned URLs and upload forms.

use std::time::Duration;

use serde_json::{Map, Value, json};
use windlass::paths::{parse_duration, parse_size};
use windlass::{PresignPost, PresignedPost};

use super::Verb;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::{escape, json_time};
use crate::raw_argument::RawArgument;
use crate::target;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass presign s3://photos/cat.jpg
  curl -T cat.jpg \"$(windlass presign --method PUT s3://photos/cat.jpg)\"
  windlass presign --post --max-size 10MB 's3://photos/inbox/${filename}'
  windlass presign --expires-in 15m s3://photos/cat.jpg

Until it expires, the URL grants access to anyone who has it. The key is taken literally. With --post the first line is the URL, and each further line a form field name=value; the file must be the last field, `file`, of multipart/form-data. With --json the line is {expires_at, method, url}, for a form also with the map {fields}.")]
pub(crate) struct Presign {
    /// The object
    #[arg(value_name = "S3_URL")]
    url: String,

    /// Validity up to 7 days: seconds, or a duration such as 15m, 1h or 7d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_expiry)]
    expires_in: Duration,

    /// HTTP method that the URL allows
    #[arg(long, default_value = "GET", ignore_case = true)]
    method: Method,

    /// This version of the object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    /// Create a browser upload form; ${filename} in the key is replaced by the file name
    #[arg(long, conflicts_with_all = ["method", "version_id"])]
    post: bool,

    #[command(flatten)]
    form: FormOptions,

    #[command(flatten)]
    _raw: RawArgument,
}

/// Conditions of the form.
#[derive(Debug, clap::Args)]
#[group(id = "form", multiple = true, requires = "post")]
struct FormOptions {
    /// With --post: add a form field, such as acl or success_action_redirect; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = parse_pair)]
    fields: Vec<(String, String)>,

    /// With --post: allow a field whose value has this prefix, or any value if the prefix is empty; may be repeated
    #[arg(long, value_name = "NAME=PREFIX", value_parser = parse_pair)]
    starts_with: Vec<(String, String)>,

    /// With --post: minimum file size
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    min_size: Option<u64>,

    /// With --post: maximum file size
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    max_size: Option<u64>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum Method {
    Delete,
    Get,
    Head,
    Put,
}

impl Verb for Presign {
    const NAME: &'static str = "presign";
    const ABOUT: &'static str = "Create a presigned URL or upload form";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::object(&self.url)?;
        if context.is_local() {
            return Err(Failure::usage("--local cannot be presigned: its server ends with this command")
                .with_hint("start `windlass serve` and pass --endpoint-url"));
        }
        let client = context.client()?;
        let expires = self.expires_in;
        if self.post {
            let form = self.form.of(client.presign_post(url.bucket, url.key).expires_in(expires));
            return write_form(&form.await?, context);
        }
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
                    "--version-id cannot be combined with --method PUT, which creates a new version",
                ));
            }
            Method::Put => client.put_object(url.bucket, url.key, "").presign(expires).await?,
        };
        let expires_at = json_time(Some(presigned.expires_at()));
        if presigned.credentials_expire_first() {
            warn_of_end(&expires_at, context);
        }
        let method = presigned.method().as_str();
        let json = json!({"expires_at": expires_at, "method": method, "url": presigned.url()});
        context.output.data(presigned.url(), &json)?;
        Ok(ExitCode::Success)
    }
}

impl FormOptions {
    fn of(self, mut form: PresignPost) -> PresignPost {
        for (name, value) in self.fields {
            form = form.field(name, value);
        }
        for (name, prefix) in self.starts_with {
            form = form.starts_with(name, prefix);
        }
        if self.min_size.is_some() || self.max_size.is_some() {
            form =
                form.content_length_range(self.min_size.unwrap_or(0)..=self.max_size.unwrap_or(LARGEST_POST));
        }
        form
    }
}

/// The maximum file size that S3 accepts from a form.
const LARGEST_POST: u64 = 5 << 30;

fn write_form(form: &PresignedPost, context: &Context) -> Result<ExitCode, Failure> {
    let expires_at = json_time(Some(form.expires_at()));
    if form.credentials_expire_first() {
        warn_of_end(&expires_at, context);
    }
    let lines = form.fields().iter().map(|(name, value)| format!("\n{}={}", escape(name), escape(value)));
    let text = form.url().to_owned() + &lines.collect::<String>();
    let fields = form.fields().iter().map(|(name, value)| (name.clone(), Value::String(value.clone())));
    let fields: Map<String, Value> = fields.collect();
    let json = json!({"expires_at": expires_at, "method": "POST", "url": form.url(), "fields": fields});
    context.output.data(&text, &json)?;
    Ok(ExitCode::Success)
}

fn warn_of_end(expires_at: &Value, context: &Context) {
    let end = expires_at.as_str().unwrap_or_default();
    let text = format!("the URL expires with its credentials at {end}");
    context.output.warn("credentials_expire_first", None, &text);
}

fn parse_expiry(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse().map(Duration::from_secs);
    let expiry = seconds.or_else(|_| parse_duration(text)).map_err(|error| error.message().to_owned())?;
    if (Duration::from_secs(1)..=LONGEST_EXPIRY).contains(&expiry) {
        Ok(expiry)
    } else {
        Err("the validity is 1 second to 7 days".to_owned())
    }
}

const LONGEST_EXPIRY: Duration = Duration::from_hours(7 * 24);

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| "write a field as name=value".to_owned())?;
    Ok((name.to_owned(), value.to_owned()))
}
