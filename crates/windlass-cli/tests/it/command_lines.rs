//! Runs every command line in the help texts, the README and the guides. New ones are found automatically.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::help::{help, subcommands};
use crate::world::{Run, World};

/// Placeholders in command lines, and their values in the test.
const PLACEHOLDERS: [(&str, &str); 6] = [
    // The uploads of the test are new.
    ("--older-than 7d", "--older-than 0s"),
    // The test server has one region.
    ("--region eu-west-1", "--region us-east-1"),
    // A free port.
    ("127.0.0.1:9000", "127.0.0.1:0"),
    // The server chooses ids of versions and uploads.
    ("3HL4kqtJvjVBH40Nrjfkd", "$VERSION_ID"),
    ("VXBsb2FkIElEIGZvciBlbHZpbmcncw", "$UPLOAD_ID"),
    // The reader's service.
    ("https://s3.example.com", "$AWS_ENDPOINT_URL"),
];

/// Command lines that are not run, since they build windlass itself.
const NOT_RUN: [&str; 6] = [
    "cargo build ",
    "cargo install ",
    "cargo nextest ",
    "cargo run -p windlass-server --example serve",
    "cargo xtask ",
    ".ci/run",
];

/// Other programs, which may be missing. They are replaced by a script that reads its input and writes a line.
const OTHER_PROGRAMS: [&str; 3] = ["curl", "jq", "pg_dump"];

/// One or several command lines and their location.
struct Script {
    place: String,
    text: String,
}

fn in_help(world: &World) -> Vec<Script> {
    let mut found = Vec::new();
    for words in subcommands(world) {
        let text = help(world, &words);
        let examples = text.lines().skip_while(|line| *line != "Examples:").skip(1);
        for line in examples.take_while(|line| line.starts_with("  ")) {
            let place = format!("windlass {} --help", words.join(" "));
            found.push(Script { place, text: line.trim().to_owned() });
        }
    }
    found
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md")];
    for folder in ["docs", "crates"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let readme = path.join("README.md");
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            } else if readme.exists() {
                pages.push(readme);
            }
        }
    }
    pages.sort();
    pages
}

fn in_pages() -> Vec<Script> {
    let mut found = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let place = |number: usize| format!("{}, line {number}", page.file_name().unwrap().display());
        let mut block: Option<(usize, &str, String)> = None;
        for (number, line) in (1..).zip(text.lines()) {
            match (&mut block, line.trim_start().strip_prefix("```")) {
                (None, Some(language)) => block = Some((number, language, String::new())),
                (Some((start, language, text)), Some(_)) => {
                    let is_shell = matches!(*language, "sh" | "bash" | "shell" | "console");
                    // A block with another language is not a script.
                    if is_shell || language.is_empty() && text.contains("windlass ") {
                        let text = text.lines().map(|line| line.trim_start_matches("$ "));
                        let text = text.collect::<Vec<_>>().join("\n");
                        found.push(Script { place: place(*start), text });
                    }
                    block = None;
                }
                (Some((_, _, text)), None) => {
                    text.push_str(line);
                    text.push('\n');
                }
                // Inline code.
                (None, None) => {
                    let spans = line.split('`').skip(1).step_by(2);
                    for span in spans.filter(|span| span.starts_with("windlass ")) {
                        found.push(Script { place: place(number), text: span.to_owned() });
                    }
                }
            }
        }
    }
    found
}

/// Whether a line is only a form, such as `windlass VERB --help`.
fn is_form(line: &str) -> bool {
    line.starts_with("windlass ")
        && (line.contains(" | ") && !line.contains('>') && line.contains("cp | mv")
            || line.split([' ', '[', ']']).any(|word| {
                word.len() > 1
                    && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
                    && word != "PUT"
            }))
}

