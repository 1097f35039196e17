//! Where a copy goes: the rules of `aws s3 cp`. A single source keeps its name below a destination that is a
//! folder, and takes that of one that is not; with `--recursive` both sides are folders.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The last name of a key: what follows its last slash but one at the very end.
///
/// ```
/// assert_eq!(windlass::paths::file_name("2026/cat.jpg"), "cat.jpg");
/// ```
pub fn file_name(key: &str) -> &str {
    let names = key.strip_suffix('/').unwrap_or(key);
    names.rsplit('/').next().unwrap_or(names)
}

/// A key as the beginning of the keys below it: with a slash at its end, unless it is empty.
pub fn folder_prefix(key: &str) -> String {
    if key.is_empty() || key.ends_with('/') { key.to_owned() } else { format!("{key}/") }
}

/// The key to which a single source of this name goes.
///
/// ```
/// use windlass::paths::single_key;
///
/// assert_eq!(single_key("2026/", "cat.jpg"), "2026/cat.jpg");
/// assert_eq!(single_key("2026", "cat.jpg"), "2026");
/// assert_eq!(single_key("", "cat.jpg"), "cat.jpg");
/// ```
pub fn single_key(destination: &str, source_name: &str) -> String {
    if destination.is_empty() || destination.ends_with('/') {
        format!("{destination}{source_name}")
    } else {
        destination.to_owned()
    }
}

/// The key to which one source of many goes.
///
/// ```
/// assert_eq!(windlass::paths::key_below("backup", "a/b.txt"), "backup/a/b.txt");
/// ```
pub fn key_below(destination: &str, relative: &str) -> String {
    folder_prefix(destination) + relative
}

/// The folder and the name, below it, of the file to which a single source of this name goes.
/// `is_folder` says whether a folder is there already. The name of a key can be `..`: it has to pass
/// [`local_path`](super::local_path).
pub fn single_path(destination: impl AsRef<Path>, is_folder: bool, source_name: &str) -> (PathBuf, OsString) {
    let path = destination.as_ref();
    if is_folder || names_folder(path) {
        return (path.to_path_buf(), source_name.into());
    }
    let name = path.file_name().map_or_else(|| source_name.into(), OsStr::to_os_string);
    (path.parent().unwrap_or(Path::new("")).to_path_buf(), name)
}

/// Whether a local path ends in a separator, and so names a folder whatever is there.
pub fn names_folder(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}

/// What is left of a key below a prefix, without the delimiter between them. A key that is the prefix, or does
/// not begin with it, is left whole.
///
/// ```
/// use windlass::paths::relative_key;
///
/// assert_eq!(relative_key("notes/2026/1.txt", "notes/2026", "/"), "1.txt");
/// assert_eq!(relative_key("notes/2026/1.txt", "notes/20", "/"), "26/1.txt");
/// ```
pub fn relative_key<'k>(key: &'k str, prefix: &str, delimiter: &str) -> &'k str {
    match key.strip_prefix(prefix) {
        None | Some("") => key,
        Some(rest) if prefix.is_empty() || prefix.ends_with(delimiter) => rest,
        Some(rest) => rest.strip_prefix(delimiter).unwrap_or(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_comes_off_with_its_delimiter() {
        let check =
            |key, prefix, expected| assert_eq!(relative_key(key, prefix, "/"), expected, "{key} {prefix}");
        check("no-delim", "", "no-delim");
        check("no-delim", "no-delim", "no-delim");
        check("delim/", "delim", "");
        check("not-in-key", "prefix", "not-in-key");
        check("notes/2021/1.txt", "notes/2021/", "1.txt");
        check("someInnerFolder/a", "someInner", "Folder/a");
        check("p//a", "p/", "/a");
        check("/a", "", "/a");
    }

    #[test]
    fn a_single_file_goes_into_a_folder_or_takes_the_name() {
        let check = |destination, is_folder, folder: &str, name: &str| {
            assert_eq!(
                single_path(destination, is_folder, "x.txt"),
                (PathBuf::from(folder), OsString::from(name))
            );
        };
        check("existing/", true, "existing/", "x.txt");
        check("existing", true, "existing", "x.txt");
        check("new/", false, "new/", "x.txt");
        check("newname", false, "", "newname");
        check("a/newname", false, "a", "newname");
    }

    #[test]
    fn names_of_keys() {
        for (key, name) in [("a", "a"), ("a/b", "b"), ("a/b/", "b"), ("..", ".."), ("a/..", ".."), ("", "")] {
            assert_eq!(file_name(key), name);
        }
    }
}
