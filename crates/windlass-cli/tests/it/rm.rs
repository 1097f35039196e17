//! `rm` and `rb`: deletion in batches, and only after confirmation.

use windlass_server::Action;

use crate::canned::Canned;
use crate::world::{World, url};

#[test]
fn one_object_is_deleted() {
    let world = World::new();
    world.put("a", "1");
    world.put("ab", "2");
    assert_eq!(world.run(&["rm", &url("a")]).ends(0).stdout, "delete: s3://bucket/a\n");
    assert_eq!(world.keys(), ["ab"]);
}

#[test]
fn many_objects_are_deleted_only_after_confirmation() {
    let world = World::new();
    for key in ["p/a", "p/b", "q"] {
        world.put(key, "1");
    }
    for arguments in [&["rm", "--recursive", "s3://bucket/p"][..], &["rm", "s3://bucket/p/*"]] {
        world.run_with("y\n", arguments).ends(2).tells("hint: pass --yes");
        assert_eq!(world.keys().len(), 3);
    }
    world.run(&["rm", "--recursive", "--yes", &url("p")]).ends(0);
    assert_eq!(world.keys(), ["q"]);
}

#[test]
fn a_pattern_deletes_what_matches_and_raw_one_key() {
    let world = World::new();
    for key in ["a1", "a2", "a*", "b"] {
        world.put(key, "1");
    }
    world.run(&["rm", "--raw", &url("a*")]).ends(0);
    assert_eq!(world.keys(), ["a1", "a2", "b"]);
    world.run(&["rm", "--yes", &url("a*")]).ends(0);
    assert_eq!(world.keys(), ["b"]);
}

#[test]
fn filters_limit_deletions() {
    let world = World::new();
    for key in ["p/a.txt", "p/b.jpg"] {
        world.put(key, "1");
    }
    world.run(&["rm", "--recursive", "--yes", &url("p"), "--exclude", "*.jpg"]).ends(0);
    assert_eq!(world.keys(), ["p/b.jpg"]);
}

#[test]
fn more_than_1000_objects_are_deleted_in_batches() {
    let world = World::new();
    for number in 0..1001 {
        world.put(&format!("k{number}"), "");
    }
    world.forget_requests();
    let run = world.run(&["rm", "--recursive", "--yes", "s3://bucket"]).ends(0);
    let batches =
        world.server.requests().all().iter().filter(|request| request.operation == "DeleteObjects").count();
    assert_eq!((run.stdout.lines().count(), batches, world.keys().len()), (1001, 2, 0));
}

#[test]
fn nothing_to_delete_is_not_found() {
    let world = World::new();
    world.run(&["rm", "--recursive", &url("none/")]).ends(4);
    world.run(&["rm", "s3://bucket"]).ends(2);
}

#[test]
fn buckets_are_created_and_removed() {
    let world = World::new();
    assert_eq!(world.run(&["mb", "s3://other"]).ends(0).stdout, "make_bucket: other\n");
    assert_eq!(world.run(&["rb", "s3://other"]).ends(0).stdout, "remove_bucket: other\n");
    world.put("k", "1");
    world.run(&["rb", "s3://bucket"]).ends(1).tells("BucketNotEmpty");
    world.run(&["rb", "--force", "s3://bucket"]).ends(2).tells("hint: pass --yes");
    assert_eq!(world.keys(), ["k"]);
    world.run(&["rb", "--force", "--yes", "s3://bucket"]).ends(0);
    assert_eq!(world.run(&["ls"]).ends(0).stdout, "");
}

#[test]
fn a_bucket_is_kept_if_an_object_cannot_be_deleted() {
    let world = World::new();
    world.put("k", "1");
    world.break_all("DeleteObjects", Action::Status { status: 403, code: "AccessDenied" });
    world.run(&["rb", "--force", "--yes", "s3://bucket"]).ends(3);
    world.server.faults().clear();
    assert_eq!(world.keys(), ["k"]);
}

#[test]
fn deleting_nothing_succeeds_with_yes() {
    let world = World::new();
    for arguments in [
        &["--recursive", "--yes", "s3://bucket/none/"][..],
        &["--yes", "s3://bucket/*.none"],
        &["--all-versions", "--recursive", "--yes", "s3://bucket/none/"],
    ] {
        world
            .run(&[&["rm"], arguments].concat())
            .ends(0)
            .tells("nothing to delete: no objects match s3://bucket/");
    }
    world.run(&["rm", "--recursive", "s3://bucket/none/"]).ends(4);
    world.run(&["rm", "--recursive", "--yes", "s3://nobody/none/"]).ends(4).tells("NoSuchBucket");
}

#[test]
fn questions_use_singular_and_plural() {
    let world = World::new();
    world.put("p/a", "1");
    world.run(&["rm", "--recursive", &url("p/")]).ends(2).tells("Delete 1 object of s3://bucket/p/?");
    world.run(&["rb", "--force", "s3://bucket"]).ends(2).tells("and 1 object in it?");
    world.put("p/b", "1");
    world.run(&["rm", "--recursive", &url("p/")]).ends(2).tells("Delete 2 objects of s3://bucket/p/?");
    let delete = ["rm", "--all-versions", "--recursive", "s3://bucket/p/"];
    world.run(&delete).ends(2).tells("Permanently delete 2 versions of s3://bucket/p/?");
    world.begin_upload("u", &[]);
    let clean = ["uploads", "clean", "--older-than", "0s", "s3://bucket"];
    world.run(&clean).ends(2).tells("Abort 1 unfinished upload of s3://bucket/?");
}

/// One version of a key is deleted, the other is not. Each is reported correctly.
#[test]
fn a_version_that_cannot_be_deleted_is_not_listed_as_deleted() {
    for names_version in [true, false] {
        let service = Canned::new(move |request| {
            if request.method == "GET" {
                let version = |id| {
                    let members = "<IsLatest>false</IsLatest><Size>1</Size><ETag>\"e\"</ETag>";
                    format!("<Version><Key>k</Key><VersionId>{id}</VersionId>{members}</Version>")
                };
                let root = "ListVersionsResult";
                return (200, format!("<{root}>{}{}</{root}>", version("v1"), version("v2")));
            }
            let failed = if names_version { "<VersionId>v1</VersionId>" } else { "" };
            let failed = format!("<Error><Key>k</Key>{failed}<Code>AccessDenied</Code></Error>");
            let deleted = "<Deleted><Key>k</Key><VersionId>v2</VersionId></Deleted>";
            (200, format!("<DeleteResult>{deleted}{failed}</DeleteResult>"))
        });
        let rm = ["--json", "rm", "--all-versions", "--recursive", "--yes", "s3://bucket/"];
        let run = service.run(&World::new(), &rm);
        assert!(!run.stdout.contains("\"v1\""), "{}", run.stdout);
        assert_eq!(run.stdout.contains("\"v2\""), names_version, "{}", run.stdout);
        run.ends(if names_version { 1 } else { 3 }).tells("AccessDenied");
    }
}
