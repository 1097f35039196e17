//! Maps keys to local file paths. Purely lexical: the writer must ensure that no symbolic link below the root
//! leads out of it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// The file name rules of an operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileNameRules {
    /// Allows everything but `/` and NUL.
    Unix,
    /// Also excludes backslashes, colons, devices such as `NUL`, and other names and characters that Windows
    /// drops or forbids.
    Windows,
}

impl FileNameRules {
    /// Returns the rules of the current system.
    pub fn native() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }
}

/// The reason why a key has no safe local path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsafeKey {
    /// The key starts with `/`.
    Absolute,
    /// The key has a segment `.` or `..`.
    DotSegment,
    /// The key has no file name.
    Empty,
    /// The key has two slashes in a row, which file systems treat as one.
    EmptySegment,
    /// The key has a name that the file system rejects or interprets.
    ForbiddenName,
    /// The key contains NUL.
    Nul,
}

impl fmt::Display for UnsafeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absolute => "it starts with a slash",
            Self::DotSegment => "it has a segment . or ..",
            Self::Empty => "it has no file name",
            Self::EmptySegment => "it has two slashes in a row",
            Self::ForbiddenName => "it has a name that this system does not allow",
            Self::Nul => "it contains NUL",
        })
    }
}

impl Error for UnsafeKey {}

/// Returns the path below `root` for a key or the rest of a key after a prefix. The path is never outside the
/// root or the root itself. Different keys have different paths, except for a folder marker: `a/` is
/// `root/a`.
///
/// # Errors
/// The reason why the key has no safe path.
///
/// ```
/// use std::path::Path;
/// use windlass::paths::{FileNameRules, UnsafeKey, local_path};
///
/// let root = Path::new("/data");
/// assert_eq!(local_path(root, "a/b.txt", FileNameRules::Unix)?, Path::new("/data/a/b.txt"));
/// assert_eq!(local_path(root, "../etc/passwd", FileNameRules::Unix), Err(UnsafeKey::DotSegment));
/// # Ok::<(), UnsafeKey>(())
/// ```
pub fn local_path(root: &Path, relative: &str, rules: FileNameRules) -> Result<PathBuf, UnsafeKey> {
    if relative.contains('\0') {
        return Err(UnsafeKey::Nul);
    }
    if relative.starts_with('/') {
        return Err(UnsafeKey::Absolute);
    }
    let names = relative.strip_suffix('/').unwrap_or(relative);
    if names.is_empty() {
        return Err(UnsafeKey::Empty);
    }
    let mut path = root.to_path_buf();
    for name in names.split('/') {
        match name {
            "" => return Err(UnsafeKey::EmptySegment),
            "." | ".." => return Err(UnsafeKey::DotSegment),
            _ if rules == FileNameRules::Windows && is_forbidden_on_windows(name) => {
                return Err(UnsafeKey::ForbiddenName);
            }
            _ => path.push(name),
        }
    }
    Ok(path)
}

/// <https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file>
fn is_forbidden_on_windows(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || matches!(c, '\\' | ':' | '<' | '>' | '"' | '|' | '?' | '*');
    if name.contains(forbidden) || name.ends_with(['.', ' ']) {
        return true;
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()) {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        matches!((digits.next(), digits.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_that_leave_the_root_or_collide_are_rejected() {
        let check = |key: &str, expected: UnsafeKey| {
            assert_eq!(local_path(Path::new("/r"), key, FileNameRules::Unix), Err(expected), "{key:?}");
        };
        check("..", UnsafeKey::DotSegment);
        check("a/../b", UnsafeKey::DotSegment);
        check("./a", UnsafeKey::DotSegment);
        check("/etc/passwd", UnsafeKey::Absolute);
        check("//../a", UnsafeKey::Absolute);
        check("a//b", UnsafeKey::EmptySegment);
        check("a//", UnsafeKey::EmptySegment);
        check("", UnsafeKey::Empty);
        check("/", UnsafeKey::Absolute);
        check("a\0b", UnsafeKey::Nul);
    }

    #[test]
    fn unusual_names_are_accepted() {
        for key in ["...", "..a", "a..", "~", "-rf", " ", "%2e%2e/x", "C:\\x", "nul.txt", "a\nb", "日本"] {
            let path = local_path(Path::new("/r"), key, FileNameRules::Unix).unwrap();
            assert_eq!(path, Path::new(&format!("/r/{key}")));
        }
    }

    #[test]
    fn windows_allows_fewer_names() {
        for key in ["a\\b", "C:/x", "a:b", "nul.txt", "COM1", "lpt9.log", "a./b", "a ", "a|b", "CON .x"] {
            let refused = local_path(Path::new("r"), key, FileNameRules::Windows);
            assert_eq!(refused, Err(UnsafeKey::ForbiddenName), "{key}");
        }
        for key in ["a/b", "console", "COM", "COM10", ".git/config"] {
            assert!(local_path(Path::new("r"), key, FileNameRules::Windows).is_ok(), "{key}");
        }
    }

    proptest! {
        #[test]
        fn no_key_leaves_the_root(key in "[a./\\\\~]{0,12}") {
            if let Ok(path) = local_path(Path::new("/r"), &key, FileNameRules::Unix) {
                let below = path.strip_prefix("/r").unwrap();
                prop_assert!(below.components().count() > 0);
                prop_assert!(below.components().all(|part| matches!(part, std::path::Component::Normal(_))));
            }
        }
    }
}
