//! Detects sources with the same target before anything is written.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::S3Url;

/// The case sensitivity of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Names that differ only in case are different.
    Matters,
    /// Names that differ only in case are the same.
    IsIgnored,
}

/// A path that collides with an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision {
    kind: CollisionKind,
    case: Case,
}

/// The kind of a collision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CollisionKind {
    /// The path is a file, but another path needs a folder with that name.
    NeededAsFolder,
    /// A parent folder of the path is a file of another path.
    FolderIsFile,
    /// Another path is the same file.
    SameFile,
}

impl Collision {
    /// Returns the kind of the collision.
    pub fn kind(self) -> CollisionKind {
        self.kind
    }
}

impl fmt::Display for Collision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CollisionKind::NeededAsFolder => "another key needs a folder with that name",
            CollisionKind::FolderIsFile => "another key is a file where this one needs a folder",
            CollisionKind::SameFile => "another source has the same target file",
        })?;
        match self.case {
            Case::Matters => Ok(()),
            Case::IsIgnored => f.write_str(", and this file system ignores case"),
        }
    }
}

impl std::error::Error for Collision {}

/// Returns the positions of paths that collide with earlier ones, all below one folder.
///
/// ```
/// use windlass::paths::{Case, collisions};
///
/// let paths = ["README", "a", "a/b", "readme"];
/// let refused = collisions(paths, Case::Matters);
/// assert_eq!(refused[0].0, 2);
/// assert_eq!(refused[0].1.to_string(), "another key is a file where this one needs a folder");
/// assert_eq!(collisions(paths, Case::IsIgnored).len(), 2);
/// ```
pub fn collisions<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, case: Case) -> Vec<(usize, Collision)> {
    let mut claims = Claims { case, files: HashSet::new(), folders: HashSet::new() };
    let claimed = paths.into_iter().enumerate();
    claimed.filter_map(|(index, path)| Some((index, claims.claim(path.as_ref()).err()?))).collect()
}

/// Returns the positions of targets that an earlier source already has.
///
/// ```
/// use windlass::paths::{S3Url, repeated_targets};
///
/// let targets = ["a", "b", "a"].map(|key| S3Url::new("bucket", key));
/// assert_eq!(repeated_targets(&targets), [2]);
/// ```
pub fn repeated_targets<'u>(targets: impl IntoIterator<Item = &'u S3Url>) -> Vec<usize> {
    let mut taken = HashSet::new();
    let targets = targets.into_iter().enumerate();
    targets.filter_map(|(index, target)| (!taken.insert(target)).then_some(index)).collect()
}

/// The paths that are already in use.
struct Claims {
    case: Case,
    files: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
}

impl Claims {
    fn claim(&mut self, path: &Path) -> Result<(), Collision> {
        let path = self.folded(path);
        let refused = |kind| Err(Collision { kind, case: self.case });
        if self.folders.contains(&path) {
            return refused(CollisionKind::NeededAsFolder);
        }
        let above = || path.ancestors().skip(1).take_while(|folder| !folder.as_os_str().is_empty());
        if above().any(|folder| self.files.contains(folder)) {
            return refused(CollisionKind::FolderIsFile);
        }
        if self.files.contains(&path) {
            return refused(CollisionKind::SameFile);
        }
        self.folders.extend(above().map(Path::to_path_buf));
        self.files.insert(path);
        Ok(())
    }

    fn folded(&self, path: &Path) -> PathBuf {
        match path.to_str() {
            Some(text) if self.case == Case::IsIgnored => text.to_lowercase().into(),
            _ => path.to_path_buf(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(case: Case, paths: &[&str]) -> Vec<usize> {
        collisions(paths, case).into_iter().map(|(index, _)| index).collect()
    }

    #[test]
    fn a_file_and_a_folder_of_one_name_collide() {
        assert_eq!(refused(Case::Matters, &["a", "a/b"]), [1]);
        assert_eq!(refused(Case::Matters, &["a/b/c", "a", "a/b", "a/d"]), [1, 2]);
        assert_eq!(refused(Case::Matters, &["a", "a"]), [1]);
    }

    #[test]
    fn names_that_differ_in_case_collide_if_case_is_ignored() {
        let names = ["README", "readme", "A/x", "a", "\u{c9}", "\u{e9}", "b", "B/x"];
        assert!(refused(Case::Matters, &names).is_empty());
        assert_eq!(refused(Case::IsIgnored, &names), [1, 3, 5, 7]);
        let (_, why) = collisions(["a", "A"], Case::IsIgnored)[0];
        assert_eq!(why.kind(), CollisionKind::SameFile);
        assert_eq!(
            why.to_string(),
            "another source has the same target file, and this file system ignores case"
        );
    }
}
