//! Real servers and test keys, shared by the tests of the library and of the command.
//!
//! `cargo xtask test` starts the servers and sets `WINDLASS_TEST_*`. Without the servers, the tests are
//! skipped, or fail if `WINDLASS_TEST_REQUIRE_SERVERS` is set.

use std::time::{SystemTime, UNIX_EPOCH};

use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;

/// A running server and its addresses.
#[derive(Clone)]
pub(crate) struct RealServer {
    pub(crate) name: &'static str,
    pub(crate) endpoint: String,
    pub(crate) tls_endpoint: String,
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) region: String,
    /// `None` for a server without TLS.
    pub(crate) ca_bundle: Option<String>,
    /// Whether the server verifies signatures in headers.
    pub(crate) verifies_signatures: bool,
    pub(crate) keeps_path_keys: bool,
}

/// Keys that are known to break clients and that every server can store.
pub(crate) const ODD_KEYS: [&str; 13] = [
    "a b",
    "a+b",
    "100%",
    "a%20b",
    "who?",
    "#1",
    "a&b=c@d",
    "ü/日本",
    "e\u{301}",
    "a'b\"c",
    "(a)!*~",
    "a/b/c",
    "dir/.hidden",
];

/// Keys that only some servers keep verbatim, because file systems resolve them or treat them as separators.
pub(crate) const PATH_KEYS: [&str; 8] = ["back\\slash", "a//b", "/a", "a/../b", "./a", "..", "a/", "x/./y"];

/// Rejects or normalizes keys that a file system would resolve.
pub(crate) fn seaweedfs() -> Option<RealServer> {
    server("SEAWEEDFS", |server| server.keeps_path_keys = false)
}

/// Keeps every key verbatim.
pub(crate) fn swift() -> Option<RealServer> {
    server("SWIFT", |_| {})
}

/// Accepts any signature in a header.
pub(crate) fn localstack() -> Option<RealServer> {
    server("LOCALSTACK", |server| server.verifies_signatures = false)
}

/// Returns the server of this name from the variables. `correct` adjusts its capabilities.
fn server(name: &'static str, correct: impl FnOnce(&mut RealServer)) -> Option<RealServer> {
    let of = |part: &str| variable(&format!("WINDLASS_TEST_{name}_{part}"));
    let found = (|| {
        let mut found = RealServer {
            name,
            endpoint: of("ENDPOINT")?,
            tls_endpoint: of("TLS_ENDPOINT")?,
            access_key: of("ACCESS_KEY")?,
            secret_key: of("SECRET_KEY")?,
            region: of("REGION")?,
            ca_bundle: Some(variable("WINDLASS_TEST_CA_BUNDLE")?),
            verifies_signatures: true,
            keeps_path_keys: true,
        };
        correct(&mut found);
        Some(found)
    })();
    if found.is_none() {
        skip(&format!("{name} is not running"));
    }
    found
}

/// The path of a Python with boto3 and awscrt.
pub(crate) fn python() -> Option<String> {
    let found = variable("WINDLASS_TEST_PYTHON");
    if found.is_none() {
        skip("boto3 and awscrt are not installed");
    }
    found
}

impl RealServer {
    /// Returns the odd keys that the server can store.
    pub(crate) fn keys(&self) -> Vec<&'static str> {
        let path_keys = if self.keeps_path_keys { PATH_KEYS.as_slice() } else { &[] };
        ODD_KEYS.iter().chain(path_keys).copied().collect()
    }
}

/// Returns a unique bucket name, because all tests share the servers.
pub(crate) fn unique(test: &str) -> String {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    format!("{test}-{}-{nanos}", std::process::id())
}

/// Formats an object as an input line of `another_client.py`.
pub(crate) fn line(key: &str, content: &[u8], url: &str) -> String {
    let sha256 = Checksum::of(&ChecksumAlgorithm::Sha256, content).unwrap();
    format!("{}\t{sha256}\t{url}\n", hex(key))
}

/// Encodes bytes as hexadecimal, for the input of scripts.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn skip(why: &str) {
    assert!(variable("WINDLASS_TEST_REQUIRE_SERVERS").is_none(), "{why}, but servers are required");
    println!("skipped: {why}; `cargo xtask test` starts the servers");
}
