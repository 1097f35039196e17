//! Local paths with wildcards that the shell did not expand.

use std::path::{Component, Path, PathBuf};

use windlass::paths::names_folder;

/// The fixed leading folder of a pattern, and a pattern for each name below it. Wildcards do not match separators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LocalPattern {
    pub(super) root: PathBuf,
    pub(super) names: Vec<String>,
}

impl LocalPattern {
    /// Parses a path; `None` if it has no wildcards.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let mut root = PathBuf::new();
        let mut names = Vec::new();
        for component in path.components() {
            let name = component.as_os_str().to_string_lossy();
            let is_pattern = matches!(component, Component::Normal(_)) && name.contains(['*', '?', '[']);
            if is_pattern || !names.is_empty() {
                names.push(name.into_owned());
            } else {
                root.push(component);
            }
        }
        if names.is_empty() {
            return None;
        }
        if names_folder(path) {
            // A trailing separator selects the content of matching folders.
            names.push("*".to_owned());
        }
        if root.as_os_str().is_empty() {
            root.push(".");
        }
        Some(Self { root, names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_begins_at_its_first_wildcard() {
        let check = |path: &str, root: &str, names: &[&str]| {
            let pattern = LocalPattern::of(Path::new(path)).unwrap();
            assert_eq!(
                (pattern.root.to_str().unwrap(), pattern.names),
                (root, names.iter().map(ToString::to_string).collect())
            );
        };
        check("up/*", "up", &["*"]);
        check("*.txt", ".", &["*.txt"]);
        check("/a/b?/c/d", "/a", &["b?", "c", "d"]);
        check("../[ab]/*", "..", &["[ab]", "*"]);
        check("up/*/", "up", &["*", "*"]);
        assert_eq!(LocalPattern::of(Path::new("up/a")), None);
    }
}
