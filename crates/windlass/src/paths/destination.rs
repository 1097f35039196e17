//! The target of a copy, by the rules of `aws s3 cp`. A single source keeps its name if the destination is a
//! folder, and otherwise takes the name of the destination. With `--recursive` both sides are folders.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Returns the last segment of a key, ignoring one trailing slash.
///
/// ```
/// assert_eq!(windlass::paths::file_name("2026/cat.jpg"), "cat.jpg");
/// ```
pub fn file_name(key: &str) -> &str {
    let names = key.strip_suffix('/').unwrap_or(key);
    names.rsplit('/').next().unwrap_or(names)
}

/// Appends a slash to a key that is used as a folder, unless it is empty or has one.
pub fn folder_prefix(key: &str) -> String {
    if key.is_empty() || key.ends_with('/') { key.to_owned() } else { format!("{key}/") }
}

/// Returns the target key of a single source.
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

/// Returns the target key of one of several sources.
///
/// ```
/// assert_eq!(windlass::paths::key_below("backup", "a/b.txt"), "backup/a/b.txt");
/// ```
pub fn key_below(destination: &str, relative: &str) -> String {
    folder_prefix(destination) + relative
}

/// Returns the folder and file name of the target of a single source. `is_folder` says whether the
/// destination is an existing folder. The name of a key can be `..`: pass it through
/// [`local_path`](super::local_path).
pub fn single_path(destination: impl AsRef<Path>, is_folder: bool, source_name: &str) -> (PathBuf, OsString) {
    let path = destination.as_ref();
    if is_folder || names_folder(path) {
        return (path.to_path_buf(), source_name.into());
    }
    let name = path.file_name().map_or_else(|| source_name.into(), OsStr::to_os_string);
    (path.parent().unwrap_or(Path::new("")).to_path_buf(), name)
}

/// Whether a local path ends with a separator, so that it names a folder even if it does not exist.
pub fn names_folder(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}

/// Returns the rest of a key after a prefix and the following delimiter. A key that equals the prefix, or
/// does not start with it, is returned unchanged.
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
    fn a_prefix_is_removed_with_its_delimiter() {
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
    fn a_single_file_is_put_into_a_folder_or_renamed() {
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
    fn the_name_of_a_key_is_its_last_segment() {
        for (key, name) in [("a", "a"), ("a/b", "b"), ("a/b/", "b"), ("..", ".."), ("a/..", ".."), ("", "")] {
            assert_eq!(file_name(key), name);
        }
    }
}
