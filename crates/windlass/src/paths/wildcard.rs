//! Wildcard patterns. `*` and `?` also match `/`, which S3 treats as an ordinary character.

/// Whether the whole of `name` matches a shell pattern: `*` any characters, `?` one, `[a-z]` one of a set and
/// `[!a-z]` one outside of it. Matching is case-sensitive.
///
/// ```
/// use windlass::paths::matches_glob;
///
/// assert!(matches_glob("logs/*.gz", "logs/2026/07.gz"));
/// assert!(!matches_glob("file[0-9]", "filex"));
/// ```
pub fn matches_glob(pattern: &str, name: &str) -> bool {
    matches(&compile(pattern, true), name)
}

/// The share of names below a folder that a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Below {
    All,
    None,
    /// Depends on the names.
    Some,
}

/// Returns which names with the prefix `folder`, which ends with a slash, match a pattern of
/// [`matches_glob`].
pub(super) fn below(pattern: &str, folder: &str) -> Below {
    let symbols = compile(pattern, true);
    let mut states = vec![false; symbols.len() + 1];
    if let Some(first) = states.first_mut() {
        *first = true;
    }
    pass_stars(&symbols, &mut states);
    for c in folder.chars() {
        let mut next = vec![false; states.len()];
        for (index, symbol) in symbols.iter().enumerate() {
            if !states.get(index).copied().unwrap_or(false) {
                continue;
            }
            let to = if *symbol == Symbol::Many { index } else { index + 1 };
            if let (true, Some(state)) = (*symbol == Symbol::Many || symbol.takes(c), next.get_mut(to)) {
                *state = true;
            }
        }
        pass_stars(&symbols, &mut next);
        states = next;
    }
    // The final state matches only the folder itself.
    let mut left =
        symbols.iter().enumerate().filter(|(index, _)| states.get(*index).copied().unwrap_or(false));
    match left.next() {
        None => Below::None,
        Some((first, _)) => {
            let open = std::iter::once(first).chain(left.map(|(index, _)| index));
            let takes_all = |index: usize| {
                symbols.get(index..).is_some_and(|rest| rest.iter().all(|symbol| *symbol == Symbol::Many))
            };
            if open.into_iter().any(takes_all) { Below::All } else { Below::Some }
        }
    }
}

/// A star also matches the empty string.
fn pass_stars(symbols: &[Symbol], states: &mut [bool]) {
    for (index, symbol) in symbols.iter().enumerate() {
        let reached = states.get(index).copied().unwrap_or(false);
        if let (true, Symbol::Many, Some(next)) = (reached, symbol, states.get_mut(index + 1)) {
            *next = true;
        }
    }
}

/// A key with the wildcards `*` and `?`, for listing the keys that it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPattern {
    pattern: String,
    symbols: Vec<Symbol>,
    prefix: usize,
}

impl KeyPattern {
    /// Creates a pattern. Without wildcards it matches all keys with this prefix.
    pub fn new(pattern: impl Into<String>) -> Self {
        let pattern = pattern.into();
        let prefix = pattern.find(WILDCARDS).unwrap_or(pattern.len());
        Self { symbols: compile(&pattern, false), pattern, prefix }
    }

    /// Whether a key contains wildcards.
    pub fn is_pattern(key: &str) -> bool {
        key.contains(WILDCARDS)
    }

    /// Returns the common prefix of all matching keys: the text before the first wildcard.
    pub fn list_prefix(&self) -> &str {
        self.pattern.get(..self.prefix).unwrap_or_default()
    }

    /// Returns the part of a matching key after the last slash before the first wildcard. A pattern without
    /// wildcards covers only one folder: for a key in a subfolder, the name of the subfolder is returned.
    /// `None` for a key that does not match.
    pub fn relative<'k>(&self, key: &'k str) -> Option<&'k str> {
        let folder = self.list_prefix().rfind('/').map_or(0, |slash| slash + 1);
        if self.prefix < self.pattern.len() {
            return if matches(&self.symbols, key) { key.get(folder..) } else { None };
        }
        let below = key.starts_with(&self.pattern).then(|| key.get(folder..)).flatten()?;
        let end = below.find('/').map_or(below.len(), |slash| slash + 1);
        below.get(..end)
    }
}

const WILDCARDS: [char; 2] = ['*', '?'];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Symbol {
    Any,
    Many,
    One(char),
    Set { ranges: Vec<(char, char)>, negated: bool },
}

