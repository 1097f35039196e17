//! Runs the conformance cases if they are present. They are not part of the repository.

use std::process::Command;

use crate::{Result, workspace};

/// The cases to run, and the required score.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Options {
    /// In percent. By default, all core checks must pass.
    minimum_score: Option<String>,
    /// Empty for all topics.
    topics: Vec<String>,
}

impl Options {
    /// Parses `[--min-score PCT] [TOPIC...]`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--min-score" => {
                    let score = words.next().filter(|it| it.parse::<f64>().is_ok());
                    let score = score.ok_or("--min-score needs a number, in percent")?;
                    options.minimum_score = Some((*score).to_owned());
                }
                option if option.starts_with('-') => return Err(format!("unknown option {option}")),
                topic => options.topics.push(topic.to_owned()),
            }
        }
        Ok(options)
    }
}

/// Builds the driver and runs the cases' own runner with it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runner = workspace::root().join("../shared/conformance/run.py");
    if !runner.is_file() {
        println!("no conformance cases in ../shared/conformance: skipped");
        return Ok(());
    }
    workspace::run(workspace::cargo().args(["build", "--package", "windlass-conformance"]))?;
    let mut command = Command::new(workspace::python()?);
    command.arg(runner).arg("--driver").arg(workspace::built("windlass-conformance"));
    for topic in &options.topics {
        command.args(["--topic", topic]);
    }
    if let Some(score) = &options.minimum_score {
        command.args(["--min-score", score]);
    }
    workspace::run(&mut command)
}

#[cfg(test)]
mod tests {
    use super::Options;

    #[test]
    fn options_and_topics_are_accepted_in_any_order() {
        let expected =
            Options { minimum_score: Some("60".into()), topics: vec!["sigv4".into(), "xml".into()] };
        assert_eq!(Options::parse(&["sigv4", "--min-score", "60", "xml"]), Ok(expected));
        assert_eq!(Options::parse(&[]), Ok(Options::default()));
    }

    #[test]
    fn invalid_options_are_errors() {
        assert!(Options::parse(&["--min-score"]).is_err());
        assert!(Options::parse(&["--min-score", "much"]).is_err());
        assert!(Options::parse(&["--quick"]).is_err());
    }
}
