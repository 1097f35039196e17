//! `--local`: use without an account.

use crate::world::{Run, World};

fn run(world: &World, arguments: &[&str]) -> Run {
    Run::of(world.bare_command(&[&["--local", "store"], arguments].concat()).output().unwrap())
}

#[test]
fn a_write_creates_its_bucket_and_objects_persist() {
    let world = World::new();
    world.write("docs/a.md", "a");
    let up = run(&world, &["cp", "--recursive", "docs", "s3://docs/"]).ends(0);
    assert_eq!(up.stdout, "upload: docs/a.md to s3://docs/a.md\n");
    assert_eq!(up.stderr, "created bucket docs\n1 done, 1 Byte\n");
    let again = run(&world, &["cp", "docs/a.md", "s3://docs/b.md"]).ends(0);
    assert_eq!(again.stderr, "");
    run(&world, &["cp", "--recursive", "s3://docs", "back"]).ends(0);
    assert_eq!(world.files("back").into_keys().collect::<Vec<_>>(), ["a.md", "b.md"]);
}

#[test]
fn reads_and_dry_runs_create_no_bucket() {
    let world = World::new();
    world.write("a", "a");
    run(&world, &["ls", "s3://docs"]).ends(4);
    run(&world, &["--dryrun", "cp", "a", "s3://docs/"]).ends(0);
    assert_eq!(run(&world, &["ls"]).ends(0).stdout, "");
}

#[test]
fn a_folder_with_other_content_is_refused() {
    let world = World::new();
    world.write("store/mine", "mine");
    run(&world, &["mb", "s3://docs"]).ends(1).tells("error: failed to start the server over store");
    assert_eq!(world.files("store"), [("mine".to_owned(), "mine".to_owned())].into());
}

#[test]
fn options_for_other_services_are_refused() {
    let world = World::new();
    run(&world, &["--endpoint-url", "http://127.0.0.1:1", "ls"]).ends(2);
    run(&world, &["presign", "s3://docs/a"]).ends(2);
    run(&world, &["serve"]).ends(2);
}
