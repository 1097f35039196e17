//! `cargo xtask weekly`: what is too slow for every change. So far, breaks of the public API since the last release.

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
    let status = checks.status().map_err(|error| format!("cannot run cargo-semver-checks: {error}"))?;
    if !status.success() {
        println!("== it ended with {status}: until 1.0 each break needs its line in CHANGELOG.md");
    }
    Ok(())
}

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
