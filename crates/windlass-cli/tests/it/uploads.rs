//! `uploads`: unfinished uploads are listed and aborted.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use windlass_server::{Action, Fault};

use crate::world::{World, url};

const DAY: Duration = Duration::from_hours(24);

fn records(world: &World, arguments: &[&str]) -> Vec<Value> {
    let run = world.run(&[&["--json", "uploads"], arguments].concat()).ends(0);
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn unfinished_uploads_are_listed() {
    let world = World::new();
    assert!(records(&world, &["list", "s3://bucket"]).is_empty());
    let first = world.begin_upload("a b+", &["123", "45"]);
    let second = world.begin_upload("a b+", &[]);
    world.begin_upload("p/../x?", &["1"]);
    let text = world.run(&["uploads", "list", "s3://bucket"]).ends(0).stdout;
    assert_eq!(text.lines().count(), 3);
    assert!(
        text.contains(&format!(" {first} a b+\n")) && text.contains(&format!(" {second} a b+\n")),
        "{text}"
    );
    let sizes = world.run(&["uploads", "list", "--sizes", &url("a")]).ends(0).stdout;
    assert!(sizes.contains(&format!("    2 parts    5 Bytes {first} a b+\n")), "{sizes}");
    let record = &records(&world, &["list", "--raw", "--sizes", &url("p/../x?")])[0];
    assert_eq!(
        (&record["key"], &record["parts"], &record["size"]),
        (&json!("p/../x?"), &json!(1), &json!(1))
    );
    assert!(record["initiated"].as_str().unwrap().ends_with('Z'));
    let record = &records(&world, &["list", &url("*x?")])[0];
    assert_eq!(
        (&record["key"], &record["parts"], &record["size"]),
        (&json!("p/../x?"), &Value::Null, &Value::Null)
    );
}

#[test]
fn one_upload_is_aborted() {
    let world = World::new();
    let first = world.begin_upload("k?", &["1"]);
    let second = world.begin_upload("k?", &[]);
    let dry = world.run(&["--dryrun", "uploads", "abort", &url("k?"), &first]).ends(0);
    assert_eq!(dry.stdout, format!("(dryrun) abort_upload: s3://bucket/k? {first}\n"));
    assert_eq!(
        records(&world, &["abort", &url("k?"), &first]),
        [json!({"event": "done", "operation": "abort_upload", "destination": url("k?"), "upload_id": first})]
    );
    assert_eq!(records(&world, &["list", "s3://bucket"])[0]["upload_id"], second);
    world.run(&["uploads", "abort", &url("k?"), &first]).ends(4).tells("NoSuchUpload (404)");
    world.run(&["uploads", "abort", "s3://bucket", &second]).ends(2);
}

#[test]
fn old_uploads_are_aborted_only_after_confirmation() {
    // The uploads of this server are ten days old.
    let world = World::at(SystemTime::now() - 10 * DAY);
    for key in ["p/a", "p/b", "q"] {
        world.begin_upload(key, &["1"]);
    }
    let clean = |options: &[&str], url: &str| world.run(&[&["uploads", "clean", url], options].concat());
    clean(&[], "s3://bucket").ends(2).tells("--older-than");
    clean(&["--older-than", "11d", "--yes"], "s3://bucket").ends(0).tells("no uploads of that age");
    clean(&["--older-than", "9d"], "s3://bucket")
        .ends(2)
        .tells("Abort 3 unfinished uploads")
        .tells("hint: pass --yes");
    let dry = clean(&["--older-than", "9d", "--dryrun"], "s3://bucket").ends(0).stdout;
    assert!(dry.lines().count() == 3 && dry.starts_with("(dryrun) abort_upload: s3://bucket/p/a "), "{dry}");
    assert_eq!(world.uploads().len(), 3);
    let done = clean(&["--older-than", "9d", "--yes"], &url("p/")).ends(0).stdout;
    assert!(done.lines().count() == 2 && done.starts_with("abort_upload: s3://bucket/p/a "), "{done}");
    assert_eq!(world.uploads(), ["q"]);
    clean(&["--older-than", "9d", "--yes"], &url("*")).ends(0);
    assert!(world.uploads().is_empty());
}

#[test]
fn an_upload_that_cannot_be_aborted_does_not_stop_the_rest() {
    let world = World::new();
    for key in ["a", "b", "c"] {
        world.begin_upload(key, &[]);
    }
    let fault = |key: &str, status, code| {
        let fault = Fault::new(Action::Status { status, code });
        world.server.faults().add(fault.operation("AbortMultipartUpload").key(key));
    };
    fault("a", 403, "AccessDenied");
    fault("b", 404, "NoSuchUpload");
    let run = world.run(&["uploads", "clean", "--older-than", "0s", "--yes", "s3://bucket"]).ends(1);
    assert!(run.stdout.starts_with("abort_upload: s3://bucket/c "), "{}", run.stdout);
    run.tells("AccessDenied (403)").tells("lists the upload but does not find it");
    assert_eq!(world.uploads(), ["a", "b"]);
    // If everything fails, the status has the reason.
    world.run(&["uploads", "clean", "--older-than", "0s", "--yes", &url("a")]).ends(3);
}
