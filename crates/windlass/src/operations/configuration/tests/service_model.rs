//! Compares every declared member with botocore's service model of S3. The tests against real servers install botocore.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::operations::{
    BucketConfiguration, BucketLifecycleConfiguration, CorsConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryptionConfiguration,
};
use crate::protocol::shape::{Declaration, DeclaredMember, Kind, Shape};

/// Members of requests that configurations omit on purpose.
const LEFT_OUT: [(&str, &str); 3] = [
    ("ChecksumAlgorithm", "a member of PutBucketConfiguration"),
    ("ContentMD5", "a member of PutBucketConfiguration"),
    ("ExpectedBucketOwner", "an option of every request"),
];

/// A declared configuration.
struct Declared {
    name: &'static str,
    root: &'static str,
    subresource: &'static str,
    get: &'static str,
    put: &'static str,
    delete: &'static str,
    shape: &'static Declaration,
}

fn declared<C: BucketConfiguration + Shape>() -> Declared {
    Declared {
        name: C::DECLARATION.name,
        root: C::ROOT,
        subresource: C::SUBRESOURCE.name,
        get: C::GET,
        put: C::PUT,
        delete: C::DELETE,
        shape: const { &C::DECLARATION },
    }
}

fn all() -> [Declared; 4] {
    every!(declared())
}

/// The shape and all shapes that it contains.
fn add_shapes(shape: &'static Declaration, found: &mut Vec<&'static Declaration>) {
    if found.iter().any(|known| known.name == shape.name) {
        return;
    }
    found.push(shape);
    for member in shape.members {
        if let Kind::Shape(inner) = member.kind {
            add_shapes(inner, found);
        }
    }
}

fn shapes() -> Vec<&'static Declaration> {
    let mut found = Vec::new();
    all().iter().for_each(|declared| add_shapes(declared.shape, &mut found));
    found
}

