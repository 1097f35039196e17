//! Arbitrary requests to the server with valid credentials: a line with the method and the target, header
//! lines, an empty line, and the body. The server always responds, and never with an internal error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass_fuzz::server::OwnServer;

fuzz_target!(|input: &[u8]| {
    let head_end = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
    let Ok(head) = std::str::from_utf8(&input[..head_end]) else { return };
    let body = input.get(head_end + 2..).unwrap_or_default();
    let mut lines = head.lines();
    let Some((method, target)) = lines.next().and_then(|line| line.split_once(' ')) else { return };
    if !target.starts_with('/') {
        return;
    }
    let headers: Vec<(String, &str)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| !matches!(name.as_str(), "host" | "x-amz-date" | "authorization"))
        .collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let server = OwnServer::start();
    // The objects that the requests refer to.
    server.call("PUT", "/bucket/k", &[("x-amz-meta-a", "b")], b"content");
    server.call("POST", "/bucket/parts?uploads=", &[], b"");
    if let Some(answer) = server.call(method, target, &headers, body) {
        assert_ne!(answer.status, 500, "{}", String::from_utf8_lossy(&answer.body));
    }
});
