//! `cp` and `mv`: what is copied where (`plan`), each copy (`job`), and all of them side by side (`run`).

mod job;
mod local_tree;
mod place;
mod plan;
mod run;

use std::sync::Arc;

use windlass::Client;

use crate::command::{cat, put};
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::filter_arguments::FilterArguments;
use crate::object_arguments::{AccessArguments, ObjectArguments};
use crate::target::Target;

/// What `cp` and `mv` have in common.
#[derive(Debug, clap::Args)]
pub(crate) struct TransferArguments {
    /// A local path, s3://bucket/key, a pattern of keys such as s3://bucket/*.txt, or - for standard input
    source: String,

    /// A local path, s3://bucket/key, or - for standard output; a folder ends in /
    destination: String,

    /// Copy everything below a folder or prefix
    #[arg(long)]
    recursive: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// Take the keys of sources literally, * and ? included
    #[arg(long)]
    raw: bool,

    /// Leave what is there already
    #[arg(long, alias = "no-clobber")]
    no_overwrite: bool,

    /// Follow symbolic links below a local source
    #[arg(long, overrides_with = "no_follow_symlinks")]
    follow_symlinks: bool,

    /// Leave out symbolic links below a local source without a word; by default they are left out and named
    #[arg(long, overrides_with = "follow_symlinks")]
    no_follow_symlinks: bool,

    /// Set no content type by the name
    #[arg(long)]
    no_guess_mime_type: bool,

    /// Between buckets: COPY the metadata of the source or REPLACE it by what is given here
    #[arg(long, value_name = "WORD", ignore_case = true, value_parser = ["COPY", "REPLACE"])]
    metadata_directive: Option<String>,

    /// Move this many objects at a time
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,

    #[command(flatten)]
    object: ObjectArguments,

    #[command(flatten)]
    access: AccessArguments,
}

/// Carries out a `cp`, or a `mv`, which deletes each source once its copy is there.
pub(crate) async fn run(
    arguments: TransferArguments,
    moves: bool,
    context: &Context,
) -> Result<ExitCode, Failure> {
    let source = Target::parse(&arguments.source)?;
    let destination = Target::parse(&arguments.destination)?;
    arguments.check(&source, &destination, moves)?;
    let client = context.client()?;
    match (&source, &destination) {
        (Target::Stream, Target::S3(url)) => {
            let settings = put::Settings {
                object: &arguments.object,
                access: &arguments.access,
                guess_type: !arguments.no_guess_mime_type,
                keep_existing: arguments.no_overwrite,
            };
            return put::standard_input(&client, url, &settings, context).await;
        }
        (Target::S3(url), Target::Stream) => {
            if context.is_dry_run() {
                context.output.note(&format!("(dryrun) copy: {} to -", arguments.source));
                return Ok(ExitCode::Success);
            }
            return cat::write_object(&client, url, &arguments.access).await;
        }
        _ => {}
    }
    if let Target::S3(url) = &destination {
        context.prepare_write(&client, &url.bucket).await?;
    }
    let plan = plan::plan(&client, &source, &destination, &arguments, moves).await?;
    let worker = arguments.worker(client, moves);
    run::run(plan, worker, context).await
}

impl TransferArguments {
    /// Refuses options that would be ignored, and copies that cannot be.
    fn check(&self, source: &Target, destination: &Target, moves: bool) -> Result<(), Failure> {
        let streams = [source, destination].into_iter().filter(|end| **end == Target::Stream).count();
        match (source, destination) {
            (Target::Local(_) | Target::Stream, Target::Local(_) | Target::Stream) => {
                return Err(Failure::usage("one of the two has to be s3://..."));
            }
            _ if streams > 0 && (moves || self.recursive || !self.filter.filter.is_empty()) => {
                return Err(Failure::usage(
                    "a stream is one object: it is copied, without --recursive and filters",
                ));
            }
            _ => {}
        }
        let between_buckets = matches!((source, destination), (Target::S3(_), Target::S3(_)));
        if self.metadata_directive.is_some() && !between_buckets {
            return Err(Failure::usage("--metadata-directive is for copies from s3:// to s3://"));
        }
        let replaces =
            self.metadata_directive.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("REPLACE"));
        if between_buckets && self.object.sets_headers() && !replaces {
            return Err(Failure::usage("a copy between buckets keeps the metadata of its source")
                .with_hint("give --metadata-directive REPLACE to set all of it anew"));
        }
        if !matches!(destination, Target::S3(_)) && !self.object.is_empty() {
            return Err(Failure::usage("settings of objects are for what is written to s3://"));
        }
        let filters = !self.filter.filter.is_empty();
        let many = self.recursive
            || matches!(source, Target::S3(url) if !self.raw && windlass::paths::KeyPattern::is_pattern(&url.key));
        if filters && !many {
            return Err(Failure::usage(
                "--include and --exclude choose among many: give --recursive or a pattern",
            ));
        }
        Ok(())
    }

    fn worker(self, client: Client, moves: bool) -> run::Worker {
        run::Worker {
            concurrency: usize::from(self.concurrency),
            copier: Arc::new(job::Copier {
                client,
                moves,
                object: self.object,
                access: self.access,
                metadata_directive: self.metadata_directive.map(|word| word.to_ascii_uppercase()),
                guess_type: !self.no_guess_mime_type,
                keep_existing: self.no_overwrite,
            }),
        }
    }

    fn links(&self) -> local_tree::Links {
        if self.follow_symlinks {
            local_tree::Links::Follow
        } else if self.no_follow_symlinks {
            local_tree::Links::LeaveOut
        } else {
            local_tree::Links::Name
        }
    }
}
