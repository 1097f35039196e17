//! The dialect of AWS's `config` and `credentials` files: sections, properties, continued values, nested
//! blocks, comments. Pure: text in, data out. What a property means is not known here.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use zeroize::{Zeroize as _, Zeroizing};

use crate::{Error, ErrorKind, Result};

/// The properties of one section, by name in lower case. The text of a nested block is its lines as they are,
/// each after a line feed.
pub type Properties = BTreeMap<String, String>;

/// What both files hold, merged: of a property in both, that of the credentials file counts. `Debug` shows
/// names only, since values may be secrets, and the values are wiped from memory on drop.
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
    /// The sections `[services x]`.
    pub services: BTreeMap<String, Properties>,
    /// The sections `[sso-session x]`.
    pub sso_sessions: BTreeMap<String, Properties>,
    /// The lines that could not be parsed, where the files were read leniently: the first of each section.
    pub(super) problems: Vec<Problem>,
}

/// A line that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The section that contains the line; None before the first heading.
    pub(super) section: Option<(SectionKind, String)>,
    pub(super) file: ProfileFile,
    pub(super) line: usize,
    pub(super) what: &'static str,
}

/// The two files have different headings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProfileFile {
    Config,
    Credentials,
}

impl ProfileFiles {
    /// Reads the texts of both files; an absent file is empty. A byte order mark is skipped, and so are sections
    /// and properties whose names are not valid. This is the strict reading, which judges a whole file; a client
    /// loads its profile more leniently, as the AWS CLI does.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSetting`] if a file breaks the syntax; the message names the file and the line.
    pub fn parse(config: &str, credentials: &str) -> Result<Self> {
        let mut files = Self::default();
        // In this order, since what comes later wins.
        for (file, text) in [(ProfileFile::Config, config), (ProfileFile::Credentials, credentials)] {
            let sections = read_sections(text, file).map_err(|(line, what)| {
                Error::new(ErrorKind::InvalidSetting, format!("{file}, line {line}: {what}"))
            })?;
            files.merge(sections, file);
        }
        Ok(files)
    }

    /// The value of `name` in the nested block `block`; of a repeated name the last counts.
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
            // `[profile default]` puts `[default]` of the same file out of force.
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

/// A section as it stands in a file.
pub(super) struct RawSection<'a> {
    /// None where the section is of no interest.
    pub(super) heading: Option<Heading<'a>>,
    pub(super) properties: Vec<RawProperty<'a>>,
    /// The number of the first line that cannot be parsed, and what is wrong with it.
    pub(super) problem: Option<(usize, &'static str)>,
}

pub(super) struct RawProperty<'a> {
    name: &'a str,
    value: Zeroizing<String>,
    /// The value began empty: the lines that follow are properties of their own.
    nested: bool,
}

/// What a valid heading announces.
pub(super) struct Heading<'a> {
    pub(super) kind: SectionKind,
    pub(super) name: Cow<'a, str>,
    /// With the word `profile` before the name.
    pub(super) prefixed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectionKind {
    Profile,
    Services,
    SsoSession,
}

/// The sections, or the number of a line and what is wrong with it.
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
                None => Err("expected a profile such as [default]"),
                Some(section) if line.starts_with(char::is_whitespace) => continue_property(section, trimmed),
                Some(section) => read_property(line).map(|property| section.properties.push(property)),
            }
        };
        read.map_err(|what| (index + 1, what))?;
    }
    Ok(sections)
}

fn read_heading(rest: &str) -> Result<&str, &'static str> {
    let unclosed = "a profile definition ends with ']'";
    let (heading, after) = rest.split_once(']').ok_or(unclosed)?;
    let after = after.trim_start();
    if after.is_empty() || after.starts_with(['#', ';']) { Ok(heading) } else { Err(unclosed) }
}

fn read_property(line: &str) -> Result<RawProperty<'_>, &'static str> {
    RawProperty::read(line, &['='])
}

