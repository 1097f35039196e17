//! `uploads`: lists and aborts unfinished multipart uploads, which cost money and do not appear in `ls`.

use std::time::{Duration, SystemTime};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use windlass::operations::MultipartUpload;
use windlass::paths::{S3Url, format_size, parse_duration};
use windlass::{Client, ErrorKind};

use super::Verb;
use super::ls::named;
use crate::access_arguments::AccountArguments;
use crate::confirm::confirm;
use crate::context::Context;
use crate::exit_code::{ExitCode, Outcomes};
use crate::failure::Failure;
use crate::listing::{NOT_UTF8, Selection, encoded_url};
use crate::output::{counted, escape, json_time, plain_time};
use crate::raw_argument::RawArgument;
use crate::target;

#[derive(Debug, clap::Args)]
pub(crate) struct Uploads {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Abort(Abort),
    Clean(Clean),
    List(List),
}

/// List unfinished uploads
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass uploads list s3://backup
  windlass uploads list --sizes s3://backup/2026/

Each line has the start time, the upload id and the key. With --json a line is {key, upload_id, initiated, storage_class, initiator, parts, size}; the last two are null without --sizes, and for an upload that ended during the count. Keys that are not UTF-8 are shown as in `ls`.")]
struct List {
    /// A bucket, a prefix or a pattern
    #[arg(value_name = "S3_URL")]
    url: String,

    /// Count parts and bytes, with one or more requests for each upload
    #[arg(long)]
    sizes: bool,

    #[command(flatten)]
    among: Among,
}

/// Abort one upload
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass uploads abort s3://backup/big.tar VXBsb2FkIElEIGZvciBlbHZpbmcncw

The key is taken literally.")]
struct Abort {
    /// The object of the upload
    #[arg(value_name = "S3_URL")]
    url: String,

    /// Upload id from `uploads list`
    upload_id: String,

    #[command(flatten)]
    account: AccountArguments,

    #[command(flatten)]
    _raw: RawArgument,
}

/// Abort old uploads
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass uploads clean --older-than 7d s3://backup  # asks first
  windlass uploads clean --older-than 1d --yes 's3://backup/*.tar'
  windlass uploads clean --older-than 0s --dryrun s3://backup

Active uploads cannot be distinguished from abandoned ones: choose an age that no active upload reaches.")]
struct Clean {
    /// A bucket, a prefix or a pattern
    #[arg(value_name = "S3_URL")]
    url: String,

    /// Minimum age of uploads to abort: 90s, 30m, 12h, 7d, 2w
    #[arg(long, value_name = "AGE", value_parser = parse_duration)]
    older_than: Duration,

    /// Do not ask for confirmation
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    among: Among,
}

/// Options for several uploads.
#[derive(Debug, clap::Args)]
struct Among {
    /// Take the key literally, including * and ?
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    account: AccountArguments,
}

/// The number of requests in flight.
const CONCURRENCY: usize = 16;

impl Verb for Uploads {
    const NAME: &'static str = "uploads";
    const ABOUT: &'static str = "List and abort unfinished multipart uploads";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self.action {
            Action::Abort(abort) => abort.run(context).await,
            Action::Clean(clean) => clean.run(context).await,
            Action::List(list) => list.run(context).await,
        }
    }
}

