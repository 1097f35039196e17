//! `cargo xtask weekly`: reports breaking changes of the public API, which takes too long for every change.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::{Result, workspace};

/// Compares the public API with that of `baseline`, a git revision, by default the last tag. Reports breaking
/// changes but does not fail: until 1.0, CHANGELOG.md lists each.
///
/// # Errors
/// Fails if a tool is missing or there is no baseline.
/// A tool is missing, or there is nothing to compare with.
pub(crate) fn run(baseline: Option<&str>) -> Result<()> {
    if !works(workspace::cargo().args(["semver-checks", "--version"])) {
        return Err(
            "cargo-semver-checks is missing\nhint: `cargo install cargo-semver-checks --locked`".into()
        );
    }
    let (baseline, what) = match baseline {
        Some(revision) => (revision.to_owned(), "the given revision"),
        None => (last_tag()?, "the last tag, because no release is published"),
    };
    println!("== public API against {baseline}, {what}");
    let mut checks = workspace::cargo();
    checks.args(["semver-checks", "--package", "windlass", "--all-features", "--baseline-rev", &baseline]);
    // By default it does not check releases whose version number allows breaking changes.
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

/// The line of its summary that reports breaking changes.
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
