//! `mv`: nothing is deleted whose copy is not there.

use windlass_server::Action;

use crate::world::{BUCKET, World, url};

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
