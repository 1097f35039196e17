//! Encoding of object keys as file names. A key is never used as a path: names contain only characters that
//! are safe on file systems that fold case, strip dots or normalise Unicode.

use sha2::{Digest, Sha256};

use crate::encode;

/// Returns the file name for a key. A name that would be too long is replaced by a digest; the file's record
/// then contains the key.
pub(super) fn file_name(key: &str) -> String {
    let mut name = String::from(PLAIN);
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => name.push(char::from(byte)),
            _ => encode::push_escape(&mut name, '%', byte),
        }
    }
    // Some file systems drop a trailing dot.
    if name.ends_with('.') {
        name.pop();
        name.push_str("%2E");
    }
    if name.len() <= LONGEST_NAME {
        return name;
    }
    format!("{DIGEST}{}", encode::hex(&Sha256::digest(key.as_bytes())))
}

/// Returns the file name for a version with an id.
pub(super) fn version_file_name(id: &str) -> String {
    format!("{VERSION}{id}")
}

/// Returns the name of the annotations file of a version.
pub(super) fn beside(file_name: &str) -> String {
    format!("{BESIDE}{file_name}")
}

/// The key information in a file name.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Named {
    /// Annotations of the file of this name.
    Beside(String),
    /// The key.
    Key(String),
    /// The key is in the file's record.
    InRecord,
    /// Not a file of this store.
    Foreign,
}

/// Parses a file name. Accepts only names that [`file_name`] produces.
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

/// Prefix of names that contain the key.
const PLAIN: &str = "=";
/// Prefix of names whose key is in the record.
const DIGEST: &str = "#";
/// Prefix of files of versions with an id. The key is in the record.
const VERSION: &str = "@";
/// Prefix of annotation files.
const BESIDE: &str = "~";
/// Below the 255 bytes of common file systems.
const LONGEST_NAME: usize = 240;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_safe_reversible_and_distinct_without_case() {
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
    fn other_files_are_ignored() {
        for name in ["bucket.json", "notes.txt", "=", "=A", "=%zz", "=%61"] {
            assert_eq!(read(name), Named::Foreign, "{name}");
        }
    }
}
