//! `cargo xtask test`: runs all tests.

use std::io::{BufRead, BufReader, IsTerminal};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::environment::Environment;
use crate::scripts::SCRIPTS;
use crate::workspace::{self, EVERYTHING};
use crate::{Result, servers};

/// Whether the tests have real servers.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Servers {
    /// No servers: tests that need them report that they are skipped.
    Absent,
    /// Servers are started: tests that do not find them fail.
    Started,
}

/// Runs the tests. All steps run even if one fails, except after a failed build.
///
/// # Errors
/// Fails if a step fails. The summary names it.
pub(crate) fn run(wanted: Servers) -> Result<()> {
    require_nextest()?;
    let mut report = Report::default();
    let build = || workspace::run(workspace::cargo().args(["nextest", "run", "--no-run"]).args(EVERYTHING));
    if !report.step("build", build) {
        return report.close();
    }
    report.step("doctests", || workspace::run(workspace::cargo().args(["test", "--doc"]).args(EVERYTHING)));

    let mut servers = None;
    let start = || servers::Servers::start().map(|it| servers = Some(it));
    if wanted == Servers::Started && !report.step("start of the servers", start) {
        return report.close();
    }
    if let Some(servers) = &servers {
        run_scripts(&mut report, &servers.environment);
    }
    let mut nextest = workspace::cargo();
    nextest.args(["nextest", "run", "--no-tests=pass"]).args(EVERYTHING);
    if let Some(servers) = &servers {
        nextest.envs(servers.variables());
    }
    let mut summary = None;
    report.step("nextest", || run_nextest(&mut nextest, &mut summary));
    if servers.is_some() {
        report.step("stop of the servers", || {
            servers = None;
            Ok(())
        });
    } else {
        report.lines.push("  absent  the servers: tests that need them were skipped".into());
    }
    report.lines.extend(summary);
    report.close()
}

fn run_scripts(report: &mut Report, environment: &Environment) {
    let (present, absent): (Vec<_>, Vec<_>) = SCRIPTS.iter().partition(|it| it.exists());
    for script in absent {
        report.lines.push(format!("  absent  {}: no {}", script.name, script.file));
    }
    let build = || workspace::run(workspace::cargo().args(["build", "--bin", "windlass"]).args(EVERYTHING));
    // After a failed build, an outdated command would be tested.
    if !present.is_empty() && report.step("build of windlass", build) {
        for script in present {
            report.step(script.name, || script.run(environment));
        }
    }
}

/// The steps and their results, for the summary.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    failures: Vec<String>,
}

impl Report {
    /// Runs a step and returns whether it succeeded.
    fn step(&mut self, name: &str, body: impl FnOnce() -> Result<()>) -> bool {
        println!("== {name}");
        let start = Instant::now();
        let outcome = body();
        let word = if outcome.is_ok() { "ok    " } else { "FAILED" };
        let went_well = outcome.is_ok();
        self.lines.push(format!("  {word}  {name} ({:.1} s)", start.elapsed().as_secs_f64()));
        if let Err(error) = outcome {
            eprintln!("error: {error}");
            self.failures.push(name.to_owned());
        }
        went_well
    }

    fn close(self) -> Result<()> {
        println!("== summary");
        for line in &self.lines {
            println!("{line}");
        }
        if self.failures.is_empty() { Ok(()) } else { Err(format!("failed: {}", self.failures.join(", "))) }
    }
}

fn require_nextest() -> Result<()> {
    let version = workspace::cargo().args(["nextest", "--version"]).output();
    if version.is_ok_and(|it| it.status.success()) {
        return Ok(());
    }
    Err("cargo-nextest is missing\nhint: `cargo install cargo-nextest --locked`, \
         or a prebuilt one: https://nexte.st/docs/installation"
        .into())
}

/// Runs nextest, passes its output through and keeps its last line for the summary.
fn run_nextest(command: &mut Command, summary: &mut Option<String>) -> Result<()> {
    let color = if std::io::stderr().is_terminal() { "always" } else { "never" };
    command.args(["--color", color]).stderr(Stdio::piped());
    let name = workspace::printed(command);
    let describe = |error: std::io::Error| format!("cannot run `{name}`: {error}");
    let mut child = command.spawn().map_err(describe)?;
    if let Some(output) = child.stderr.take() {
        for line in BufReader::new(output).split(b'\n') {
            // Tests can print bytes that are not UTF-8.
            let line = String::from_utf8_lossy(&line.map_err(describe)?).into_owned();
            eprintln!("{line}");
            if line.contains("Summary") && line.contains(" run: ") {
                *summary = Some(line);
            }
        }
    }
    let status = child.wait().map_err(describe)?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` failed: {status}")) }
}
