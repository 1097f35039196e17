//! Errors have one line, a hint and an exit status by kind.

use std::net::TcpListener;

use crate::world::{Run, World, url};

#[track_caller]
fn check(run: Run, code: i32, line: &str) {
    let run = run.ends(code);
    let first = run.stderr.lines().next().unwrap_or_default();
    assert!(first.starts_with("error: ") && first.contains(line), "{first}");
    assert!(run.stderr.lines().skip(1).all(|line| line.starts_with("hint: ")), "{}", run.stderr);
    assert!(run.stdout.is_empty(), "{}", run.stdout);
}

#[test]
fn a_wrong_secret() {
    let world = World::new();
    let run = world.command(&["cat", &url("k")]).env("AWS_SECRET_ACCESS_KEY", "wrong").output().unwrap();
    check(Run::of(run), 3, "SignatureDoesNotMatch (403)");
}

#[test]
fn an_unknown_key_id() {
    let world = World::new();
    let run = world.command(&["ls", "s3://bucket"]).env("AWS_ACCESS_KEY_ID", "nobody").output().unwrap();
    check(Run::of(run), 3, "InvalidAccessKeyId (403)");
}

#[test]
fn no_credentials() {
    let world = World::new();
    let run =
        world.command(&["ls"]).env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").output();
    check(Run::of(run.unwrap()), 3, "ListBuckets failed");
}

#[test]
fn a_missing_signature() {
    let world = World::new();
    check(world.run(&["--no-sign-request", "cat", &url("k")]), 3, "AccessDenied (403)");
}

#[test]
fn a_missing_bucket() {
    let world = World::new();
    world.write("a", "a");
    check(world.run(&["ls", "s3://nobody"]), 4, "NoSuchBucket (404)");
    check(world.run(&["cp", "a", "s3://nobody/a"]), 4, "NoSuchBucket (404)");
    check(world.run(&["stat", "s3://nobody"]), 4, "s3://nobody failed");
}

#[test]
fn a_missing_bucket_stops_a_copy_of_many_files() {
    let world = World::new();
    for number in 0..100 {
        world.write(&format!("src/{number}"), "");
    }
    world.forget_requests();
    world
        .run(&["cp", "--recursive", "--concurrency", "1", "src", "s3://nobody"])
        .ends(4)
        .tells("99 more were not attempted");
    assert_eq!(world.server.requests().count(), 1);
}

#[test]
fn a_missing_key() {
    let world = World::new();
    check(world.run(&["cat", &url("none")]), 4, "NoSuchKey (404)");
    check(world.run(&["cp", &url("none"), "x"]), 4, "NoSuchKey (404)");
    check(world.run(&["cp", &url("none"), &url("x")]), 4, "s3://bucket/none failed");
    check(world.run(&["stat", &url("none")]), 4, "s3://bucket/none failed");
}

#[test]
fn a_missing_file() {
    let world = World::new();
    check(world.run(&["cp", "none", &url("k")]), 4, "none: ");
}

#[test]
fn an_endpoint_that_refuses_connections() {
    let world = World::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{free}");
    check(world.run(&["--max-attempts", "1", "--endpoint-url", &endpoint, "cat", &url("k")]), 1, "refused");
}

#[test]
fn invalid_names() {
    let world = World::new();
    check(world.run(&["mb", "s3://Upper_case"]), 2, "invalid bucket name");
    check(world.run(&["cat", "s3://"]), 2, "the bucket is missing");
    check(world.run(&["cat", "s3://b*/k"]), 2, "wildcards are allowed only in keys");
    check(world.run(&["cat", &url(&"k".repeat(1025))]), 2, "1025 bytes");
    check(world.run(&["mb", "bucket"]), 2, "must start with s3://");
}

#[test]
fn plain_http_to_another_machine() {
    let world = World::new();
    check(world.run(&["--endpoint-url", "http://s3.example.com", "ls"]), 2, "plain HTTP");
}

#[test]
fn no_region() {
    let world = World::new();
    check(Run::of(world.bare_command(&["ls"]).output().unwrap()), 2, "no region");
}

#[test]
fn an_invalid_command_line() {
    let world = World::new();
    for arguments in [&["frobnicate"][..], &["cp", "a"], &["ls", "--nonsense"], &["tag"], &[]] {
        world.run(arguments).ends(2);
    }
    assert!(world.run(&["--version"]).ends(0).stdout.starts_with("windlass "));
    let help = world.run(&["--help"]).ends(0).stdout;
    assert!(help.contains("\n  cat          Write objects to standard output\n"), "{help}");
    for verb in [
        "cat",
        "completions",
        "cp",
        "head",
        "ls",
        "man",
        "mb",
        "mv",
        "presign",
        "put",
        "rb",
        "rm",
        "serve",
        "stat",
        "tag",
        "uploads",
    ] {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb} in {help}");
        let help = world.run(&[verb, "--help"]).ends(0).stdout;
        assert!(help.contains("--json") && help.contains(&format!("Usage: windlass {verb} ")), "{help}");
    }
    assert!(
        world.run(&["put", "-h"]).ends(0).stdout.starts_with("Write standard input or a file to an object\n")
    );
    assert!(world.run(&["tag", "set", "--help"]).ends(0).stdout.contains("Examples:"));
}

#[test]
fn debug_output_has_responses_and_no_secrets() {
    let world = World::new();
    world.put("k", "1");
    let run = world
        .run(&["--debug", "cat", &url("k")])
        .ends(0)
        .tells("debug: GetObject s3://bucket/k attempt 1: 200");
    assert!(
        !run.stderr.contains("secret") && !run.stderr.to_lowercase().contains("signature"),
        "{}",
        run.stderr
    );
    let slow_down = windlass_server::Action::Status { status: 503, code: "SlowDown" };
    world.server.faults().add(windlass_server::Fault::new(slow_down).operation("GetObject").times(1));
    world.run(&["--verbose", "cat", &url("k")]).ends(0).tells("info: GetObject attempt 1 failed");
}
