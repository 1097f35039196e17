//! Downloads stay within their folder, and leave no partial files.

use windlass_server::Action;

use crate::world::{World, url};

#[test]
fn keys_that_would_leave_the_folder_are_skipped_and_reported() {
    let world = World::new();
    let bad = ["p/../out", "p/..", "p//abs", "p/a/../../out", "p/./a", "p/a//b", "p/dir/"];
    for key in bad {
        world.put(key, "evil");
    }
    world.put("p/good", "good");
    let run = world.run(&["cp", "--recursive", &url("p/"), "dst"]).ends(1).tells("1 done").tells("7 skipped");
    for key in bad {
        assert!(run.stderr.contains(&format!("skipped {}:", url(key))), "{key} in {}", run.stderr);
    }
    assert_eq!(world.files(""), [("dst/good".to_owned(), "good".to_owned())].into());
}

#[test]
fn folder_markers_are_ignored_by_copies_and_reported_by_moves() {
    let world = World::new();
    for key in ["p/", "p/empty/", "p/sub/"] {
        world.put(key, "");
    }
    world.put("p/sub/a", "1");
    world.run(&["cp", "--recursive", &url("p"), "dst"]).ends(0).tells("1 done");
    assert_eq!(world.files(""), [("dst/sub/a".to_owned(), "1".to_owned())].into());
    let run = world.run(&["mv", "--recursive", &url("p"), "moved"]).ends(1);
    run.tells("skipped s3://bucket/p/empty/").tells("skipped s3://bucket/p/sub/");
    assert_eq!(world.keys(), ["p/", "p/empty/", "p/sub/"]);
}

#[test]
fn a_key_of_two_dots_is_not_the_parent_folder() {
    let world = World::new();
    world.put("..", "evil");
    world.put("a/..", "evil");
    for key in ["..", "a/.."] {
        world.run(&["cp", &url(key), "."]).ends(1).tells("was skipped");
    }
    assert!(world.files("").is_empty());
}

#[test]
fn a_key_beside_keys_below_it_is_reported() {
    let world = World::new();
    world.put("p/a", "file");
    world.put("p/a/b", "below");
    let run = world.run(&["cp", "--recursive", &url("p/"), "dst"]).ends(1);
    run.tells("skipped s3://bucket/p/a/b: another key is a file where this one needs a folder");
    assert_eq!(world.files("dst"), [("a".to_owned(), "file".to_owned())].into());
}

#[test]
fn files_and_folders_in_the_way_are_reported() {
    let world = World::new();
    world.put("p/file/x", "1");
    world.put("p/folder", "2");
    world.put("p/good", "3");
    world.write("dst/file", "mine");
    world.write("dst/folder/mine", "mine");
    world.run(&["cp", "--recursive", &url("p/"), "dst"]).ends(1).tells("1 done").tells("2 failed");
    assert_eq!((world.read("dst/file"), world.read("dst/folder/mine")), ("mine".into(), "mine".into()));
}

#[cfg(unix)]
#[test]
fn a_link_in_the_folder_is_not_followed() {
    let world = World::new();
    world.put("p/link/x", "evil");
    world.put("p/name", "new");
    world.write("outside/secret", "secret");
    std::fs::create_dir(world.path("dst")).unwrap();
    std::os::unix::fs::symlink("../outside", world.path("dst/link")).unwrap();
    std::os::unix::fs::symlink("../outside/secret", world.path("dst/name")).unwrap();
    let run = world.run(&["cp", "--recursive", &url("p/"), "dst"]).ends(1);
    run.tells("dst/link is a symbolic link, which downloads do not follow");
    assert_eq!(world.files("outside"), [("secret".to_owned(), "secret".to_owned())].into());
    assert_eq!(world.read("dst/name"), "new");
}

#[test]
fn an_interrupted_download_leaves_no_file() {
    let world = World::new();
    world.put("k", "content");
    world.write("old", "old");
    world.break_all("GetObject", Action::CutBody { after: 3 });
    world
        .run(&["--max-attempts", "1", "cp", &url("k"), "new"])
        .ends(1)
        .tells("error: GetObject s3://bucket/k");
    world.run(&["--max-attempts", "1", "cp", &url("k"), "old"]).ends(1);
    assert_eq!(world.files(""), [("old".to_owned(), "old".to_owned())].into());
}

#[test]
fn one_failure_of_many_does_not_stop_the_rest() {
    let world = World::new();
    for key in ["p/a", "p/b", "p/c"] {
        world.put(key, key);
    }
    let denied = windlass_server::Fault::new(Action::Status { status: 403, code: "AccessDenied" });
    world.server.faults().add(denied.operation("GetObject").key("p/b"));
    let run = world.run(&["cp", "--recursive", &url("p/"), "dst"]).ends(1);
    run.tells("error: download: s3://bucket/p/b to dst/b: ").tells("2 done").tells("1 failed");
    assert_eq!(world.files("dst").into_keys().collect::<Vec<_>>(), ["a", "c"]);
}

#[test]
fn control_characters_in_keys_are_escaped_in_text() {
    let world = World::new();
    world.put("a\u{1b}[2J\nb", "1");
    let text = world.run(&["ls", "--recursive", "s3://bucket"]).ends(0).stdout;
    assert!(text.ends_with("a\\u{1b}[2J\\nb\n"), "{text:?}");
}
