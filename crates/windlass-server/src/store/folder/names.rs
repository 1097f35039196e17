//! From object keys to file names and back. A key is never used as a path: names hold only
//! characters that every file system keeps apart, whatever it thinks of case, dots or Unicode.

use sha2::{Digest, Sha256};

use crate::encode;

/// The file name for a key. Names that would be too long for a file system are a digest, and the
/// key is then read from the file's record.
pub(super) fn file_name(key: &str) -> String {
    let mut name = String::from(PLAIN);
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => name.push(char::from(byte)),
            _ => encode::push_escape(&mut name, '%', byte),
        }
    }
    // Some file systems drop a dot at the end.
    if name.ends_with('.') {
        name.pop();
        name.push_str("%2E");
    }
    if name.len() <= LONGEST_NAME {
        return name;
    }
    format!("{DIGEST}{}", encode::hex(&Sha256::digest(key.as_bytes())))
}

/// The file name for a version with an id.
pub(super) fn version_file_name(id: &str) -> String {
    format!("{VERSION}{id}")
}

/// The name of the file beside that of a version.
pub(super) fn beside(file_name: &str) -> String {
    format!("{BESIDE}{file_name}")
}

/// What a file name says about the key.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Named {
    /// It is beside the file of this name.
    Beside(String),
    /// The key itself.
    Key(String),
    /// The record inside the file knows the key.
    InRecord,
    /// Not the file of an object.
    Foreign,
}

/// Reads a file name. Only names that [`file_name`] gives are taken for objects.
pub(super) fn read(name: &str) -> Named {
    if name.starts_with(DIGEST) || name.starts_with(VERSION) {
        return Named::InRecord;
    }
    if let Some(file_name) = name.strip_prefix(BESIDE) {
        return Named::Beside(file_name.to_owned());
    }
    match name.strip_prefix(PLAIN).and_then(encode::decode) {
        Some(key) if !key.is_empty() && file_name(&key) == name => Named::Key(key),
        _ => Named::Foreign,
    }
}

/// Starts the name of a file whose key is in its name.
const PLAIN: &str = "=";
/// Starts the name of a file whose key is in its record.
const DIGEST: &str = "#";
/// Starts the name of a file of a version that has an id. The key is in its record.
const VERSION: &str = "@";
/// Starts the name of a file beside another one.
const BESIDE: &str = "~";
/// Below the 255 bytes of common file systems.
const LONGEST_NAME: usize = 240;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_safe_reversible_and_apart_even_without_case() {
        let long = "x".repeat(1024);
        let keys = [
            "a",
            "A",
            "a/b",
            "a//b",
            "/a",
            "a/",
            ".",
            "..",
            "../..",
            "a.",
            "a%2E",
            "con",
            "nul.txt",
            "\u{1}\r\n",
            "e\u{301}",
            "\u{e9}",
            "=",
            "#x",
            " ",
            "a\\b",
            "*?\"<>|:",
            &long,
        ];
        let mut seen = HashSet::new();
        for key in keys {
            let name = file_name(key);
            assert!(beside(&name).len() <= 255 && !name.contains('/') && !name.ends_with('.'), "{name}");
            assert!(seen.insert(name.to_lowercase()), "{key:?}");
            let expected = if key.len() > 240 { Named::InRecord } else { Named::Key(key.to_owned()) };
            assert_eq!(read(&name), expected);
            assert_eq!(read(&beside(&name)), Named::Beside(name));
        }
    }

    #[test]
    fn other_files_are_left_alone() {
        for name in ["bucket.json", "notes.txt", "=", "=A", "=%zz", "=%61"] {
            assert_eq!(read(name), Named::Foreign, "{name}");
        }
    }
}