/// A world with all buckets, objects and files that the texts mention.
fn world(script: &str) -> (World, String, String) {
    let world = World::new();
    for bucket in [
        "archive", "backup", "docs", "empty", "inbox", "logs", "parts", "photos", "reports", "scratch", "www",
    ] {
        world.create_bucket(bucket);
    }
    for (bucket, key) in [
        ("photos", "cat.jpg"),
        ("photos", "2026/cat.jpg"),
        ("photos", "2026/dog.jpg"),
        ("photos", "2019/old.jpg"),
        ("logs", "today.log"),
        ("logs", "2019-01-01.log"),
        ("logs", "what?"),
        ("parts", "a"),
        ("parts", "b"),
        ("backup", "big.tar"),
        ("inbox", "letter"),
        ("reports", "2026/report.pdf"),
        ("scratch", "x"),
        ("docs", "index.md"),
    ] {
        world.put_in(bucket, key, "an error\n");
    }
    for bucket in ["photos", "logs"] {
        world.keep_versions_of(bucket);
    }
    let versions = ["cat.jpg", "today.log"].map(|key| {
        let bucket = if key == "cat.jpg" { "photos" } else { "logs" };
        world.put_in(bucket, key, "an error\n")
    });
    let version = if script.contains("today.log") { &versions[1] } else { &versions[0] };
    let upload = world.begin_upload_in("backup", "big.tar");
    for name in [
        "cat.jpg",
        "report.pdf",
        "site/index.html",
        "docs/index.md",
        "src/main.rs",
        "album/old.jpg",
        "a.txt",
        "b.txt",
        "logs/today.log",
        "up/a.txt",
        "a",
        "b",
        "c",
        "sse.key",
    ] {
        world.write(name, "0123456789abcdef0123456789abcdef");
    }
    let sections = "aws_access_key_id = id\naws_secret_access_key = secret\nregion = us-east-1\n";
    world.write(".aws/config", &format!("[default]\n{sections}[profile work]\n{sections}"));
    for program in OTHER_PROGRAMS {
        let name = format!("bin/{program}");
        world.write(&name, "#!/bin/sh\n[ -t 0 ] || cat > /dev/null\necho '{}'\n");
        fs::set_permissions(world.path(&name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    (world, version.clone(), upload)
}

/// Runs a script as typed by a reader. Returns what failed.
fn check(script: &Script) -> Result<(), String> {
    let mut text = script.text.clone();
    for (word, stands_for) in PLACEHOLDERS {
        text = text.replace(word, stands_for);
    }
    let lines: Vec<&str> =
        text.lines().filter(|line| !NOT_RUN.iter().any(|start| line.starts_with(start))).collect();
    let text = lines.join("\n").replace("cargo run --release --", "windlass");
    let (world, version, upload) = world(&text);
    let folder = Path::new(env!("CARGO_BIN_EXE_windlass")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let run = |text: &str| {
        let mut command = Command::new("sh");
        command.args(["-e", "-c", text]).env_clear().current_dir(world.folder()).stdin(Stdio::null());
        command
            .env("PATH", format!("{}:{}:{path}", world.path("bin").display(), folder.display()))
            .env("HOME", world.folder())
            .env("AWS_ENDPOINT_URL", world.server.endpoint())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "id")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("DEV_SECRET", "dev-secret")
            .env("SSE_KEY", "0123456789abcdef0123456789abcdef")
            .env("VERSION_ID", &version)
            .env("UPLOAD_ID", &upload);
        command
    };
    if text.starts_with("windlass serve") {
        // The server runs until it is stopped.
        let mut child = run(&format!("exec {text}")).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        return if line.starts_with("listening on ") { Ok(()) } else { Err(line) };
    }
    let mut text = text;
    if text.contains("# asks first") {
        let asked = Run::of(run(&text).output().unwrap());
        if asked.code != Some(2) || !asked.stderr.contains("pass --yes") {
            return Err(format!("does not ask: {asked:?}"));
        }
        text = text.replace("# asks first", "--yes");
    }
    let done = Run::of(run(&text).output().unwrap());
    if done.code == Some(0) { Ok(()) } else { Err(format!("{done:?}")) }
}

#[test]
fn every_command_line_in_help_and_guides_works() {
    let world = World::new();
    let from_help = in_help(&world);
    assert!(from_help.len() > 50, "{}", from_help.len());
    let from_pages = in_pages();
    assert!(from_pages.len() > 5, "{}", from_pages.len());
    let mut wrong = Vec::new();
    for script in from_help.into_iter().chain(from_pages) {
        if is_form(&script.text) {
            continue;
        }
        if let Err(why) = check(&script) {
            wrong.push(format!("{}: {}\n    {why}", script.place, script.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
