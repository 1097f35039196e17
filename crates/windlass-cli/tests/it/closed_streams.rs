//! Standard streams that are closed or open in the wrong direction.
#![cfg(unix)]

use std::process::Command;

use crate::world::{BUCKET, Run, World, url};

/// Runs the program from a shell that redirects its streams.
fn redirected(world: &World, redirection: &str, arguments: &[&str]) -> Run {
    let program = world.command(arguments);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("exec \"$0\" \"$@\" {redirection}"));
    command.arg(program.get_program()).args(program.get_args()).current_dir(world.folder());
    command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Run::of(command.output().unwrap())
}

#[test]
fn an_input_that_cannot_be_read_is_refused_before_anything_is_sent() {
    let world = World::new();
    world.write("file", "content");
    world.forget_requests();
    for (redirection, told) in [
        ("<&-", "error: standard input is closed"),
        ("0>>file", "error: standard input is not open for reading"),
        ("<.", "error: standard input is a folder"),
    ] {
        for arguments in [
            &["put", "s3://bucket/k"][..],
            &["cp", "-", "s3://bucket/k"],
            &["put", "-", "s3://bucket/k"],
            &["put", "/dev/stdin", "s3://bucket/k"],
            &["cp", "/dev/stdin", "s3://bucket/k"],
            &["cp", "file", "/dev/fd/0", "s3://bucket/p/"],
        ] {
            for flag in ["--no-progress", "--dryrun"] {
                redirected(&world, redirection, &[arguments, &[flag]].concat()).ends(1).tells(told);
            }
        }
    }
    assert_eq!(world.server.requests().count(), 0);
    redirected(&world, "</dev/null", &["put", &url("empty")]).ends(0);
    redirected(&world, "<file", &["put", &url("k")]).ends(0);
    redirected(&world, "<>file", &["cp", "-", &url("l")]).ends(0);
    let objects = world.objects(BUCKET);
    assert_eq!(
        (objects["empty"].as_str(), objects["k"].as_str(), objects["l"].as_str()),
        ("", "content", "content")
    );
}

#[test]
fn an_output_that_cannot_be_written_is_an_error() {
    let world = World::new();
    world.put("k", "content");
    world.write("file", "content");
    for arguments in [
        &["cat", "s3://bucket/k"][..],
        &["cp", "s3://bucket/k", "-"],
        &["cp", "s3://bucket/k", "/dev/stdout"],
    ] {
        redirected(&world, ">&-", arguments).ends(1).tells("error: standard output is closed");
    }
    for arguments in [
        &["ls", "s3://bucket"][..],
        &["stat", "s3://bucket/k"],
        &["cat", "s3://bucket/k"],
        &["rm", "s3://bucket/k"],
    ] {
        redirected(&world, "1<file", arguments)
            .ends(1)
            .tells("error: standard output is not open for writing");
    }
    assert_eq!(world.keys(), ["k"]);
    for redirection in [">/dev/null", "1<>/dev/null"] {
        redirected(&world, redirection, &["ls", "s3://bucket"]).ends(0);
    }
    redirected(&world, ">/dev/null", &["cat", &url("k")]).ends(0);
    redirected(&world, ">output", &["cat", &url("k")]).ends(0);
    assert_eq!(world.read("output"), "content");
}
