//! Lenient parser of profile files. It accepts whatever the AWS CLI accepts; a line that cannot be parsed is
//! an error only if its section is used. [`ProfileFiles::parse`] is the strict parser.
//!
//! The AWS CLI uses Python's `configparser`: indentation alone marks continued values, `:` separates like
//! `=`, and text after a heading is ignored. Comments after values and repeated sections follow the AWS SDKs.

use std::borrow::Cow;

use super::profile_file::{
    Heading, Problem, ProfileFile, ProfileFiles, RawProperty, RawSection, SectionKind, read_name,
    section_name, without_comment,
};

impl ProfileFiles {
    /// Parses the content of both files. A missing file is empty.
    pub(super) fn load(config: &[u8], credentials: &[u8]) -> Self {
        let mut files = Self::default();
        // Order matters: later values override earlier ones.
        for (file, content) in [(ProfileFile::Config, config), (ProfileFile::Credentials, credentials)] {
            let Read { sections, stray } = read(content, file);
            files.merge(sections, file);
            if let Some((line, what)) = stray {
                files.problems.push(Problem { section: None, file, line, what });
            }
        }
        files
    }

    /// The first invalid line of the section.
    pub(super) fn problem_of(&self, kind: SectionKind, name: &str) -> Option<&Problem> {
        let is_in_section = |problem: &&Problem| {
            problem.section.as_ref().is_some_and(|section| section.0 == kind && section.1 == name)
        };
        self.problems.iter().find(is_in_section)
    }

    /// The first line outside of all sections.
    pub(super) fn stray_line(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.section.is_none())
    }
}

struct Read<'a> {
    sections: Vec<RawSection<'a>>,
    /// The first line before all headings.
    stray: Option<(usize, &'static str)>,
}

fn read(content: &[u8], file: ProfileFile) -> Read<'_> {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    if content.starts_with(b"\xFF\xFE") || content.starts_with(b"\xFE\xFF") {
        return Read { sections: Vec::new(), stray: Some((1, "the file is UTF-16: save it as UTF-8")) };
    }
    let mut sections: Vec<RawSection<'_>> = Vec::new();
    let mut stray = None;
    // The indentation of the current property. Lines that are indented further continue its value.
    let mut property_indent = None;
    for (number, line) in lines(content) {
        let start = line.trim_ascii_start();
        if start.is_empty() || start.starts_with(b"#") || start.starts_with(b";") {
            continue;
        }
        let decoded = str::from_utf8(line).map_err(|_| "the line is not UTF-8");
        let indent = decoded.map_or(0, |line| line.chars().take_while(|c| c.is_whitespace()).count());
        let continues = property_indent.is_some_and(|property| indent > property);
        if start.starts_with(b"[") && !continues {
            property_indent = None;
            let (heading, problem) = match decoded {
                Ok(line) => read_heading(line.trim(), file),
                // The section name is unknown, so the properties that follow are ignored.
                Err(_) => (None, None),
            };
            sections
                .push(RawSection { problem: problem.map(|what| (number, what)), ..RawSection::new(heading) });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            stray.get_or_insert((number, "the line precedes the first section, such as [default]"));
            continue;
        };
        let outcome = match decoded {
            Err(what) => Err(what),
            Ok(line) => match section.properties.last_mut().filter(|_| continues) {
                Some(property) => property.append(line.trim(), SEPARATORS),
                None => RawProperty::read(line.trim(), SEPARATORS).map(|property| {
                    property_indent = Some(indent);
                    section.properties.push(property);
                }),
            },
        };
        if let Err(what) = outcome {
            section.problem.get_or_insert((number, what));
        }
    }
    Read { sections, stray }
}

const SEPARATORS: &[char] = &['=', ':'];

/// Iterates over the lines with their numbers. A line ends with a line feed, a carriage return or both.
fn lines(content: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut rest = content;
    let mut number = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let (line, after) = rest.split_at_checked(end)?;
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        number += 1;
        Some((number, line))
    })
}

