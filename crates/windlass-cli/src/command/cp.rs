//! `cp`: copies between local files and S3, and within S3.

use super::Verb;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::transfer::{self, TransferArguments};

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "windlass cp [OPTIONS] <SOURCE>... <DESTINATION>",
    after_help = "\
Examples:
  windlass cp cat.jpg s3://photos/2026/  # to 2026/cat.jpg
  windlass cp s3://photos/2026/cat.jpg .
  windlass cp --recursive site s3://www/ --exclude '*' --include '*.html'
  windlass cp 's3://photos/2026/*.jpg' album/  # key patterns match slashes
  windlass cp a.txt b.txt 'logs/*.log' s3://backup/  # local ones do not
  windlass cp s3://photos/cat.jpg s3://archive/
  pg_dump shop | windlass cp - s3://backup/shop.sql

Symbolic links in a local source are followed unless --no-follow-symlinks is given; the summary counts links that lead out of the source. A local path that exists is taken literally.

Keys that cannot be files below the target folder (.., a leading slash, a trailing slash with content, a key with other keys below it) are skipped with a warning and exit status 1. Folder markers are ignored. A downloaded file appears under its name only once it is complete. Downloads do not follow symbolic links below the target folder.

With --json each copy is a line {event, operation, source, destination, size}; the last line is the summary."
)]
pub(crate) struct Cp {
    #[command(flatten)]
    transfer: TransferArguments,
}

impl Verb for Cp {
    const NAME: &'static str = "cp";
    const ABOUT: &'static str = "Copy files and objects";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        transfer::run(self.transfer, false, context).await
    }
}
