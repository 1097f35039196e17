//! `completions`: writes shell completion scripts.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Verb;
use crate::Arguments;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::output::of_output;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass completions bash > windlass.bash     # then: source windlass.bash
  windlass completions zsh > _windlass          # in a folder of $fpath
  windlass completions fish > windlass.fish     # in ~/.config/fish/completions")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Verb for Completions {
    const NAME: &'static str = "completions";
    const ABOUT: &'static str = "Write the completion script of a shell";

    async fn run(self, _: &Context) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "windlass", &mut script);
        std::io::stdout().lock().write_all(&script).map_err(|error| of_output(&error))?;
        Ok(ExitCode::Success)
    }
}
