//! Chores of the repository: `cargo xtask <chore>`. Needs nothing but the standard library, so that it
//! builds in a second; everything the library does is out of its reach.

mod announcing;
mod conformance;
mod endpoint;
mod environment;
mod fuzz;
mod kept_process;
mod once;
mod scripts;
mod seaweedfs;
mod servers;
mod test;
mod virtual_environment;
mod workspace;

use std::process::ExitCode;

/// What a chore that failed has to say.
pub(crate) type Result<T> = std::result::Result<T, String>;

const USAGE: &str = "\
cargo xtask test [--no-servers]                      run all tests; installs and starts the test servers
cargo xtask servers                                  start the test servers, print their variables, wait
cargo xtask conformance [--min-score PCT] [TOPIC...] run the conformance cases in ../shared, if there
cargo xtask fuzz [SECONDS | --runs N] [TARGET...]    run the fuzz targets, each for 60 s or so much";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test::run(test::Servers::Started),
        ["test", "--no-servers"] => test::run(test::Servers::Absent),
        ["servers"] => servers::run(),
        ["conformance", rest @ ..] => conformance::Options::parse(rest).and_then(|it| conformance::run(&it)),
        ["fuzz", rest @ ..] => fuzz::Options::parse(rest).and_then(|it| fuzz::run(&it)),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("cannot make sense of `{}`; what there is:\n{USAGE}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
