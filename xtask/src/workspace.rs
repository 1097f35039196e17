//! Paths of the workspace, and helpers to run programs.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// The features and scope of every build, the same everywhere so that steps share artifacts.
pub(crate) const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

/// Returns the folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // Prefer the variable of `cargo run`: if two checkouts share a target folder, both run the same program.
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.parent().unwrap_or(&here).to_path_buf()
}

/// Returns the folder of build artifacts and installations.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |it| root().join(it))
}

/// Returns the path of a file in `xtask/servers`.
pub(crate) fn server_file(name: &str) -> PathBuf {
    root().join("xtask/servers").join(name)
}

/// Returns the path of a program that `cargo build` built.
pub(crate) fn built(name: &str) -> PathBuf {
    target().join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// Returns a command for the cargo that runs this task, in the folder of the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Returns the system's Python.
pub(crate) fn python() -> Result<&'static str> {
    let works = |name: &&str| {
        let test = "import sys; sys.exit(sys.version_info < (3, 11))";
        Command::new(name).args(["-c", test]).status().is_ok_and(|it| it.success())
    };
    ["python3.11", "python3"]
        .into_iter()
        .find(works)
        .ok_or_else(|| "Python 3.11 or newer is missing; install it as `python3.11` or `python3`".into())
}

/// Runs a command to its end.
///
/// # Errors
/// Fails if the command cannot be started or exits with an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = printed(command);
    let status = command.status().map_err(|error| format!("cannot run `{name}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` failed: {status}")) }
}

/// Formats a command as typed in a shell.
pub(crate) fn printed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_else(|| command.get_program());
    let words: Vec<_> =
        std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}
