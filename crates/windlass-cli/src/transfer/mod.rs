//! `cp` and `mv`: planning (`plan`), single copies (`job`) and concurrent execution (`run`).

mod job;
mod local_pattern;
mod plan;
mod run;

use std::ffi::OsString;
use std::sync::Arc;

use serde_json::json;
use windlass::Client;
use windlass::paths::{S3Url, names_folder};
use windlass::types::CustomerKey;

use self::plan::{PlanContext, Source};
use crate::access_arguments::{AccessArguments, AccountArguments, ChecksumMode, parse_customer_key};
use crate::command::{cat, put};
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::filter_arguments::FilterArguments;
use crate::object_arguments::ObjectArguments;
use crate::output::escape;
use crate::standard_streams;
use crate::target::{Target, shown, url_meant_by};

/// Options of `cp` and `mv`.
#[derive(Debug, clap::Args)]
pub(crate) struct TransferArguments {
    /// Sources and destination: local paths, s3://bucket/key, patterns such as 'dir/*.txt' or 's3://bucket/*.txt', or -
    /// for standard input or output; a folder ends in /
    #[arg(required = true, num_args = 1.., value_name = "SOURCE... DESTINATION")]
    ends: Vec<OsString>,

    /// Include everything below a folder or prefix
    #[arg(long)]
    recursive: bool,

    #[command(flatten)]
    filter: FilterArguments,

    /// Take sources literally, including * and ?
    #[arg(long)]
    raw: bool,

    /// Keep existing files and objects
    #[arg(long, alias = "no-clobber")]
    no_overwrite: bool,

    /// Follow symbolic links in a local source (the default)
    #[arg(long, overrides_with = "no_follow_symlinks")]
    follow_symlinks: bool,

    /// Skip symbolic links in a local source
    #[arg(long, overrides_with = "follow_symlinks")]
    no_follow_symlinks: bool,

    /// Do not guess the content type from the file name
    #[arg(long)]
    no_guess_mime_type: bool,

    /// Copies within S3: COPY the metadata of the source, or REPLACE it with the given options
    #[arg(long, value_name = "WORD", ignore_case = true, value_parser = ["COPY", "REPLACE"])]
    metadata_directive: Option<String>,

    /// Maximum number of concurrent transfers
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    concurrency: u16,

    /// Copy this version of a single source
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    #[command(flatten)]
    access: AccessArguments,

    #[command(flatten)]
    checksum: ChecksumMode,

    /// Copies within S3: decrypt the source with a customer-provided key (SSE-C)
    #[arg(long, value_name = "METHOD", num_args = 0..=1, default_missing_value = "AES256",
          value_parser = ["AES256"], requires = "sse_c_copy_source_key")]
    sse_c_copy_source: Option<String>,

    /// Copies within S3: SSE-C key of the source, as in --sse-c-key
    #[arg(long, value_name = "KEY", requires = "sse_c_copy_source", value_parser = parse_customer_key)]
    sse_c_copy_source_key: Option<CustomerKey>,

    /// Copies within S3: fail unless this account owns the source bucket
    #[arg(long, value_name = "ACCOUNT_ID")]
    expected_source_bucket_owner: Option<String>,

    #[command(flatten)]
    object: ObjectArguments,
}

/// Runs `cp`, or with `moves` `mv`, which deletes each source after copying it.
pub(crate) async fn run(
    arguments: TransferArguments,
    moves: bool,
    context: &Context,
) -> Result<ExitCode, Failure> {
    let Some((destination, sources)) = arguments.ends.split_last() else {
        return Err(Failure::usage("give a source and a destination"));
    };
    if sources.is_empty() {
        return Err(Failure::usage(format!(
            "missing destination after {}: give a source and a destination",
            destination.display()
        )));
    }
    let destination = match destination.to_str() {
        // A stream even if it is redirected to a file: output is appended, and the file is not replaced.
        Some("/dev/stdout") => Target::Stream,
        _ => Target::parse(destination)?,
    };
    let sources = sources.iter().map(|text| Ok(Source::of(Target::parse(text)?, arguments.raw)));
    let sources = sources.collect::<Result<Vec<_>, Failure>>()?;
    for source in &sources {
        arguments.check(source, &destination, moves)?;
    }
    if sources.len() > 1 {
        arguments.check_several(&sources, &destination)?;
    }
    let filter = arguments.filter.filter(context.output)?;
    let is_input = |source: &Source| match &source.target {
        Target::Local(path) => standard_streams::is_input(path),
        target => *target == Target::Stream,
    };
    if sources.iter().any(is_input) {
        // An unusable standard input fails before anything is sent.
        standard_streams::input()?;
    }
    let client = context.client()?;
    match (sources.first().map(|source| &source.target), &destination) {
        (Some(Target::Stream), Target::S3(url)) => {
            if url.key.is_empty() || url.key.ends_with('/') {
                return Err(Failure::usage("standard input has no name: give the full key"));
            }
            let settings = put::Settings {
                object: &arguments.object,
                access: &arguments.access,
                guess_type: !arguments.no_guess_mime_type,
                keep_existing: arguments.no_overwrite,
            };
            return put::standard_input(&client, url, &settings, context).await;
        }
        (Some(Target::S3(url)), Target::Stream) => {
            return arguments.to_standard_output(&client, url, context).await;
        }
        _ => {}
    }
    if let Target::S3(url) = &destination {
        context.prepare_write(&client, &url.bucket).await?;
    }
    let plan_context = PlanContext {
        client: &client,
        arguments: &arguments,
        filter,
        moves,
        is_dry_run: context.is_dry_run(),
        several: sources.len() > 1,
    };
    let plan = plan::plan(&sources, &destination, plan_context).await?;
    let worker = arguments.worker(client, moves);
    run::run(plan, worker, context).await
}

