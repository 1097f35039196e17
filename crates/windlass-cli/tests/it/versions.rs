//! Versions of objects.

use serde_json::{Value, json};

use crate::world::{BUCKET, World, url};

#[test]
fn the_given_version_is_requested() {
    let world = World::new();
    world.put("k", "1");
    for (arguments, operation) in [
        (&["cat", "s3://bucket/k"][..], "GetObject"),
        (&["cp", "s3://bucket/k", "k"], "GetObject"),
        (&["cp", "s3://bucket/k", "-"], "GetObject"),
        (&["cp", "s3://bucket/k", "s3://bucket/l"], "HeadObject"),
        (&["head", "s3://bucket/k"], "HeadObject"),
        (&["stat", "s3://bucket/k"], "HeadObject"),
        (&["rm", "s3://bucket/k"], "DeleteObject"),
    ] {
        world.forget_requests();
        world.run(&[arguments, &["--version-id", "v 1"]].concat());
        let request = &world.server.requests().all()[0];
        assert_eq!(request.operation, operation);
        assert!(request.query.contains("versionId=v%201"), "{arguments:?}: {}", request.query);
    }
    for method in ["GET", "HEAD", "DELETE"] {
        let run = world.run(&["presign", "--method", method, "--version-id", "v 1", "s3://bucket/k"]).ends(0);
        assert!(run.stdout.contains("versionId=v%201"), "{}", run.stdout);
    }
}

#[test]
fn a_version_requires_a_single_object() {
    let world = World::new();
    for arguments in [
        &["cat", "s3://bucket/k", "s3://bucket/l"][..],
        &["head", "s3://bucket"],
        &["presign", "--method", "PUT", "s3://bucket/k"],
        &["rm", "--recursive", "s3://bucket/k"],
        &["rm", "s3://bucket/k*"],
        &["stat", "s3://bucket"],
    ] {
        world.run(&[arguments, &["--version-id", "v"]].concat()).ends(2);
    }
    assert_eq!(world.server.requests().count(), 1);
}

/// A versioned bucket with two versions of `k`, one of `kk`, and the deleted `gone`.
fn versions() -> (World, Vec<String>) {
    let world = World::new();
    world.keep_versions();
    let ids = [("k", "old"), ("k", "newer"), ("kk", "1"), ("gone", "there")].map(|(key, content)| {
        let run = world.run_with(content, &["put", &url(key)]).ends(0);
        assert!(run.stderr.is_empty());
        world.head(key).version_id.unwrap()
    });
    world.run(&["rm", &url("gone")]).ends(0);
    (world, ids.into())
}

#[test]
fn a_list_has_every_version_and_marker() {
    let (world, ids) = versions();
    let run = world.run(&["ls", "--all-versions", "--recursive", "s3://bucket"]).ends(0);
    let lines: Vec<&str> = run.stdout.lines().map(|line| line.get(19..).unwrap()).collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[0].starts_with("    deleted ") && lines[0].ends_with(" * gone"), "{lines:?}");
    assert_eq!(lines[2], format!("          5 {:<32} * k", ids[1]));
    assert_eq!(lines[3], format!("          3 {:<32}   k", ids[0]));
    let json = world.run(&["--json", "ls", "--all-versions", "--summarize", &url("k*")]).ends(0).stdout;
    let records: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |index: usize| {
        ["key", "version_id", "size", "is_latest", "delete_marker"].map(|name| records[index][name].clone())
    };
    assert_eq!(of(1), [json!("k"), json!(ids[0]), json!(3), json!(false), json!(false)]);
    assert_eq!(records[3], json!({"objects": 3, "bytes": 9}));
    let marker = world.run(&["--json", "ls", "--all-versions", &url("gone")]).ends(0).stdout;
    let marker: Value = serde_json::from_str(marker.lines().next().unwrap()).unwrap();
    assert_eq!((&marker["delete_marker"], &marker["size"]), (&json!(true), &Value::Null));
    world.run(&["ls", &url("gone")]).ends(4);
    world.run(&["ls", "--all-versions"]).ends(2);
}

#[test]
fn a_level_of_versions_has_prefixes() {
    let world = World::new();
    world.keep_versions();
    world.put("p/a", "1");
    world.put("p/sub/b", "1");
    let run = world.run(&["ls", "--all-versions", &url("p/")]).ends(0).stdout;
    let mut lines = run.lines();
    assert_eq!(lines.next().unwrap().trim(), "PRE sub/");
    assert!(lines.next().unwrap().ends_with(" * a") && lines.next().is_none(), "{run}");
}

#[test]
fn an_old_version_is_read_copied_and_deleted() {
    let (world, ids) = versions();
    let old = &["--version-id", &ids[0]][..];
    let run = |arguments: &[&str]| world.run(&[arguments, old].concat()).ends(0).stdout;
    assert_eq!(run(&["cat", "s3://bucket/k"]), "old");
    assert!(run(&["stat", "s3://bucket/k"]).contains("size: 3\n"));
    run(&["cp", "s3://bucket/k", "file"]);
    assert_eq!(world.read("file"), "old");
    run(&["cp", "s3://bucket/k", "s3://bucket/copy"]);
    assert_eq!(world.objects(BUCKET)["copy"], "old");
    run(&["tag", "set", "s3://bucket/k", "a=1"]);
    assert_eq!(run(&["tag", "show", "s3://bucket/k"]), "a=1\n");
    assert_eq!(world.run(&["tag", "show", &url("k")]).ends(0).stdout, "");
    assert_eq!(run(&["rm", "s3://bucket/k"]), format!("delete: s3://bucket/k version {}\n", ids[0]));
    world.run(&[&["cat", "s3://bucket/k"], old].concat()).ends(4);
    assert_eq!(world.objects(BUCKET)["k"], "newer");
}

#[test]
fn all_versions_are_deleted_only_after_confirmation() {
    let (world, ids) = versions();
    let all = |options: &[&str]| world.run(&[&["rm", "--all-versions"], options].concat());
    let left =
        || world.run(&["ls", "--all-versions", "--recursive", "s3://bucket"]).ends(0).stdout.lines().count();
    all(&["s3://bucket/k"])
        .ends(2)
        .tells("Permanently delete 2 versions of s3://bucket/k?")
        .tells("hint: pass --yes");
    let dry = all(&["--dryrun", "s3://bucket/k"]).ends(0).stdout;
    assert_eq!(dry.lines().count(), 2);
    assert!(dry.contains(&format!("(dryrun) delete: s3://bucket/k version {}\n", ids[0])), "{dry}");
    assert_eq!(left(), 5);
    // One key, not others with the same prefix.
    assert_eq!(all(&["--yes", "s3://bucket/k"]).ends(0).stdout, dry.replace("(dryrun) ", ""));
    assert_eq!(left(), 3);
    all(&["--yes", "s3://bucket/g*"]).ends(0);
    assert_eq!(left(), 1);
    world.run(&["rb", "--force", "--yes", "s3://bucket"]).ends(1).tells("BucketNotEmpty");
    all(&["--yes", "--recursive", "s3://bucket"]).ends(0);
    world.run(&["rb", "s3://bucket"]).ends(0);
    world.run(&["rm", "--all-versions", "--version-id", "v", &url("k")]).ends(2);
}
