//! What the targets share: a client whose every port is a double, and inputs in parts.

pub mod server;

use std::future::Future;

use windlass::testing::{self, MockTransport};
use windlass::{ClientBuilder, Credentials};

/// A client that tries once and talks to `transport`.
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

/// Runs a future to its end: nothing that it waits for takes time.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// The first line of an input, and what follows it.
pub fn first_line(input: &str) -> (&str, &str) {
    input.split_once('\n').unwrap_or((input, ""))
}

/// The first line of bytes, and what follows it.
pub fn first_line_bytes(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, &[]),
    }
}

/// A number from text that is seldom one.
pub fn number(text: &[u8]) -> usize {
    text.iter().fold(0, |number: usize, byte| number.wrapping_mul(10).wrapping_add(usize::from(byte % 16)))
}