impl Symbol {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Many => false,
            Self::One(wanted) => *wanted == c,
            Self::Set { ranges, negated } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

fn compile(pattern: &str, sets: bool) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        symbols.push(match c {
            '*' => Symbol::Many,
            '?' => Symbol::Any,
            '[' if sets => match compile_set(rest.as_str()) {
                Some((set, behind)) => {
                    rest = behind.chars();
                    set
                }
                None => Symbol::One('['),
            },
            c => Symbol::One(c),
        });
    }
    symbols
}

/// Parses a set up to its closing bracket, which is a member if it comes first. `None` if it is not closed.
fn compile_set(text: &str) -> Option<(Symbol, &str)> {
    let (negated, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
    let first = text.chars().next()?.len_utf8();
    let end = first + text.get(first..)?.find(']')?;
    let members: Vec<char> = text.get(..end)?.chars().collect();
    let mut ranges = Vec::new();
    let mut members = members.as_slice();
    loop {
        match members {
            [low, '-', high, rest @ ..] => {
                ranges.push((*low, *high));
                members = rest;
            }
            [one, rest @ ..] => {
                ranges.push((*one, *one));
                members = rest;
            }
            [] => break,
        }
    }
    Some((Symbol::Set { ranges, negated }, text.get(end + 1..)?))
}

/// Matches in one pass that backtracks only to the last `*`, so the time is bounded by the product of the
/// lengths.
fn matches(pattern: &[Symbol], name: &str) -> bool {
    let (mut symbols, mut rest) = (pattern, name);
    let mut retry: Option<(&[Symbol], &str)> = None;
    loop {
        if let [Symbol::Many, behind @ ..] = symbols {
            retry = Some((behind, rest));
            symbols = behind;
            continue;
        }
        let mut characters = rest.chars();
        match (symbols, characters.next()) {
            ([], None) => return true,
            ([symbol, behind @ ..], Some(c)) if symbol.takes(c) => {
                symbols = behind;
                rest = characters.as_str();
                continue;
            }
            _ => {}
        }
        let Some((behind, from)) = retry else { return false };
        let mut skipped = from.chars();
        if skipped.next().is_none() {
            return false;
        }
        rest = skipped.as_str();
        symbols = behind;
        retry = Some((behind, rest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_patterns_match_as_documented() {
        let check = |pattern: &str, name: &str, expected: bool| {
            assert_eq!(matches_glob(pattern, name), expected, "{pattern} {name}");
        };
        check("*", "", true);
        check("*.txt", "a/b.txt", true);
        check("a*b*c", "aXbXbXc", true);
        check("a*b*c", "aXbXbX", false);
        check("file?", "file10", false);
        check("file?", "fileé", true);
        check("[b].txt", "[b].txt", false);
        check("[b].txt", "b.txt", true);
        check("[!a-c]", "d", true);
        check("[!a-c]", "b", false);
        check("[]]", "]", true);
        check("[a", "[a", true);
        check("A", "a", false);
    }

    #[test]
    fn a_pattern_is_evaluated_for_a_folder() {
        let check = |pattern: &str, folder: &str, expected| {
            assert_eq!(below(pattern, folder), expected, "{pattern} {folder}");
        };
        check("*", "a/", Below::All);
        check("a/*", "a/", Below::All);
        check("a*", "a/", Below::All);
        check("?/**", "a/", Below::All);
        check("[a-c]/*", "b/", Below::All);
        check("a/*", "b/", Below::None);
        check("a", "a/", Below::None);
        check("a/", "a/", Below::None);
        check("a/?", "a/", Below::Some);
        check("*.txt", "a/", Below::Some);
        check("a/b/*", "a/", Below::Some);
        check("", "a/", Below::None);
    }

    #[test]
    fn a_hostile_pattern_is_matched_in_bounded_time() {
        assert!(!matches_glob(&"*a".repeat(500), &"a".repeat(499)));
    }

    #[test]
    fn keys_are_relative_to_the_folder_of_the_pattern() {
        let check = |pattern: &str, key: &str, expected: Option<&str>| {
            assert_eq!(KeyPattern::new(pattern).relative(key), expected, "{pattern} {key}");
        };
        check("key", "key", Some("key"));
        check("key", "another", None);
        check("key/", "key/a/", Some("a/"));
        check("key/", "key/test.pdf/aaa", Some("test.pdf/"));
        check("key/?/b", "key/a/b", Some("a/b"));
        check("key/*/c/*.tsv", "key/a/b/c/f.tsv", Some("a/b/c/f.tsv"));
        check("*.tsv", "a.csv", None);
        check("[a]*", "[a]b", Some("[a]b"));
        assert_eq!(KeyPattern::new("key/a/?/test/*").list_prefix(), "key/a/");
    }
}
