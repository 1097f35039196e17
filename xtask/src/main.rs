//! Tasks of the repository: `cargo xtask <task>`. Uses only the standard library, so that it builds in a
//! second, and does not depend on the library.

mod announcing;
mod api;
mod conformance;
mod endpoint;
mod environment;
mod features;
mod fuzz;
mod kept_process;
mod lines;
mod once;
mod scripts;
mod seaweedfs;
mod servers;
mod test;
mod virtual_environment;
mod weekly;
mod workspace;

use std::process::ExitCode;

/// The result of a task, with its error message.
pub(crate) type Result<T> = std::result::Result<T, String>;

const USAGE: &str = "\
cargo xtask test [--no-servers]                      run all tests; installs and starts the test servers
cargo xtask servers                                  start the test servers, print their variables, wait
cargo xtask conformance [--min-score PCT] [TOPIC...] run the conformance cases in ../shared, if present
cargo xtask fuzz [SECONDS | --runs N] [TARGET...]    run the fuzz targets, each for 60 s by default
cargo xtask features                                 lint the library with every combination of features
cargo xtask api                                      compare types of other crates in the public API with xtask/api
cargo xtask weekly [REVISION]                        report breaking changes since the last tag or REVISION
cargo xtask lines                                    count the lines of each module";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => test::run(test::Servers::Started),
        ["test", "--no-servers"] => test::run(test::Servers::Absent),
        ["servers"] => servers::run(),
        ["conformance", rest @ ..] => conformance::Options::parse(rest).and_then(|it| conformance::run(&it)),
        ["fuzz", rest @ ..] => fuzz::Options::parse(rest).and_then(|it| fuzz::run(&it)),
        ["features"] => features::run(),
        ["api"] => api::run(),
        ["weekly"] => weekly::run(None),
        ["weekly", revision] => weekly::run(Some(revision)),
        ["lines"] => lines::run(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("unknown task `{}`; the tasks are:\n{USAGE}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
