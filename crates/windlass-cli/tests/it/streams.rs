//! `cat`, `put` and `-`: standard input and output.

use std::process::Stdio;

use crate::world::{BUCKET, Run, World, url};

#[test]
fn standard_input_becomes_an_object_of_any_key() {
    let world = World::new();
    for key in ["a b", "..", "a//b", "/x", "q?*[", "x/../y", "é", "folder/"] {
        world.run_with(key, &["put", &url(key)]).ends(0);
        assert_eq!(world.run(&["cat", &url(key)]).ends(0).stdout, key);
    }
    assert_eq!(world.keys().len(), 8);
}

#[test]
fn cp_reads_and_writes_streams() {
    let world = World::new();
    world.run_with("content", &["cp", "-", &url("k.txt")]).ends(0);
    assert_eq!(world.run(&["cp", &url("k.txt"), "-"]).ends(0).bytes, b"content");
    assert_eq!(world.head("k.txt").content_type.as_deref(), Some("text/plain"));
    world.run_with("x", &["cp", "-", &url("p/")]).ends(2).tells("give the full key");
}

#[test]
fn an_input_larger_than_a_part_is_uploaded_in_parts() {
    let world = World::new();
    let content = "0123456789abcdef".repeat(20 << 16);
    world.run_with(&content, &["put", &url("k"), "--metadata", "x=1"]).ends(0);
    assert!(world.objects(BUCKET)["k"] == content);
    assert_eq!(world.head("k").metadata["x"], "1");
    let operations: Vec<_> =
        world.server.requests().all().into_iter().map(|request| request.operation).collect();
    assert!(operations.contains(&"CompleteMultipartUpload".to_owned()), "{operations:?}");
    world.write("file", &content);
    world.run(&["cp", "file", &url("l")]).ends(0);
    assert!(world.objects(BUCKET)["l"] == content);
}

#[test]
fn an_unreadable_input_creates_no_object() {
    let world = World::new();
    let mut command = world.command(&["put", &url("k")]);
    // A folder can be opened but not read.
    command.stdin(std::fs::File::open(world.folder()).unwrap());
    Run::of(command.output().unwrap()).ends(1).tells("error: ");
    assert!(world.keys().is_empty());
}

#[test]
fn an_input_is_sent_again_when_the_first_attempt_fails() {
    let world = World::new();
    let slow_down = windlass_server::Action::Status { status: 503, code: "ServiceUnavailable" };
    world.server.faults().add(windlass_server::Fault::new(slow_down).operation("PutObject").times(1));
    let content = "0123456789".repeat(100_000);
    world.run_with(&content, &["put", &url("k")]).ends(0);
    assert_eq!(world.objects(BUCKET)["k"], content);
}

#[test]
fn several_objects_are_concatenated() {
    let world = World::new();
    world.put("a", "1");
    world.put("b", "2");
    assert_eq!(world.run(&["cat", &url("a"), &url("b")]).ends(0).stdout, "12");
    let run = world.run(&["cat", &url("a"), &url("none"), &url("b")]).ends(4).tells("s3://bucket/none");
    assert_eq!(run.stdout, "12");
    let run = world.run(&["cat", &url("a"), &url("none/*"), &url("b")]).ends(4);
    assert_eq!(run.stdout, "12");
    world.run(&["cat", &url("none")]).ends(4);
}

#[test]
fn matches_of_a_pattern_are_written_in_key_order() {
    let world = World::new();
    for key in ["l/b.log", "l/a.log", "l/c.txt", "l/sub/d.log", "what?"] {
        world.put(key, &format!("{key} "));
    }
    assert_eq!(world.run(&["cat", &url("l/*.log")]).ends(0).stdout, "l/a.log l/b.log l/sub/d.log ");
    assert_eq!(world.run(&["cat", "--raw", &url("what?")]).ends(0).stdout, "what? ");
    world.run(&["cat", "--raw", &url("l/*.log")]).ends(4);
    world.run(&["cat", &url("none*")]).ends(4);
    world.run(&["cat", "--version-id", "v", &url("l/*.log")]).ends(2);
    let denied =
        windlass_server::Fault::new(windlass_server::Action::Status { status: 403, code: "AccessDenied" });
    world.server.faults().add(denied.operation("GetObject").key("l/b.log"));
    let run = world.run(&["cat", &url("l/*.log")]).ends(3).tells("l/b.log");
    assert_eq!(run.stdout, "l/a.log l/sub/d.log ");
}

#[test]
fn a_truncated_object_ends_the_output() {
    let world = World::new();
    world.put("a", "0123456789");
    world.put("b", "2");
    world.server.faults().add(
        windlass_server::Fault::new(windlass_server::Action::CutBody { after: 3 })
            .operation("GetObject")
            .key("a"),
    );
    let run = world.run(&["--max-attempts", "1", "cat", &url("a"), &url("b")]).ends(1);
    assert_eq!(run.stdout, "012");
}

#[test]
fn a_closed_reader_is_not_an_error() {
    let world = World::new();
    world.put("k", &"x".repeat(1 << 20));
    let mut child =
        world.command(&["cat", &url("k")]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn put_accepts_a_file() {
    let world = World::new();
    world.write("page.html", "<p>");
    world.run(&["put", "page.html", &url("index.html")]).ends(0);
    assert_eq!(world.head("index.html").content_type.as_deref(), Some("text/html"));
    world.run(&["put", "none", &url("k")]).ends(4).tells("error: none: ");
    world.run(&["put", "page.html", "s3://bucket"]).ends(2);
}
