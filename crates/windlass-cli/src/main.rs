//! The `windlass` command: parses the arguments, runs one subcommand and returns an exit status.

#![expect(clippy::doc_markdown, reason = "doc comments of options are help texts, which have no backticks")]

mod access_arguments;
mod command;
mod confirm;
mod context;
mod exit_code;
mod failure;
mod filter_arguments;
mod globals;
mod interruption;
mod listing;
mod metadata;
mod object_arguments;
mod observer;
mod output;
mod progress;
mod raw_argument;
mod secret;
mod standard_streams;
mod target;
mod tasks;
mod transfer;
mod watch;
mod words;

use std::pin::pin;
use std::process::ExitCode as ProcessExitCode;
use std::time::Duration;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};

use crate::command::Command;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::globals::Globals;
use crate::output::Output;
use crate::tasks::Tasks;

/// An Amazon S3 client for the shell.
#[derive(Debug, Parser)]
#[command(name = "windlass", version, about, after_help = EXAMPLES, subcommand_required = true, max_term_width = 80)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    globals: Globals,
}

const EXAMPLES: &str = "\
Examples:
  windlass --local ./objects cp --recursive docs s3://docs/  # no account
  windlass ls s3://photos/2026/
  windlass cp s3://photos/cat.jpg .
  tar c src | windlass put s3://backup/src.tar

Exit status: 0 success, 1 some failed or skipped, 2 usage, 3 credentials or access, 4 not found, 130 interrupted.

Region, endpoint and credentials are read from the options, then the environment, then ~/.aws.";

fn main() -> ProcessExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(mut error) => {
            hide_keys(&mut error);
            if error.use_stderr() && asks_for_json() {
                return Failure::from(&error)
                    .report(Output { json: true, errors_only: true, quiet: true })
                    .into();
            }
            // The reader of the help text may have closed its pipe early.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::Usage.into() } else { ExitCode::Success.into() };
        }
    };
    let output = arguments.globals.output();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let message = format!("failed to start the runtime: {error}");
            return Failure::new(ExitCode::Failed, message).report(output).into();
        }
    };
    let outcome = runtime.block_on(run(arguments));
    // A blocking read from standard input cannot be cancelled and must not keep the process alive.
    runtime.shutdown_timeout(LONGEST_GOODBYE);
    outcome.unwrap_or_else(|failure| failure.report(output)).into()
}

/// Whether an invalid command line has `--json`.
fn asks_for_json() -> bool {
    std::env::args_os().skip(1).take_while(|argument| argument != "--").any(|argument| argument == "--json")
}

/// Removes the value of a key option from an error: a mistyped key is still a secret.
fn hide_keys(error: &mut clap::Error) {
    let option = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
    if option.contains("-key") {
        error.insert(ContextKind::InvalidValue, ContextValue::String("...".to_owned()));
    }
}

const LONGEST_GOODBYE: Duration = Duration::from_millis(500);

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    interruption::survive_file_size_limit();
    let mut interrupted = pin!(interruption::interrupted(arguments.globals.output()));
    let (tasks, settling) = Tasks::new();
    let context = tokio::select! {
        // Polled first, so that the signal handler is installed before any work starts.
        biased;
        () = &mut interrupted => return Ok(ExitCode::Interrupted),
        context = Context::new(arguments.globals, tasks) => context?,
    };
    standard_streams::check_output(false)?;
    let outcome = tokio::select! {
        biased;
        () = &mut interrupted => Ok(ExitCode::Interrupted),
        outcome = arguments.command.run(&context) => outcome,
        never = context.watch.tell(watch::PATIENCE, |line| context.output.note(line)) => match never {},
    };
    let local = context.into_local();
    if !matches!(outcome, Ok(ExitCode::Success)) {
        // Unfinished uploads are aborted, which may take requests.
        settling.wait().await;
    }
    if let Some(server) = local {
        server.shutdown().await;
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_options_of_all_subcommands_are_consistent() {
        Arguments::command().debug_assert();
    }
}
