//! `tag`: the tags of objects, versions and buckets.

use serde_json::{Value, json};

use crate::world::{World, url};

fn shown(world: &World, target: &str) -> String {
    world.run(&["tag", "show", target]).ends(0).stdout
}

#[test]
fn tags_of_an_object_are_set_shown_and_deleted() {
    let world = World::new();
    for key in ["k", "a b+c%?#é", "../x//y"] {
        world.put(key, "1");
        let url = url(key);
        assert_eq!(shown(&world, &url), "");
        let run = world.run(&["tag", "set", &url, "owner=ann", "a b+=x=-._:/@ü"]).ends(0);
        assert_eq!(run.stdout, format!("set_tags: {url} owner=ann a b+=x=-._:/@ü\n"));
        assert_eq!(shown(&world, &url), "owner=ann\na b+=x=-._:/@ü\n");
        let run = world.run(&["tag", "delete", &url]).ends(0);
        assert_eq!((run.stdout, shown(&world, &url)), (format!("delete_tags: {url}\n"), String::new()));
    }
}

#[test]
fn changing_some_tags_keeps_the_others() {
    let world = World::new();
    world.put("k", "1");
    let run = |arguments: &[&str]| world.run(&[&["tag"], arguments].concat()).ends(0);
    run(&["set", "s3://bucket/k", "a=1", "b=2", "c=3"]);
    run(&["set", "--add", "s3://bucket/k", "b=4", "d=5"]);
    assert_eq!(shown(&world, &url("k")), "a=1\nb=4\nc=3\nd=5\n");
    run(&["delete", "s3://bucket/k", "a", "d", "none"]);
    assert_eq!(shown(&world, &url("k")), "b=4\nc=3\n");
    run(&["delete", "s3://bucket/k", "b", "c"]);
    run(&["set", "s3://bucket/k", "e=6"]);
    assert_eq!(shown(&world, &url("k")), "e=6\n");
}

#[test]
fn tags_of_a_bucket_are_separate_from_its_objects() {
    let world = World::new();
    world.put("k", "1");
    assert_eq!(shown(&world, "s3://bucket"), "");
    world.run(&["tag", "set", "s3://bucket", "team=red"]).ends(0);
    assert_eq!(
        (shown(&world, "s3://bucket").as_str(), shown(&world, &url("k")).as_str()),
        ("team=red\n", "")
    );
    world.run(&["tag", "delete", "s3://bucket"]).ends(0);
    assert_eq!(shown(&world, "s3://bucket"), "");
}

#[test]
fn a_dry_run_changes_nothing() {
    let world = World::new();
    world.put("k", "1");
    world.run(&["tag", "set", &url("k"), "a=1"]).ends(0);
    let run = world.run(&["--dryrun", "tag", "set", "--add", &url("k"), "b=2"]).ends(0);
    assert_eq!(run.stdout, "(dryrun) set_tags: s3://bucket/k a=1 b=2\n");
    world.run(&["--dryrun", "tag", "delete", &url("k")]).ends(0);
    assert_eq!(shown(&world, &url("k")), "a=1\n");
}

#[test]
fn json_has_names_and_values() {
    let world = World::new();
    world.put("k", "1");
    let record = |arguments: &[&str]| -> Value {
        let run = world.run(&[&["--json", "tag"], arguments].concat()).ends(0);
        serde_json::from_str(&run.stdout).unwrap()
    };
    let set = record(&["set", "s3://bucket/k", "a=1"]);
    let expected = json!({
        "event": "done", "operation": "set_tags", "destination": "s3://bucket/k", "version_id": null, "tags": {"a": "1"}
    });
    assert_eq!(set, expected);
    assert_eq!(record(&["show", "s3://bucket/k"]), json!({"name": "a", "value": "1"}));
    assert_eq!(record(&["delete", "s3://bucket/k"])["operation"], "delete_tags");
}

#[test]
fn invalid_tags_and_targets_are_refused() {
    let world = World::new();
    world.put("k", "1");
    world.run(&["tag", "set", &url("k")]).ends(2);
    world.run(&["tag", "set", &url("k"), "novalue"]).ends(2).tells("write a tag as name=value");
    world.run(&["tag", "set", &url("k"), "=v"]).ends(2).tells("1 to 128");
    world.run(&["tag", "set", &url("k"), "a=1", "a=2"]).ends(2).tells("duplicate tag key");
    world.run(&["tag", "set", &url("k"), "a=&"]).ends(1).tells("InvalidTag (400)");
    world.run(&["tag", "show", "s3://bucket", "--version-id", "v"]).ends(2);
    world.run(&["tag", "show", "k"]).ends(2).tells("must start with s3://");
    world.run(&["tag", "show", &url("none")]).ends(4).tells("NoSuchKey");
    world.run(&["tag", "set", "s3://nobody", "a=1"]).ends(4);
}
