//! Which destination belongs to which source: two sources for one destination are noticed before either is written.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The local paths that are taken.
#[derive(Debug, Default)]
pub(super) struct Paths {
    files: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
    ignores_case: bool,
}

impl Paths {
    /// For a file system to which `A` and `a` are one name, or are not.
    pub(super) fn new(ignores_case: bool) -> Self {
        Self { ignores_case, ..Self::default() }
    }

    /// Takes a path below `root`.
    pub(super) fn claim(&mut self, root: &Path, path: &Path) -> Result<(), String> {
        let (root, path) = (self.name(root), self.name(path));
        if self.folders.contains(&path) {
            return Err(self.told("another key needs a folder of that name"));
        }
        let above = path.ancestors().skip(1).take_while(|folder| **folder != root);
        if above.clone().any(|folder| self.files.contains(folder)) {
            return Err(self.told("another key is a file where this one needs a folder"));
        }
        if self.files.contains(&path) {
            return Err(self.told("another source goes to the same file"));
        }
        self.folders.extend(above.map(Path::to_path_buf));
        self.files.insert(path);
        Ok(())
    }

    fn told(&self, why: &str) -> String {
        let remark = if self.ignores_case { ", and this file system ignores case" } else { "" };
        format!("{why}{remark}")
    }

    fn name(&self, path: &Path) -> PathBuf {
        match path.to_str() {
            Some(text) if self.ignores_case => text.to_lowercase().into(),
            _ => path.to_path_buf(),
        }
    }
}

/// What is asked of the file system of a folder.
pub(super) trait CaseProbe {
    /// Whether names that differ in case only are one name.
    fn ignores_case(&self, folder: &Path) -> bool;
}

/// The file system of this machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Disk {
    /// Where nothing may be written, what is there already has to tell.
    pub(super) may_write: bool,
}

impl CaseProbe for Disk {
    fn ignores_case(&self, folder: &Path) -> bool {
        let Some(folder) = folder.ancestors().find(|folder| folder.is_dir()) else { return false };
        if let Some(known) = told_by_names(folder) {
            return known;
        }
        if !self.may_write {
            return false;
        }
        let probe = tempfile::Builder::new().prefix(".windlass-case-").tempfile_in(folder);
        probe.ok().and_then(|probe| is_found_in_other_case(probe.path())).unwrap_or(false)
    }
}

/// What the names in a folder tell; None where none of them has letters.
fn told_by_names(folder: &Path) -> Option<bool> {
    let names: Vec<_> = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let known: HashSet<&PathBuf> = names.iter().collect();
    names.iter().find_map(|path| {
        let other = in_other_case(path)?;
        // Where both are names of the folder, case tells them apart.
        if known.contains(&other) { Some(false) } else { is_found_in_other_case(path) }
    })
}

fn is_found_in_other_case(path: &Path) -> Option<bool> {
    Some(fs::symlink_metadata(in_other_case(path)?).is_ok())
}

/// The path with the case of its last name's letters turned round; None where it has no letters.
fn in_other_case(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let turn = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let other: String = name.chars().map(turn).collect();
    (other != name).then(|| path.with_file_name(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(ignores_case: bool, names: &[&str]) -> Vec<bool> {
        let mut paths = Paths::new(ignores_case);
        let root = Path::new("Root");
        names.iter().map(|name| paths.claim(root, &root.join(name)).is_ok()).collect()
    }

    #[test]
    fn a_file_beside_files_below_it_is_noticed() {
        assert_eq!(claimed(false, &["a", "a/b"]), [true, false]);
        assert_eq!(claimed(false, &["a/b/c", "a", "a/b", "a/d"]), [true, false, false, true]);
        assert_eq!(claimed(false, &["a", "a"]), [true, false]);
    }

    #[test]
    fn names_that_differ_in_case_only_are_one_where_case_is_ignored() {
        let names = ["README", "readme", "A/x", "a", "É", "é", "b", "B/x"];
        assert_eq!(claimed(false, &names), [true; 8]);
        assert_eq!(claimed(true, &names), [true, false, true, false, true, false, true, false]);
        let mut paths = Paths::new(true);
        paths.claim(Path::new("."), Path::new("./a")).unwrap();
        let why = paths.claim(Path::new("."), Path::new("./A")).unwrap_err();
        assert_eq!(why, "another source goes to the same file, and this file system ignores case");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_system_that_tells_case_apart_is_known_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty");
        fs::create_dir(&empty).unwrap();
        for may_write in [true, false] {
            assert!(!Disk { may_write }.ignores_case(folder.path()));
            assert!(!Disk { may_write }.ignores_case(&empty.join("not/there")));
        }
        assert_eq!((told_by_names(folder.path()), told_by_names(&empty)), (Some(false), None));
        assert!(fs::read_dir(&empty).unwrap().next().is_none());
    }
}
