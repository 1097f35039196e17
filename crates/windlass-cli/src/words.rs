//! Translates settings in the library's messages and hints into options of the command. The library writes a setting as
//! a call, `allow_http(true)`, and the origin of a value as `region in code`.

/// Settings of the library and their options or variables.
const WORDS: [(&str, &str); 21] = [
    ("addressing_style", "--addressing-style"),
    ("allow_http", "--allow-http"),
    ("anonymous", "--no-sign-request"),
    ("ca_bundle", "--ca-bundle"),
    ("checksum_algorithm", "--checksum-algorithm"),
    ("connect_timeout", "--connect-timeout"),
    ("credentials", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
    ("danger_accept_invalid_certs", "--no-verify-ssl"),
    ("endpoint", "--endpoint-url"),
    ("expires_in", "--expires-in"),
    ("legacy_bucket_names", "--legacy-bucket-names"),
    ("load_environment", "AWS_PROFILE"),
    ("max_attempts", "--max-attempts"),
    ("part_size", "--part-size"),
    ("path_style", "--path-style"),
    ("payload_signing", "payload_signing_enabled of the profile"),
    ("profile", "--profile"),
    ("provider", "--provider"),
    ("read_timeout", "--read-timeout"),
    ("region", "--region"),
    ("storage_class", "--storage-class"),
];

/// Replaces the settings in a text of the library by options of the command.
pub(crate) fn of_command(text: &str) -> String {
    let mut translated = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_name) {
        let (before, word_on) = rest.split_at(start);
        let end = word_on.find(|c| !is_of_name(c)).unwrap_or(word_on.len());
        let (word, after) = word_on.split_at(end);
        translated.push_str(before);
        match (option(word), argument(after), after.strip_prefix(" in code")) {
            (Some(option), Some((argument, after)), _) => {
                translated.push_str(option);
                // A string literal is the value to use, other arguments only show the form.
                if let Some(value) = argument.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
                    translated.push(' ');
                    translated.push_str(value);
                }
                rest = after;
            }
            (Some(option), None, Some(after)) => {
                translated.push_str(option);
                rest = after;
            }
            _ => {
                translated.push_str(word);
                rest = after;
            }
        }
    }
    translated.push_str(rest);
    translated
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn option(word: &str) -> Option<&'static str> {
    WORDS.iter().find(|(setting, _)| *setting == word).map(|(_, option)| *option)
}

/// Splits a text that begins with parentheses into their content and the rest.
fn argument(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('(')?.split_once(')')
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use windlass::ErrorKind;

    #[test]
    fn settings_become_options() {
        for (library, command) in [
            ("allow it with allow_http(true)", "allow it with --allow-http"),
            ("use region(\"eu-west-1\")", "use --region eu-west-1"),
            ("region in code and use_fips_endpoint", "--region and use_fips_endpoint"),
            ("anonymous(), or ca_bundle(path): x", "--no-sign-request, or --ca-bundle: x"),
            ("the region (eu-west-1) of endpoints é", "the region (eu-west-1) of endpoints é"),
            ("my_region(x)", "my_region(x)"),
            ("region(", "region("),
        ] {
            assert_eq!(of_command(library), command);
        }
    }

    #[test]
    fn hints_name_no_setting_of_the_library() {
        for kind in ErrorKind::all() {
            let hint = of_command(kind.suggestion().unwrap_or_default());
            assert!(!names_a_setting(&hint) && !hint.contains("builder"), "{hint}");
        }
    }

    /// Checks every string literal of the library, since any of them may become part of an error.
    #[test]
    fn every_text_of_the_library_is_translatable() {
        let mut wrong = Vec::new();
        let mut texts = 0;
        for (path, code) in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../windlass/src")) {
            for text in literals(&code) {
                texts += 1;
                let shown = of_command(&text);
                if names_a_setting(&shown)
                    || names_an_option(&text) && !ENDS_OF_BUCKET_NAMES.contains(&text.as_str())
                {
                    wrong.push(format!("{path}: {text}"));
                }
            }
        }
        assert!(texts > 500, "{texts}");
        assert!(
            wrong.is_empty(),
            "name a setting as `setting(value)`, add it to WORDS, and leave options to WORDS: {wrong:#?}"
        );
    }

    const ENDS_OF_BUCKET_NAMES: [&str; 2] = ["--ol-s3", "--op-s3"];

    /// Whether a text has a Rust call, or the name of a setter that is not also a property of profiles.
    fn names_a_setting(text: &str) -> bool {
        let setters = ["allow_http", "legacy_bucket_names", "load_environment"];
        text.split(|c: char| !is_of_name(c)).any(|word| setters.contains(&word))
            || text.match_indices('(').any(|(place, _)| {
                let before = &text[..place];
                let word = &before[before.rfind(|c| !is_of_name(c)).map_or(0, |end| end + 1)..];
                let is_call = word.starts_with(|c: char| c.is_ascii_lowercase()) && word.contains('_');
                is_call || option(word).is_some()
            })
    }

    fn names_an_option(text: &str) -> bool {
        text.match_indices("--").any(|(place, _)| {
            let before = text[..place].chars().next_back();
            let after = text[place + 2..].chars().next();
            before.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-')
                && after.is_some_and(|c| c.is_ascii_lowercase())
        })
    }

    fn sources(folder: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("testing") && !path.ends_with("tests") {
                found.extend(sources(&path));
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && !path.ends_with("tests.rs")
            {
                found.push((path.display().to_string(), shipped(&fs::read_to_string(&path).unwrap())));
            }
        }
        found
    }

    /// The code of a file without tests, comments and attributes.
    fn shipped(code: &str) -> String {
        let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let is_code =
            |line: &&str| !line.trim_start().starts_with("//") && !line.trim_start().starts_with("#[");
        code.lines().filter(is_code).collect::<Vec<_>>().join("\n")
    }

    /// The string literals of code without raw strings.
    fn literals(code: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut chars = code.chars().peekable();
        while let Some(c) = chars.next() {
            // A character literal or a lifetime.
            if c == '\'' {
                match (chars.next(), chars.peek()) {
                    (Some('\\'), _) => {
                        chars.next();
                        chars.next();
                    }
                    (_, Some('\'')) => drop(chars.next()),
                    _ => {}
                }
            } else if c == '"' {
                let mut text = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => match chars.next() {
                            Some('\n') => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                            Some(c) => text.push(c),
                            None => {}
                        },
                        c => text.push(c),
                    }
                }
                found.push(text);
            }
        }
        found
    }
}
