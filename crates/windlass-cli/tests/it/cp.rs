//! `cp`: destinations, odd keys, whole folders.

use crate::world::{BUCKET, World, url};

/// Keys that clients mangle, but that are valid file names.
const ODD_NAMES: [&str; 9] = ["a b", "a+b", "100%", "%41", "é日本😀", "what", "a#b", "a&b=c;d", "~'\"<>|"];

#[test]
fn odd_keys_round_trip() {
    let world = World::new();
    for name in ODD_NAMES {
        world.write(name, name);
        world.run(&["cp", name, &url("")]).ends(0);
        world.run(&["cp", "--raw", &url(name), "back"]).ends(0);
        assert_eq!(world.read("back"), name);
    }
    let mut names = ODD_NAMES;
    names.sort_unstable();
    assert_eq!(world.keys(), names);
}

#[test]
fn keys_that_are_not_file_names_can_be_copied_one_by_one() {
    let world = World::new();
    world.write("file", "content");
    for key in ["a//b", "/lead", "./a", "a/../b", "..", "a/.", "q?", "star*", "//", "a\\b", "line\nbreak"] {
        world.run(&["cp", "file", &url(key)]).ends(0);
        let target = if key.ends_with('/') { format!("{key}file") } else { key.to_owned() };
        assert_eq!(world.keys(), [target.as_str()], "{key:?}");
        world.run(&["cp", "--raw", &url(&target), "back"]).ends(0);
        assert_eq!(world.read("back"), "content");
        world.run(&["rm", "--raw", &url(&target)]).ends(0);
    }
}

#[test]
fn a_folder_round_trips() {
    let world = World::new();
    for name in ["src/a.txt", "src/b c/d+e", "src/b c/é/%", "src/empty"] {
        world.write(name, if name == "src/empty" { "" } else { name });
    }
    let up = world.run(&["cp", "--recursive", "src", &url("p")]).ends(0).tells("4 done");
    assert!(up.stdout.contains("upload: src/a.txt to s3://bucket/p/a.txt\n"), "{}", up.stdout);
    let down = world.run(&["cp", "--recursive", &url("p/"), "dst"]).ends(0);
    assert!(down.stdout.contains("download: s3://bucket/p/a.txt to dst/a.txt\n"), "{}", down.stdout);
    assert_eq!(world.files("src"), world.files("dst"));
}

#[test]
fn a_single_file_takes_the_name_of_its_destination_or_keeps_its_own() {
    let world = World::new();
    world.write("x.txt", "x");
    std::fs::create_dir(world.path("existing")).unwrap();
    for (destination, key) in [("p/new", "p/new"), ("p/", "p/x.txt"), ("", "x.txt")] {
        world.run(&["cp", "x.txt", &url(destination)]).ends(0);
        assert!(world.keys().contains(&key.to_owned()), "{destination}");
    }
    for (destination, path) in
        [("existing", "existing/x.txt"), ("new/", "new/x.txt"), ("deep/name", "deep/name")]
    {
        world.run(&["cp", &url("p/x.txt"), destination]).ends(0);
        assert_eq!(world.read(path), "x");
    }
    world.run(&["cp", "x.txt", "s3://bucket"]).ends(0);
}

