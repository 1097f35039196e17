//! `mv`: copies, then deletes each source.

use super::Verb;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::transfer::{self, TransferArguments};

#[derive(Debug, clap::Args)]
#[command(
    override_usage = "windlass mv [OPTIONS] <SOURCE>... <DESTINATION>",
    after_help = "\
Examples:
  windlass mv report.pdf s3://archive/2026/
  windlass mv --recursive s3://inbox/ inbox/
  windlass mv s3://photos/cat.jpg s3://photos/old/cat.jpg
  windlass mv 's3://photos/*.jpg' s3://photos/old/  # keeps old/

A source is deleted only once its copy is complete and verified, and only if it has not changed since; a changed source is kept and reported. Empty folders are kept. For a symbolic link, the content is uploaded and the link is deleted, but not its target; links to folders are skipped with a warning."
)]
pub(crate) struct Mv {
    #[command(flatten)]
    transfer: TransferArguments,
}

impl Verb for Mv {
    const NAME: &'static str = "mv";
    const ABOUT: &'static str = "Move files and objects";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        transfer::run(self.transfer, true, context).await
    }
}