fn continue_property(section: &mut RawSection<'_>, line: &str) -> Result<(), &'static str> {
    let expected = "expected a property, found a continued line: do not indent it";
    section.properties.last_mut().ok_or(expected)?.append(line, &['='])
}

impl<'a> RawSection<'a> {
    pub(super) fn new(heading: Option<Heading<'a>>) -> Self {
        Self { heading, properties: Vec::new(), problem: None }
    }
}

impl<'a> RawProperty<'a> {
    /// Reads `name = value`, with one of these characters between the two.
    pub(super) fn read(line: &'a str, separators: &[char]) -> Result<Self, &'static str> {
        let expected = "expected a property such as region = eu-west-1";
        let (name, value) = without_comment(line).split_once(separators).ok_or(expected)?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return Err("a property has no name before its '='");
        }
        Ok(Self { name, value: Zeroizing::new(value.to_owned()), nested: value.is_empty() })
    }

    /// Adds a line that continues the value.
    pub(super) fn append(&mut self, line: &str, separators: &[char]) -> Result<(), &'static str> {
        if self.nested {
            let (name, _) = line
                .split_once(separators)
                .ok_or("expected a nested property such as addressing_style = path")?;
            if name.trim().is_empty() {
                return Err("a nested property has no name before its '='");
            }
        }
        // Growing in place would leave the old text behind in memory.
        let mut longer = Zeroizing::new(String::with_capacity(self.value.len() + 1 + line.len()));
        for piece in [self.value.as_str(), "\n", line] {
            longer.push_str(piece);
        }
        self.value = longer;
        Ok(())
    }
}

/// A comment begins at a `#` or `;` that follows white space.
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

/// What the text between the brackets announces, with the name as `name` reads it.
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

/// A name, which may stand in quotes; only then may it hold spaces.
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
    fn the_credentials_file_has_no_prefixes_and_goes_first() {
        let config = "[profile bar]\na = 1\nb = 1\n[sso-session s]\nx = 1\n[services v]\n";
        let files = ProfileFiles::parse(config, "[ bar ]\nb = 2\n[profile baz]\n[sso-sessionfoo]\n").unwrap();
        assert_eq!(files.profiles.keys().collect::<Vec<_>>(), ["bar", "sso-sessionfoo"]);
        assert_eq!(files.profiles["bar"]["b"], "2");
        assert_eq!(files.sso_sessions["s"]["x"], "1");
        assert!(files.services["v"].is_empty());
    }

    #[test]
    fn sections_with_one_name_are_merged_and_the_last_property_counts() {
        let files = config("[profile foo]\na = 1\nB = 1\n[profile bar]\n[profile foo]\nb = 2\n");
        assert_eq!(
            files.profiles["foo"],
            Properties::from([("a".into(), "1".into()), ("b".into(), "2".into())])
        );
    }

    #[test]
    fn the_prefixed_default_profile_silences_the_other() {
        for text in
            ["[profile default]\na = 1\n[default]\nb = 2", "[default]\nb = 2\n[profile default]\na = 1"]
        {
            let files = ProfileFiles::parse(text, "[default]\nc = 3").unwrap();
            assert_eq!(files.profiles["default"].keys().collect::<Vec<_>>(), ["a", "c"], "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        for (text, why) in [
            ("name = value", "config file, line 1: expected a profile"),
            (" -continued", "expected a profile"),
            ("[profile foo", "line 1: a profile definition ends with"),
            ("[profile foo] x", "a profile definition ends with"),
            ("[profile foo]\nkey : value", "line 2: expected a property"),
            ("[profile foo]\n= value", "no name"),
            ("[profile foo]\n -continued", "found a continued line"),
            ("[profile foo]\na = 1\n[profile foo]\n -continued", "found a continued line"),
            ("[profile foo]\ns3 =\n invalid", "expected a nested property"),
            ("[profile foo]\ns3 =\n = value", "nested property has no name"),
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
        fn reading_never_panics(config in "[\\[\\]a-z=#; \\n\\t]{0,80}", credentials in any::<String>()) {
            let _ = ProfileFiles::parse(&config, &credentials);
        }
    }
}
