//! `cargo xtask weekly`: looks for breaks of the public API, which is too slow for every change.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::{Result, workspace};

/// Compares the public API with that of `baseline`, a revision of git, or else of the last tag, and reports. Breaks do not
/// fail it: until 1.0 each has its line in CHANGELOG.md.
///
/// # Errors
/// A tool is missing, or there is nothing to compare with.
pub(crate) fn run(baseline: Option<&str>) -> Result<()> {
    if !works(workspace::cargo().args(["semver-checks", "--version"])) {
        return Err(
            "cargo-semver-checks is needed\nhint: `cargo install cargo-semver-checks --locked`".into()
        );
    }
    let (baseline, what) = match baseline {
        Some(revision) => (revision.to_owned(), "the given revision"),
        None => (last_tag()?, "the last tag, since nothing is published yet"),
    };
    println!("== public API against {baseline}, {what}");
    let mut checks = workspace::cargo();
    checks.args(["semver-checks", "--package", "windlass", "--all-features", "--baseline-rev", &baseline]);
    // Left to itself it looks for no breaks where the version has changed enough to allow them.
    checks.args(["--release-type", "minor"]);
    let describe = |error: std::io::Error| format!("cannot run cargo-semver-checks: {error}");
    let mut child = checks.stderr(Stdio::piped()).spawn().map_err(describe)?;
    let mut breaks = false;
    if let Some(output) = child.stderr.take() {
        for line in BufReader::new(output).lines() {
            let line = line.map_err(describe)?;
            breaks |= line.contains(BREAKS);
            eprintln!("{line}");
        }
    }
    let status = child.wait().map_err(describe)?;
    match (status.success(), breaks) {
        (true, _) => println!("== no break"),
        (false, true) => println!("== until 1.0, each break needs its line in CHANGELOG.md"),
        (false, false) => return Err(format!("cargo-semver-checks failed: {status}")),
    }
    Ok(())
}

/// What its summary says where it found breaks.
const BREAKS: &str = "semver requires new";

fn last_tag() -> Result<String> {
    let mut describe = Command::new("git");
    describe.args(["describe", "--tags", "--abbrev=0"]).current_dir(workspace::root()).stderr(Stdio::null());
    let output = describe.output().map_err(|error| format!("cannot run git: {error}"))?;
    let tag = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && !tag.is_empty() {
        return Ok(tag);
    }
    Err("there is no tag to compare with\nhint: `cargo xtask weekly REVISION`".into())
}

fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
