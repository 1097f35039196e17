//! The files below a local folder, in the order in which S3 lists the keys that they become.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use windlass::paths::Filter;

/// What happens to symbolic links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    Follow,
    LeaveOut,
    /// They are left out, named and counted.
    Name,
}

/// A file below the folder.
#[derive(Debug)]
pub(super) struct LocalFile {
    pub(super) path: PathBuf,
    /// The path below the folder, with slashes.
    pub(super) relative: String,
    pub(super) size: u64,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<LocalFile>,
    /// What was left out, and why.
    pub(super) skipped: Vec<(PathBuf, String)>,
}

/// Looks through `root`. What a filter leaves out is left out without a word.
pub(super) fn walk(root: &Path, links: Links, filter: &Filter) -> Tree {
    let mut walk = Walk { links, filter, tree: Tree::default() };
    walk.folder(root, "", &[]);
    walk.tree
}

struct Walk<'a> {
    links: Links,
    filter: &'a Filter,
    tree: Tree,
}

struct Entry {
    path: PathBuf,
    /// Ends in a slash where it is a folder, so that it sorts as the keys below it do.
    relative: String,
    metadata: Metadata,
}

impl Walk<'_> {
    /// `above` are the real paths of the folders that lead here, to notice links that go round in a circle.
    fn folder(&mut self, path: &Path, relative: &str, above: &[PathBuf]) {
        let listed = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let names = match listed {
            Ok(names) => names,
            Err(error) => return self.skip(path, &error.to_string()),
        };
        let mut above = above.to_vec();
        if self.links == Links::Follow {
            match fs::canonicalize(path) {
                Ok(real) if above.contains(&real) => {
                    return self.skip(path, "a symbolic link leads in a circle");
                }
                Ok(real) => above.push(real),
                Err(error) => return self.skip(path, &error.to_string()),
            }
        }
        let mut entries: Vec<Entry> =
            names.into_iter().filter_map(|entry| self.entry(entry.path(), relative)).collect();
        entries.sort_by(|a, b| a.relative.cmp(&b.relative));
        for entry in entries {
            if entry.metadata.is_dir() {
                self.folder(&entry.path, &entry.relative, &above);
            } else {
                let size = entry.metadata.len();
                self.tree.files.push(LocalFile { path: entry.path, relative: entry.relative, size });
            }
        }
    }

    /// Looks at a name of a folder; None where nothing comes of it.
    fn entry(&mut self, path: PathBuf, parent: &str) -> Option<Entry> {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            self.skip(&path, "its name is not UTF-8, and keys are");
            return None;
        };
        let mut relative = format!("{parent}{name}");
        let looked = match (fs::symlink_metadata(&path), self.links) {
            (Ok(metadata), Links::Follow) if metadata.is_symlink() => fs::metadata(&path),
            (looked, _) => looked,
        };
        let metadata = match looked {
            Ok(metadata) => metadata,
            Err(error) => {
                self.skip_kept(&path, &relative, &error.to_string());
                return None;
            }
        };
        if metadata.is_dir() {
            relative.push('/');
            return Some(Entry { path, relative, metadata });
        }
        if metadata.is_symlink() {
            if self.links == Links::Name {
                self.skip_kept(&path, &relative, "it is a symbolic link (--follow-symlinks follows it)");
            }
            return None;
        }
        if !metadata.is_file() {
            self.skip_kept(&path, &relative, "it is no regular file");
            return None;
        }
        self.filter.keeps(&relative).then_some(Entry { path, relative, metadata })
    }

    fn skip_kept(&mut self, path: &Path, relative: &str, why: &str) {
        if self.filter.keeps(relative) {
            self.skip(path, why);
        }
    }

    fn skip(&mut self, path: &Path, why: &str) {
        self.tree.skipped.push((path.to_path_buf(), why.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_in_the_order_of_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["d/x", "d-", "d.txt", "d0", "a/b/c"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let tree = walk(folder.path(), Links::Name, &Filter::default());
        let names: Vec<_> = tree.files.iter().map(|file| file.relative.as_str()).collect();
        assert_eq!(names, ["a/b/c", "d-", "d.txt", "d/x", "d0"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_named_followed_or_left_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink("file", folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink(".", folder.path().join("round")).unwrap();
        let check = |links, files: usize, skipped: usize| {
            let tree = walk(folder.path(), links, &Filter::default());
            assert_eq!((tree.files.len(), tree.skipped.len()), (files, skipped), "{links:?} {tree:?}");
        };
        check(Links::Name, 1, 2);
        check(Links::LeaveOut, 1, 0);
        check(Links::Follow, 2, 1);
    }
}
