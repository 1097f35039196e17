//! A layer uses only layers below it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{shipped, sources};

/// The layers from the lowest to the highest. A module uses its own layer and those below it.
const LAYERS: [&[&str]; 15] = [
    &["text"],
    &["error"],
    &["body"],
    &["protocol"],
    &["types"],
    &["paths"],
    &["ports"],
    &["adapters", "resilience"],
    &["config"],
    &["round_trip"],
    &["credentials"],
    &["client", "operations"],
    &["transfer"],
    &["conveniences"],
    &["fuzzing", "testing", "unversioned"],
];

#[test]
fn a_layer_uses_only_layers_below_it() {
    let sources = sources();
    let (_, root) = sources.iter().find(|(path, _)| path == Path::new("lib.rs")).unwrap();
    let reexports = reexports(&shipped(root));
    let mut wrong = Vec::new();
    for (path, text) in &sources {
        let Some(own) = level(&module(path)) else { continue };
        for name in names_of_the_root(&shipped(text), depth(path)) {
            let used = reexports.get(&name).unwrap_or(&name);
            match level(used) {
                Some(used) if used <= own => {}
                Some(_) => wrong.push(format!("{}: {name}, which is in {used}", path.display())),
                None => wrong.push(format!("{}: {name}, which is in no layer", path.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_its_layer() {
    let modules: BTreeSet<String> =
        sources().iter().map(|(path, _)| module(path)).filter(|module| module != "lib").collect();
    let layered: BTreeSet<String> = LAYERS.concat().into_iter().map(str::to_owned).collect();
    assert_eq!(modules, layered);
}

#[test]
fn names_of_the_root_are_found_in_every_form() {
    let names = |code: &str, depth| names_of_the_root(code, depth).into_iter().collect::<Vec<_>>();
    assert_eq!(names("use crate::error::Error; crate::Body::empty()", 1), ["Body", "error"]);
    assert_eq!(
        names("use crate::{\n    Error, body::{Body, x},\n    types,\n};", 1),
        ["Error", "body", "types"]
    );
    assert_eq!(names("$crate::ports::Clock", 1), ["ports"]);
    assert_eq!(names("super::Client; super::super::config::Settings", 2), ["config"]);
    assert_eq!(names("use super::{Client, transfer::Copy};", 1), ["Client", "transfer"]);
    assert!(names("pub(super) fn a() {} xsuper::b(); pub(crate) fn c() {}", 1).is_empty());
}

#[test]
fn reexports_lead_to_their_modules() {
    let found = reexports("pub use body::{Body, stream::ByteStream};\npub use error::{Error as Failure};");
    let found: Vec<_> = found.iter().map(|(name, module)| (name.as_str(), module.as_str())).collect();
    assert_eq!(found, [("Body", "body"), ("ByteStream", "body"), ("Failure", "error")]);
}

fn level(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The module of the root that a file belongs to.
fn module(path: &Path) -> String {
    path.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// How many modules stand around the items of a file.
fn depth(path: &Path) -> usize {
    let names = path.components().count();
    if path.file_name().is_some_and(|name| name == "mod.rs") { names - 1 } else { names }
}

/// The module from which the root re-exports each of its names.
fn reexports(root: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for statement in root.split("pub use ").skip(1) {
        let path = statement.split(';').next().unwrap();
        let Some((module, names)) = path.split_once("::") else { continue };
        for name in names.split([',', '{', '}']) {
            let name = name.rsplit([':', ' ']).find(|word| !word.is_empty()).unwrap_or_default().trim();
            if name.starts_with(|first: char| first.is_ascii_uppercase()) {
                found.insert(name.to_owned(), module.to_owned());
            }
        }
    }
    found
}

/// What code takes from the root of the crate: the first names after `crate::`, and after as many `super::` as lead there.
fn names_of_the_root(code: &str, depth: usize) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let ups = "super::".repeat(depth);
    for prefix in ["crate::", &ups] {
        for (at, _) in code.match_indices(prefix) {
            let goes_on = |end: char| end.is_alphanumeric() || end == '_' || end == ':';
            let (before, after) = (&code[..at], &code[at + prefix.len()..]);
            if !before.ends_with(goes_on) && !after.starts_with("super::") {
                names.extend(first_names(after));
            }
        }
    }
    names
}

/// The first name of a path, or of each path in a group.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else { return vec![first_name(path)] };
    let (mut names, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(first_name(&group[start..at]));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(path: &str) -> String {
    path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
