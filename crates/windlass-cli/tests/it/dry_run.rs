//! `--dryrun` fails if the command would fail immediately, and reports only known facts.

use serde_json::Value;

use windlass_server::Action;

use crate::world::{World, url};

fn sizes(world: &World, arguments: &[&str]) -> Vec<Value> {
    let run = world.run(&[&["--json", "--dryrun"], arguments].concat()).ends(0);
    run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["size"].clone()).collect()
}

#[test]
fn a_missing_source_or_bucket_is_an_error() {
    let world = World::new();
    world.put("k", "content");
    world.write("file", "content");
    let missing = url("missing");
    for arguments in [
        &["cp", &missing, "copy"][..],
        &["mv", &missing, "copy"],
        &["cp", &missing, "-"],
        &["cp", &missing, "s3://bucket/copy"],
        &["cp", "s3://nobodys/k", "copy"],
        &["cp", "none", "s3://bucket/k"],
        &["put", "none", "s3://bucket/k"],
        &["cp", "file", "s3://nobodys/k"],
        &["put", "file", "s3://nobodys/k"],
        &["put", "s3://nobodys/k"],
        &["cp", "-", "s3://nobodys/k"],
        &["cp", "s3://bucket/k", "s3://nobodys/k"],
        &["cp", "--recursive", ".", "s3://nobodys/k"],
        &["rm", &missing],
        &["rm", "s3://nobodys/k"],
        &["rb", "s3://nobodys"],
        &["tag", "set", &missing, "a=1"],
        &["tag", "set", "s3://nobodys/k", "a=1"],
        &["tag", "set", "s3://nobodys", "a=1"],
        &["tag", "delete", &missing],
        &["tag", "delete", "s3://nobodys"],
    ] {
        world.run(&[&["--dryrun"], arguments].concat()).ends(4);
    }
    assert_eq!((world.keys(), world.files("").len()), (vec!["k".to_owned()], 1));
}

#[test]
fn a_denied_head_request_is_not_an_error() {
    let world = World::new();
    world.put("k", "content");
    world.write("file", "content");
    world.break_all("HeadBucket", Action::Status { status: 403, code: "AccessDenied" });
    world.break_all("HeadObject", Action::Status { status: 403, code: "AccessDenied" });
    for arguments in [
        &["cp", "file", "s3://bucket/k"][..],
        &["put", "file", "s3://bucket/k"],
        &["rm", "s3://bucket/k"],
        &["tag", "set", "s3://bucket/k", "a=1"],
        &["tag", "set", "s3://bucket", "a=1"],
    ] {
        world.run(&[&["--dryrun"], arguments].concat()).ends(0);
    }
    world.run(&["--dryrun", "cp", &url("k"), "copy"]).ends(3);
}

#[test]
fn an_unknown_size_is_null() {
    let world = World::new();
    world.put("p/k", "content");
    world.write("file", "content");
    for arguments in [
        &["cp", "s3://bucket/p/k", "copy"][..],
        &["cp", "s3://bucket/p/k", "-"],
        &["cp", "s3://bucket/p/k", "s3://bucket/copy"],
        &["mv", "s3://bucket/p/k", "copy"],
        &["cp", "s3://bucket/p/*", "dst"],
        &["cp", "file", "s3://bucket/k"],
        &["put", "file", "s3://bucket/k"],
    ] {
        assert_eq!(sizes(&world, arguments), [7], "{arguments:?}");
    }
    assert_eq!(sizes(&world, &["cp", "-", "s3://bucket/k"]), [Value::Null]);
    #[cfg(unix)]
    {
        assert!(std::process::Command::new("mkfifo").arg(world.path("pipe")).status().unwrap().success());
        for arguments in [["cp", "pipe", "s3://bucket/k"], ["put", "pipe", "s3://bucket/k"]] {
            assert_eq!(sizes(&world, &arguments), [Value::Null], "{arguments:?}");
        }
        assert_eq!(sizes(&world, &["cp", "s3://bucket/p/k", "pipe"]), [7]);
    }
}
