//! Where things are, and how programs are run in this workspace.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// Feature selection and scope of every build here: one set, so that steps share what was built.
pub(crate) const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    // Where `cargo run` says, first: a target folder shared by two checkouts holds one program for both.
    let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = PathBuf::from(here);
    here.parent().unwrap_or(&here).to_path_buf()
}

/// The folder of everything that is built or installed.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |it| root().join(it))
}

/// A file of `xtask/servers`.
pub(crate) fn server_file(name: &str) -> PathBuf {
    root().join("xtask/servers").join(name)
}

/// A program of this workspace, as `cargo build` leaves it.
pub(crate) fn built(name: &str) -> PathBuf {
    target().join("debug").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// The cargo that runs this chore, in the folder of the workspace.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The machine's own Python.
pub(crate) fn python() -> Result<&'static str> {
    let works = |name: &&str| {
        let test = "import sys; sys.exit(sys.version_info < (3, 11))";
        Command::new(name).args(["-c", test]).status().is_ok_and(|it| it.success())
    };
    ["python3.11", "python3"]
        .into_iter()
        .find(works)
        .ok_or_else(|| "Python 3.11 or newer is needed, as `python3.11` or `python3`".into())
}

/// Runs a command to its end.
///
/// # Errors
/// When it cannot be started or says that it failed.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = printed(command);
    let status = command.status().map_err(|error| format!("cannot run `{name}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` failed: {status}")) }
}

/// A command as a person would type it.
pub(crate) fn printed(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_else(|| command.get_program());
    let words: Vec<_> =
        std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy).collect();
    words.join(" ")
}
