//! Listing of the files below a local folder, in the order of their keys in S3.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::platform::Folder;
use super::source_folder::SourceFolder;
use super::status::{Kind, Status};
use super::{SourceFile, blocking};
use crate::paths::{Filter, matches_glob};

/// The treatment of symbolic links in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Follows links, including those that lead out of the source.
    Follow,
    /// Follows links to files. Skips and reports links to folders, since a move deletes the files that it finds.
    FollowToFiles,
    /// Ignores links.
    LeaveOut,
}

/// The files of a source, in the order of their keys in S3.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct SourceTree {
    /// The listed files.
    pub files: Vec<SourceFile>,
    /// Skipped paths with the reasons.
    pub skipped: Vec<(PathBuf, String)>,
    /// The number of followed links that lead out of the source.
    pub links_outside: u64,
    /// Whether the pattern matches anything, excluded or not.
    pub is_match: bool,
}

impl SourceTree {
    /// Lists the files below a folder. `pattern` has a glob for each level: only matching paths are listed, and
    /// matching folders with all their content. Excluded files are not reported as skipped.
    ///
    /// # Errors
    /// There is no tokio runtime. A folder that cannot be read is [skipped](Self::skipped).
    pub async fn list(
        root: impl Into<PathBuf>,
        pattern: Vec<String>,
        links: Links,
        filter: Filter,
    ) -> io::Result<Self> {
        let root = root.into();
        blocking(move || Ok(walk(&root, &pattern, links, &filter))).await
    }
}

/// The reason why [`Links::FollowToFiles`] skips a link to a folder.
pub const LINKED_FOLDER: &str = "it is a symbolic link to a folder, which a move does not follow";

fn walk(root: &Path, pattern: &[String], links: Links, filter: &Filter) -> SourceTree {
    let walk = Walk { links, filter, real_root: fs::canonicalize(root).ok(), tree: SourceTree::default() };
    walk.through(root, pattern)
}

struct Walk<'a> {
    links: Links,
    filter: &'a Filter,
    real_root: Option<PathBuf>,
    tree: SourceTree,
}

enum Entry {
    File(SourceFile),
    /// `relative` ends in a slash, so that the folder sorts like the keys below it.
    Folder {
        folder: Arc<SourceFolder>,
        relative: String,
        is_link: bool,
    },
}

/// A folder of the walk, with its remaining entries.
struct Level {
    entries: std::vec::IntoIter<Entry>,
    folder: Arc<SourceFolder>,
}

/// The maximum depth. Keys have at most 1,024 bytes, so deeper files cannot have one.
const DEEPEST: usize = 1024;

impl Entry {
    fn relative(&self) -> &str {
        match self {
            Self::File(file) => file.relative(),
            Self::Folder { relative, .. } => relative,
        }
    }
}

