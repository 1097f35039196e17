//! `--json`: the records documented in docs/command.md, one per line.

use serde_json::{Value, json};

use windlass_server::{Action, Fault};

use crate::world::{Run, World, url};

fn records(world: &World, arguments: &[&str]) -> Vec<Value> {
    let run = world.run(&[&["--json"], arguments].concat()).ends(0);
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn members(record: &Value) -> Vec<&str> {
    record.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn completed_work_is_reported_as_events() {
    let world = World::new();
    world.write("src/a", "abc");
    let copied = |event: &str, operation: &str, source: &str, destination: &str| json!({"event": event, "operation": operation, "source": source, "destination": destination, "size": 3});
    let summary = json!({"event": "summary", "done": 1, "bytes": 3, "kept": 0, "skipped": 0, "failed": 0, "links_outside": 0});
    let url_a = url("a");
    assert_eq!(
        records(&world, &["cp", "--dryrun", "src/a", &url_a]),
        [copied("dryrun", "upload", "src/a", &url_a)]
    );
    assert_eq!(
        records(&world, &["cp", "--recursive", "src", "s3://bucket"]),
        [copied("done", "upload", "src/a", &url_a), summary]
    );
    assert_eq!(records(&world, &["cp", &url_a, "b"]), [copied("done", "download", &url_a, "./b")]);
    assert_eq!(records(&world, &["cp", &url_a, &url("b")]), [copied("done", "copy", &url_a, &url("b"))]);
    assert_eq!(records(&world, &["mv", &url_a, &url("c")]), [copied("done", "move", &url_a, &url("c"))]);
    assert_eq!(records(&world, &["put", "b", &url("d")]), [copied("done", "upload", "b", &url("d"))]);
    let mut from_nowhere = copied("dryrun", "upload", "-", &url("d"));
    from_nowhere["size"] = Value::Null;
    assert_eq!(records(&world, &["put", "--dryrun", &url("d")]), [from_nowhere]);
    let deleted =
        |event: &str| json!({"event": event, "operation": "delete", "source": url("d"), "version_id": null});
    assert_eq!(records(&world, &["rm", "--dry-run", &url("d")]), [deleted("dryrun")]);
    assert_eq!(records(&world, &["rm", &url("d")]), [deleted("done")]);
    let bucket = |operation: &str| json!({"event": "done", "operation": operation, "bucket": "other"});
    assert_eq!(records(&world, &["mb", "s3://other"]), [bucket("make_bucket")]);
    assert_eq!(records(&world, &["rb", "s3://other"]), [bucket("remove_bucket")]);
}

#[test]
fn data_has_the_documented_members() {
    let world = World::new();
    world.put("p/k", "abc");
    let object = &records(&world, &["ls", "--recursive", "s3://bucket"])[0];
    assert_eq!(members(object), ["etag", "key", "last_modified", "size", "storage_class"]);
    assert_eq!(records(&world, &["ls", "s3://bucket"]), [json!({"prefix": "p/"})]);
    assert_eq!(members(&records(&world, &["ls"])[0]), ["bucket", "created"]);
    let sums = &records(&world, &["ls", "--summarize", "--recursive", "s3://bucket"])[1];
    assert_eq!(*sums, json!({"objects": 1, "bytes": 3}));
    let stat = &records(&world, &["stat", &url("p/k")])[0];
    assert_eq!((&stat["key"], &stat["size"], &stat["bucket"]), (&json!("p/k"), &json!(3), &json!("bucket")));
    let presigned = &records(&world, &["presign", &url("p/k")])[0];
    assert_eq!(members(presigned), ["expires_at", "method", "url"]);
}

/// The records on standard error.
fn complaints(run: &Run) -> Vec<Value> {
    run.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The members of errors and warnings as documented in docs/command.md.
fn promised() -> Vec<String> {
    let guide = include_str!("../../../../docs/command.md");
    let line = guide.lines().find(|line| line.starts_with("`{event: \"error\"")).unwrap();
    let members = line.split(['{', '}']).nth(1).unwrap().replace(": \"error\" or \"warning\"", "");
    let mut members: Vec<String> = members.split(", ").map(str::to_owned).collect();
    members.sort();
    members
}

#[track_caller]
fn check_error(run: &Run, expected: [(&str, Value); 3]) {
    let last = &complaints(run)[run.stderr.lines().count() - 1];
    let mut names = members(last);
    names.sort_unstable();
    assert_eq!(names, promised(), "{last}");
    assert_eq!(last["event"], "error");
    for (name, value) in expected {
        assert_eq!(last[name], value, "{name} in {last}");
    }
    assert!(last["message"].as_str().is_some_and(|message| !message.is_empty()), "{last}");
}

#[test]
fn errors_are_records() {
    let world = World::new();
    let run = |arguments: &[&str]| world.run(&[&["--json"], arguments].concat());
    let missing = run(&["cat", &url("none")]).ends(4);
    let facts =
        [("kind", json!("object_not_found")), ("code", json!("NoSuchKey")), ("source", json!(url("none")))];
    check_error(&missing, facts);
    let record = &complaints(&missing)[0];
    assert!(record["hint"].as_str().unwrap().contains("check the key"), "{record}");
    assert!(record["request_id"].is_string(), "{record}");
    let none = Value::Null;
    let file = [("kind", json!("local_file")), ("code", none.clone()), ("source", json!("none"))];
    check_error(&run(&["cp", "none", &url("k")]).ends(4), file);
    let usage = || [("kind", json!("usage")), ("code", none.clone()), ("request_id", none.clone())];
    check_error(&run(&["cat", "s3://bucket"]).ends(2), usage());
    let name = [("kind", json!("invalid_bucket_name")), ("code", none.clone()), ("request_id", none.clone())];
    check_error(&run(&["mb", "s3://Upper_case"]).ends(2), name);
    let access = [
        ("kind", json!("signature_mismatch")),
        ("code", json!("SignatureDoesNotMatch")),
        ("source", json!(url("k"))),
    ];
    let mut command = world.command(&["--json", "cat", &url("k")]);
    let run = Run::of(command.env("AWS_SECRET_ACCESS_KEY", "wrong").output().unwrap());
    check_error(&run.ends(3), access);
}

#[test]
fn errors_of_the_command_line_are_records() {
    let world = World::new();
    for arguments in [
        &["--json", "frobnicate"][..],
        &["cp", "a", "--json"],
        &["--json"],
        &["tag", "--json"],
        &["ls", "--jsn", "--json"],
        &["--json", "--read-timeout", "x", "ls"],
        &["--json", "presign", "--expires-in", "8d", "s3://b/k"],
        &["--json", "cp", "a", "s3://b/k", "--metadata", "a=1", "--metadata", "A=2"],
    ] {
        let run = world.run(arguments).ends(2);
        let usage = [("kind", json!("usage")), ("code", Value::Null), ("source", Value::Null)];
        check_error(&run, usage);
        assert_eq!((run.stderr.lines().count(), run.stdout.as_str()), (1, ""), "{arguments:?}");
    }
    // Arguments after `--` are not options.
    assert!(world.run(&["frobnicate", "--", "--json"]).ends(2).stderr.starts_with("error: "));
    let run = world
        .run(&["--json", "cp", "a", &url("k"), "--sse-c-key", "0123456789abcdef0123456789abcde"])
        .ends(2);
    assert!(!run.stderr.contains("0123456789abcdef"), "{}", run.stderr);
}

#[test]
fn warnings_and_errors_of_several_items_are_records() {
    let world = World::new();
    world.put("a", "1");
    world.put("../up", "2");
    let broken = Action::Status { status: 403, code: "AccessDenied" };
    world.server.faults().add(Fault::new(broken).operation("GetObject").key("a"));
    let run = world.run(&["--json", "cp", "--recursive", "s3://bucket", "to"]).ends(3);
    let [warning, error] = &complaints(&run)[..] else { panic!("{}", run.stderr) };
    assert_eq!(
        (&warning["event"], &warning["kind"], &warning["source"]),
        (&"warning".into(), &"skipped".into(), &url("../up").into())
    );
    let mut names = members(warning);
    names.sort_unstable();
    assert_eq!(names, promised());
    assert_eq!(
        (&error["event"], &error["kind"], &error["code"]),
        (&"error".into(), &"access_denied".into(), &"AccessDenied".into())
    );
    assert_eq!(error["source"], url("a"));
    assert_eq!(
        world.run(&["--json", "--quiet", "cp", "--recursive", "s3://bucket", "to"]).ends(3).stderr,
        ""
    );
}

#[test]
fn notes_are_records() {
    let world = World::new();
    let run = world.run(&["--json", "rm", "--recursive", "--yes", &url("none/")]).ends(0);
    let note = &complaints(&run)[0];
    assert_eq!((&note["event"], members(note)), (&"note".into(), vec!["event", "message"]));
    world.put("k", "1");
    let run = world.run(&["--json", "--debug", "stat", &url("k")]).ends(0);
    assert!(complaints(&run).iter().all(|record| record["event"] == "debug"), "{}", run.stderr);
}
