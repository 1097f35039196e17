//! The conformance driver: reads one JSON request per line from standard input and writes one response per
//! line to standard output.
//!
//! It translates JSON into calls of the public API and results into JSON, without any logic of its own: an
//! application has the same capabilities.

#![expect(clippy::indexing_slicing, reason = "an index into JSON gives null, and a panic is an answer here")]

mod answer;
mod checksum;
mod client;
mod copies;
mod credentials;
mod endpoint;
mod exchange;
mod input;
mod names;
mod operations;
mod output;
mod parts;
mod post_policy;
mod profiles;
mod retry;
mod signing;

use std::io::{BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use answer::{Answer, unsupported};
use input::Input;

fn main() -> std::io::Result<()> {
    // A panic becomes a response; its text would clutter the log.
    std::panic::set_hook(Box::new(|_| ()));
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Value>(&line?) {
            Ok(request) => answer_to(&request),
            Err(error) => json!({"id": null, "err": {"kind": "refused", "message": error.to_string()}}),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn answer_to(request: &Value) -> Value {
    let operation = request["op"].as_str().unwrap_or_default();
    let answer = catch_unwind(AssertUnwindSafe(|| dispatch(operation, Input::new(&request["in"]))))
        .unwrap_or_else(|_| Answer::error("panic", "the library panicked"));
    answer.into_json(request["id"].clone())
}

fn dispatch(operation: &str, input: Input) -> Answer {
    let outcome = match operation {
        "aws_chunked" => signing::aws_chunked(input),
        "backoff" => retry::backoff(input),
        "build" => exchange::build(input),
        "checksum" => checksum::checksum(input),
        "classify" => retry::classify(input),
        "combine" => checksum::combine(input),
        "credentials" => credentials::credentials(input),
        "endpoint" => endpoint::endpoint(input),
        "filter" => names::filter(input),
        "local_path" => names::local_path(input),
        "parse" => names::parse(input),
        "parse_profiles" => profiles::parse_profiles(input),
        "plan_parts" => parts::plan_parts(input),
        "plan_copy" => copies::plan_copy(input),
        "post_policy" => post_policy::post_policy(input),
        "retry_sequence" => retry::retry_sequence(input),
        "run" => exchange::run(input),
        "settings" => profiles::settings(input),
        "sign" => signing::sign(input),
        "signing_key" => signing::signing_key(input),
        "uri_encode" => signing::uri_encode(input),
        _ => Err(unsupported(format!("the operation {operation:?}"))),
    };
    outcome.unwrap_or_else(|answer| answer)
}
