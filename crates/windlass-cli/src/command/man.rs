//! `man`: writes manual pages generated from the help texts.

use std::io::Write as _;
use std::path::PathBuf;

use clap::CommandFactory as _;

use super::Verb;
use crate::Arguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::of_output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass man > windlass.1
  windlass man cp > windlass-cp.1
  windlass man tag set > windlass-tag-set.1
  windlass man --dir man1                # all pages")]
pub(crate) struct Man {
    /// Subcommand; the main page by default
    #[arg(value_name = "VERB", conflicts_with = "dir")]
    verbs: Vec<String>,

    /// Write the pages of all subcommands into this folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Verb for Man {
    const NAME: &'static str = "man";
    const ABOUT: &'static str = "Write manual pages";

    async fn run(self, _: &Context) -> Result<ExitCode, Failure> {
        let mut command = Arguments::command().disable_help_subcommand(true);
        command.build();
        if let Some(folder) = self.dir {
            let written =
                std::fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(command, &folder));
            written.map_err(|error| Failure::file(folder.display(), &error))?;
            return Ok(ExitCode::Success);
        }
        for verb in &self.verbs {
            let found = command.find_subcommand(verb).cloned();
            command = found.ok_or_else(|| Failure::usage(format!("unknown subcommand {verb:?}")))?;
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        std::io::stdout().lock().write_all(&page).map_err(|error| of_output(&error))?;
        Ok(ExitCode::Success)
    }
}
