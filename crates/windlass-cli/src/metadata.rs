//! Parser of `--metadata`, compatible with `aws s3`: comma-separated `name=value` pairs, with quotes where needed, or a
//! JSON object.

use std::fmt;

use serde_core::de::{Deserializer as _, MapAccess, Visitor};

/// `name=value` pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pairs(pub(crate) Vec<(String, String)>);

/// Parses the value of one option.
pub(crate) fn parse_pairs(text: &str) -> Result<Pairs, String> {
    let pairs = if text.trim_start().starts_with('{') { json(text)? } else { shorthand(text)? };
    merged([&Pairs(pairs)]).map(Pairs)
}

/// Merges the pairs of all options. Duplicate names are an error, compared without case as in S3.
pub(crate) fn merged<'a>(
    options: impl IntoIterator<Item = &'a Pairs>,
) -> Result<Vec<(String, String)>, String> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, value) in options.into_iter().flat_map(|pairs| &pairs.0) {
        if all.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(format!("duplicate name {name:?}"));
        }
        all.push((name.clone(), value.clone()));
    }
    Ok(all)
}

fn shorthand(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    loop {
        let (name, after) =
            rest.split_once('=').ok_or_else(|| format!("{rest:?} has no '=': write name=value"))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(format!("{rest:?} has no name before '=': write name=value"));
        }
        if name.contains([',', '"', '\'']) {
            return Err(format!(
                "invalid name {name:?}: only values may contain quotes and commas, as in name=\"a,b\""
            ));
        }
        let (value, after) = value(after.trim_start())?;
        pairs.push((name.to_owned(), value));
        let after = after.trim_start();
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim(),
            None if after.is_empty() => return Ok(pairs),
            None => return Err(format!("missing comma before {after:?}")),
        }
    }
}

/// Splits a text into its leading value and the rest.
fn value(text: &str) -> Result<(String, &str), String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut value = String::new();
    let mut chars = text.char_indices();
    if quote.is_some() {
        chars.next();
    }
    while let Some((place, c)) = chars.next() {
        match (c, quote) {
            ('\\', quote) => match (chars.clone().next(), quote) {
                // A backslash escapes only the characters that end the value; elsewhere it is literal.
                (Some((_, next)), Some(quote)) if next == quote || next == '\\' => {
                    value.push(next);
                    chars.next();
                }
                (Some((_, ',')), None) => {
                    value.push(',');
                    chars.next();
                }
                _ => value.push('\\'),
            },
            (c, Some(quote)) if c == quote => {
                return Ok((value, text.get(place + c.len_utf8()..).unwrap_or_default()));
            }
            (',', None) => return Ok((value.trim_end().to_owned(), text.get(place..).unwrap_or_default())),
            (c, _) => value.push(c),
        }
    }
    match quote {
        Some(quote) => Err(format!("unclosed quote {quote} in {text:?}")),
        None => Ok((value.trim_end().to_owned(), "")),
    }
}

fn json(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let wrong = |error: serde_json::Error| format!("not a JSON object of strings: {error}");
    let pairs = deserializer.deserialize_map(Members).map_err(wrong)?;
    deserializer.end().map_err(wrong)?;
    if pairs.iter().any(|(name, _)| name.is_empty()) {
        return Err("a member has an empty name".to_owned());
    }
    Ok(pairs)
}

/// Collects members with duplicate names, which a map would merge.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object whose members are strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let expected = expected.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        assert_eq!(parse_pairs(text), Ok(Pairs(expected)), "{text}");
    }

    #[test]
    fn pairs_are_parsed_as_the_aws_cli_does() {
        check("a=1", &[("a", "1")]);
        check("a=1,b=x=y", &[("a", "1"), ("b", "x=y")]);
        check(" a = 1 , b = two words ", &[("a", "1"), ("b", "two words")]);
        check("a=,b=", &[("a", ""), ("b", "")]);
        check(r#"a="1,2",b='3,"4"'"#, &[("a", "1,2"), ("b", "3,\"4\"")]);
        check(r#"a="say \"hi\" \\ C:\dir",b=x\,y\z"#, &[("a", r#"say "hi" \ C:\dir"#), ("b", r"x,y\z")]);
        check("a=it's,b=5\" disk", &[("a", "it's"), ("b", "5\" disk")]);
        check("ä=ö", &[("ä", "ö")]);
    }

    #[test]
    fn json_objects_are_accepted() {
        check(r#"{"a": "1,2", "b": "{\"x\"=1}"}"#, &[("a", "1,2"), ("b", "{\"x\"=1}")]);
        check(" {} ", &[]);
        for wrong in [
            r#"{"a": 1}"#,
            r#"{"a": null}"#,
            r#"{"a": {}}"#,
            r#"{"a": "1""#,
            r#"{"a": "1"} x"#,
            r#"{"": "1"}"#,
        ] {
            assert!(parse_pairs(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn invalid_pairs_are_refused() {
        for wrong in ["", " ", "a", "=1", "a=1,", ",a=1", "a=1,,b=2", "a=\"1", "a=\"1\"x", "a,b=1", "\"a\"=1"]
        {
            assert!(parse_pairs(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn duplicate_names_are_refused() {
        for twice in ["a=1,a=2", "a=1,A=2", r#"{"a": "1", "A": "2"}"#, r#"{"a": "1", "a": "1"}"#] {
            assert!(parse_pairs(twice).unwrap_err().contains("duplicate"), "{twice}");
        }
        let options = [parse_pairs("a=1").unwrap(), parse_pairs("b=2").unwrap(), parse_pairs("A=3").unwrap()];
        assert_eq!(merged(&options[..2]).unwrap().len(), 2);
        assert!(merged(&options).is_err());
    }
}
