//! The command as its users see it: the built program against a server of the test, with an empty environment.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests fail tests")]

mod canned;
mod closed_streams;
mod command_lines;
mod confirm;
mod cp;
mod dry_run;
mod encoded_keys;
mod errors;
mod filters;
mod globals;
mod head;
mod help;
mod impostor;
mod interop;
mod interrupt;
mod json;
mod links;
mod local;
mod ls;
mod manifests;
mod mv;
mod output;
mod pipes;
mod presign;
#[path = "../../../windlass/tests/it/real_servers.rs"]
mod real_servers;
mod rm;
mod safety;
mod serve;
mod settings;
mod sources;
mod streams;
mod swaps;
mod tag;
mod uploads;
mod versions;
mod world;
