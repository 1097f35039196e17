//! Parser of AWS `config` and `credentials` files: sections, properties, continued values, nested blocks,
//! comments. It does no I/O and does not interpret properties.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use crate::{Error, ErrorKind, Result};

/// The properties of one section, keyed by lower-case name. The value of a nested block is its lines, each
/// preceded by a line feed.
pub type Properties = BTreeMap<String, String>;

/// The merged content of both files. The credentials file overrides the config file. `Debug` shows only
/// names, because values may be secrets, and values are wiped from memory on drop.
///
/// ```
/// use windlass::config::ProfileFiles;
///
/// let files = ProfileFiles::parse("[profile dev]\nregion = eu-west-1\n", "[dev]\naws_access_key_id = AK\n")?;
/// assert_eq!(files.profiles["dev"]["region"], "eu-west-1");
/// assert_eq!(files.profiles["dev"]["aws_access_key_id"], "AK");
/// # Ok::<(), windlass::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileFiles {
    /// The profiles.
    pub profiles: BTreeMap<String, Properties>,
    /// The `[services x]` sections.
    pub services: BTreeMap<String, Properties>,
    /// The `[sso-session x]` sections.
    pub sso_sessions: BTreeMap<String, Properties>,
    /// The first line of each section that the lenient parser could not parse.
    pub(super) problems: Vec<Problem>,
}

/// A line that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The section that contains the line. `None` before the first heading.
    pub(super) section: Option<(SectionKind, String)>,
    pub(super) file: ProfileFile,
    pub(super) line: usize,
    pub(super) what: &'static str,
}

/// One of the two files, which differ in their headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProfileFile {
    Config,
    Credentials,
}

impl ProfileFiles {
    /// Parses the text of both files strictly. A missing file is empty. A byte order mark and sections and
    /// properties with invalid names are skipped. A client parses its profile more leniently, as the AWS CLI
    /// does.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSetting`] for a syntax error; the message names the file and the line.
    pub fn parse(config: &str, credentials: &str) -> Result<Self> {
        let mut files = Self::default();
        // Order matters: later values override earlier ones.
        for (file, text) in [(ProfileFile::Config, config), (ProfileFile::Credentials, credentials)] {
            let sections = read_sections(text, file).map_err(|(line, what)| {
                Error::new(ErrorKind::InvalidSetting, format!("{file}, line {line}: {what}"))
            })?;
            files.merge(sections, file);
        }
        Ok(files)
    }

    /// Returns the value of `name` in the nested block `block`. The last value of a repeated name wins.
    pub fn nested<'a>(properties: &'a Properties, block: &str, name: &str) -> Option<&'a str> {
        let lines = properties.get(block)?.strip_prefix('\n')?.lines();
        let pairs = lines.rev().filter_map(|line| without_comment(line).split_once(['=', ':']));
        pairs
            .map(|(key, value)| (key.trim(), value.trim()))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(super) fn merge(&mut self, sections: Vec<RawSection<'_>>, file: ProfileFile) {
        let is_default = |section: &RawSection<'_>, prefix: bool| {
            matches!(&section.heading, Some(Heading { kind: SectionKind::Profile, name, prefixed })
                if name == "default" && *prefixed == prefix)
        };
        let prefixed_default = sections.iter().any(|section| is_default(section, true));
        for section in sections {
            // `[profile default]` overrides `[default]` of the same file.
            if prefixed_default && is_default(&section, false) {
                continue;
            }
            let Some(Heading { kind, name, .. }) = section.heading else { continue };
            let sections = match kind {
                SectionKind::Profile => &mut self.profiles,
                SectionKind::Services => &mut self.services,
                SectionKind::SsoSession => &mut self.sso_sessions,
            };
            let properties = sections.entry(name.clone().into_owned()).or_default();
            for mut property in section.properties {
                if property.name.chars().all(is_name_character) {
                    let value = std::mem::take(&mut *property.value);
                    if let Some(mut replaced) = properties.insert(property.name.to_ascii_lowercase(), value) {
                        replaced.zeroize();
                    }
                }
            }
            if let Some((line, what)) = section.problem {
                self.problems.push(Problem { section: Some((kind, name.into_owned())), file, line, what });
            }
        }
    }

    fn wipe(&mut self) {
        for sections in [&mut self.profiles, &mut self.services, &mut self.sso_sessions] {
            for value in sections.values_mut().flat_map(BTreeMap::values_mut) {
                value.zeroize();
            }
        }
    }
}

impl Drop for ProfileFiles {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for ProfileFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileFiles")
            .field("profiles", &self.profiles.keys())
            .field("services", &self.services.keys())
            .field("sso_sessions", &self.sso_sessions.keys())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ProfileFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Config => "the AWS config file",
            Self::Credentials => "the AWS credentials file",
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.what)
    }
}

/// A section of a file before merging.
pub(super) struct RawSection<'a> {
    /// `None` for sections that windlass does not use.
    pub(super) heading: Option<Heading<'a>>,
    pub(super) properties: Vec<RawProperty<'a>>,
    /// The number of the first line that cannot be parsed, with a description of the error.
    pub(super) problem: Option<(usize, &'static str)>,
}

