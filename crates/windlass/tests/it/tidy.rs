//! The invariants of ARCHITECTURE.md that the compiler does not hold.

use std::path::{Path, PathBuf};

/// The layers from the lowest to the highest. A module uses its own layer and those below it.
const LAYERS: [&[&str]; 8] = [
    &["error", "protocol", "types", "body", "paths"],
    &["ports"],
    &["resilience"],
    &["config"],
    &["credentials"],
    &["client", "operations"],
    &["transfer"],
    &["conveniences"],
];

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
    found.sort();
    found
}

/// The text above the tests of a file, without comments.
fn shipped(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The code of every file above its tests, without comments.
pub(crate) fn shipped_sources() -> Vec<String> {
    sources().iter().map(|(_, text)| shipped(text)).collect()
}

fn room(path: &Path) -> String {
    path.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn level(room: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&room))
}

#[test]
fn a_layer_uses_only_layers_below_it() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(own) = level(&room(&path)) else { continue };
        for line in shipped(&text).lines() {
            for part in line.split("crate::").skip(1) {
                let used: String = part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if level(&used).is_some_and(|used| used > own) {
                    wrong.push(format!("{}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_transport_is_called_from_one_place() {
    let callers: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| !path.starts_with("adapters") && shipped(text).contains("transport.send("))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(callers, ["client/exchange.rs"]);
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
fn protocol_and_operations_do_not_wait() {
    for (path, text) in sources() {
        if path.starts_with("protocol") || path.starts_with("types") || path.starts_with("operations") {
            let code = shipped(&text);
            assert!(!code.contains("async fn") && !code.contains(".await"), "{}", path.display());
            assert!(!code.contains("tokio"), "{}", path.display());
        }
    }
}

#[test]
fn every_module_says_what_it_is_for() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{}", path.display());
    }
}
