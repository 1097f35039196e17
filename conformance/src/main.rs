//! The conformance driver.
fn main() {}
