//! `cargo xtask api`: checks the public API of the library: types of other crates against `xtask/api/allowed.toml`, and
//! exhaustive types against `xtask/api/exhaustive.toml`.

use std::process::Command;

use crate::{Result, features, workspace};

/// Builds the documentation as JSON, with all features and with none, and checks both.
///
/// # Errors
/// Fails if a type is in the API and not listed, if it is listed and not in the API, or if a tool is missing.
pub(crate) fn run() -> Result<()> {
    compare(&features::of_the_library()?)?;
    let mut script = Command::new(workspace::python()?);
    script.arg(workspace::root().join("xtask/api/exhaustive.py"));
    workspace::run(script.arg(workspace::target().join("doc/windlass.json")))?;
    compare(&[])
}

fn compare(features: &[String]) -> Result<()> {
    let mut rustdoc = workspace::cargo();
    // JSON output is unstable, so the stable compiler must be allowed to use unstable features for this
    // crate.
    rustdoc.env("RUSTC_BOOTSTRAP", "windlass");
    rustdoc.args(["rustdoc", "--quiet", "--package", "windlass", "--lib", "--no-default-features"]);
    rustdoc.args(["--features", &features.join(",")]);
    workspace::run(rustdoc.args(["--", "-Z", "unstable-options", "--output-format", "json"]))?;
    let mut script = Command::new(workspace::python()?);
    script.arg(workspace::root().join("xtask/api/foreign_types.py"));
    workspace::run(script.arg(workspace::target().join("doc/windlass.json")).args(features))
}
