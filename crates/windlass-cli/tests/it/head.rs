//! `head`: the unchanged response of S3.

use serde_json::Value;

use crate::world::{Run, World, url};

fn record(run: Run) -> Value {
    serde_json::from_str(&run.ends(0).stdout).unwrap()
}

#[test]
fn members_have_the_names_of_the_api() {
    let world = World::new();
    world.run_with("123", &["put", &url("k?"), "--content-type", "a/b", "--metadata", "x=1"]).ends(0);
    let text = world.run(&["head", &url("k?")]).ends(0).stdout;
    for line in [
        "AcceptRanges: bytes\n",
        "ChecksumCRC64NVME: ",
        "ChecksumType: FULL_OBJECT\n",
        "ContentLength: 3\n",
        "ContentType: a/b\n",
        "ETag: \"202cb962ac59075b964b07152d234b70\"\n",
        "Metadata.x: 1\n",
        "RequestId: ",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("null") && !text.contains("VersionId"), "{text}");
    let head = record(world.run(&["--json", "head", &url("k?")]));
    assert_eq!((&head["ContentLength"], &head["Metadata"]["x"]), (&3.into(), &"1".into()));
    assert!(head["LastModified"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_bucket_has_a_region() {
    let world = World::new();
    assert!(world.run(&["head", "s3://bucket"]).ends(0).stdout.contains("BucketRegion: us-east-1\n"));
    world.run(&["head", "s3://bucket", "--range", "bytes=0-1"]).ends(2).tells("requires an object");
    world.run(&["head", "s3://nobody"]).ends(4);
    world.run(&["head", &url("none")]).ends(4);
}

#[test]
fn conditions_are_evaluated() {
    let world = World::new();
    world.put("k", "123");
    let run = |options: &[&str]| world.run(&[&["head", "s3://bucket/k"], options].concat());
    let etag = "202cb962ac59075b964b07152d234b70";
    run(&["--if-match", etag]).ends(0);
    run(&["--if-match", "other"]).ends(1).tells("s3://bucket/k failed");
    run(&["--if-none-match", "other"]).ends(0);
    run(&["--if-none-match", etag]).ends(1);
    run(&["--if-modified-since", "2000-01-01T00:00:00Z"]).ends(0);
    run(&["--if-unmodified-since", "Sat, 01 Jan 2000 00:00:00 GMT"]).ends(1);
}

#[test]
fn a_range_has_its_length() {
    let world = World::new();
    world.put("k", "12345");
    let head = record(world.run(&["--json", "head", &url("k"), "--range", "bytes=1-2"]));
    assert_eq!((&head["ContentLength"], &head["ContentRange"]), (&2.into(), &"bytes 1-2/5".into()));
}