/// Parses a heading. Returns the heading, if it is of interest, and a description of what is wrong with it.
fn read_heading(line: &str, file: ProfileFile) -> (Option<Heading<'_>>, Option<&'static str>) {
    let inside = line.strip_prefix('[').unwrap_or(line);
    let (text, problem) = match inside.get(..end_of_heading(inside)) {
        Some(text) => (text, None),
        None => (without_comment(inside), Some("expected ']' at the end of the section heading")),
    };
    (read_name(text, file, lenient_name), problem)
}

/// Returns the position of the `]` that ends the heading: the first one at the end of a word, because names
/// may contain others, else the last one.
fn end_of_heading(inside: &str) -> usize {
    let ends_word = |at: &usize| {
        let after = inside.get(at + 1..).and_then(|rest| rest.chars().next());
        after.is_none_or(|c| c.is_whitespace() || matches!(c, '#' | ';'))
    };
    let brackets = || inside.match_indices(']').map(|(at, _)| at);
    brackets().find(ends_word).or_else(|| brackets().next_back()).unwrap_or(usize::MAX)
}

/// Parses a name as `aws configure` writes it: verbatim or with shell quoting.
fn lenient_name(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if let Some(name) = section_name(text) {
        return Some(Cow::Borrowed(name));
    }
    if let Some(name) = shell_word(text) {
        return Some(Cow::Owned(name));
    }
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}

