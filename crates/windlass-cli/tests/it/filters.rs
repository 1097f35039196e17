//! `--include` and `--exclude`.

use crate::world::World;

/// aws-cli ignores such an option; s5cmd selects only matches.
#[test]
fn a_leading_include_is_refused_with_both_alternatives() {
    let world = World::new();
    for key in ["a.txt", "b.jpg"] {
        world.put(key, key);
        world.write(&format!("src/{key}"), key);
    }
    for command in [
        &["rm", "--recursive", "--yes", "s3://bucket"][..],
        &["rm", "--recursive", "--yes", "--all-versions", "s3://bucket"],
        &["cp", "--recursive", "src", "s3://bucket/up"],
        &["mv", "--recursive", "s3://bucket", "dst"],
        &["cp", "s3://bucket/*", "dst"],
    ] {
        let run = world.run(&[command, &["--include", "*.txt"]].concat()).ends(2);
        run.tells("--include *.txt before every --exclude is ambiguous").tells(
            "to include only matches, write --exclude '*' --include '*.txt'; to include everything, omit it",
        );
        let run = world.run(&[command, &["--include", "it's", "--exclude", "b*", "--include", "c"]].concat());
        run.ends(2)
            .tells(r"write --exclude '*' --include 'it'\''s' --exclude 'b*' --include 'c';")
            .tells("to include everything else too, write --exclude 'b*' --include 'c'");
    }
    assert_eq!(world.keys(), ["a.txt", "b.jpg"]);
    world.run(&["rm", "--recursive", "--yes", "s3://bucket", "--exclude", "*", "--include", "*.txt"]).ends(0);
    assert_eq!(world.keys(), ["b.jpg"]);
}

#[test]
fn filters_that_select_nothing_are_not_an_error() {
    let world = World::new();
    world.put("p/a", "1");
    world.write("src/a", "1");
    for command in [
        &["cp", "--recursive", "src", "s3://bucket/x"][..],
        &["cp", "--recursive", "src/a", "s3://bucket/x/"],
        &["cp", "src/*", "s3://bucket/x"],
        &["mv", "--recursive", "src", "s3://bucket/x"],
        &["cp", "--recursive", "s3://bucket/p", "dst"],
        &["cp", "s3://bucket/p/*", "dst"],
        &["cp", "--recursive", "s3://bucket/p", "s3://bucket/x"],
        &["mv", "s3://bucket/p/*", "s3://bucket/x/"],
        &["rm", "--recursive", "s3://bucket/p"],
        &["rm", "--yes", "s3://bucket/*"],
        &["rm", "--recursive", "--all-versions", "s3://bucket/p"],
    ] {
        world.run(&[command, &["--exclude", "*"]].concat()).ends(0).tells("0 done");
    }
    assert_eq!((world.keys(), world.read("src/a")), (vec!["p/a".to_owned()], "1".to_owned()));
    // Missing sources are an error regardless of filters.
    for command in [
        &["cp", "--recursive", "s3://bucket/none", "dst"][..],
        &["rm", "s3://bucket/none*"],
        &["cp", "none/*", "s3://bucket"],
    ] {
        world.run(&[command, &["--exclude", "*"]].concat()).ends(4);
    }
}

#[test]
fn a_pattern_that_is_not_a_relative_name_causes_a_warning() {
    let world = World::new();
    world.write("src/a", "1");
    let base = ["cp", "--recursive", "src", "s3://bucket", "--exclude"];
    for pattern in ["/src/*", "./a", "../src/a", "s3://bucket/a", "~/a"] {
        let run = world.run(&[&base[..], &[pattern]].concat()).ends(0).tells("1 done");
        run.tells(&format!(
            "warning: --exclude {pattern} cannot match: patterns apply to names relative to the source"
        ));
        world
            .run(&["rm", "--recursive", "--yes", "s3://bucket", "--exclude", pattern])
            .ends(0)
            .tells("warning: ");
    }
    for pattern in ["src/*", "*/a", ".a", "a/./b", "x:*"] {
        assert_eq!(world.run(&[&base[..], &[pattern]].concat()).ends(0).stderr, "1 done, 1 Byte\n");
    }
}

/// aws-cli#1117
#[cfg(unix)]
#[test]
fn excluded_names_cause_no_warning() {
    let world = World::new();
    world.write("src/a", "1");
    std::os::unix::fs::symlink("none", world.path("src/dangling")).unwrap();
    std::os::unix::fs::symlink("..", world.path("src/round")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(world.path("src/pipe")).status().unwrap().success());
    let base = ["cp", "--recursive", "src", "s3://bucket"];
    world.run(&base).ends(1).tells("src/dangling").tells("src/round").tells("src/pipe").tells("3 skipped");
    let excluded = ["--exclude", "dang*", "--exclude", "round/*", "--exclude", "pipe"];
    assert_eq!(world.run(&[&base[..], &excluded].concat()).ends(0).stderr, "1 done, 1 Byte\n");
    assert_eq!(
        world.run(&[&base[..], &["--exclude", "*", "--include", "a"]].concat()).ends(0).stderr,
        "1 done, 1 Byte\n"
    );

    for key in ["p/../x", "p//y", "p/z/"] {
        world.put(key, "1");
    }
    world.put("p/a", "1");
    let base = ["cp", "--recursive", "s3://bucket/p", "dst"];
    world.run(&base).ends(1).tells("3 skipped");
    let excluded = ["--exclude", "../*", "--exclude", "/*", "--exclude", "z/"];
    let run = world.run(&[&base[..], &excluded].concat()).ends(0);
    assert!(!run.stderr.contains("skipped"), "{}", run.stderr);
}
