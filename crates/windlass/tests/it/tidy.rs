//! The invariants of ARCHITECTURE.md that the compiler does not hold.

mod layers;

use std::path::{Path, PathBuf};

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.iter_mut().for_each(|(path, _)| *path = path.strip_prefix(&root).unwrap().to_owned());
    found.retain(|(path, _)| !path.components().any(|part| part.as_os_str() == "tests"));
    found.sort();
    found
}

/// The code of a file without comments and without what only its tests compile.
fn shipped(text: &str) -> String {
    let mut code = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]" {
            skip_item(&mut lines, &line[..line.len() - line.trim_start().len()]);
        } else if !line.trim_start().starts_with("//") {
            code.push(line);
        }
    }
    code.join("\n")
}

/// Skips an item as rustfmt writes it: it ends in its first line, or in one that closes it at the same indentation.
fn skip_item<'a>(lines: &mut impl Iterator<Item = &'a str>, indentation: &str) {
    let mut item = lines.skip_while(|line| line.trim_start().starts_with("#["));
    if item.next().is_some_and(|line| !line.ends_with([';', ',', '}'])) {
        let ends = |line: &str| line.strip_prefix(indentation).is_some_and(|line| line.starts_with('}'));
        item.find(|line| ends(line));
    }
}

/// The code of every file, without comments and tests.
pub(crate) fn shipped_sources() -> Vec<String> {
    sources().iter().map(|(_, text)| shipped(text)).collect()
}

#[test]
fn only_tests_are_left_out_of_what_ships() {
    let text = "a();\n#[cfg(test)]\nuse b;\n#[cfg(test)]\nmod tests {\n    // no\n    fn c() {\n    }\n}\n// no\nd();\n\
        impl E {\n    #[cfg(test)]\n    #[must_use]\n    fn f() {\n        g();\n    }\n    h();\n}\n#[cfg(test)]\nmod tests;\ni();";
    assert_eq!(shipped(text), "a();\nd();\nimpl E {\n    h();\n}\ni();");
}

#[test]
fn the_transport_is_called_from_one_place() {
    let callers: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| !path.starts_with("adapters") && shipped(text).contains("transport.send("))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(callers, ["round_trip/mod.rs"]);
}

/// Who sends requests over HTTP: the attempts of S3 requests. A provider of credentials that asks a service over HTTP is
/// named here as well.
#[test]
fn round_trips_are_made_by_name() {
    let callers: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| !path.starts_with("round_trip") && shipped(text).contains("round_trip::send("))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(callers, ["client/attempt.rs"]);
}

#[test]
fn the_world_is_touched_only_by_adapters() {
    let banned = [
        "SystemTime::now",
        "Instant::now",
        "std::env::",
        "std::fs::",
        "tokio::spawn",
        "tokio::time::",
        "fastrand::",
    ];
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if path.starts_with("adapters") || path.starts_with("body/file.rs") {
            continue;
        }
        let code = shipped(&text);
        wrong.extend(
            banned
                .iter()
                .filter(|word| code.contains(*word))
                .map(|word| format!("{}: {word}", path.display())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pure_modules_do_not_wait() {
    for (path, text) in sources() {
        let pure = ["text", "error", "protocol", "types", "paths", "operations"];
        if pure.iter().any(|module| path.starts_with(module)) {
            // A hint names the attribute.
            let code = shipped(&text).replace("#[tokio::main]", "");
            assert!(!code.contains("async fn") && !code.contains(".await"), "{}", path.display());
            assert!(!code.contains("tokio::"), "{}", path.display());
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}