impl List {
    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::s3(&self.url)?;
        let client = context.client()?;
        let uploads = self.among.uploads(&client, &url).await?;
        let mut measured = stream::iter(uploads)
            .map(|upload| async {
                let is_measured = self.sizes && upload.encoded_key().is_none();
                let size = if is_measured { self.measure(&client, &url, &upload).await? } else { None };
                Ok::<_, Failure>((upload, size))
            })
            .buffered(CONCURRENCY);
        while let Some(one) = measured.next().await {
            let (upload, size) = one?;
            write(context, &upload, size)?;
        }
        Ok(ExitCode::Success)
    }

    /// Returns the number of parts and bytes of an upload, or `None` if it ended since it was listed.
    async fn measure(
        &self,
        client: &Client,
        url: &S3Url,
        upload: &MultipartUpload,
    ) -> Result<Option<(u64, u64)>, Failure> {
        let request = client.list_parts(&url.bucket, &upload.key, &upload.upload_id);
        let mut parts = self.among.account.of(request).items();
        let (mut number, mut bytes) = (0, 0);
        loop {
            match parts.try_next().await {
                Ok(Some(part)) => {
                    number += 1;
                    bytes += part.size.unwrap_or(0);
                }
                Ok(None) => return Ok(Some((number, bytes))),
                Err(error) if error.kind() == ErrorKind::UploadNotFound => {
                    let listed = self.among.uploads(client, url).await?;
                    return if is_listed(&listed, upload) { Err(not_found(error)) } else { Ok(None) };
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether an upload that was not found is still listed. Some services list uploads under keys that they do not find.
fn is_listed(listed: &[MultipartUpload], upload: &MultipartUpload) -> bool {
    listed.iter().any(|other| other.key == upload.key && other.upload_id == upload.upload_id)
}

fn not_found(error: windlass::Error) -> Failure {
    Failure::from(error)
        .after("the service lists the upload but does not find it")
        .with_hint("pass --provider with the name of the service: its lists may encode keys differently")
}

impl Abort {
    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::object(&self.url)?;
        let client = context.client()?;
        let mut event = "dryrun";
        if !context.is_dry_run() {
            let request = client.abort_multipart_upload(&url.bucket, &url.key, &self.upload_id);
            self.account.of(request).await?;
            event = "done";
        }
        write_aborted(context, event, &url, &self.upload_id)?;
        Ok(ExitCode::Success)
    }
}

impl Clean {
    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let url = target::s3(&self.url)?;
        let client = context.client()?;
        let latest = SystemTime::now().checked_sub(self.older_than);
        let mut uploads = self.among.uploads(&client, &url).await?;
        // Uploads without a start time have no age and are kept.
        uploads.retain(
            |upload| matches!((upload.initiated, latest), (Some(begun), Some(latest)) if begun <= latest),
        );
        if uploads.is_empty() {
            context.output.note("no uploads of that age");
            return Ok(ExitCode::Success);
        }
        let mut verdict = Outcomes::default();
        let (unnamed, uploads): (Vec<_>, Vec<_>) =
            uploads.into_iter().partition(|upload| upload.encoded_key().is_some());
        for key in unnamed.iter().filter_map(MultipartUpload::encoded_key) {
            let url = encoded_url(&url.bucket, key);
            let message = format!("the upload to {url} was not aborted: {NOT_UTF8}");
            let failure = Failure::new(ExitCode::Failed, message);
            verdict.failed(failure.code);
            context.output.error(&failure, None, Some(&url));
        }
        if uploads.is_empty() {
            return Ok(verdict.status());
        }
        if !context.is_dry_run() {
            confirm(format!("Abort {} of {url}?", counted(uploads.len(), "unfinished upload")), self.yes)
                .await?;
        }
        let aborted = stream::iter(uploads).map(|upload| {
            let request = client.abort_multipart_upload(&url.bucket, &upload.key, &upload.upload_id);
            let request = self.among.account.of(request);
            async move {
                let outcome = if context.is_dry_run() { Ok(()) } else { request.await.map(drop) };
                (upload, outcome)
            }
        });
        let mut aborted = aborted.buffered(CONCURRENCY);
        let event = if context.is_dry_run() { "dryrun" } else { "done" };
        let mut missing = Vec::new();
        while let Some((upload, outcome)) = aborted.next().await {
            let url = S3Url::new(&url.bucket, &upload.key);
            match outcome {
                Ok(()) => {
                    verdict.went_well();
                    write_aborted(context, event, &url, &upload.upload_id)?;
                }
                Err(error) if error.kind() == ErrorKind::UploadNotFound => {
                    missing.push((upload, error));
                }
                Err(error) => {
                    let failure = Failure::from(error);
                    verdict.failed(failure.code);
                    context.output.error(&failure, None, None);
                }
            }
        }
        drop(aborted);
        // An upload that is not found has ended, or is listed under a key that the service does not find: list again.
        let listed = if missing.is_empty() { Vec::new() } else { self.among.uploads(&client, &url).await? };
        for (upload, error) in missing {
            if is_listed(&listed, &upload) {
                let failure = not_found(error);
                verdict.failed(failure.code);
                context.output.error(&failure, None, None);
                continue;
            }
            let name = S3Url::new(&url.bucket, &upload.key);
            let text = format!("upload {} to {name} ended since it was listed", upload.upload_id);
            context.output.warn("upload_ended", Some(&name.to_string()), &text);
        }
        Ok(verdict.status())
    }
}

impl Among {
    /// Lists the uploads that a URL selects, in key order.
    async fn uploads(&self, client: &Client, url: &S3Url) -> Result<Vec<MultipartUpload>, Failure> {
        let selection = Selection::of_list(url, self.raw);
        let mut request = self.account.of(client.list_multipart_uploads(&url.bucket));
        if !selection.prefix().is_empty() {
            request = request.prefix(selection.prefix());
        }
        let mut found = Vec::new();
        let mut items = request.items();
        while let Some(upload) = items.try_next().await? {
            if selection.takes(&upload.key) {
                found.push(upload);
            }
        }
        Ok(found)
    }
}

fn write(context: &Context, upload: &MultipartUpload, size: Option<(u64, u64)>) -> std::io::Result<()> {
    let mut text = plain_time(upload.initiated);
    if let Some((parts, bytes)) = size {
        text = format!("{text} {parts:>5} parts {:>10}", format_size(bytes));
    }
    let initiator = upload.initiator.as_ref();
    let json: Value = json!({
        "upload_id": upload.upload_id,
        "initiated": json_time(upload.initiated),
        "storage_class": upload.storage_class.as_ref().map(windlass::types::StorageClass::as_str),
        "initiator": initiator.and_then(|owner| owner.id.as_deref().or(owner.display_name.as_deref())),
        "parts": size.map(|(parts, _)| parts),
        "size": size.map(|(_, bytes)| bytes),
    });
    let json = named("key", "encoded_key", &upload.key, json);
    let line = format!("{text} {} {}", escape(&upload.upload_id), escape(&upload.key));
    context.output.data(&line, &json)
}

fn write_aborted(context: &Context, event: &str, url: &S3Url, upload_id: &str) -> std::io::Result<()> {
    let url = url.to_string();
    let mark = if event == "dryrun" { "(dryrun) " } else { "" };
    let json =
        json!({"event": event, "operation": "abort_upload", "destination": url, "upload_id": upload_id});
    let text = format!("{mark}abort_upload: {} {}", escape(&url), escape(upload_id));
    context.output.done(&text, &json)
}
