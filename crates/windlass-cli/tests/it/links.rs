//! Symbolic links on the local side.
#![cfg(unix)]

use std::os::unix::fs::symlink;

use crate::world::{BUCKET, World, url};

/// A folder with a file, links to files and folders inside and outside of it, a dangling link and a circular link.
fn world_of_links() -> World {
    let world = World::new();
    world.write("src/a", "a");
    world.write("src/sub/b", "b");
    world.write("outside/c", "c");
    for (target, link) in [
        ("a", "src/to_file"),
        ("sub", "src/to_folder"),
        ("../outside/c", "src/out_file"),
        ("../outside", "src/out_folder"),
        ("..", "src/sub/round"),
        ("none", "src/dangling"),
    ] {
        symlink(target, world.path(link)).unwrap();
    }
    world
}

/// aws-cli#487, aws-cli#3961
#[test]
fn an_upload_follows_links() {
    let world = world_of_links();
    for flags in [&[][..], &["--follow-symlinks"], &["--no-follow-symlinks", "--follow-symlinks"]] {
        let run = world.run(&[&["cp", "--recursive", "src", "s3://bucket"], flags].concat()).ends(1);
        let run = run.tells("skipped src/dangling: it is a dangling symbolic link");
        let run = run.tells("skipped src/sub/round: it is a folder that contains itself");
        run.tells("6 done, 6 Bytes, 3 skipped, 2 links lead out of the source\n");
        assert_eq!(world.keys(), ["a", "out_file", "out_folder/c", "sub/b", "to_file", "to_folder/b"]);
    }
}

#[test]
fn links_are_skipped_silently_on_request() {
    let world = world_of_links();
    let run = world.run(&["cp", "--recursive", "--no-follow-symlinks", "src", "s3://bucket"]).ends(0);
    assert_eq!(
        (run.stderr.as_str(), world.keys()),
        ("2 done, 2 Bytes\n", vec!["a".to_owned(), "sub/b".to_owned()])
    );
    symlink("src/a", world.path("link")).unwrap();
    symlink("src", world.path("folder")).unwrap();
    for source in ["link", "folder"] {
        let arguments = ["cp", "--recursive", "--no-follow-symlinks", source, "s3://bucket/x/"];
        assert_eq!(world.run(&arguments).ends(0).stderr, "0 done, 0 Bytes\n");
    }
}

#[test]
fn a_single_link_is_followed() {
    let world = world_of_links();
    for (verb, key) in [("cp", "x"), ("put", "y")] {
        world.run(&[verb, "src/out_file", &url(key)]).ends(0);
        assert_eq!(world.objects(BUCKET)[key], "c");
        world.run(&[verb, "src/dangling", &url(key)]).ends(4);
    }
    symlink("src/sub", world.path("root")).unwrap();
    std::fs::remove_file(world.path("src/sub/round")).unwrap();
    world.run(&["cp", "--recursive", "root", &url("z")]).ends(0);
    assert_eq!(world.objects(BUCKET)["z/b"], "b");
}

#[test]
fn a_move_deletes_the_link_and_not_its_target() {
    let world = world_of_links();
    std::fs::remove_file(world.path("src/dangling")).unwrap();
    let run = world.run(&["mv", "--recursive", "src", "s3://bucket"]).ends(1);
    let run =
        run.tells("skipped src/to_folder: it is a symbolic link to a folder, which a move does not follow");
    run.tells("skipped src/out_folder: ").tells("skipped src/sub/round: ").tells("4 done");
    assert_eq!(world.keys(), ["a", "out_file", "sub/b", "to_file"]);
    assert_eq!(world.read("outside/c"), "c");
    for (name, is_there) in [
        ("a", false),
        ("to_file", false),
        ("out_file", false),
        ("to_folder", true),
        ("out_folder", true),
        ("sub/round", true),
    ] {
        assert_eq!(world.path("src").join(name).symlink_metadata().is_ok(), is_there, "{name}");
    }

    // Links are moved before their targets.
    for name in ["m/a", "m/b"] {
        world.write(name, name);
    }
    for (target, link) in [("a", "1"), ("1", "2"), ("b", "0"), ("2", "z")] {
        symlink(target, world.path("m").join(link)).unwrap();
    }
    world.run(&["mv", "--recursive", "m", &url("m")]).ends(0).tells("6 done");
    assert_eq!(
        (world.objects(BUCKET)["m/z"].as_str(), std::fs::read_dir(world.path("m")).unwrap().count()),
        ("m/a", 0)
    );

    symlink("outside/c", world.path("link")).unwrap();
    world.run(&["mv", "link", &url("single")]).ends(0);
    assert!(world.path("link").symlink_metadata().is_err() && world.read("outside/c") == "c");

    symlink("outside", world.path("folder")).unwrap();
    for source in ["folder", "folder/", "folder/*"] {
        world.run(&["mv", "--recursive", source, &url("f/")]).ends(1).tells("which a move does not follow");
    }
    assert!(world.read("outside/c") == "c" && world.path("folder").is_symlink());
    let run = world.run(&["mv", "--recursive", "--no-follow-symlinks", "src", "s3://bucket"]).ends(0);
    assert_eq!(run.stderr, "0 done, 0 Bytes\n");
}

/// s5cmd#872, aws-cli#10579
#[test]
fn a_download_writes_nothing_through_a_link() {
    let world = World::new();
    for key in ["p/inside/x", "p/outside/x", "p/dangling/x", "p/file", "p/gone"] {
        world.put(key, "new");
    }
    world.write("dst/real/x", "old");
    world.write("outside/x", "old");
    for (target, link) in [
        ("real", "inside"),
        ("../outside", "outside"),
        ("none", "dangling"),
        ("real/x", "file"),
        ("none", "gone"),
    ] {
        symlink(target, world.path("dst").join(link)).unwrap();
    }
    let run = world.run(&["cp", "--recursive", &url("p"), "dst"]).ends(1).tells("2 done").tells("3 failed");
    run.tells("dst/inside is a symbolic link, which downloads do not follow");
    assert_eq!((world.read("dst/real/x").as_str(), world.read("outside/x").as_str()), ("old", "old"));
    for name in ["dst/file", "dst/gone"] {
        assert!(!world.path(name).is_symlink() && world.read(name) == "new");
    }
    assert!(!world.path("dst/none").exists());
    // The target folder itself may be a link.
    symlink("dst/real", world.path("named")).unwrap();
    world.run(&["cp", &url("p/file"), "named"]).ends(0);
    assert_eq!(world.read("dst/real/file"), "new");
}

#[test]
fn a_linked_folder_that_matches_a_pattern_is_reported() {
    let world = World::new();
    world.write("outside/x", "x");
    symlink("outside", world.path("link")).unwrap();
    let run = world.run(&["mv", "l*/x", &url("")]).ends(1);
    run.tells("skipped ./link: it is a symbolic link to a folder, which a move does not follow");
    assert_eq!((world.read("outside/x").as_str(), world.keys().len()), ("x", 0));
    world.run(&["mv", "z*/x", &url("")]).ends(4);
}
