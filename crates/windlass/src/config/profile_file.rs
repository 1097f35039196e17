//! The dialect of `~/.aws/config` and `~/.aws/credentials`.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>

use std::collections::BTreeMap;

use crate::{Error, ErrorKind, Result};

/// The properties of a section, names in lower case. A nested block is one property whose text has a line for
/// each of its entries, after an empty first line.
pub type Properties = BTreeMap<String, String>;

/// Both files, read together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProfileFiles {
    /// The profiles; what the credentials file says goes before what the config file says.
    pub profiles: BTreeMap<String, Properties>,
    /// The sections `[services x]`.
    pub services: BTreeMap<String, Properties>,
    /// The sections `[sso-session x]`.
    pub sso_sessions: BTreeMap<String, Properties>,
}

/// The two files have different headings.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Config,
    Credentials,
}

/// What a heading opens.
#[derive(Clone)]
enum Section {
    Profile { name: String, prefixed: bool },
    Services(String),
    SsoSession(String),
    Ignored,
}

impl ProfileFiles {
    /// Reads the texts of both files.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidSetting`] with the line that cannot be read.
    pub fn parse(config: &str, credentials: &str) -> Result<Self> {
        let mut files = Self::default();
        // `[profile default]` silences `[default]`, wherever the two stand.
        let mut plain_default = None;
        for (dialect, text) in [(Dialect::Config, config), (Dialect::Credentials, credentials)] {
            let name = if dialect == Dialect::Config { "config" } else { "credentials" };
            files.read(dialect, text, &mut plain_default).map_err(|(line, why)| {
                let message = format!("the AWS {name} file cannot be read at line {line}: {why}");
                Error::new(ErrorKind::InvalidSetting, message)
            })?;
            if let Some(properties) = plain_default.take() {
                files.profiles.entry("default".to_owned()).or_insert(properties);
            }
        }
        Ok(files)
    }

    /// An entry of a nested block such as `s3 =`.
    pub fn nested<'a>(properties: &'a Properties, block: &str, name: &str) -> Option<&'a str> {
        let entries = properties.get(block)?.lines().filter_map(|line| line.split_once('='));
        let mut named = entries.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name));
        named.next_back().map(|(_, value)| value.trim())
    }

    fn read(
        &mut self,
        dialect: Dialect,
        text: &str,
        plain_default: &mut Option<Properties>,
    ) -> std::result::Result<(), (usize, &'static str)> {
        let mut section: Option<Section> = None;
        let mut property: Option<String> = None;
        for (number, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            let failed = |why| (number + 1, why);
            let trimmed = line.trim();
            if trimmed.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if trimmed.starts_with('[') {
                section = Some(heading(dialect, trimmed).map_err(failed)?);
                property = None;
                // The section is there even if it stays empty.
                self.properties(section.as_ref(), dialect, plain_default);
                continue;
            }
            let Some(open) = &section else { return Err(failed("a profile definition is expected")) };
            let ignored = matches!(open, Section::Ignored);
            let properties = self.properties(section.as_ref(), dialect, plain_default);
            if line.starts_with([' ', '\t']) {
                let Some(name) = &property else {
                    return Err(failed("a property definition is expected before a continued line"));
                };
                if let Some(value) = properties.and_then(|properties| properties.get_mut(name)) {
                    // An empty value opens a block, whose lines are entries.
                    if value.is_empty() || value.starts_with('\n') {
                        match trimmed.split_once('=') {
                            None => return Err(failed("an '=' is expected in the entry of a block")),
                            Some((key, _)) if key.trim().is_empty() => {
                                return Err(failed("the entry of a block has no name"));
                            }
                            Some(_) => {}
                        }
                    }
                    value.push('\n');
                    value.push_str(trimmed);
                }
                continue;
            }
            let Some((name, value)) = line.split_once('=') else {
                return Err(failed("an '=' that defines a property is expected"));
            };
            let name = name.trim().to_ascii_lowercase();
            if name.is_empty() {
                return Err(failed("the property has no name"));
            }
            if let Some(properties) = properties.filter(|_| is_name(&name) && !ignored) {
                properties.insert(name.clone(), without_comment(value).to_owned());
            }
            property = Some(name);
        }
        Ok(())
    }

    fn properties<'a>(
        &'a mut self,
        section: Option<&Section>,
        dialect: Dialect,
        plain_default: &'a mut Option<Properties>,
    ) -> Option<&'a mut Properties> {
        match section? {
            Section::Profile { name, prefixed: false } if dialect == Dialect::Config && name == "default" => {
                Some(plain_default.get_or_insert_default())
            }
            Section::Profile { name, .. } => Some(self.profiles.entry(name.clone()).or_default()),
            Section::Services(name) => Some(self.services.entry(name.clone()).or_default()),
            Section::SsoSession(name) => Some(self.sso_sessions.entry(name.clone()).or_default()),
            Section::Ignored => None,
        }
    }
}

