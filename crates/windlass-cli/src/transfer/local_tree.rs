//! The files below a local folder, in the order in which S3 lists the keys that they become.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use windlass::paths::{Filter, matches_glob};

/// What happens to symbolic links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Links {
    Follow,
    /// Links to files are followed. Links to folders are not entered, but named: a move deletes what it finds.
    FollowToFiles,
    LeaveOut,
}

/// A file below the folder.
#[derive(Debug)]
pub(super) struct LocalFile {
    pub(super) path: PathBuf,
    /// The path below the folder, with slashes.
    pub(super) relative: String,
    pub(super) size: u64,
    pub(super) is_link: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<LocalFile>,
    /// What was left out, and why.
    pub(super) skipped: Vec<(PathBuf, String)>,
    /// How many links were followed out of the folder.
    pub(super) links_outside: u64,
    /// Whether the pattern stands for anything, excluded or not.
    pub(super) is_match: bool,
}

/// Looks through `root`. With `pattern` only paths that match it name by name are taken, and folders that match with
/// everything in them. What the filter excludes is passed over without a word.
pub(super) fn walk(root: &Path, pattern: &[String], links: Links, filter: &Filter) -> Tree {
    let walk = Walk { links, filter, real_root: fs::canonicalize(root).ok(), tree: Tree::default() };
    walk.through(root, pattern)
}

struct Walk<'a> {
    links: Links,
    filter: &'a Filter,
    real_root: Option<PathBuf>,
    tree: Tree,
}

struct Entry {
    path: PathBuf,
    /// Ends in a slash where it is a folder, so that it sorts as the keys below it do.
    relative: String,
    metadata: Metadata,
    is_link: bool,
}

/// An open folder of the walk: what is left of it, and who it is.
struct Folder {
    entries: std::vec::IntoIter<Entry>,
    identity: Identity,
}

impl Walk<'_> {
    fn through(mut self, root: &Path, pattern: &[String]) -> Tree {
        let above = self.open(root, "", &[], pattern);
        let mut open: Vec<Folder> = above.into_iter().collect();
        while let Some(folder) = open.last_mut() {
            let Some(entry) = folder.entries.next() else {
                open.pop();
                continue;
            };
            if entry.metadata.is_dir() {
                if !self.filter.keeps_nothing_below(&entry.relative) {
                    let rest = pattern.get(open.len()..).unwrap_or_default();
                    if let Some(below) = self.open(&entry.path, &entry.relative, &open, rest) {
                        self.count(&entry);
                        open.push(below);
                    }
                }
            } else {
                self.count(&entry);
                let Entry { path, relative, metadata, is_link } = entry;
                self.tree.files.push(LocalFile { path, relative, size: metadata.len(), is_link });
            }
        }
        self.tree
    }

    /// Reads a folder; None where nothing comes of it. `above` are the folders that lead here: one that is its own
    /// ancestor would never end.
    fn open(&mut self, path: &Path, relative: &str, above: &[Folder], pattern: &[String]) -> Option<Folder> {
        let listed = Identity::of(path).and_then(|identity| {
            let names = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
            Ok((identity, names))
        });
        let (identity, names) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                self.skip_folder(path, relative, &error.to_string());
                return None;
            }
        };
        if above.iter().any(|folder| folder.identity == identity) {
            self.skip_folder(
                path,
                relative,
                "it is a folder that contains itself, by a symbolic link or a mount",
            );
            return None;
        }
        let mut names: Vec<_> = names
            .into_iter()
            .filter(|entry| {
                pattern
                    .first()
                    .is_none_or(|pattern| matches_glob(pattern, &entry.file_name().to_string_lossy()))
            })
            .map(|entry| entry.path())
            // A pattern that goes on needs a folder here.
            .filter(|path| pattern.len() < 2 || path.is_dir())
            .collect();
        names.sort();
        self.tree.is_match |= pattern.len() == 1 && !names.is_empty();
        let mut entries: Vec<Entry> =
            names.into_iter().filter_map(|path| self.entry(path, relative)).collect();
        entries.sort_by(|a, b| a.relative.cmp(&b.relative));
        Some(Folder { entries: entries.into_iter(), identity })
    }

    /// Looks at a name of a folder; None where nothing comes of it.
    fn entry(&mut self, path: PathBuf, parent: &str) -> Option<Entry> {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let mut relative = format!("{parent}{name}");
        if path.file_name().is_some_and(|name| name.to_str().is_none()) {
            self.skip(&path, &relative, "its name is not UTF-8, and keys are");
            return None;
        }
        let looked = fs::symlink_metadata(&path);
        let is_link = looked.as_ref().is_ok_and(Metadata::is_symlink);
        if is_link && self.links == Links::LeaveOut {
            return None;
        }
        let metadata = match if is_link { fs::metadata(&path) } else { looked } {
            Ok(metadata) => metadata,
            Err(error) if is_link && error.kind() == io::ErrorKind::NotFound => {
                self.skip(&path, &relative, "it is a symbolic link to a file that does not exist");
                return None;
            }
            Err(error) => {
                self.skip(&path, &relative, &error.to_string());
                return None;
            }
        };
        if metadata.is_dir() {
            relative.push('/');
            if is_link && self.links == Links::FollowToFiles {
                self.skip_folder(&path, &relative, LINKED_FOLDER);
                return None;
            }
            return Some(Entry { path, relative, metadata, is_link });
        }
        if !metadata.is_file() {
            self.skip(&path, &relative, "it is no regular file");
            return None;
        }
        self.filter.keeps(&relative).then_some(Entry { path, relative, metadata, is_link })
    }

    fn count(&mut self, entry: &Entry) {
        let leads_outside = || {
            let real = fs::canonicalize(&entry.path).ok()?;
            Some(!real.starts_with(self.real_root.as_ref()?))
        };
        if entry.is_link && leads_outside() == Some(true) {
            self.tree.links_outside += 1;
        }
    }

    fn skip(&mut self, path: &Path, relative: &str, why: &str) {
        if self.filter.keeps(relative) {
            self.tree.skipped.push((path.to_path_buf(), why.to_owned()));
        }
    }

    fn skip_folder(&mut self, path: &Path, relative: &str, why: &str) {
        let is_root = relative.is_empty();
        let excluded = if is_root {
            // The root has no name that a rule could match.
            self.filter.keeps_nothing_below("")
        } else {
            self.filter.excludes_folder(relative)
        };
        if !excluded {
            self.tree.skipped.push((path.to_path_buf(), why.to_owned()));
        }
    }
}

