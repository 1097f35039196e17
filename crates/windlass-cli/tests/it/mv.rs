//! `mv`: nothing is deleted whose copy is not there.

use std::process::Stdio;
use std::time::Duration;

use windlass_server::{Action, Fault};

use crate::world::{BUCKET, Gate, Run, World, url};

const FAILURE: Action = Action::Status { status: 500, code: "InternalError" };

#[test]
fn sources_are_gone_after_a_move() {
    let world = World::new();
    world.write("a", "1");
    assert_eq!(world.run(&["mv", "a", &url("x")]).ends(0).stdout, "move: a to s3://bucket/x\n");
    world.run(&["mv", &url("x"), &url("y")]).ends(0);
    assert_eq!((world.keys(), world.files("").len()), (vec!["y".to_owned()], 0));
    world.run(&["mv", &url("y"), "b"]).ends(0);
    assert_eq!((world.keys().len(), world.read("b")), (0, "1".to_owned()));
}

#[test]
fn a_folder_is_moved() {
    let world = World::new();
    world.write("src/a", "1");
    world.write("src/b/c", "2");
    world.run(&["mv", "--recursive", "src", &url("p/")]).ends(0);
    assert_eq!((world.keys(), world.files("src").len()), (vec!["p/a".to_owned(), "p/b/c".to_owned()], 0));
}

#[test]
fn sources_stay_where_the_copy_failed() {
    let world = World::new();
    world.write("a", "1");
    world.put("k", "2");
    world.break_all("PutObject", FAILURE);
    world.break_all("CopyObject", FAILURE);
    world.break_all("GetObject", Action::CutBody { after: 0 });
    for arguments in
        [["mv", "a", "s3://bucket/x"], ["mv", "s3://bucket/k", "s3://bucket/x"], ["mv", "s3://bucket/k", "b"]]
    {
        world.run(&[&["--max-attempts", "1"], &arguments[..]].concat()).ends(1);
    }
    world.server.faults().clear();
    assert_eq!(
        (world.objects(BUCKET), world.read("a")),
        ([("k".to_owned(), "2".to_owned())].into(), "1".to_owned())
    );
}

#[test]
fn an_error_within_a_200_is_no_copy() {
    let world = World::new();
    world.put("k", "1");
    world.break_all("CopyObject", Action::ErrorIn200 { code: "InternalError" });
    world.run(&["--max-attempts", "1", "mv", &url("k"), &url("x")]).ends(1);
    assert_eq!(world.keys(), ["k"]);
}

#[test]
fn a_move_onto_itself_is_refused() {
    let world = World::new();
    world.put("p/k", "1");
    world.run(&["mv", &url("p/k"), &url("p/k")]).ends(2).tells("cannot be moved onto itself");
    world.run(&["mv", &url("p/k"), &url("p/")]).ends(2);
    for destination in ["p", "p/sub/", ""] {
        world.run(&["mv", "--recursive", &url("p"), &url(destination)]).ends(2).tells("lies within");
    }
    assert_eq!(world.keys(), ["p/k"]);
}

#[test]
fn what_is_kept_is_not_deleted() {
    let world = World::new();
    world.put("k", "old");
    world.write("a", "new");
    world.run(&["mv", "--no-overwrite", "a", &url("k")]).ends(0);
    assert_eq!((world.read("a").as_str(), world.objects(BUCKET)["k"].as_str()), ("new", "old"));
}

/// Runs the program, and overwrites `k` while its `operation` waits.
fn overwriting(world: &World, gate: &Gate, operation: &str, arguments: &[&str]) -> Run {
    world.put("k", "old");
    world.break_all(operation, Action::Delay(Duration::ZERO));
    let mut command = world.command(arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.meanwhile(gate, || world.put("k", "new"));
    let run = Run::of(child.wait_with_output().unwrap());
    world.server.faults().clear();
    run
}

#[test]
fn a_source_that_changed_after_it_was_copied_stays() {
    let (world, gate) = World::with_gate();
    for destination in ["file", "s3://bucket/x"] {
        let run = overwriting(&world, &gate, "DeleteObject", &["mv", &url("k"), destination]).ends(1);
        run.tells("s3://bucket/k changed after it was copied, and was not deleted");
        assert_eq!(world.objects(BUCKET)["k"], "new");
    }
    assert_eq!((world.read("file"), world.objects(BUCKET)["x"].as_str()), ("old".to_owned(), "old"));
}

#[test]
fn a_source_that_changes_before_it_is_copied_stays() {
    let (world, gate) = World::with_gate();
    world.run(&["mb", "s3://other"]).ends(0);
    for source in ["s3://bucket/k", "s3://bucket/k*"] {
        let arguments = ["mv", source, "s3://other/"];
        overwriting(&world, &gate, "CopyObject", &arguments).ends(1).tells("PreconditionFailed");
        assert_eq!((world.objects(BUCKET)["k"].as_str(), world.objects("other").len()), ("new", 0));
    }
}

#[test]
fn a_service_without_conditions_on_deletes_is_asked_what_is_there() {
    let (world, gate) = World::with_gate();
    let refuse = || {
        let refused = Fault::new(Action::Status { status: 501, code: "NotImplemented" });
        world.server.faults().add(refused.operation("DeleteObject").times(1));
    };
    refuse();
    overwriting(&world, &gate, "HeadObject", &["mv", &url("k"), "file"]).ends(1).tells("was not deleted");
    refuse();
    world.run(&["mv", &url("k"), "file"]).ends(0);
    assert_eq!((world.read("file"), world.keys().len()), ("new".to_owned(), 0));
}

#[test]
fn a_source_that_is_gone_already_is_moved() {
    let world = World::new();
    world.put("k", "1");
    world.server.faults().add(Fault::new(Action::LoseAnswer).operation("DeleteObject").times(1));
    world.run(&["mv", &url("k"), &url("x")]).ends(0);
    assert_eq!(world.keys(), ["x"]);
}

#[test]
fn an_access_point_may_stand_for_the_bucket_of_the_destination() {
    let world = World::new();
    let arn = "s3://arn:aws:s3:us-east-1:000000000000:accesspoint/point";
    for source in [arn, "s3://point-0123456789-s3alias"] {
        let run = world.run(&["mv", "--storage-class", "GLACIER", &format!("{source}/p/k"), &url("p/")]);
        run.ends(2).tells("both may be one object");
        let run = world.run(&["mv", "--recursive", &format!("{source}/p"), &url("p")]).ends(2);
        run.tells("one may lie within the other");
    }
}
