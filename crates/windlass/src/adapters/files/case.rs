//! Detection of file systems that ignore case.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::platform::Folder;
use super::{TargetTree, blocking};
use crate::paths::{Case, Collision, collisions};

/// The method to detect whether a file system ignores case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseProbe {
    /// Compares existing names.
    Look,
    /// Creates a temporary file if the existing names are inconclusive.
    Write,
}

impl TargetTree {
    /// Returns the positions of paths that collide with preceding paths. Checks whether the file system ignores case if
    /// that makes a difference.
    ///
    /// # Errors
    /// There is no tokio runtime. If the check is inconclusive, case matters.
    pub async fn collisions<P: AsRef<Path>>(
        &self,
        paths: &[P],
        probe: CaseProbe,
    ) -> io::Result<Vec<(usize, Collision)>> {
        let exact = collisions(paths, Case::Matters);
        let folded = collisions(paths, Case::IsIgnored);
        if folded.len() == exact.len() {
            return Ok(exact);
        }
        let root = self.root().to_path_buf();
        let case = blocking(move || Ok(case_of(&root, probe))).await?;
        Ok(if case == Case::IsIgnored { folded } else { exact })
    }
}

fn case_of(folder: &Path, probe: CaseProbe) -> Case {
    let is_ignored = || {
        let folder = folder.ancestors().find_map(|folder| Folder::open(folder).ok())?;
        if let Some(known) = case_from_names(&folder) {
            return Some(known);
        }
        if probe == CaseProbe::Look {
            return None;
        }
        let name = OsString::from(format!(".windlass-case-{:016x}", fastrand::u64(..)));
        folder.create_file(&name, 0o600).ok()?;
        let found = is_found_in_other_case(&folder, &name);
        folder.remove_file(&name).ok()?;
        found
    };
    if is_ignored() == Some(true) { Case::IsIgnored } else { Case::Matters }
}

/// Checks the names of a folder. Returns `None` if none of them has letters.
fn case_from_names(folder: &Folder) -> Option<bool> {
    let names = folder.names().ok()?;
    let known: HashSet<&OsString> = names.iter().collect();
    names.iter().find_map(|name| {
        let other = in_other_case(name)?;
        // If both names exist, case matters.
        if known.contains(&other) { Some(false) } else { is_found_in_other_case(folder, name) }
    })
}

fn is_found_in_other_case(folder: &Folder, name: &OsStr) -> Option<bool> {
    Some(folder.look(&in_other_case(name)?).is_ok())
}

/// Returns the name with swapped case, or `None` if it has no letters.
fn in_other_case(name: &OsStr) -> Option<OsString> {
    let name = name.to_str()?;
    let change =
        |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let other: String = name.chars().map(change).collect();
    (other != name).then(|| other.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_case_sensitive_file_system_is_detected() {
        let root = tempfile::tempdir().unwrap();
        let empty = root.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        for probe in [CaseProbe::Look, CaseProbe::Write] {
            for folder in [root.path(), &empty.join("not/there")] {
                assert_eq!(case_of(folder, probe), Case::Matters);
                let tree = TargetTree::new(folder);
                assert!(tree.collisions(&["a", "A"], probe).await.unwrap().is_empty());
                assert_eq!(tree.collisions(&["a", "A", "a"], probe).await.unwrap().len(), 1);
            }
        }
        let told = |folder: &Path| case_from_names(&Folder::open(folder).unwrap());
        assert_eq!((told(root.path()), told(&empty)), (Some(false), None));
        assert!(std::fs::read_dir(&empty).unwrap().next().is_none());
    }
}