pub(super) struct RawProperty<'a> {
    name: &'a str,
    value: Zeroizing<String>,
    /// Whether the value is empty on its first line, so that the lines that follow are nested properties.
    nested: bool,
}

/// A valid heading.
pub(super) struct Heading<'a> {
    pub(super) kind: SectionKind,
    pub(super) name: Cow<'a, str>,
    /// Whether the name follows the word `profile`.
    pub(super) prefixed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectionKind {
    Profile,
    Services,
    SsoSession,
}

/// Parses the sections. An error is the number of a line and a description.
fn read_sections(text: &str, file: ProfileFile) -> Result<Vec<RawSection<'_>>, (usize, &'static str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut sections: Vec<RawSection<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let read = if let Some(rest) = line.strip_prefix('[') {
            read_heading(rest).map(|text| sections.push(RawSection::new(heading(text, file))))
        } else {
            match sections.last_mut() {
                None => Err("expected a section such as [default]"),
                Some(section) if line.starts_with(char::is_whitespace) => continue_property(section, trimmed),
                Some(section) => read_property(line).map(|property| section.properties.push(property)),
            }
        };
        read.map_err(|what| (index + 1, what))?;
    }
    Ok(sections)
}

fn read_heading(rest: &str) -> Result<&str, &'static str> {
    let unclosed = "expected ']' at the end of the section heading";
    let (heading, after) = rest.split_once(']').ok_or(unclosed)?;
    let after = after.trim_start();
    if after.is_empty() || after.starts_with(['#', ';']) { Ok(heading) } else { Err(unclosed) }
}

fn read_property(line: &str) -> Result<RawProperty<'_>, &'static str> {
    RawProperty::read(line, &['='])
}

fn continue_property(section: &mut RawSection<'_>, line: &str) -> Result<(), &'static str> {
    let expected = "expected a property, found a continuation line: remove its indentation";
    section.properties.last_mut().ok_or(expected)?.append(line, &['='])
}

impl<'a> RawSection<'a> {
    pub(super) fn new(heading: Option<Heading<'a>>) -> Self {
        Self { heading, properties: Vec::new(), problem: None }
    }
}

impl<'a> RawProperty<'a> {
    /// Parses `name = value` with one of these separators.
    pub(super) fn read(line: &'a str, separators: &[char]) -> Result<Self, &'static str> {
        let expected = "expected a property such as region = eu-west-1";
        let (name, value) = without_comment(line).split_once(separators).ok_or(expected)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return Err("expected a property name before '='");
        }
        Ok(Self { name, value: Zeroizing::new(value.to_owned()), nested: value.is_empty() })
    }

    /// Appends a continuation line to the value.
    pub(super) fn append(&mut self, line: &str, separators: &[char]) -> Result<(), &'static str> {
        if self.nested {
            let (name, _) = line
                .split_once(separators)
                .ok_or("expected a nested property such as addressing_style = path")?;
            if name.trim().is_empty() {
                return Err("expected a nested property name before '='");
            }
        }
        // A reallocation would leave a copy of the secret in memory that is not wiped.
        let mut longer = Zeroizing::new(String::with_capacity(self.value.len() + 1 + line.len()));
        for text in [self.value.as_str(), "\n", line] {
            longer.push_str(text);
        }
        self.value = longer;
        Ok(())
    }
}

/// Removes a comment, which starts at a `#` or `;` after white space.
pub(super) fn without_comment(line: &str) -> &str {
    let mut after_space = false;
    let start = line.find(|character: char| {
        let starts_comment = after_space && matches!(character, '#' | ';');
        after_space = character.is_whitespace();
        starts_comment
    });
    start.and_then(|start| line.get(..start)).unwrap_or(line)
}

fn heading(text: &str, file: ProfileFile) -> Option<Heading<'_>> {
    read_name(text, file, |name| section_name(name).map(Cow::Borrowed))
}

/// Parses the text between the brackets. `name` parses the name.
pub(super) fn read_name<'a>(
    text: &'a str,
    file: ProfileFile,
    name: impl Fn(&'a str) -> Option<Cow<'a, str>>,
) -> Option<Heading<'a>> {
    let text = text.trim();
    if file == ProfileFile::Credentials || text == "default" {
        return Some(Heading { kind: SectionKind::Profile, name: name(text)?, prefixed: false });
    }
    let (kind, rest) = text.split_once(char::is_whitespace)?;
    let kind = match kind {
        "profile" => SectionKind::Profile,
        "services" => SectionKind::Services,
        "sso-session" => SectionKind::SsoSession,
        _ => return None,
    };
    Some(Heading { kind, name: name(rest)?, prefixed: kind == SectionKind::Profile })
}

/// Parses a name. A name with spaces must be quoted.
pub(super) fn section_name(text: &str) -> Option<&str> {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            let name = rest.strip_suffix(quote)?;
            return (!name.is_empty() && !name.contains(['"', '\''])).then_some(name);
        }
    }
    (!text.is_empty() && text.chars().all(is_name_character)).then_some(text)
}