/// Removes shell quoting from the text, if it contains quotes and is a single word.
fn shell_word(text: &str) -> Option<String> {
    if !text.contains(['\'', '"']) {
        return None;
    }
    let mut word = String::with_capacity(text.len());
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '\\') => word.push(characters.next()?),
            (Some('"'), '\\') => {
                let next = characters.next()?;
                if !matches!(next, '"' | '\\') {
                    word.push('\\');
                }
                word.push(next);
            }
            (None, c) if c.is_whitespace() => return None,
            (_, c) => word.push(c),
        }
    }
    (quote.is_none() && !word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn config(text: &str) -> ProfileFiles {
        ProfileFiles::load(text.as_bytes(), b"")
    }

    #[test]
    fn names_are_found_as_aws_configure_writes_them() {
        // https://github.com/aws/aws-cli: `aws configure set --profile NAME` writes a name with spaces in
        // shell quotes into the config file, and verbatim into the credentials file.
        for (heading, name) in [
            ("'my prof'", "my prof"),
            ("\"my prof\"", "my prof"),
            ("my prof", "my prof"),
            ("a (b) & c | d, e", "a (b) & c | d, e"),
            ("a(b)&c|d,e", "a(b)&c|d,e"),
            ("'it'\"'\"'s me'", "it's me"),
            ("it's", "it's"),
            ("DOMAIN\\user", "DOMAIN\\user"),
            ("'DOMAIN\\my user'", "DOMAIN\\my user"),
            ("a]b", "a]b"),
            ("a # b", "a # b"),
            ("foo!", "foo!"),
            ("profile", "profile"),
            ("\tgrün ", "grün"),
        ] {
            let files = config(&format!("[profile {heading}]\nregion = r\n"));
            assert_eq!(files.profiles.keys().collect::<Vec<_>>(), [name], "{heading}");
            if !heading.contains(['\'', '"']) || heading == name {
                let text = format!("[{heading}]\naws_access_key_id = AK\n");
                let files = ProfileFiles::load(b"", text.as_bytes());
                assert_eq!(files.profiles.keys().collect::<Vec<_>>(), [name], "{heading}");
            }
        }
        for ignored in ["foo", "profilefoo", "profile ", "plugins", ""] {
            assert!(config(&format!("[{ignored}]\nregion = r\n")).profiles.is_empty(), "{ignored}");
        }
    }

    #[test]
    fn files_that_the_aws_cli_accepts_are_accepted() {
        for (text, region) in [
            ("[default]\n  region = r\n  output = json\n", "r"),
            ("  [default]\n\tregion = r\n", "r"),
            ("[default] # c ]\nregion = r\n", "r"),
            ("[default] text\nregion = r\n", "r"),
            ("[default]x\nregion = r\n", "r"),
            ("[default];x\nregion = r\n", "r"),
            ("[default] see [docs]\nregion = r\n", "r"),
            ("[default]\nregion: r\n", "r"),
            ("[default]\nregion:r=s\n", "r=s"),
            ("[default]\nREGION = r:s\n", "r:s"),
            ("[default]\r\nregion = r\r\n", "r"),
            ("[default]\rregion = r\r", "r"),
            ("\u{feff}[default]\nregion = r", "r"),
            ("[default]\n  output = json\n region = r\n", "r"),
            ("[default]\noutput = json\n  region = no\nregion = r\n", "r"),
            ("[default]\nregion = r\n[profile b]\nbroken\n", "r"),
            ("broken\n[default]\nregion = r\n", "r"),
            ("[plugins]\nbroken\n[default]\nregion = r\n", "r"),
            ("[profile b\nregion = no\n[default]\nregion = r\n", "r"),
        ] {
            let files = config(text);
            let region_read = files.profiles.get("default").and_then(|profile| profile.get("region"));
            assert_eq!(region_read.map(String::as_str), Some(region), "{text:?}");
            assert_eq!(files.problem_of(SectionKind::Profile, "default"), None, "{text:?}");
        }
        let files = config("[default]\n  s3 =\n    addressing_style: path\n    x = y\n  region = r\n");
        let default = &files.profiles["default"];
        assert_eq!(ProfileFiles::nested(default, "s3", "addressing_style"), Some("path"));
        assert_eq!(default["region"], "r");
    }

    #[test]
    fn a_line_that_cannot_be_parsed_fails_its_own_section() {
        for (text, name, line) in [
            ("[default]\nregion\n", "default", 2),
            ("[default]\na = 1\n= value\nregion\n", "default", 3),
            ("[default]\r\n\r\ns3 =\r\n  path\r\n", "default", 4),
            ("[default]\ns3 =\n  = path\n", "default", 3),
            ("[profile a]\n[profile b\nregion = r\n", "b", 2),
            ("[profile 'b c' # ]x\n[profile b # c\n", "b", 2),
            ("[profile a]\nx = 1\n[default]\n[profile a]\noops\n", "a", 5),
        ] {
            let files = config(text);
            let problem = files.problem_of(SectionKind::Profile, name);
            assert_eq!(problem.map(|problem| problem.line), Some(line), "{text:?}");
            assert!(files.profiles.contains_key(name), "{text:?}");
        }
        let files =
            ProfileFiles::load(b"[default]\n# \xFF\n[profile a]\nx = \xFF\n[profile \xFF]\ny = 1\n", b"");
        assert_eq!(files.problem_of(SectionKind::Profile, "default"), None);
        assert_eq!(files.problem_of(SectionKind::Profile, "a").map(|problem| problem.line), Some(4));
        assert!(files.profiles["a"].is_empty());
        assert!(ProfileFiles::load(b"\xFF\xFE[\0d\0", b"").stray_line().is_some());
    }

    #[test]
    fn properties_after_a_broken_heading_belong_to_no_other_section() {
        let files = config("[default]\nregion = r\n[profile b\nregion = s\n");
        assert_eq!(files.profiles["default"]["region"], "r");
    }

    #[test]
    fn errors_of_an_overridden_default_profile_are_ignored() {
        let files = config("[default]\nbroken\n[profile default]\nregion = r\n");
        assert_eq!(files.problem_of(SectionKind::Profile, "default"), None);
    }

    proptest! {
        /// The lenient parser agrees with the strict one on files that the strict one accepts.
        #[test]
        fn lenient_and_strict_parsers_agree(text in "(\\[(default|profile a|services s)\\]\n([a-c]{1,3} ?= ?[a-z#; ]{0,5}\n( [a-c]=[a-z ]{0,4}\n){0,2}){0,4}){0,3}") {
            if let Ok(strict) = ProfileFiles::parse(&text, "") {
                prop_assert_eq!(config(&text), strict);
            }
        }

        #[test]
        fn loading_never_panics(config in "[\\[\\]a-z=:#;'\" \\\\\n\r\t]{0,80}", bytes in any::<Vec<u8>>()) {
            let _ = ProfileFiles::load(config.as_bytes(), &bytes);
        }
    }
}
