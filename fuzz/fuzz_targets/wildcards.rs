//! Wildcard patterns: those without sets are compared with a simple matcher. The first line is the pattern,
//! the second an earlier rule, and the rest is the name.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::paths::{Filter, FilterRule, KeyPattern, matches_glob};
use windlass_fuzz::first_line;

fuzz_target!(|input: &str| {
    let (pattern, rest) = first_line(input);
    let (earlier, name) = first_line(rest);
    let matched = matches_glob(pattern, name);
    let small = pattern.len() <= 200 && name.len() <= 500;
    if small && !pattern.contains('[') {
        assert_eq!(matched, plainly(pattern, name));
    }
    // The last matching rule decides.
    let filter =
        Filter::new([FilterRule::Include(earlier.to_owned()), FilterRule::Exclude(pattern.to_owned())]);
    assert_eq!(filter.keeps(name), !matched);
    let filter =
        Filter::new([FilterRule::Exclude(pattern.to_owned()), FilterRule::Include(earlier.to_owned())]);
    assert_eq!(filter.keeps(name), !matched || matches_glob(earlier, name));

    let key_pattern = KeyPattern::new(pattern);
    let relative = key_pattern.relative(name);
    if let Some(relative) = relative {
        assert!(name.starts_with(key_pattern.list_prefix()) && name.contains(relative));
    }
    if small && KeyPattern::is_pattern(pattern) {
        assert_eq!(relative.is_some(), plainly(pattern, name));
    }
});

/// Row by row: the prefixes of the name that the symbols so far match.
fn plainly(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut row = vec![false; name.len() + 1];
    row[0] = true;
    for symbol in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            next[at] = match symbol {
                '*' => row[at] || at > 0 && next[at - 1],
                '?' => at > 0 && row[at - 1],
                literal => at > 0 && row[at - 1] && name[at - 1] == literal,
            };
        }
        row = next;
    }
    row[name.len()]
}