fn is_name_character(character: char) -> bool {
    character.is_alphanumeric() || "-/.%@_:+".contains(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn config(text: &str) -> ProfileFiles {
        ProfileFiles::parse(text, "").unwrap()
    }

    #[test]
    fn comments_blocks_and_continued_lines() {
        let files = config(
            "\u{feff}# top\n[profile foo] ; c\r\nName = value ; c\nhash = a#b;c\nlong = one\n two # kept\n\n\
             in valid = x\n swallowed\ns3 =\n  addressing_style = path ; c\n \t\n  # c\n  x = y\n",
        );
        let foo = &files.profiles["foo"];
        assert_eq!(foo.keys().collect::<Vec<_>>(), ["hash", "long", "name", "s3"]);
        assert_eq!(foo["name"], "value");
        assert_eq!(foo["hash"], "a#b;c");
        assert_eq!(foo["long"], "one\ntwo # kept");
        assert_eq!(foo["s3"], "\naddressing_style = path ; c\nx = y");
        assert_eq!(ProfileFiles::nested(foo, "s3", "addressing_style"), Some("path"));
        assert_eq!(ProfileFiles::nested(foo, "s3", "y"), None);
        assert_eq!(ProfileFiles::nested(foo, "name", "value"), None);
    }

    #[test]
    fn headings() {
        let check = |heading: &str, profile: Option<&str>| {
            let files = config(&format!("[{heading}]\nregion = r\n"));
            assert_eq!(files.profiles.keys().next().map(String::as_str), profile, "{heading}");
        };
        check("default", Some("default"));
        check("profile foo", Some("foo"));
        check(" profile \tfoo \t", Some("foo"));
        check("profile a-1:/%.@+_", Some("a-1:/%.@+_"));
        check("profile \"my profile\"", Some("my profile"));
        check("profile 'my profile'", Some("my profile"));
        for ignored in [
            "foo",
            "profilefoo",
            "profile in valid",
            "profile foo!",
            "profile \"a\" \"b\"",
            "profile \"a",
            "profile ",
            "sso-sesion a",
            "",
        ] {
            check(ignored, None);
        }
    }

    #[test]
    fn the_credentials_file_has_no_prefixes_and_takes_precedence() {
        let config = "[profile bar]\na = 1\nb = 1\n[sso-session s]\nx = 1\n[services v]\n";
        let files = ProfileFiles::parse(config, "[ bar ]\nb = 2\n[profile baz]\n[sso-sessionfoo]\n").unwrap();
        assert_eq!(files.profiles.keys().collect::<Vec<_>>(), ["bar", "sso-sessionfoo"]);
        assert_eq!(files.profiles["bar"]["b"], "2");
        assert_eq!(files.sso_sessions["s"]["x"], "1");
        assert!(files.services["v"].is_empty());
    }

    #[test]
    fn sections_of_one_name_are_merged_and_the_last_value_wins() {
        let files = config("[profile foo]\na = 1\nB = 1\n[profile bar]\n[profile foo]\nb = 2\n");
        assert_eq!(
            files.profiles["foo"],
            Properties::from([("a".into(), "1".into()), ("b".into(), "2".into())])
        );
    }

    #[test]
    fn a_prefixed_default_profile_overrides_the_other() {
        for text in
            ["[profile default]\na = 1\n[default]\nb = 2", "[default]\nb = 2\n[profile default]\na = 1"]
        {
            let files = ProfileFiles::parse(text, "[default]\nc = 3").unwrap();
            assert_eq!(files.profiles["default"].keys().collect::<Vec<_>>(), ["a", "c"], "{text}");
        }
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        for (text, why) in [
            ("name = value", "config file, line 1: expected a section"),
            (" -continued", "expected a section"),
            ("[profile foo", "line 1: expected ']'"),
            ("[profile foo] x", "expected ']'"),
            ("[profile foo]\nkey : value", "line 2: expected a property"),
            ("[profile foo]\n= value", "expected a property name"),
            ("[profile foo]\n -continued", "found a continuation line"),
            ("[profile foo]\na = 1\n[profile foo]\n -continued", "found a continuation line"),
            ("[profile foo]\ns3 =\n invalid", "expected a nested property"),
            ("[profile foo]\ns3 =\n = value", "expected a nested property name"),
        ] {
            let error = ProfileFiles::parse(text, "").unwrap_err();
            assert!(error.message().contains(why), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_values() {
        let files = config("[default]\naws_secret_access_key = hush\n");
        assert!(!format!("{files:?}").contains("hush"));
    }

    #[test]
    fn values_can_be_wiped() {
        let mut files =
            config("[default]\naws_secret_access_key = hush\ns3 =\n  a = b\n[services x]\nc = d\n");
        files.wipe();
        let sections = files.profiles.values().chain(files.services.values());
        assert!(sections.flat_map(BTreeMap::values).all(String::is_empty));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(config in "[\\[\\]a-z=#; \\n\\t]{0,80}", credentials in any::<String>()) {
            let _ = ProfileFiles::parse(&config, &credentials);
        }
    }
}
