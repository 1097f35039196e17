//! `cp` and `mv`: what is copied where (`plan`), each copy (`job`), and all of them side by side (`run`).

mod job;
mod local_tree;
mod place;
mod plan;
mod run;

use std::sync::Arc;

use windlass::Client;
use windlass::types::CustomerKey;

use crate::access_arguments::{AccessArguments, AccountArguments, ChecksumMode, parse_customer_key};
use crate::command::{cat, put};
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::filter_arguments::FilterArguments;
use crate::object_arguments::ObjectArguments;
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

    /// Copy this version of the one source
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    #[command(flatten)]
    access: AccessArguments,

    #[command(flatten)]
    checksum: ChecksumMode,

    /// Between buckets: decrypt the source with a key of one's own (SSE-C)
    #[arg(long, value_name = "METHOD", num_args = 0..=1, default_missing_value = "AES256",
          value_parser = ["AES256"], requires = "sse_c_copy_source_key")]
    sse_c_copy_source: Option<String>,

    /// Between buckets: the key of the source, written as that of --sse-c-key
    #[arg(long, value_name = "KEY", requires = "sse_c_copy_source", value_parser = parse_customer_key)]
    sse_c_copy_source_key: Option<CustomerKey>,

    /// Between buckets: go ahead only if this account owns the bucket of the source
    #[arg(long, value_name = "ACCOUNT_ID")]
    expected_source_bucket_owner: Option<String>,
}

/// Carries out a `cp`, or a `mv`, which deletes each source once its copy is there.
pub(crate) async fn run(
    arguments: TransferArguments,
    moves: bool,
    context: &Context,
) -> Result<ExitCode, Failure> {
    let source = Target::parse(&arguments.source)?;
    let destination = match arguments.destination.as_str() {
        // Whatever stands behind it, even a file, takes what comes after what it has.
        "/dev/stdout" => Target::Stream,
        text => Target::parse(text)?,
    };
    arguments.check(&source, &destination, moves)?;
    let client = context.client()?;
    match (&source, &destination) {
        (Target::Stream, Target::S3(url)) => {
            if url.key.is_empty() || url.key.ends_with('/') {
                return Err(Failure::usage("standard input has no name: give the whole key"));
            }
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
            let request = client.get_object(&url.bucket, &url.key);
            let request = arguments.access.read(request, arguments.version_id.as_deref());
            return cat::write_object(arguments.checksum.of(request)).await;
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
        let for_copies = [
            ("--metadata-directive", self.metadata_directive.is_some()),
            ("--sse-c-copy-source", self.sse_c_copy_source.is_some()),
            ("--expected-source-bucket-owner", self.expected_source_bucket_owner.is_some()),
        ];
        if let Some((name, _)) = for_copies.iter().find(|(_, given)| *given && !between_buckets) {
            return Err(Failure::usage(format!("{name} is for copies from s3:// to s3://")));
        }
        if self.checksum.is_given()
            && !matches!((source, destination), (Target::S3(_), Target::Local(_) | Target::Stream))
        {
            return Err(Failure::usage("--checksum-mode is for downloads"));
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
        if self.version_id.is_some() {
            if many || !matches!(source, Target::S3(_)) {
                return Err(Failure::usage("--version-id is for one object of s3://"));
            }
            if moves {
                return Err(Failure::usage("one version of an object cannot be moved")
                    .with_hint("copy it, and delete it with `rm --version-id`"));
            }
        }
        Ok(())
    }

    /// How the source of a copy between buckets is read.
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
