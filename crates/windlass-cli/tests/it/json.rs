//! `--json`: the shapes that docs/command.md promises, one object a line.

use serde_json::{Value, json};

use crate::world::{World, url};

fn records(world: &World, arguments: &[&str]) -> Vec<Value> {
    let run = world.run(&[&["--json"], arguments].concat()).ends(0);
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn members(record: &Value) -> Vec<&str> {
    record.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn what_is_done_is_told_by_events() {
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
fn what_is_asked_for_is_told_by_its_members() {
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
