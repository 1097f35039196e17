//! `cat`: writes objects to standard output.

use tokio::io::AsyncWriteExt as _;
use windlass::Request;
use windlass::operations::GetObject;
use windlass::paths::{Filter, S3Url};

use super::Verb;
use crate::access_arguments::{AccessArguments, ChecksumMode};
use crate::context::Context;
use crate::exit_code::{ExitCode, Outcomes};
use crate::failure::Failure;
use crate::listing::{self, Selection};
use crate::output::of_output;
use crate::standard_streams;
use crate::target;
use crate::watch::Watch;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass cat s3://logs/today.log | grep error
  windlass cat s3://parts/a s3://parts/b > whole
  windlass cat 's3://logs/2019-*.log'  # patterns match slashes
  windlass cat --raw 's3://logs/what?'  # this key alone
  windlass cat --version-id 3HL4kqtJvjVBH40Nrjfkd s3://logs/today.log

Objects that match a pattern are written in key order. An object that cannot be read is reported, and the others are written. Output before an error may be incomplete: check the exit status.")]
pub(crate) struct Cat {
    /// Objects or key patterns
    #[arg(required = true, value_name = "S3_URL")]
    objects: Vec<String>,

    /// Take the keys literally, including * and ?
    #[arg(long)]
    raw: bool,

    /// Write this version of a single object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    #[command(flatten)]
    access: AccessArguments,

    #[command(flatten)]
    checksum: ChecksumMode,
}

/// The failure of one object.
enum Unwritten {
    /// No bytes were written, so other objects can follow.
    Unread(Failure),
    /// The output is incomplete or failed, so no other object can follow.
    Broken(Failure),
}

impl Verb for Cat {
    const NAME: &'static str = "cat";
    const ABOUT: &'static str = "Write objects to standard output";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let urls = self.objects.iter().map(|text| target::object(text)).collect::<Result<Vec<_>, _>>()?;
        let is_pattern = |url: &S3Url| Selection::of(url, false, self.raw) != Selection::One;
        if self.version_id.is_some() && (urls.len() > 1 || urls.iter().any(is_pattern)) {
            return Err(Failure::usage("--version-id requires a single object"));
        }
        standard_streams::check_output(true)?;
        let client = context.client()?;
        let is_one = urls.len() == 1;
        let mut verdict = Outcomes::default();
        for url in &urls {
            let selection = Selection::of(url, false, self.raw);
            let keys = if selection == Selection::One {
                Ok(vec![url.key.clone()])
            } else {
                let everything = Filter::default();
                let found =
                    listing::list(&client, &url.bucket, &selection, &everything, &self.access.account).await;
                found.and_then(|found| {
                    selection.check_found(found.seen, url)?;
                    Ok(found.objects.into_iter().map(|found| found.object.key).collect())
                })
            };
            let keys = match keys {
                Err(failure) if !is_one && !failure.is_final => {
                    context.output.error(&failure, None, None);
                    verdict.failed(failure.code);
                    continue;
                }
                keys => keys?,
            };
            let is_one = is_one && keys.len() == 1;
            for key in keys {
                let request =
                    self.access.read(client.get_object(&url.bucket, key), self.version_id.as_deref());
                match write(self.checksum.of(request), &context.watch).await {
                    Ok(()) => {}
                    Err(Unwritten::Unread(failure)) if !is_one && !failure.is_final => {
                        context.output.error(&failure, None, None);
                        verdict.failed(failure.code);
                    }
                    Err(Unwritten::Unread(failure) | Unwritten::Broken(failure)) => return Err(failure),
                }
            }
        }
        Ok(verdict.status())
    }
}

/// Writes one object to standard output.
pub(crate) async fn write_object(request: Request<GetObject>, watch: &Watch) -> Result<ExitCode, Failure> {
    match write(request, watch).await {
        Ok(()) => Ok(ExitCode::Success),
        Err(Unwritten::Unread(failure) | Unwritten::Broken(failure)) => Err(failure),
    }
}

async fn write(request: Request<GetObject>, watch: &Watch) -> Result<(), Unwritten> {
    let mut body = request.await.map_err(|error| Unwritten::Unread(error.into()))?.body;
    let broken = |error: std::io::Error| Unwritten::Broken(of_output(&error).into());
    let mut stdout = tokio::io::stdout();
    while let Some(chunk) = body.try_next().await.map_err(|error| Unwritten::Broken(error.into()))? {
        stdout.write_all(&chunk).await.map_err(broken)?;
        watch.moved();
    }
    stdout.flush().await.map_err(broken)
}
