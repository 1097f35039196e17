//! The command as its users see it: the built program against a server of the test, with an empty environment.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "helpers of tests fail tests")]

mod cp;
mod errors;
mod interrupt;
mod local;
mod ls;
mod mv;
mod presign;
mod rm;
mod safety;
mod serve;
mod settings;
mod streams;
mod world;
