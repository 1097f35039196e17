//! `put`: writes standard input or a file to a literal key.

use std::ffi::OsString;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use windlass::paths::S3Url;
use windlass::{Body, Client, ErrorKind};

use super::Verb;
use crate::access_arguments::AccessArguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::object_arguments::{ObjectArguments, guess_type};
use crate::output::escape;
use crate::raw_argument::RawArgument;
use crate::standard_streams;
use crate::target::{self, shown};

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "windlass put [OPTIONS] [FILE] <S3_URL>",
    after_help = "\
Examples:
  tar c src | windlass put s3://backup/src.tar --content-type application/x-tar
  windlass put report.pdf 's3://archive/what?.pdf'

Standard input of any length is uploaded in parts while it is read. The object appears only once it is complete. With --json the line is {event, operation, source, destination, size}."
)]
pub(crate) struct Put {
    /// File or pipe, or - for standard input (the default), and the object
    #[arg(required = true, num_args = 1..=2, value_name = "FILE S3_URL")]
    ends: Vec<OsString>,

    #[command(flatten)]
    _raw: RawArgument,

    /// Do not guess the content type from the file name
    #[arg(long)]
    no_guess_mime_type: bool,

    /// Keep an existing object
    #[arg(long, alias = "no-clobber")]
    no_overwrite: bool,

    #[command(flatten)]
    access: AccessArguments,

    #[command(flatten)]
    object: ObjectArguments,
}

/// Settings of the upload.
#[derive(Debug)]
pub(crate) struct Settings<'a> {
    pub(crate) object: &'a ObjectArguments,
    pub(crate) access: &'a AccessArguments,
    pub(crate) guess_type: bool,
    pub(crate) keep_existing: bool,
}

impl Verb for Put {
    const NAME: &'static str = "put";
    const ABOUT: &'static str = "Write standard input or a file to an object";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let (file, url) = match self.ends.as_slice() {
            [file, url] => (Some(file).filter(|file| *file != "-"), url),
            [url] => (None, url),
            _ => return Err(Failure::usage("give a file and an s3:// URL")),
        };
        let text = url.to_str().ok_or_else(|| target::not_utf8(url))?;
        let url = target::object(text)?;
        self.object.check()?;
        let settings = Settings {
            object: &self.object,
            access: &self.access,
            guess_type: !self.no_guess_mime_type,
            keep_existing: self.no_overwrite,
        };
        let client = context.client()?;
        let Some(file) = file else {
            return standard_input(&client, &url, &settings, context).await;
        };
        let path = PathBuf::from(file);
        if standard_streams::is_input(&path) {
            standard_streams::input()?;
        }
        // Checked first, so that a missing file has the exit status for not found.
        let metadata =
            tokio::fs::metadata(&path).await.map_err(|error| Failure::file(shown(&path), &error))?;
        context.prepare_write(&client, &url.bucket).await?;
        if context.is_dry_run() {
            // A pipe is not opened: that would block until another process writes to it.
            let size = metadata.is_file().then_some(metadata.len());
            return tell_dry(&url, &shown(&path), size, context);
        }
        let body = content_of(&path, &metadata).await?;
        write(&client, &url, body, &shown(&path), &settings, context).await
    }
}

/// The content of a file, pipe or device.
async fn content_of(path: &Path, metadata: &Metadata) -> Result<Body, Failure> {
    if metadata.is_file() || metadata.is_dir() {
        return Ok(Body::from_path(path).await?);
    }
    let file = tokio::fs::File::open(path).await.map_err(|error| Failure::file(shown(path), &error))?;
    Ok(Body::from_reader(file))
}

/// Writes standard input to an object.
pub(crate) async fn standard_input(
    client: &Client,
    url: &S3Url,
    settings: &Settings<'_>,
    context: &Context,
) -> Result<ExitCode, Failure> {
    let input = standard_streams::input()?;
    context.prepare_write(client, &url.bucket).await?;
    if context.is_dry_run() {
        return tell_dry(url, "-", None, context);
    }
    let body = Body::from_reader(context.watch.reader("standard input", input));
    write(client, url, body, "-", settings, context).await
}

async fn write(
    client: &Client,
    url: &S3Url,
    body: Body,
    source: &str,
    settings: &Settings<'_>,
    context: &Context,
) -> Result<ExitCode, Failure> {
    let length = body.length();
    let guessed = settings.guess_type.then(|| guess_type(&url.key)).flatten();
    let request = client.put_object(&url.bucket, &url.key, body);
    let progress = context.progress();
    progress.expect(length.unwrap_or(0));
    let upload = settings.object.upload(request, settings.access, guessed, &progress);
    let outcome = if settings.keep_existing { upload.no_overwrite().await } else { upload.await };
    progress.finish();
    match outcome {
        Ok(uploaded) => {
            context.output.done(&text(url, source), &json("done", url, source, Some(uploaded.size)))?;
        }
        Err(error) if settings.keep_existing && error.kind() == ErrorKind::PreconditionFailed => {
            context.output.note(&format!("kept existing: {}", text(url, source)));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::Success)
}

fn tell_dry(url: &S3Url, source: &str, size: Option<u64>, context: &Context) -> Result<ExitCode, Failure> {
    context.output.done(&format!("(dryrun) {}", text(url, source)), &json("dryrun", url, source, size))?;
    Ok(ExitCode::Success)
}

fn text(url: &S3Url, source: &str) -> String {
    format!("upload: {} to {}", escape(source), escape(&url.to_string()))
}

fn json(event: &str, url: &S3Url, source: &str, size: Option<u64>) -> Value {
    let destination = url.to_string();
    json!({"event": event, "operation": "upload", "source": source, "destination": destination, "size": size})
}
