//! Closed readers and named pipes: work continues without a reader, and pipes are not replaced by files.

use std::process::Stdio;

use crate::world::{BUCKET, World, url};

#[test]
fn a_closed_standard_output_does_not_stop_the_work() {
    let world = World::new();
    for number in 0..50 {
        world.write(&format!("src/{number}"), "");
    }
    let run = |arguments: &[&str]| {
        let mut child = world.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        child.wait().unwrap().code()
    };
    assert_eq!(run(&["cp", "--recursive", "src", "s3://bucket"]), Some(0));
    assert_eq!(world.keys().len(), 50);
    assert_eq!(run(&["rb", "--force", "--yes", "s3://bucket"]), Some(0));
    world.run(&["stat", "s3://bucket"]).ends(4);
}

#[test]
fn a_closed_standard_error_does_not_stop_the_work() {
    let world = World::new();
    for key in ["a//b", "c", "d//e", "f"] {
        world.put(key, key);
    }
    let arguments = ["--debug", "cp", "--recursive", "s3://bucket", "dst"];
    let mut child = world.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(world.files("dst").into_keys().collect::<Vec<_>>(), ["c", "f"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_output_is_an_error() {
    let world = World::new();
    world.put("k", "content");
    for arguments in [["cat", &url("k")], ["stat", &url("k")]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = world.command(&arguments).stdout(full).output().unwrap();
        crate::world::Run::of(output).ends(1).tells("error: standard output: ");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_to_in_place() {
    use std::os::unix::fs::FileTypeExt as _;

    let world = World::new();
    world.put("k", "content");
    let pipe = world.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink("pipe", world.path("link")).unwrap();
    for name in ["pipe", "link"] {
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read_to_string(pipe).unwrap()
        });
        let run = world.run(&["cp", &url("k"), name]).ends(0);
        assert_eq!(run.stdout, format!("download: s3://{BUCKET}/k to {name}\n"));
        assert_eq!(reader.join().unwrap(), "content");
    }
    world.run(&["mv", &url("k"), "pipe"]).ends(2).tells("not a regular file");
    world.run(&["cp", "--no-overwrite", &url("k"), "pipe"]).ends(0).tells("kept existing");
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo() && world.path("link").is_symlink());
    assert_eq!(world.keys(), ["k"]);
}

/// The command line does not name the pipe: it only has the name of a key.
#[cfg(unix)]
#[test]
fn a_pipe_among_many_targets_is_not_replaced() {
    use std::os::unix::fs::FileTypeExt as _;

    let world = World::new();
    world.put("p/pipe", "content");
    world.put("p/x", "content");
    std::fs::create_dir(world.path("dst")).unwrap();
    let pipe = world.path("dst/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let run = world.run(&["cp", "--recursive", &url("p"), "dst"]).ends(1).tells("1 done");
    run.tells("dst/pipe: a pipe, device or socket of that name exists");
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_to_its_end() {
    let world = World::new();
    let pipe = world.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (verb, size) in [("put", 3), ("cp", 9 << 20)] {
        let content = "x".repeat(size);
        let writer = std::thread::spawn({
            let (pipe, content) = (pipe.clone(), content.clone());
            move || std::fs::write(pipe, content).unwrap()
        });
        let line = world.run(&["--json", verb, "pipe", &url("k")]).ends(0).stdout;
        writer.join().unwrap();
        assert!(
            world.objects(BUCKET)["k"] == content && line.contains(&format!("\"size\":{size}")),
            "{line}"
        );
    }
    world.run(&["mv", "pipe", &url("k")]).ends(2).tells("cannot move pipe: not a regular file");
    assert!(pipe.exists());
}

#[cfg(unix)]
#[test]
fn no_file_is_created_among_devices() {
    let world = World::new();
    world.put("k", "content");
    world
        .run(&["cp", &url("k"), "/dev/windlass-test"])
        .ends(1)
        .tells("cannot create files in a folder of devices");
    world
        .run(&["cp", "--recursive", "s3://bucket", "/dev/"])
        .ends(1)
        .tells("cannot create files in a folder of devices");
    // Standard output is a file here, not a pipe.
    let output = std::fs::File::create(world.path("output")).unwrap();
    world.command(&["cp", &url("k"), "/dev/stdout"]).stdout(output).status().unwrap();
    assert_eq!(world.read("output"), "content");
}
