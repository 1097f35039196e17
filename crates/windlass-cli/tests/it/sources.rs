//! Sources of all kinds: several, patterns, names that are not UTF-8, and keys taken literally.

use crate::world::{BUCKET, World, url};

#[test]
fn several_sources_are_copied_to_one_prefix_or_folder() {
    let world = World::new();
    for name in ["a", "b", "dir/c"] {
        world.write(name, name);
    }
    world.put("object", "object");
    let up = world.run(&["cp", "a", "b", "dir/c", &url("object"), &url("p/")]).ends(0).tells("4 done");
    assert!(up.stdout.contains("upload: dir/c to s3://bucket/p/c\n"), "{}", up.stdout);
    assert_eq!(world.keys(), ["object", "p/a", "p/b", "p/c", "p/object"]);
    world.run(&["cp", &url("p/a"), &url("object"), "new/"]).ends(0);
    std::fs::create_dir(world.path("there")).unwrap();
    world
        .run(&["cp", &url("p/*"), &url("object"), "there"])
        .ends(1)
        .tells("another source has the same target file");
    assert_eq!(world.files("new").len() + world.files("there").len(), 6);
    world
        .run(&["cp", "--recursive", "new", "there", "s3://bucket/q"])
        .ends(1)
        .tells("another source has the same destination s3://bucket/q/");
    world.run(&["mv", "a", "b", "s3://bucket"]).ends(0);
    assert!(world.keys().contains(&"b".to_owned()) && !world.path("b").exists());
}

#[test]
fn several_sources_need_a_folder_and_no_stream() {
    let world = World::new();
    for name in ["a", "b"] {
        world.write(name, name);
    }
    for (arguments, told) in [
        (&["cp", "a", "b", "s3://bucket/dir"][..], "write s3://bucket/dir/"),
        (&["cp", "s3://bucket/a", "s3://bucket/b", "none"], "write none/"),
        (&["cp", "a", "-", "s3://bucket/"], "a stream cannot be combined"),
        (&["cp", "s3://bucket/a", "s3://bucket/b", "-"], "a stream cannot be combined"),
        (&["cp", "a", "b", "c"], "s3://"),
        (&["cp", "--version-id", "v", "s3://bucket/a", "s3://bucket/b", "x/"], "--version-id"),
        (&["cp", "a"], "give a source and a destination"),
        (&["cp"], "SOURCE"),
    ] {
        world.run(arguments).ends(2).tells(told);
    }
    assert!(world.keys().is_empty());
}

#[test]
fn a_missing_source_does_not_stop_the_others() {
    let world = World::new();
    for name in ["a", "folder/b", "c", "x/a"] {
        world.write(name, name);
    }
    let run = world.run(&["cp", "a", "none", "folder", "x/a", "c", "s3://bucket"]).ends(1);
    let run = run
        .tells("error: none: ")
        .tells("skipped folder: it is a folder")
        .tells("skipped x/a: another source has the same destination s3://bucket/a");
    run.tells("2 done, 2 Bytes, 2 skipped, 1 failed");
    assert_eq!(world.objects(BUCKET), [("a".into(), "a".into()), ("c".into(), "c".into())].into());
    world.run(&["cp", "none", "neither", "s3://bucket"]).ends(4);
    world.run(&["mv", "c", "x/a", "a", "s3://bucket/m/"]).ends(1);
    assert!(world.path("a").exists() && !world.path("x/a").exists());
}

#[test]
fn a_local_pattern_is_expanded() {
    let world = World::new();
    for name in ["up/a.txt", "up/b.jpg", "up/sub/c.txt", "up/[x].txt"] {
        world.write(name, name);
    }
    let keys = |source: &[&str]| {
        world.run(&[&["cp"], source, &["s3://bucket/p/"]].concat()).ends(0);
        let keys = world.keys();
        world.run(&["rm", "--recursive", "--yes", "s3://bucket"]).ends(0);
        keys
    };
    assert_eq!(keys(&["up/*"]), ["p/[x].txt", "p/a.txt", "p/b.jpg", "p/sub/c.txt"]);
    assert_eq!(keys(&["up/*.txt"]), ["p/[x].txt", "p/a.txt"]);
    assert_eq!(keys(&["up/?.*"]), ["p/a.txt", "p/b.jpg"]);
    assert_eq!(keys(&["up/[ab].*", "--exclude", "*.jpg"]), ["p/a.txt"]);
    assert_eq!(keys(&["*/*/*"]), ["p/up/sub/c.txt"]);
    // An existing path is taken literally.
    assert_eq!(keys(&["up/[x].txt"]), ["p/[x].txt"]);
    world.run(&["cp", "up/*.png", "s3://bucket"]).ends(4).tells("no files match up/*.png");
    world.run(&["cp", "none/*", "s3://bucket"]).ends(4);
    world.run(&["cp", "--raw", "up/*", "s3://bucket"]).ends(4);
    world.run(&["mv", "up/*.txt", "s3://bucket"]).ends(0);
    assert_eq!(world.files("up").into_keys().collect::<Vec<_>>(), ["b.jpg", "sub/c.txt"]);
}

