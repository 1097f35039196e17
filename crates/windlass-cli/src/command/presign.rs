//! `presign`: a URL with which anybody can do one thing for a while, or an upload form.

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

The URL is as good as a password until it expires. The key is taken literally. With --post the first line is the URL, and each that follows a field of the form, name=value; the file comes last, as the field `file` of multipart/form-data. With --json the line is {expires_at, method, url}, for a form also with the map {fields}.")]
pub(crate) struct Presign {
    /// The object
    #[arg(value_name = "S3_URL")]
    url: String,

    /// For how long, up to 7 days: seconds, or a length such as 15m, 1h or 7d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_expiry)]
    expires_in: Duration,

    /// What can be done with it
    #[arg(long, default_value = "GET", ignore_case = true)]
    method: Method,

    /// This version of the object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    /// Make a form with which a browser uploads a file; ${filename} in the key stands for the name of the file
    #[arg(long, conflicts_with_all = ["method", "version_id"])]
    post: bool,

    #[command(flatten)]
    form: FormOptions,

    #[command(flatten)]
    _raw: RawArgument,
}

/// What a form wants.
#[derive(Debug, clap::Args)]
#[group(id = "form", multiple = true, requires = "post")]
struct FormOptions {
    /// With --post: put a field into the form, such as acl or success_action_redirect; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = parse_pair)]
    fields: Vec<(String, String)>,

    /// With --post: let the page add a field that begins so, or with anything; may be repeated
    #[arg(long, value_name = "NAME=PREFIX", value_parser = parse_pair)]
    starts_with: Vec<(String, String)>,

    /// With --post: want a file of this size at least
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    min_size: Option<u64>,

    /// With --post: want a file of this size at most
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
    const ABOUT: &'static str = "Make a URL that anybody can use for a while";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::object(&self.url)?;
        if context.is_local() {
            return Err(Failure::usage("the server of --local ends with this command, and its URLs with it")
                .with_hint("start `windlass serve` and give --endpoint-url"));
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
                    "a PUT makes a version of its own: --version-id is for the others",
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

/// S3 takes no larger file from a form.
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
    let text = format!("the credentials end at {end}, and the URL with them");
    context.output.warn("credentials_expire_first", None, &text);
}

fn parse_expiry(text: &str) -> Result<Duration, String> {
    let seconds = text.trim().parse().map(Duration::from_secs);
    let expiry = seconds.or_else(|_| parse_duration(text)).map_err(|error| error.message().to_owned())?;
    if (Duration::from_secs(1)..=LONGEST_EXPIRY).contains(&expiry) {
        Ok(expiry)
    } else {
        Err("S3 takes 1 second to 7 days".to_owned())
    }
}

const LONGEST_EXPIRY: Duration = Duration::from_hours(7 * 24);

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| "write it as name=value".to_owned())?;
    Ok((name.to_owned(), value.to_owned()))
}
