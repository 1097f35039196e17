//! Snapshots of the main subcommands' output in `output/`: standard output, standard error and exit status, as text and
//! as JSON.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use windlass_server::{Action, Fault};

use crate::world::{Run, World};

/// Command lines in order of execution. The first word may set an environment variable.
const SESSION: &str = "\
mb s3://photos
put cat.jpg s3://photos/2026/cat.jpg
put s3://photos/empty
cp --no-progress --concurrency 1 --recursive album s3://photos/album/
cp --concurrency 1 --recursive --no-overwrite album s3://photos/album/
cp --concurrency 1 --recursive s3://photos copies
cp s3://photos/2026/cat.jpg s3://photos/copy.jpg
mv s3://photos/copy.jpg s3://photos/moved.jpg
ls
ls s3://photos
ls --recursive --human-readable --summarize s3://photos
stat s3://photos/2026/cat.jpg
head s3://photos
cat s3://photos/2026/cat.jpg
tag set s3://photos/2026/cat.jpg owner=ann year=2026
tag show s3://photos/2026/cat.jpg
tag delete s3://photos/2026/cat.jpg
uploads list s3://photos
uploads clean --older-than 1d s3://photos
rm --dryrun s3://photos/moved.jpg
rm s3://photos/moved.jpg
rm --recursive s3://photos/album/
rm --recursive --yes s3://photos/album/
rm --recursive --yes s3://photos/album/
cat s3://photos/broken
cp --concurrency 1 --recursive s3://photos all
frobnicate
cat s3://photos
cp cat.jpg dog.jpg
cp cat.jpg s3://photos/c.jpg --version-id 1
mv s3://photos/empty s3://photos/empty
AWS_SECRET_ACCESS_KEY=wrong cat s3://photos/empty
cat s3://photos/missing
ls s3://photos/missing/
ls s3://nobody
cp missing s3://photos/missing
cp '*.none' s3://photos/
--endpoint-url http://s3.example.com ls
";

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(|word| word.trim_matches('\'').to_owned()).collect()
}

/// Runs the session, and returns its transcript.
fn transcript(options: &[&str]) -> String {
    let world = World::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_798_804_805));
    for name in ["cat.jpg", "album/a.jpg", "album/b.jpg"] {
        world.write(name, "0123456789");
    }
    world.server.faults().add(
        Fault::new(Action::Status { status: 501, code: "NotImplemented" })
            .operation("GetObject")
            .key("broken"),
    );
    let mut transcript = String::new();
    for line in SESSION.lines() {
        let mut words = words(line);
        let variable = words
            .first()
            .and_then(|word| word.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        if variable.is_some() {
            words.remove(0);
        }
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let mut command = world.command(&[options, words].concat());
        command.env("TZ", "UTC0").envs(variable);
        let run = Run::of(command.output().unwrap());
        let code = run.code.unwrap();
        let (stdout, stderr) = (run.stdout, run.stderr);
        write!(transcript, "$ windlass {line}\n{stdout}{stderr}[exit status {code}]\n\n").unwrap();
    }
    transcript.replace(world.folder().to_str().unwrap(), "FOLDER")
}

/// Replaces request ids, which depend on the number of requests before.
fn without_ids(text: &str) -> String {
    let is_id = |id: &str| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut replaced = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        for before in ["request id ", "RequestId: ", "\"request_id\":\"", "\"RequestId\":\""] {
            if let Some(start) = line.find(before).map(|found| found + before.len())
                && line.get(start..start + 16).is_some_and(is_id)
            {
                line.replace_range(start..start + 16, "ID");
            }
        }
        replaced += &line;
        replaced.push('\n');
    }
    replaced
}

#[test]
fn output_matches_its_snapshots() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/output");
    let updates = std::env::var_os("WINDLASS_UPDATE_DOCS").is_some();
    for (name, options) in
        [("text.txt", &["--max-attempts", "1"][..]), ("json.txt", &["--max-attempts", "1", "--json"])]
    {
        let text = without_ids(&transcript(options));
        let path = folder.join(name);
        if updates {
            fs::write(&path, &text).unwrap();
        } else {
            let expected = fs::read_to_string(&path).unwrap();
            for (line, expected) in text.lines().zip(expected.lines()) {
                assert_eq!(
                    line, expected,
                    "WINDLASS_UPDATE_DOCS=1 cargo nextest run -p windlass-cli output_matches writes {name}"
                );
            }
            assert_eq!(text, expected);
        }
    }
}
