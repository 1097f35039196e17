//! `ls` and `stat`.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::world::{BUCKET, Run, World, url};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The lines without their times, which are the server's.
fn untimed(text: &str) -> Vec<&str> {
    text.lines()
        .map(|line| {
            let time = line.get(..19).unwrap();
            assert!(
                time.trim().is_empty() || time.starts_with("20") && time.as_bytes()[13] == b':',
                "{line}"
            );
            &line[19..]
        })
        .collect()
}

#[test]
fn a_list_with_a_delimiter_has_prefixes_and_objects() {
    let world = World::new();
    for key in ["p/a", "p/sub/b", "p/sub/c", "q"] {
        world.put(key, "12345");
    }
    assert_eq!(
        untimed(&world.run(&["ls", "s3://bucket"]).ends(0).stdout),
        ["        PRE p/", "          5 q"]
    );
    assert_eq!(
        untimed(&world.run(&["ls", &url("p/")]).ends(0).stdout),
        ["        PRE sub/", "          5 a"]
    );
    let all = world.run(&["ls", "--recursive", &url("p")]).ends(0).stdout;
    assert_eq!(untimed(&all), ["          5 p/a", "          5 p/sub/b", "          5 p/sub/c"]);
}

#[test]
fn buckets_are_listed() {
    let world = World::new();
    assert_eq!(untimed(&world.run(&["ls"]).ends(0).stdout), [" bucket"]);
    assert_eq!(lines(&world.run(&["ls", "--json"]).ends(0).stdout)[0]["bucket"], BUCKET);
}

#[test]
fn json_has_exact_keys() {
    let world = World::new();
    world.put("a\nb\" é", "12");
    world.put("p/x", "");
    let records = lines(&world.run(&["ls", "--json", "s3://bucket"]).ends(0).stdout);
    assert_eq!(records[0]["prefix"], "p/");
    assert_eq!((&records[1]["key"], &records[1]["size"]), (&"a\nb\" é".into(), &2.into()));
    assert_eq!(records[1]["etag"], "c20ad4d76fe97759aa27a0c99bff6710");
    assert!(records[1]["last_modified"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn summaries_and_human_readable_sizes() {
    let world = World::new();
    world.put("a", &"x".repeat(1536));
    world.put("b", "y");
    let run = world.run(&["ls", "--human-readable", "--summarize", "s3://bucket"]).ends(0);
    assert!(run.stdout.contains("   1.5 KiB a\n") && run.stdout.contains("    1 Byte b\n"), "{}", run.stdout);
    assert!(run.stdout.ends_with("\nTotal Objects: 2\n   Total Size: 1.5 KiB\n"), "{}", run.stdout);
}

#[test]
fn patterns_and_prefixes_that_match_nothing_are_not_found() {
    let world = World::new();
    world.put("p/a.txt", "1");
    world.put("p/b.jpg", "1");
    assert_eq!(untimed(&world.run(&["ls", &url("*.txt")]).ends(0).stdout), ["          1 p/a.txt"]);
    world.run(&["ls", &url("x")]).ends(4);
    world.run(&["ls", "--raw", &url("*.txt")]).ends(4);
    World::new().run(&["ls", "s3://bucket"]).ends(0);
}

#[test]
fn a_long_list_is_paginated() {
    let world = World::new();
    for number in 0..1001 {
        world.put(&format!("k{number:04}"), "");
    }
    let run = world.run(&["ls", "--json", "s3://bucket"]).ends(0);
    assert_eq!((run.stdout.lines().count(), &lines(&run.stdout)[1000]["key"]), (1001, &"k1000".into()));
}

#[test]
fn stat_shows_the_properties() {
    let world = World::new();
    world.run_with("123", &["put", &url("k?"), "--content-type", "a/b", "--metadata", "x=1"]).ends(0);
    let text = world.run(&["stat", &url("k?")]).ends(0).stdout;
    for line in ["key: k?\n", "size: 3\n", "content_type: a/b\n", "metadata.x: 1\n", "checksums.CRC64NVME: "]
    {
        assert!(text.contains(line), "{line} in {text}");
    }
    let record = &lines(&world.run(&["--json", "stat", &url("k?")]).ends(0).stdout)[0];
    assert_eq!((&record["size"], &record["metadata"]["x"]), (&3.into(), &"1".into()));
    assert!(world.run(&["stat", "s3://bucket"]).ends(0).stdout.contains("region: us-east-1"));
}

#[test]
fn options_for_objects_are_refused_when_listing_buckets() {
    let world = World::new();
    for option in ["--all-versions", "--raw", "--recursive", "--summarize"] {
        world.run(&["ls", option]).ends(2).tells(&format!("{option} requires a bucket"));
    }
}

#[test]
fn times_are_local_in_text_and_utc_in_json() {
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_798_804_805);
    let world = World::at(noon);
    let ls = |zone: Option<&str>, arguments: &[&str]| {
        let mut command = world.command(arguments);
        // The program corrects its clock to the server's fixed one, which is more than 15 minutes away.
        command.envs(zone.map(|zone| ("TZ", zone)));
        Run::of(command.output().unwrap()).ends(0).stdout
    };
    let times =
        ["2027-01-01 17:30:05 bucket\n", "2027-01-01 08:00:05 bucket\n", "2027-01-01 12:00:05 bucket\n"];
    for (zone, expected) in ["IST-5:30", "XST4", "UTC0"].into_iter().zip(times) {
        assert_eq!(ls(Some(zone), &["ls"]), expected, "{zone}");
    }
    for zone in ["IST-5:30", "Nowhere/Land", ""] {
        assert!(ls(Some(zone), &["--json", "ls"]).contains("2027-01-01T12:00:05Z"), "{zone}");
    }
    // An unknown zone is not an error.
    assert_eq!(ls(Some("Nowhere/Land"), &["ls"]), "2027-01-01 12:00:05 bucket\n");
}
