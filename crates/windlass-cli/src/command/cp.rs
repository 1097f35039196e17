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
  windlass cp 's3://photos/2026/*.jpg' album/  # patterns of keys cross slashes
  windlass cp a.txt b.txt 'logs/*.log' s3://backup/  # local ones do not
  windlass cp s3://photos/cat.jpg s3://archive/
  pg_dump shop | windlass cp - s3://backup/shop.sql

Symbolic links of a local source are followed (--no-follow-symlinks leaves them out); the last line counts those that lead out of it. A local path that exists is taken as it is, whatever characters it has.

Keys that can be no files below the target folder (.., a leading slash, a slash at the end of one with content, a key beside keys below it) are skipped and named, and the exit status is 1. Empty objects that mark folders are passed over. A downloaded file is complete under its name or not there, and nothing is written through a symbolic link.

With --json each copy is a line {event, operation, source, destination, size}, and the last one the summary."
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
