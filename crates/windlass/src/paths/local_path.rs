//! From keys to files: which path a key may be written to. Lexical only: whoever writes has to see to it that no
//! symbolic link below the root leads out of it.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// Which names the local file system takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileNameRules {
    /// Anything but `/` and NUL.
    Unix,
    /// Without backslashes, colons, devices such as `NUL`, and what Windows drops or forbids in names.
    Windows,
}

impl FileNameRules {
    /// The rules of this machine.
    pub fn native() -> Self {
        if cfg!(windows) { Self::Windows } else { Self::Unix }
    }
}

/// Why a key must not be written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsafeKey {
    /// It begins with `/`.
    Absolute,
    /// It has `.` or `..` between slashes.
    DotSegment,
    /// Nothing is left of it for a name.
    Empty,
    /// It has two slashes in a row, which file systems take for one.
    EmptySegment,
    /// It has a name that the file system takes for something else.
    ForbiddenName,
    /// It has a NUL.
    Nul,
}

impl fmt::Display for UnsafeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absolute => "it begins with a slash",
            Self::DotSegment => "it has . or .. for a folder or file name",
            Self::Empty => "it leaves no file name",
            Self::EmptySegment => "it has two slashes in a row",
            Self::ForbiddenName => "it has a name that this system does not take",
            Self::Nul => "it has a NUL in it",
        })
    }
}

impl Error for UnsafeKey {}

/// The path below `root` for a key, or for what is left of it without a prefix. It never leaves the root and
/// is never the root itself. No two keys get the same path, but for a folder's marker: `a/` is `root/a`.
///
/// # Errors
/// Why the key must not be written.
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
    fn what_could_leave_the_root_or_collide_is_refused() {
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
    fn odd_names_are_names() {
        for key in ["...", "..a", "a..", "~", "-rf", " ", "%2e%2e/x", "C:\\x", "nul.txt", "a\nb", "日本"] {
            let path = local_path(Path::new("/r"), key, FileNameRules::Unix).unwrap();
            assert_eq!(path, Path::new(&format!("/r/{key}")));
        }
    }

    #[test]
    fn windows_takes_fewer_names() {
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
