//! `cargo xtask fuzz`: runs each target of `fuzz/` for a limited time, starting from the seeds in the
//! repository.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::{Result, workspace};

/// The targets to run, and the limit.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Options {
    /// Applies to each target.
    limit: Limit,
    /// Empty for all targets.
    targets: Vec<String>,
}

/// The limit of one target.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Limit {
    Seconds(u64),
    /// A number of inputs, from the seeds alone and with a fixed random seed, so that every run has the same
    /// result.
    Runs(u64),
}

impl Options {
    /// Parses `[SECONDS | --runs N] [TARGET...]`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let number = |word: &str| {
            let number = word.parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| format!("invalid number of seconds or runs: {word}"))
        };
        let (limit, targets) = match words {
            ["--runs", runs, rest @ ..] => (Limit::Runs(number(runs)?), rest),
            [first, rest @ ..] if first.starts_with(|c: char| c.is_ascii_digit()) => {
                (Limit::Seconds(number(first)?), rest)
            }
            _ => (Limit::Seconds(60), words),
        };
        if let Some(option) = targets.iter().find(|word| word.starts_with('-')) {
            return Err(format!("unknown option {option}"));
        }
        Ok(Self { limit, targets: targets.iter().map(|target| (*target).to_owned()).collect() })
    }
}

/// Runs the targets in sequence.
///
/// # Errors
/// Fails if a tool is missing or a target crashes; the error names the input of the crash.
pub(crate) fn run(options: &Options) -> Result<()> {
    require_tools()?;
    let known = targets()?;
    if let Some(unknown) = options.targets.iter().find(|target| !known.contains(target)) {
        return Err(format!("unknown target {unknown}; the targets are {}", known.join(", ")));
    }
    let chosen = if options.targets.is_empty() { &known } else { &options.targets };
    if options.targets.is_empty() {
        // Building all targets at once is faster than one by one.
        workspace::run(&mut cargo_fuzz("build", &[]))?;
    }
    let mut crashed = Vec::new();
    let mut report = Vec::new();
    for target in chosen {
        println!("== {target}, {:?}", options.limit);
        match run_target(target, options.limit) {
            Ok(executions) => report.push(format!("  ok      {target}: {executions} executions")),
            Err(error) => {
                eprintln!("error: {error}");
                report.push(format!("  FAILED  {target}"));
                crashed.push(target.as_str());
            }
        }
    }
    println!("== summary\n{}", report.join("\n"));
    if crashed.is_empty() { Ok(()) } else { Err(format!("crashed: {}", crashed.join(", "))) }
}

/// Fuzzes one target and returns the number of inputs. New inputs are stored below the target folder, where
/// the next run continues; the seeds do not change.
fn run_target(target: &str, limit: Limit) -> Result<u64> {
    let work = workspace::target().join("fuzz");
    let corpus = match limit {
        Limit::Seconds(_) => "corpus",
        Limit::Runs(_) => "corpus-of-runs",
    };
    let (found, artifacts) = (work.join(corpus).join(target), work.join("artifacts").join(target));
    if matches!(limit, Limit::Runs(_)) && found.exists() {
        fs::remove_dir_all(&found).map_err(|error| format!("cannot empty {}: {error}", found.display()))?;
    }
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    }
    let root = workspace::root().join("fuzz");
    let mut command = cargo_fuzz("run", &[target]);
    command.args([&found, &root.join("corpus").join(target)]);
    command.arg("--");
    match limit {
        Limit::Seconds(seconds) => command.arg(format!("-max_total_time={seconds}")),
        Limit::Runs(runs) => command.args([format!("-runs={runs}"), "-seed=1".to_owned()]),
    };
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.arg(format!("-dict={}", root.join("dictionary.txt").display()));
    command.args(["-max_len=4096", "-timeout=10", "-print_final_stats=1", "-verbosity=0"]);
    let name = workspace::printed(&command);
    let describe = |error: std::io::Error| format!("cannot run `{name}`: {error}");
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(describe)?;
    let mut executions = 0;
    let mut last = VecDeque::new();
    if let Some(output) = child.stderr.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line.map_err(describe)?).into_owned();
            if let Some(count) = line.strip_prefix(EXECUTIONS) {
                executions = count.trim().parse().unwrap_or_default();
            }
            last.push_back(line);
            if last.len() > SHOWN {
                last.pop_front();
            }
        }
    }
    let status = child.wait().map_err(describe)?;
    if status.success() {
        return Ok(executions);
    }
    let shown: Vec<String> = last.into();
    Err(format!("{}\n`{name}` failed: {status}", shown.join("\n")))
}

/// The prefix of the fuzzer's line with the number of inputs.
const EXECUTIONS: &str = "stat::number_of_executed_units:";

/// The number of output lines that are shown after a crash.
const SHOWN: usize = 60;

fn targets() -> Result<Vec<String>> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let stem = |path: std::path::PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let mut targets: Vec<String> = entries.flatten().filter_map(|entry| stem(entry.path())).collect();
    targets.sort();
    Ok(targets)
}

fn require_tools() -> Result<()> {
    let works = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    if !works(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])) {
        return Err("the fuzz targets need a nightly toolchain\n\
                    hint: `rustup toolchain install nightly --profile minimal`"
            .into());
    }
    if !works(workspace::cargo().args(["fuzz", "--version"])) {
        return Err("the fuzz targets need cargo-fuzz\nhint: `cargo install cargo-fuzz --locked`".into());
    }
    Ok(())
}

/// Returns `cargo fuzz` with the nightly toolchain, building below the target folder of the workspace.
fn cargo_fuzz(subcommand: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo", "fuzz", subcommand]).args(arguments);
    command.arg("--fuzz-dir").arg(workspace::root().join("fuzz"));
    command.arg("--target-dir").arg(workspace::target().join("fuzz"));
    // The fuzzer itself prints the location of a panic.
    command.current_dir(workspace::root()).env("RUST_BACKTRACE", "0");
    command
}

#[cfg(test)]
mod tests {
    use super::{Limit, Options, targets};

    #[test]
    fn a_time_and_targets_are_parsed() {
        let options = |limit, targets: &[&str]| Options {
            limit,
            targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        };
        assert_eq!(Options::parse(&[]), Ok(options(Limit::Seconds(60), &[])));
        assert_eq!(Options::parse(&["10", "answers"]), Ok(options(Limit::Seconds(10), &["answers"])));
        assert_eq!(
            Options::parse(&["answers", "headers"]),
            Ok(options(Limit::Seconds(60), &["answers", "headers"]))
        );
        assert_eq!(Options::parse(&["--runs", "5", "answers"]), Ok(options(Limit::Runs(5), &["answers"])));
        for words in [["0"], ["1x"], ["--quick"], ["--runs"]] {
            assert!(Options::parse(&words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn every_target_has_a_program_and_seeds() {
        let root = crate::workspace::root().join("fuzz");
        let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(targets.len() > 5);
        for target in targets {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
            assert!(root.join("corpus").join(&target).is_dir(), "{target}");
        }
    }
}