impl Walk<'_> {
    fn through(mut self, root: &Path, pattern: &[String]) -> SourceTree {
        let opened = Folder::open(root).and_then(|folder| folder.identity());
        let mut levels: Vec<Level> = match opened {
            Ok(identity) => {
                let folder = SourceFolder::root(root.to_path_buf(), identity);
                self.enter(folder, "", &[], pattern).into_iter().collect()
            }
            Err(error) => {
                self.skip_folder(root, "", &error.to_string());
                Vec::new()
            }
        };
        while let Some(level) = levels.last_mut() {
            match level.entries.next() {
                None => drop(levels.pop()),
                Some(Entry::File(file)) => {
                    self.count(file.real());
                    self.tree.files.push(file);
                }
                Some(Entry::Folder { folder, relative, is_link }) => {
                    if self.filter.keeps_nothing_below(&relative) {
                        continue;
                    }
                    let rest = pattern.get(levels.len()..).unwrap_or_default();
                    let real = if is_link { fs::canonicalize(folder.path()).ok() } else { None };
                    if let Some(below) = self.enter(folder, &relative, &levels, rest) {
                        self.count(real.as_deref());
                        levels.push(below);
                    }
                }
            }
        }
        self.tree
    }

    /// Reads a folder, or skips it and returns `None`. `above` are its ancestors, to detect loops.
    fn enter(
        &mut self,
        folder: Arc<SourceFolder>,
        relative: &str,
        above: &[Level],
        pattern: &[String],
    ) -> Option<Level> {
        if above.iter().any(|level| level.folder.identity() == folder.identity()) {
            let why = "it is a folder that contains itself through a symbolic link or a mount";
            self.skip_folder(folder.path(), relative, why);
            return None;
        }
        if above.len() > DEEPEST {
            self.skip_folder(
                folder.path(),
                relative,
                "it is nested too deeply: keys have at most 1,024 bytes",
            );
            return None;
        }
        let listed = folder.open().and_then(|opened| Ok((opened.names()?, opened)));
        let (mut names, opened) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                self.skip_folder(folder.path(), relative, &error.to_string());
                return None;
            }
        };
        names.retain(|name| {
            pattern.first().is_none_or(|pattern| matches_glob(pattern, &name.to_string_lossy()))
                // More levels in the pattern require a folder here.
                && (pattern.len() < 2 || opened.look_through(name).is_ok_and(|found| found.kind == Kind::Folder))
        });
        names.sort();
        self.tree.is_match |= pattern.len() == 1 && !names.is_empty();
        let mut entries: Vec<Entry> =
            names.into_iter().filter_map(|name| self.entry(&folder, &opened, name, relative)).collect();
        entries.sort_by(|a, b| a.relative().cmp(b.relative()));
        Some(Level { entries: entries.into_iter(), folder })
    }

    /// Inspects a name in a folder, or skips it and returns `None`.
    fn entry(
        &mut self,
        folder: &Arc<SourceFolder>,
        opened: &Folder,
        name: OsString,
        parent: &str,
    ) -> Option<Entry> {
        let path = || folder.path().join(&name);
        let mut relative = format!("{parent}{}", name.to_string_lossy());
        if name.to_str().is_none() {
            self.skip(&path(), &relative, "its name is not UTF-8, which keys must be");
            return None;
        }
        let (status, through) = match self.look(opened, &name) {
            Ok(looked) => looked?,
            Err(error) => {
                self.skip(&path(), &relative, &error.to_string());
                return None;
            }
        };
        let found = through.as_ref().unwrap_or(&status);
        if found.kind == Kind::Folder {
            relative.push('/');
            if through.is_some() && self.links == Links::FollowToFiles {
                self.skip_folder(&path(), &relative, LINKED_FOLDER);
                return None;
            }
            let is_link = through.is_some();
            let folder = folder.child(name, found.identity.clone(), is_link);
            return Some(Entry::Folder { folder, relative, is_link });
        }
        if found.kind != Kind::File {
            self.skip(&path(), &relative, "it is not a regular file");
            return None;
        }
        if !self.filter.keeps(&relative) {
            return None;
        }
        match SourceFile::listed(folder, &name, relative.clone(), status, through) {
            Ok(file) => file.map(Entry::File),
            Err(error) => {
                self.skip(&path(), &relative, &error.to_string());
                None
            }
        }
    }

    /// The status of a name, and of its target if it is a link. Returns `None` for an ignored link.
    fn look(&self, folder: &Folder, name: &OsStr) -> io::Result<Option<(Status, Option<Status>)>> {
        let status = folder.look(name)?;
        if status.kind != Kind::Link {
            return Ok(Some((status, None)));
        }
        if self.links == Links::LeaveOut {
            return Ok(None);
        }
        match folder.look_through(name) {
            Ok(through) => Ok(Some((status, Some(through)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let why = "it is a dangling symbolic link";
                Err(io::Error::new(io::ErrorKind::NotFound, why))
            }
            Err(error) => Err(error),
        }
    }

    /// Counts a followed link if its target `real` is outside of the source.
    fn count(&mut self, real: Option<&Path>) {
        if let (Some(real), Some(root)) = (real, &self.real_root)
            && !real.starts_with(root)
        {
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
            // The root has no relative name to match.
            self.filter.keeps_nothing_below("")
        } else {
            self.filter.excludes_folder(relative)
        };
        if !excluded {
            self.tree.skipped.push((path.to_path_buf(), why.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::FilterRule;

    fn all(root: &Path, links: Links) -> SourceTree {
        walk(root, &[], links, &Filter::default())
    }

    fn names(tree: &SourceTree) -> Vec<&str> {
        tree.files.iter().map(SourceFile::relative).collect()
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
    fn files_are_in_key_order() {
        let folder = folder(&["d/x", "d-", "d.txt", "d0", "a/b/c"]);
        assert_eq!(names(&all(folder.path(), Links::Follow)), ["a/b/c", "d-", "d.txt", "d/x", "d0"]);
    }

    #[test]
    fn a_pattern_matches_by_level_and_includes_whole_folders() {
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

        /// aws-cli#487, aws-cli#3961, s5cmd#29: dangling and circular links.
        #[test]
        fn links_are_followed_unless_dangling_or_circular() {
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
            assert!(tree.skipped[0].1.contains("dangling"), "{:?}", tree.skipped);
            assert!(tree.skipped[2].1.contains("contains itself"), "{:?}", tree.skipped);
            assert_eq!(tree.links_outside, 0);

            let tree = all(root, Links::LeaveOut);
            assert_eq!((names(&tree), tree.skipped.len()), (vec!["a/file"], 0));

            let tree = all(root, Links::FollowToFiles);
            assert_eq!(names(&tree), ["a/file", "link"]);
            assert_eq!(tree.skipped.iter().filter(|(_, why)| *why == LINKED_FOLDER).count(), 2);
        }

        #[test]
        fn links_to_each_other_terminate() {
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
        fn excluded_names_are_not_reported() {
            use std::os::unix::ffi::OsStrExt as _;

            let folder = folder(&["keep"]);
            let root = folder.path();
            symlink("none", root.join("dangling")).unwrap();
            symlink(".", root.join("round")).unwrap();
            symlink("keep", root.join(OsStr::from_bytes(b"bad\xff"))).unwrap();
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
    fn an_unreadable_root_is_reported_unless_everything_is_excluded() {
        let folder = folder(&["file"]);
        let root = folder.path().join("file");
        let skipped =
            |rules: Vec<FilterRule>| walk(&root, &[], Links::Follow, &Filter::new(rules)).skipped.len();
        assert_eq!(skipped(Vec::new()), 1);
        assert_eq!(skipped(vec![FilterRule::Exclude("*".into())]), 0);
    }
}
