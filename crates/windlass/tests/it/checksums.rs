//! Checksums compared with independent implementations: awscrt, which the AWS SDKs use, and Python's hashlib.

use std::io::Write as _;
use std::process::{Command, Stdio};

use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;

use crate::real_servers::{hex, python};

/// Returns deterministic pseudorandom bytes.
fn noise(length: usize) -> Vec<u8> {
    let mut state = length as u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// Lengths around the thresholds where the algorithms switch implementation, and some in between.
fn lengths() -> impl Iterator<Item = usize> {
    let edges = [256_usize, 512, 1024, 4096, 65_536, 300_000];
    (0..=260).chain(edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1])).chain([777, 12_345])
}

/// Computes the checksum over chunks.
fn in_chunks(algorithm: &ChecksumAlgorithm, bytes: &[u8]) -> String {
    let mut checksum = Checksum::new(algorithm).unwrap();
    for piece in bytes.chunks(1 + bytes.len() % 97) {
        checksum.update(piece);
    }
    checksum.finish()
}

#[test]
fn every_algorithm_agrees_with_an_independent_implementation() {
    let Some(python) = python() else { return };
    let cases: Vec<Vec<u8>> = lengths().map(noise).collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/checksum_oracle.py");
    let mut command = Command::new(python);
    let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = cases.iter().map(hex).collect();
    let feeder = std::thread::spawn(move || writeln!(input, "{}", lines.join("\n")).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.lines().count(), cases.len());
    for (case, line) in cases.iter().zip(output.lines()) {
        let values: Vec<(&str, &str)> = line.split(' ').map(|value| value.split_once('=').unwrap()).collect();
        assert_eq!(values.len(), ChecksumAlgorithm::ALL.len());
        for (name, value) in values {
            let algorithm = ChecksumAlgorithm::from(name);
            assert_eq!(Checksum::of(&algorithm, case).unwrap(), value, "{name} of {} bytes", case.len());
            assert_eq!(in_chunks(&algorithm, case), value, "{name} of {} bytes in chunks", case.len());
        }
    }
}
