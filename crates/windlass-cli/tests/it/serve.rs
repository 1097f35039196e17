//! `serve`: the endpoint line, and use by clients.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::world::{Run, World};

/// A server that is stopped on drop.
struct Serving {
    child: Child,
    line: String,
    _stdout: BufReader<ChildStdout>,
}

impl Serving {
    fn start(world: &World, arguments: &[&str]) -> Self {
        Self::of(&mut world.bare_command(&[&["serve"], arguments].concat()))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        Self { child, line, _stdout: stdout }
    }

    fn endpoint(&self) -> &str {
        self.line.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:")).unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_endpoint_and_the_keys_are_printed() {
    let world = World::new();
    let serving = Serving::start(&world, &[]);
    let words = "region us-east-1 access key windlass secret key windlass-secret\n";
    assert_eq!(serving.line, format!("listening on {} {words}", serving.endpoint()));
}

#[test]
fn objects_persist_and_given_keys_are_used() {
    let world = World::new();
    let keys = ["--access-key", "dev", "--secret-key", "dev-secret"];
    let client = |serving: &Serving, arguments: &[&str]| {
        let mut command = world.bare_command(&[&["--endpoint-url", serving.endpoint()], arguments].concat());
        command.env("AWS_ACCESS_KEY_ID", "dev").env("AWS_SECRET_ACCESS_KEY", "dev-secret");
        Run::of(command.output().unwrap())
    };
    world.write("a", "content");
    let first = Serving::start(&world, &[&["store"], &keys[..]].concat());
    assert!(!first.line.contains("dev-secret"));
    client(&first, &["cp", "a", "s3://docs/a"]).ends(4);
    client(&first, &["mb", "s3://docs"]).ends(0);
    client(&first, &["cp", "a", "s3://docs/a"]).ends(0);
    drop(first);
    let second = Serving::start(&world, &[&["store"], &keys[..]].concat());
    assert_eq!(client(&second, &["cat", "s3://docs/a"]).ends(0).stdout, "content");
}

#[test]
fn the_secret_can_come_from_a_file_or_a_variable() {
    let world = World::new();
    world.write("secret", "dev-secret\n");
    for (value, variable) in [("file://secret", ""), ("env:DEV_SECRET", "dev-secret")] {
        let mut command = world.bare_command(&["serve", "--access-key", "dev", "--secret-key", value]);
        let serving = Serving::of(command.env("DEV_SECRET", variable));
        assert!(!serving.line.contains("dev-secret"));
        let mut command = world.bare_command(&["--endpoint-url", serving.endpoint(), "mb", "s3://docs"]);
        command.env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "dev").env("AWS_SECRET_ACCESS_KEY", "dev-secret");
        Run::of(command.output().unwrap()).ends(0);
    }
    for wrong in ["file://none", "env:NOTHING", ""] {
        world.run(&["serve", "--access-key", "dev", "--secret-key", wrong]).ends(2);
    }
}

#[test]
fn an_address_in_use_is_an_error() {
    let world = World::new();
    let taken = world.server.address().to_string();
    world.run(&["serve", "--listen", &taken]).ends(1).tells(": Address already in use");
    world.run(&["serve", "--access-key", "id"]).ends(2);
}
