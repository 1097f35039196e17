//! `--exclude` and `--include`: rules in order, of which the last that matches decides.

use super::matches_glob;

/// One rule: a pattern as [`matches_glob`] takes it, for names relative to the source.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterRule {
    /// Leaves matching names out.
    Exclude(String),
    /// Takes matching names.
    Include(String),
}

/// Rules in the order in which they were given. Without a matching rule a name is kept.
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
    /// A filter of these rules.
    pub fn new(rules: impl IntoIterator<Item = FilterRule>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a name, relative to the source and with slashes, is kept.
    pub fn keeps(&self, name: &str) -> bool {
        let verdict = self.rules.iter().rev().find_map(|rule| match rule {
            FilterRule::Exclude(pattern) => matches_glob(pattern, name).then_some(false),
            FilterRule::Include(pattern) => matches_glob(pattern, name).then_some(true),
        });
        verdict.unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_that_matches_wins() {
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
}
