//! Shared parts of the targets: a client with test doubles for all ports, and helpers that split inputs.

pub mod server;

use std::future::Future;

use windlass::testing::{self, MockTransport};
use windlass::{ClientBuilder, Credentials};

/// Creates a client that sends to `transport` and never retries.
pub fn client(transport: &MockTransport) -> ClientBuilder {
    testing::client_builder(transport)
        .max_attempts(1)
        .legacy_bucket_names(true)
        .allow_http(true)
        .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
}

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
}

/// Runs a future to its end. All futures here are immediately ready.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// Splits text after its first line.
pub fn first_line(input: &str) -> (&str, &str) {
    input.split_once('\n').unwrap_or((input, ""))
}

/// Splits bytes after their first line.
pub fn first_line_bytes(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, &[]),
    }
}

/// Parses a number; other text maps to some number, too.
pub fn number(text: &[u8]) -> usize {
    text.iter().fold(0, |number: usize, byte| number.wrapping_mul(10).wrapping_add(usize::from(byte % 16)))
}