fn heading(dialect: Dialect, line: &str) -> std::result::Result<Section, &'static str> {
    let Some((inside, _)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) else {
        return Err("a profile definition has to end with ']'");
    };
    let inside = inside.trim();
    let valid = |name: &str| is_name(name).then(|| name.to_owned());
    if dialect == Dialect::Credentials {
        let profile = valid(inside).map(|name| Section::Profile { name, prefixed: false });
        return Ok(profile.unwrap_or(Section::Ignored));
    }
    if inside == "default" {
        return Ok(Section::Profile { name: inside.to_owned(), prefixed: false });
    }
    let Some((kind, name)) = inside.split_once([' ', '\t']) else { return Ok(Section::Ignored) };
    let Some(name) = valid(name.trim()) else { return Ok(Section::Ignored) };
    Ok(match kind {
        "profile" => Section::Profile { name, prefixed: true },
        "services" => Section::Services(name),
        "sso-session" => Section::SsoSession(name),
        _ => Section::Ignored,
    })
}

fn is_name(name: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.' | '%' | '@' | '_' | ':' | '+');
    !name.is_empty() && name.chars().all(fits)
}

/// A comment begins with `#` or `;` after white space.
fn without_comment(value: &str) -> &str {
    let mut after_space = false;
    for (at, c) in value.char_indices() {
        if after_space && matches!(c, '#' | ';') {
            return value.get(..at).unwrap_or_default().trim();
        }
        after_space = c.is_ascii_whitespace();
    }
    value.trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn config(text: &str) -> ProfileFiles {
        ProfileFiles::parse(text, "").unwrap()
    }

    #[test]
    fn comments_blocks_and_continued_lines() {
        let files = config(
            "# top\n[profile foo] ; c\r\nName = value ; c\nhash = a#b;c\nlong = one\n two # kept\n\n\
             s3 =\n  addressing_style = path\n\n  x = y\n",
        );
        let foo = &files.profiles["foo"];
        assert_eq!(foo["name"], "value");
        assert_eq!(foo["hash"], "a#b;c");
        assert_eq!(foo["long"], "one\ntwo # kept");
        assert_eq!(foo["s3"], "\naddressing_style = path\nx = y");
        assert_eq!(ProfileFiles::nested(foo, "s3", "addressing_style"), Some("path"));
    }

    #[test]
    fn the_two_files_have_their_own_headings() {
        let files = ProfileFiles::parse(
            "[foo]\na = 1\n[profile bar]\na = 1\nb = 1\n[sso-session s]\nx = 1\n[services v]\n[profile in valid]\n",
            "[bar]\nb = 2\n[profile baz]\n",
        )
        .unwrap();
        assert_eq!(files.profiles.keys().collect::<Vec<_>>(), ["bar"]);
        assert_eq!(files.profiles["bar"]["b"], "2");
        assert_eq!(files.sso_sessions["s"]["x"], "1");
        assert!(files.services.contains_key("v"));
    }

    #[test]
    fn the_prefixed_default_profile_silences_the_other() {
        for text in
            ["[profile default]\na = 1\n[default]\nb = 2", "[default]\nb = 2\n[profile default]\na = 1"]
        {
            assert_eq!(config(text).profiles["default"].keys().collect::<Vec<_>>(), ["a"], "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        for (text, why) in [
            ("name = value", "line 1: a profile definition"),
            ("[profile foo", "end with ']'"),
            ("[profile foo]\nkey : value", "line 2: an '='"),
            ("[profile foo]\n= value", "no name"),
            ("[profile foo]\n -continued", "a property definition"),
            ("[profile foo]\ns3 =\n invalid", "entry of a block"),
        ] {
            let error = ProfileFiles::parse(text, "").unwrap_err();
            assert!(error.message().contains(why), "{error}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(config in "[\\[\\]a-z=#; \\n\\t]{0,80}", credentials in any::<String>()) {
            let _ = ProfileFiles::parse(&config, &credentials);
        }
    }
}
