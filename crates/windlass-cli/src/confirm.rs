//! The confirmation prompt before many deletions.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::failure::Failure;
use crate::output::escape;

/// Succeeds with `--yes`, or after a `y` on the terminal.
pub(crate) async fn confirm(question: String, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(format!("{question} Cannot ask: standard input is not a terminal"))
            .with_hint("pass --yes to confirm, or --dryrun to preview"));
    }
    let answer = tokio::task::spawn_blocking(move || {
        let mut stderr = io::stderr().lock();
        write!(stderr, "{} [y/N] ", escape(&question))?;
        stderr.flush()?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok::<_, io::Error>(line)
    });
    let answer = answer.await.map_err(io::Error::other)??;
    if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(crate::exit_code::ExitCode::Failed, "not confirmed: nothing was changed"))
}
