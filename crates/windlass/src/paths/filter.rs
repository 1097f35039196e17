//! Include and exclude rules, in order. The last matching rule decides.

use super::wildcard::{Below, below};
use super::{folder_prefix, matches_glob};

/// A rule with a pattern for [`matches_glob`], which is matched against names relative to the source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterRule {
    /// Excludes matching names.
    Exclude(String),
    /// Includes matching names.
    Include(String),
}

/// Rules in the order in which they were given. A name that matches no rule is included.
///
/// ```
/// use windlass::paths::{Filter, FilterRule};
///
/// let filter = Filter::new([FilterRule::Exclude("*".into()), FilterRule::Include("*.txt".into())]);
/// assert!(filter.keeps("notes/a.txt"));
/// assert!(!filter.keeps("a.jpg"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    rules: Vec<FilterRule>,
}

impl Filter {
    /// Creates a filter from rules.
    pub fn new(rules: impl IntoIterator<Item = FilterRule>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a name is included. It is relative to the source and has slashes.
    pub fn keeps(&self, name: &str) -> bool {
        let verdict = self.rules.iter().rev().find_map(|rule| match rule {
            FilterRule::Exclude(pattern) => matches_glob(pattern, name).then_some(false),
            FilterRule::Include(pattern) => matches_glob(pattern, name).then_some(true),
        });
        verdict.unwrap_or(true)
    }

    /// Returns the rules in order. The last matching one decides.
    pub fn rules(&self) -> &[FilterRule] {
        &self.rules
    }

    /// Whether the rules exclude every name below a folder, so that it need not be walked. `folder` is
    /// relative to the source and has slashes.
    ///
    /// ```
    /// use windlass::paths::{Filter, FilterRule};
    ///
    /// let filter = Filter::new([FilterRule::Exclude("cache/*".into())]);
    /// assert!(filter.keeps_nothing_below("cache") && !filter.keeps_nothing_below("src"));
    /// ```
    pub fn keeps_nothing_below(&self, folder: &str) -> bool {
        let folder = folder_prefix(folder);
        let verdict = self.rules.iter().rev().find_map(|rule| match rule {
            FilterRule::Exclude(pattern) => (below(pattern, &folder) == Below::All).then_some(true),
            FilterRule::Include(pattern) => (below(pattern, &folder) != Below::None).then_some(false),
        });
        verdict.unwrap_or(false)
    }

    /// Whether a folder that cannot be read is excluded: nothing below it is included, or a rule excludes the
    /// folder itself and no rule includes anything below it.
    pub fn excludes_folder(&self, folder: &str) -> bool {
        let prefix = folder_prefix(folder);
        let includes_something = || {
            self.rules.iter().any(
                |rule| matches!(rule, FilterRule::Include(pattern) if below(pattern, &prefix) != Below::None),
            )
        };
        let name = prefix.strip_suffix('/').unwrap_or(&prefix);
        self.keeps_nothing_below(folder) || (!self.keeps(name) && !includes_something())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_matching_rule_decides() {
        let exclude = |pattern: &str| FilterRule::Exclude(pattern.into());
        let include = |pattern: &str| FilterRule::Include(pattern.into());
        let check = |rules: &[FilterRule], kept: &[&str]| {
            let filter = Filter::new(rules.iter().cloned());
            let names = ["a.txt", "b.jpg", "dir/c.txt"];
            assert_eq!(
                names.into_iter().filter(|name| filter.keeps(name)).collect::<Vec<_>>(),
                kept,
                "{rules:?}"
            );
        };
        check(&[], &["a.txt", "b.jpg", "dir/c.txt"]);
        check(&[include("*.txt")], &["a.txt", "b.jpg", "dir/c.txt"]);
        check(&[exclude("*"), include("*.txt")], &["a.txt", "dir/c.txt"]);
        check(&[include("a.txt"), exclude("*.txt")], &["b.jpg"]);
        check(&[exclude("dir")], &["a.txt", "b.jpg", "dir/c.txt"]);
        check(&[exclude("/a.txt"), exclude("dir/*")], &["a.txt", "b.jpg"]);
    }

    #[test]
    fn a_folder_can_be_excluded_by_name() {
        let exclude = |pattern: &str| FilterRule::Exclude(pattern.into());
        let include = |pattern: &str| FilterRule::Include(pattern.into());
        let check = |rules: &[FilterRule], nothing_below: bool, excluded: bool| {
            let filter = Filter::new(rules.iter().cloned());
            assert_eq!(filter.keeps_nothing_below("private"), nothing_below, "{rules:?}");
            assert_eq!(filter.keeps_nothing_below("private/"), nothing_below, "{rules:?}");
            assert_eq!(filter.excludes_folder("private/"), excluded, "{rules:?}");
        };
        check(&[], false, false);
        check(&[exclude("*")], true, true);
        check(&[exclude("private/*")], true, true);
        check(&[exclude("private")], false, true);
        check(&[exclude("other/*")], false, false);
        check(&[exclude("*"), include("*.txt")], false, false);
        check(&[exclude("*"), include("private/*")], false, false);
        check(&[exclude("*"), include("other/*")], true, true);
        check(&[include("private/a"), exclude("private/*")], true, true);
        check(&[exclude("private/*"), include("private/a")], false, false);
    }
}