impl TransferArguments {
    async fn to_standard_output(
        &self,
        client: &Client,
        url: &S3Url,
        context: &Context,
    ) -> Result<ExitCode, Failure> {
        standard_streams::check_output(true)?;
        if context.is_dry_run() {
            let request = client.head_object(&url.bucket, &url.key);
            let head = self.access.read(request, self.version_id.as_deref()).await?;
            let (source, size) = (url.to_string(), head.content_length);
            let json = json!({"event": "dryrun", "operation": "download", "source": source, "destination": "-", "size": size});
            context.output.done(&format!("(dryrun) download: {} to -", escape(&source)), &json)?;
            return Ok(ExitCode::Success);
        }
        let request = client.get_object(&url.bucket, &url.key);
        let request = self.access.read(request, self.version_id.as_deref());
        cat::write_object(self.checksum.of(request), &context.watch).await
    }

    /// Checks that the destination of several sources is a folder or prefix.
    fn check_several(&self, sources: &[Source], destination: &Target) -> Result<(), Failure> {
        if *destination == Target::Stream || sources.iter().any(|source| source.target == Target::Stream) {
            return Err(Failure::usage("a stream cannot be combined with other sources"));
        }
        if self.version_id.is_some() {
            return Err(Failure::usage("--version-id requires a single s3:// source"));
        }
        let (is_folder, hint) = match destination {
            Target::S3(url) => {
                (url.key.is_empty() || url.key.ends_with('/'), format!("if {url} is a prefix, write {url}/"))
            }
            Target::Local(path) => {
                let hint = format!("to create a folder, write {}/", shown(path));
                (names_folder(path) || path.is_dir(), hint)
            }
            Target::Stream => (false, String::new()),
        };
        if is_folder || sources.iter().all(|source| source.is_many(self)) {
            return Ok(());
        }
        Err(Failure::usage("several sources require a folder or a prefix, ending in a slash, as destination")
            .with_hint(hint))
    }

    /// Refuses options that would be ignored, and impossible copies.
    fn check(&self, from: &Source, destination: &Target, moves: bool) -> Result<(), Failure> {
        self.object.check()?;
        let source = &from.target;
        let streams = [source, destination].into_iter().filter(|end| **end == Target::Stream).count();
        match (source, destination) {
            (Target::Local(_) | Target::Stream, Target::Local(_) | Target::Stream) => {
                let failure = Failure::usage("the source or the destination must be an s3:// URL");
                let meant = match destination {
                    Target::Local(path) => path.to_str().and_then(url_meant_by),
                    _ => None,
                };
                return Err(match meant {
                    Some(url) => failure.with_hint(format!("if the destination is a bucket, write {url}")),
                    None => failure,
                });
            }
            _ if streams > 0 && (moves || self.recursive || !self.filter.is_empty()) => {
                return Err(Failure::usage(
                    "a stream cannot be moved, and takes no --recursive and no filters",
                ));
            }
            _ => {}
        }
        let between_buckets = matches!((source, destination), (Target::S3(_), Target::S3(_)));
        let for_copies = [
            ("--metadata-directive", self.metadata_directive.is_some()),
            ("--sse-c-copy-source", self.sse_c_copy_source.is_some()),
            ("--expected-source-bucket-owner", self.expected_source_bucket_owner.is_some()),
        ];
        if let Some((name, _)) = for_copies.iter().find(|(_, given)| *given && !between_buckets) {
            return Err(Failure::usage(format!("{name} requires a copy from s3:// to s3://")));
        }
        if self.checksum.is_given()
            && !matches!((source, destination), (Target::S3(_), Target::Local(_) | Target::Stream))
        {
            return Err(Failure::usage("--checksum-mode requires a download"));
        }
        let replaces =
            self.metadata_directive.as_deref().is_some_and(|word| word.eq_ignore_ascii_case("REPLACE"));
        if between_buckets && self.object.sets_headers() && !replaces {
            return Err(Failure::usage("a copy within S3 keeps the metadata of its source")
                .with_hint("pass --metadata-directive REPLACE to replace all metadata"));
        }
        if !matches!(destination, Target::S3(_)) && !self.object.is_empty() {
            return Err(Failure::usage("object settings require an s3:// destination"));
        }
        let many = from.is_many(self);
        if !self.filter.is_empty() && !many {
            return Err(Failure::usage("--include and --exclude require --recursive or a pattern"));
        }
        if self.version_id.is_some() {
            if many || !matches!(source, Target::S3(_)) {
                return Err(Failure::usage("--version-id requires a single s3:// source"));
            }
            if moves {
                return Err(Failure::usage("cannot move a single version of an object")
                    .with_hint("copy it, then delete it with `rm --version-id`"));
            }
        }
        Ok(())
    }

    /// The access options for the source of a copy within S3.
    fn copy_source(&self) -> AccessArguments {
        AccessArguments {
            account: AccountArguments {
                expected_bucket_owner: self.expected_source_bucket_owner.clone(),
                request_payer: self.access.account.request_payer.clone(),
            },
            sse_c: self.sse_c_copy_source.clone(),
            sse_c_key: self.sse_c_copy_source_key.clone(),
        }
    }

    fn worker(self, client: Client, moves: bool) -> run::Worker {
        run::Worker {
            concurrency: usize::from(self.concurrency),
            copier: Arc::new(job::Copier {
                client,
                moves,
                copy_source: self.copy_source(),
                object: self.object,
                access: self.access,
                checksum: self.checksum,
                version_id: self.version_id,
                metadata_directive: self.metadata_directive.map(|word| word.to_ascii_uppercase()),
                guess_type: !self.no_guess_mime_type,
                keep_existing: self.no_overwrite,
            }),
        }
    }
}
