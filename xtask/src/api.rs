//! `cargo xtask api`: the types of other crates in the public API of the library against `xtask/api/allowed.toml`, and
//! its exhaustive types against `xtask/api/exhaustive.toml`.

use std::process::Command;

use crate::{Result, features, workspace};

/// Documents the library as JSON with all features and with none, and compares.
///
/// # Errors
/// A type is in the API and not listed, or is listed and not there; or a tool is missing.
pub(crate) fn run() -> Result<()> {
    compare(&features::of_the_library()?)?;
    let mut script = Command::new(workspace::python()?);
    script.arg(workspace::root().join("xtask/api/exhaustive.py"));
    workspace::run(script.arg(workspace::target().join("doc/windlass.json")))?;
    compare(&[])
}

fn compare(features: &[String]) -> Result<()> {
    let mut rustdoc = workspace::cargo();
    // The JSON is for the nightly compiler, unless the stable one is told to allow it for this crate.
    rustdoc.env("RUSTC_BOOTSTRAP", "windlass");
    rustdoc.args(["rustdoc", "--quiet", "--package", "windlass", "--lib", "--no-default-features"]);
    rustdoc.args(["--features", &features.join(",")]);
    workspace::run(rustdoc.args(["--", "-Z", "unstable-options", "--output-format", "json"]))?;
    let mut script = Command::new(workspace::python()?);
    script.arg(workspace::root().join("xtask/api/foreign_types.py"));
    workspace::run(script.arg(workspace::target().join("doc/windlass.json")).args(features))
}