#[test]
fn a_prefix_is_a_folder() {
    let world = World::new();
    world.put("p/a", "1");
    world.put("pq/b", "2");
    world.run(&["cp", "--recursive", &url("p"), "dst"]).ends(0);
    assert_eq!(world.files("dst").into_keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_pattern_selects_keys_unless_raw() {
    let world = World::new();
    for key in ["p/a.txt", "p/sub/b.txt", "p/c.jpg", "p/*.txt"] {
        world.put(key, key);
    }
    world.run(&["cp", &url("p/*.txt"), "many"]).ends(0);
    assert_eq!(world.files("many").into_keys().collect::<Vec<_>>(), ["*.txt", "a.txt", "sub/b.txt"]);
    world.run(&["cp", "--raw", &url("p/*.txt"), "one"]).ends(0);
    assert_eq!(world.read("one"), "p/*.txt");
}

#[test]
fn the_last_filter_that_matches_wins() {
    let world = World::new();
    for name in ["src/a.txt", "src/b.jpg", "src/sub/c.txt"] {
        world.write(name, name);
    }
    let filters = ["--exclude", "*", "--include", "*.txt", "--exclude", "sub/*"];
    let arguments = [&["cp", "--recursive", "src/b.jpg", "s3://bucket/"], &filters[..]].concat();
    world.run(&arguments).ends(0);
    assert!(world.keys().is_empty());
    let arguments = [&["cp", "--recursive", "src", "s3://bucket/"], &filters[..]].concat();
    world.run(&arguments).ends(0);
    assert_eq!(world.keys(), ["a.txt"]);
    let arguments = [&["cp", "--recursive", "src", "s3://bucket/q/"], &filters[..2]].concat();
    world.run(&arguments).ends(0).tells("0 done");
    assert_eq!(world.keys(), ["a.txt"]);
}

#[test]
fn objects_are_copied_within_s3() {
    let world = World::new();
    world.put("p/a b+%?", "1");
    world.put("p/sub/x", "2");
    world.run(&["cp", "--raw", &url("p/a b+%?"), &url("copy/")]).ends(0);
    world.run(&["cp", "--recursive", &url("p/"), &url("all")]).ends(0);
    let objects = world.objects(BUCKET);
    assert_eq!(objects["copy/a b+%?"], "1");
    assert_eq!((objects["all/a b+%?"].as_str(), objects["all/sub/x"].as_str()), ("1", "2"));
}

#[test]
fn large_objects_are_transferred_in_parts() {
    let world = World::new();
    let content = "0123456789abcdef".repeat((6 << 20) / 16);
    world.write("file", &content);
    let parts = |arguments: &[&str], operation: &str| {
        world.forget_requests();
        world.run(&[arguments, &["--part-size", "5MB", "--metadata", "x=1"]].concat()).ends(0);
        let requests = world.server.requests().all();
        requests.iter().filter(|request| request.operation == operation).count()
    };
    assert_eq!(parts(&["cp", "file", "s3://bucket/a"], "UploadPart"), 2);
    assert_eq!(parts(&["put", "file", "s3://bucket/b"], "UploadPart"), 2);
    let copy = ["cp", "s3://bucket/a", "s3://bucket/c", "--metadata-directive", "REPLACE"];
    assert_eq!(parts(&copy, "UploadPartCopy"), 2);
    world.run(&["mv", &url("a"), &url("d"), "--part-size", "5MB"]).ends(0);
    for key in ["b", "c", "d"] {
        assert!(world.objects(BUCKET)[key] == content);
        assert_eq!(world.head(key).metadata["x"], "1");
    }
    assert_eq!(world.keys(), ["b", "c", "d"]);
    for size in ["4MB", "6GB", "much"] {
        world.run(&["cp", "file", &url("a"), "--part-size", size]).ends(2);
    }
}

#[test]
fn a_dry_run_reports_and_changes_nothing() {
    let world = World::new();
    world.write("src/a", "a");
    world.put("k", "k");
    for (arguments, line) in [
        (&["cp", "--recursive", "src", "s3://bucket/p"][..], "(dryrun) upload: src/a to s3://bucket/p/a\n"),
        (&["cp", "s3://bucket/k", "k"], "(dryrun) download: s3://bucket/k to ./k\n"),
        (&["mv", "src/a", "s3://bucket/a"], "(dryrun) move: src/a to s3://bucket/a\n"),
        (&["rm", "s3://bucket/k"], "(dryrun) delete: s3://bucket/k\n"),
        (&["rm", "--recursive", "s3://bucket"], "(dryrun) delete: s3://bucket/k\n"),
        (&["put", "src/a", "s3://bucket/a"], "(dryrun) upload: src/a to s3://bucket/a\n"),
        (&["mb", "s3://other"], "(dryrun) make_bucket: other\n"),
        (
            &["rb", "--force", "s3://bucket"],
            "(dryrun) delete: s3://bucket/k\n(dryrun) remove_bucket: bucket\n",
        ),
    ] {
        for flag in ["--dryrun", "--dry-run"] {
            assert_eq!(world.run(&[arguments, &[flag]].concat()).ends(0).stdout, line);
        }
    }
    assert_eq!(world.keys(), ["k"]);
    assert_eq!(world.files(""), [("src/a".to_owned(), "a".to_owned())].into());
    assert_eq!(world.run(&["ls"]).ends(0).stdout.lines().count(), 1);
}

#[test]
fn no_overwrite_keeps_existing_files_and_objects() {
    let world = World::new();
    world.put("a", "old");
    world.write("a", "new");
    for flag in ["--no-overwrite", "--no-clobber"] {
        world.run(&["cp", "a", &url("a"), flag]).ends(0).tells("kept existing");
        world.run(&["put", "a", &url("a"), flag]).ends(0).tells("kept existing");
        world.forget_requests();
        world.run(&["cp", &url("a"), "a", flag]).ends(0).tells("kept existing");
        assert_eq!(world.server.requests().count(), 0);
    }
    assert_eq!((world.objects(BUCKET)["a"].as_str(), world.read("a").as_str()), ("old", "new"));
}

#[test]
fn quiet_hides_progress() {
    let world = World::new();
    world.write("src/a", "a");
    for flag in ["--quiet", "--only-show-errors"] {
        let run = world.run(&["cp", "--recursive", "src", "s3://bucket/", flag]).ends(0);
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    }
}

#[test]
fn options_that_would_be_ignored_are_refused() {
    let world = World::new();
    world.write("a", "a");
    world.put("k", "k");
    for arguments in [
        &["cp", "a", "b"][..],
        &["cp", "s3://bucket/k", "b", "--acl", "private"],
        &["cp", "a", "s3://bucket/b", "--metadata-directive", "REPLACE"],
        &["cp", "s3://bucket/k", "s3://bucket/l", "--content-type", "a/b"],
        &["cp", "a", "s3://bucket/b", "--exclude", "*"],
        &["cp", ".", "s3://bucket/b"],
        &["mv", "-", "s3://bucket/b"],
        &["cp", "s3://bucket", "b"],
        &["cp", "a", "s3://bucket/b", "--checksum-mode", "ENABLED"],
        &["cp", "a", "s3://bucket/b", "--expected-source-bucket-owner", "111122223333"],
        &["cp", "a", "s3://bucket/b", "--version-id", "v"],
        &["cp", "s3://bucket/*", "b", "--version-id", "v"],
        &["mv", "s3://bucket/k", "b", "--version-id", "v"],
    ] {
        world.run(arguments).ends(2).tells("error: ");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8_are_skipped_and_counted() {
    use std::os::unix::ffi::OsStrExt as _;
    let world = World::new();
    world.write("src/a", "a");
    std::fs::write(world.path("src").join(std::ffi::OsStr::from_bytes(b"\xff")), "b").unwrap();
    world
        .run(&["cp", "--recursive", "src", "s3://bucket/"])
        .ends(1)
        .tells("its name is not UTF-8")
        .tells("1 skipped");
    assert_eq!(world.keys(), ["a"]);
}