/// The fields of each line of the script's output; None if no Python with botocore is available.
fn ask(questions: &[String]) -> Option<Vec<Vec<String>>> {
    let Some(python) = std::env::var("WINDLASS_TEST_PYTHON").ok().filter(|python| !python.is_empty()) else {
        let is_required = std::env::var_os("WINDLASS_TEST_REQUIRE_SERVERS").is_some();
        assert!(!is_required, "botocore is not installed, and it is required");
        println!("skipped: botocore is not installed; `cargo xtask test` installs it");
        return None;
    };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/service_model.py");
    let mut command = Command::new(python);
    let mut child = command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // The script reads all questions before it writes, so neither pipe can fill up and block.
    writeln!(child.stdin.take().unwrap(), "{}", questions.join("\n")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// The name in lower case without underscores; both differ between the languages.
fn plain(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Boolean => "boolean".into(),
        Kind::Integer => "integer".into(),
        Kind::Shape(shape) => format!("structure:{}", plain(shape.name)),
        Kind::Text => "string".into(),
        Kind::Timestamp => "timestamp".into(),
        Kind::Word(words) => format!("enum:{}", words.iter().collect::<BTreeSet<_>>().len()),
    }
}

/// The [`kind`] of a member in the model; words are compared separately.
fn model_kind(text: &str) -> String {
    match text.split_once(':') {
        Some(("structure", name)) => format!("structure:{}", plain(name)),
        Some(("enum", words)) => format!("enum:{}", words.split(',').count()),
        _ => text.to_owned(),
    }
}

/// All differences between a declared member and its line in the model.
fn differences(shape: &Declaration, member: &DeclaredMember, line: &[String]) -> Vec<String> {
    let [_, _, name, wire, items, required, model] = line else { panic!("{line:?}") };
    let mut found = Vec::new();
    let mut compare = |what: &str, declared: &str, model: &str| {
        if declared != model {
            found.push(format!("{}.{name}: {what} {declared}, not {model}", shape.name));
        }
    };
    compare("the name is", &plain(member.field), &plain(name));
    let (declared_wire, declared_items) = match (member.outer, member.item) {
        ("Vec", "") => (member.wire, "flat".to_owned()),
        ("Vec", item) => (member.wire, item.replace('"', "")),
        _ => (member.wire, "-".to_owned()),
    };
    compare("on the wire it is", declared_wire, wire);
    compare("the items are", &declared_items, items);
    // Members of a union are optional in the model.
    let is_required = member.word == "required" || !matches!(member.outer, "Option" | "Vec");
    compare("it is", if is_required { "required" } else { "-" }, required);
    compare("the type is", &kind(member.kind), &model_kind(model));
    if let (Kind::Word(words), Some(model)) = (member.kind, model.strip_prefix("enum:")) {
        let (words, model): (BTreeSet<_>, BTreeSet<_>) =
            (words.iter().copied().collect(), model.split(',').collect());
        compare("the words are", &format!("{words:?}"), &format!("{model:?}"));
    }
    found
}

#[test]
fn every_declared_member_matches_the_service_model() {
    let questions: Vec<String> = shapes().iter().map(|shape| format!("shape {}", shape.name)).collect();
    let Some(lines) = ask(&questions) else { return };
    let mut wrong = Vec::new();
    for shape in shapes() {
        let model: Vec<&Vec<String>> =
            lines.iter().filter(|line| plain(&line[1]) == plain(shape.name)).collect();
        let members: Vec<&DeclaredMember> =
            shape.members.iter().filter(|member| member.word != "header").collect();
        // Members are written in the order of their declaration.
        let names: Vec<&str> = members.iter().map(|member| member.wire).collect();
        let expected: Vec<&str> = model.iter().map(|line| line[3].as_str()).collect();
        if names != expected {
            wrong.push(format!("{}: the members are {names:?}, not {expected:?}", shape.name));
            continue;
        }
        for (member, line) in members.iter().zip(model) {
            wrong.extend(differences(shape, member, line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_configuration_request_matches_the_service_model() {
    let operations = all().into_iter().flat_map(|it| [it.get, it.put, it.delete]);
    let questions: Vec<String> = operations.map(|name| format!("operation {name}")).collect();
    let Some(lines) = ask(&questions) else { return };
    for it in all() {
        let uri = format!("/{{Bucket}}?{}", it.subresource);
        for (name, method, checksum, root) in
            [(it.get, "GET", "-", "-"), (it.put, "PUT", "required", it.root), (it.delete, "DELETE", "-", "-")]
        {
            let expected = ["operation", name, method, &uri, checksum, root];
            assert!(lines.iter().any(|line| *line == expected), "{expected:?}: {lines:?}");
        }
        let declared: BTreeSet<&str> =
            it.shape.members.iter().filter(|member| member.word == "header").map(|it| it.wire).collect();
        for (direction, operation) in [("input", it.put), ("output", it.get)] {
            let members = lines.iter().filter(|line| line[0] == direction && line[1] == operation);
            let members = members.filter(|line| LEFT_OUT.iter().all(|(name, _)| line[2] != *name));
            let model: BTreeSet<&str> = members.map(|line| line[3].as_str()).collect();
            assert_eq!(declared, model, "the headers of {operation}");
        }
        for operation in [it.get, it.delete] {
            let members = lines.iter().filter(|line| line[0] == "input" && line[1] == operation);
            let members: Vec<_> = members.map(|line| line[2].as_str()).collect();
            assert_eq!(members, ["ExpectedBucketOwner"], "the headers of {operation}");
        }
    }
    for (member, why) in LEFT_OUT {
        assert!(lines.iter().any(|line| line[0] == "input" && line[2] == member), "{member} ({why})");
    }
}

#[test]
fn a_setter_has_the_name_of_its_member() {
    for member in shapes().iter().flat_map(|shape| shape.members).filter(|member| !member.setter.is_empty()) {
        assert_eq!(member.setter, format!("with_{}", member.field));
    }
}

/// Rust cannot enumerate the implementations of a trait, so the test reads the sources.
#[test]
fn the_tests_cover_every_configuration() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/operations/configuration");
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let found = text.lines().filter_map(|line| line.strip_prefix("impl BucketConfiguration for "));
        names.extend(found.map(|rest| rest.trim_end_matches(" {").to_owned()));
    }
    assert_eq!(names, all().iter().map(|declared| declared.name.to_owned()).collect());
}