#[cfg(target_os = "linux")]
#[test]
fn paths_that_are_not_utf8_can_be_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use crate::world::Run;

    let world = World::new();
    let name = OsStr::from_bytes(b"bad\xff");
    std::fs::write(world.folder().join(name), "content").unwrap();
    let run =
        |verb: &str, arguments: &[&OsStr]| Run::of(world.command(&[verb]).args(arguments).output().unwrap());
    for (verb, key) in [("cp", "x"), ("put", "y")] {
        run(verb, &[name, OsStr::new(&url(key))]).ends(0);
        assert_eq!(world.objects(BUCKET)[key], "content");
    }
    run("cp", &[name, OsStr::new("s3://bucket/")]).ends(1).tells("is not UTF-8").tells("give the full key");
    run("mv", &[name, OsStr::new(&url("z"))]).ends(0);
    assert!(!world.folder().join(name).exists());
    // As a target, and as a source or target folder.
    run("cp", &[OsStr::new(&url("x")), name]).ends(0);
    assert_eq!(std::fs::read_to_string(world.folder().join(name)).unwrap(), "content");
    std::fs::remove_file(world.folder().join(name)).unwrap();
    let folder = OsStr::from_bytes(b"bad\xff/");
    run("cp", &[OsStr::new("--recursive"), OsStr::new("s3://bucket"), folder]).ends(0);
    assert_eq!(std::fs::read_dir(world.folder().join(name)).unwrap().count(), 3);
    run("cp", &[OsStr::new("--recursive"), folder, OsStr::new(&url("again"))]).ends(0).tells("3 done");
    assert!(world.keys().contains(&"again/x".to_owned()));
    let url_not_utf8 = OsStr::from_bytes(b"s3://bucket/\xff");
    run("cp", &[url_not_utf8, OsStr::new("x")]).ends(2).tells("S3 URLs must be");
    let before = world.keys();
    for ends in [&[url_not_utf8][..], &[OsStr::new("-"), url_not_utf8], &[name, url_not_utf8]] {
        run("put", ends).ends(2).tells("S3 URLs must be");
    }
    assert_eq!(world.keys(), before);
}

#[test]
fn every_subcommand_takes_keys_literally_with_raw() {
    let world = World::new();
    world.put("what?", "1");
    world.write("f", "1");
    let key = url("what?");
    for arguments in [
        &["cat", "--raw", &key][..],
        &["cp", "--raw", &key, "copy"],
        &["put", "--raw", "f", &key],
        &["ls", "--raw", &key],
        &["stat", "--raw", &key],
        &["head", "--raw", &key],
        &["tag", "set", "--raw", &key, "a=1"],
        &["tag", "show", "--raw", &key],
        &["tag", "delete", "--raw", &key],
        &["presign", "--raw", &key],
        &["uploads", "list", "--raw", &key],
        &["mv", "--raw", &key, &url("moved?")],
        &["rm", "--raw", &url("moved?")],
    ] {
        world.run(arguments).ends(0);
    }
    assert!(world.keys().is_empty());
}

#[test]
fn a_bucket_without_a_scheme_is_refused_with_a_hint() {
    let world = World::new();
    for (arguments, told) in [
        (&["ls", "bucket"][..], "hint: write s3://bucket\n"),
        (&["ls", "S3://bucket/p/"], "hint: write s3://bucket/p/\n"),
        (&["rm", "bucket/k"], "hint: write s3://bucket/k\n"),
        (&["cat", "s3:/bucket/k"], "hint: write s3://bucket/k\n"),
        (&["mb", "bucket"], "hint: write s3://bucket\n"),
        (&["cp", "f", "bucket/k"], "if the destination is a bucket, write s3://bucket/k\n"),
    ] {
        world.run(arguments).ends(2).tells(told);
    }
}