pub(super) const LINKED_FOLDER: &str = "it is a symbolic link to a folder, which a move does not enter";

/// Which folder a path leads to, whatever it is called.
#[cfg(unix)]
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

#[cfg(unix)]
impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;

        let metadata = fs::metadata(path)?;
        Ok(Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

/// Which folder a path leads to, whatever it is called.
#[cfg(not(unix))]
#[derive(Debug, PartialEq, Eq)]
struct Identity(PathBuf);

#[cfg(not(unix))]
impl Identity {
    fn of(path: &Path) -> io::Result<Self> {
        fs::canonicalize(path).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass::paths::FilterRule;

    fn all(root: &Path, links: Links) -> Tree {
        walk(root, &[], links, &Filter::default())
    }

    fn names(tree: &Tree) -> Vec<&str> {
        tree.files.iter().map(|file| file.relative.as_str()).collect()
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        folder
    }

    #[test]
    fn files_come_in_the_order_of_their_keys() {
        let folder = folder(&["d/x", "d-", "d.txt", "d0", "a/b/c"]);
        assert_eq!(names(&all(folder.path(), Links::Follow)), ["a/b/c", "d-", "d.txt", "d/x", "d0"]);
    }

    #[test]
    fn a_pattern_matches_name_by_name_and_takes_folders_whole() {
        let folder = folder(&["a.txt", "b.jpg", "c/d.txt", "c/e/f.txt", "g/d.txt", ".h.txt"]);
        let check = |pattern: &[&str], expected: &[&str]| {
            let pattern: Vec<String> = pattern.iter().map(ToString::to_string).collect();
            let tree = walk(folder.path(), &pattern, Links::Follow, &Filter::default());
            assert_eq!(names(&tree), expected, "{pattern:?}");
        };
        check(&["*.txt"], &[".h.txt", "a.txt"]);
        check(&["*"], &[".h.txt", "a.txt", "b.jpg", "c/d.txt", "c/e/f.txt", "g/d.txt"]);
        check(&["*", "d.txt"], &["c/d.txt", "g/d.txt"]);
        check(&["*", "*"], &["c/d.txt", "c/e/f.txt", "g/d.txt"]);
        check(&["[cx]"], &["c/d.txt", "c/e/f.txt"]);
        check(&["c", "?", "f*"], &["c/e/f.txt"]);
        check(&["*.png"], &[]);
    }

    #[cfg(unix)]
    mod links {
        use super::*;
        use std::os::unix::fs::symlink;

        /// aws-cli#487, aws-cli#3961, s5cmd#29: dangling links and links that lead in a circle.
        #[test]
        fn links_are_followed_unless_they_lead_nowhere_or_in_a_circle() {
            let folder = folder(&["a/file"]);
            let root = folder.path();
            symlink("a/file", root.join("link")).unwrap();
            symlink("a", root.join("linked")).unwrap();
            symlink("..", root.join("a/round")).unwrap();
            symlink("none", root.join("dangling")).unwrap();
            symlink("self", root.join("self")).unwrap();
            let tree = all(root, Links::Follow);
            assert_eq!(names(&tree), ["a/file", "link", "linked/file"]);
            let skipped: Vec<_> = tree
                .skipped
                .iter()
                .map(|(path, _)| path.strip_prefix(root).unwrap().to_str().unwrap())
                .collect();
            assert_eq!(skipped, ["dangling", "self", "a/round", "linked/round"]);
            assert!(tree.skipped[0].1.contains("does not exist"), "{:?}", tree.skipped);
            assert!(tree.skipped[2].1.contains("contains itself"), "{:?}", tree.skipped);
            assert_eq!(tree.links_outside, 0);

            let tree = all(root, Links::LeaveOut);
            assert_eq!((names(&tree), tree.skipped.len()), (vec!["a/file"], 0));

            let tree = all(root, Links::FollowToFiles);
            assert_eq!(names(&tree), ["a/file", "link"]);
            assert_eq!(tree.skipped.iter().filter(|(_, why)| *why == LINKED_FOLDER).count(), 2);
        }

        #[test]
        fn two_links_that_lead_to_each_other_end() {
            let folder = folder(&["a/x", "b/y"]);
            let root = folder.path();
            symlink("../b", root.join("a/b")).unwrap();
            symlink("../a", root.join("b/a")).unwrap();
            let tree = all(root, Links::Follow);
            assert_eq!(names(&tree), ["a/b/y", "a/x", "b/a/x", "b/y"]);
            assert_eq!(tree.skipped.len(), 2);
        }

        #[test]
        fn links_that_lead_out_of_the_source_are_counted() {
            let outside = folder(&["file", "folder/file"]);
            let folder = folder(&["inside"]);
            let root = folder.path();
            for (name, target) in [("one", "file"), ("two", "folder"), ("excluded", "file")] {
                symlink(outside.path().join(target), root.join(name)).unwrap();
            }
            symlink("inside", root.join("three")).unwrap();
            let filter = Filter::new([FilterRule::Exclude("excluded".into())]);
            let tree = walk(root, &[], Links::Follow, &filter);
            assert_eq!(names(&tree), ["inside", "one", "three", "two/file"]);
            assert_eq!(tree.links_outside, 2);
        }

        /// aws-cli#1117, aws-cli#7072
        #[test]
        fn what_is_excluded_is_passed_over_without_a_word() {
            use std::os::unix::ffi::OsStrExt as _;

            let folder = folder(&["keep"]);
            let root = folder.path();
            symlink("none", root.join("dangling")).unwrap();
            symlink(".", root.join("round")).unwrap();
            symlink("keep", root.join(std::ffi::OsStr::from_bytes(b"bad\xff"))).unwrap();
            assert!(std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
            let skipped = |rules: &[&str]| {
                let rules = rules.iter().map(|rule| FilterRule::Exclude((*rule).to_owned()));
                walk(root, &[], Links::FollowToFiles, &Filter::new(rules)).skipped.len()
            };
            assert_eq!(skipped(&[]), 4);
            assert_eq!(skipped(&["*"]), 0);
            for (number, rules) in
                [(4, &["x"][..]), (3, &["d*"]), (2, &["d*", "round"]), (1, &["d*", "round/*", "pipe"])]
            {
                assert_eq!(skipped(rules), number, "{rules:?}");
            }
            assert_eq!(skipped(&["d*", "round/*", "pipe", "bad*"]), 0);
        }
    }

    #[test]
    fn a_root_that_cannot_be_read_is_named_unless_everything_is_excluded() {
        let folder = folder(&["file"]);
        let root = folder.path().join("file");
        let skipped =
            |rules: Vec<FilterRule>| walk(&root, &[], Links::Follow, &Filter::new(rules)).skipped.len();
        assert_eq!(skipped(Vec::new()), 1);
        assert_eq!(skipped(vec![FilterRule::Exclude("*".into())]), 0);
    }
}
