//! Folders and files that other processes replace by links during a transfer: nothing outside the given folder is
//! read, written or deleted.
#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;
use std::thread::JoinHandle;
use std::time::Duration;

use windlass_server::{Action, Fault};

use crate::impostor::response;
use crate::world::{BUCKET, Gate, Run, World};

/// A server that lists one object, sends half of it, calls `act`, and sends the rest.
fn server_of_one_download(act: impl FnOnce() + Send + 'static) -> (String, JoinHandle<()>) {
    const LIST: &str = "<ListBucketResult><Name>bucket</Name><Prefix></Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys>\
        <IsTruncated>false</IsTruncated><Contents><Key>sub/x</Key><Size>8</Size></Contents></ListBucketResult>";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut act = Some(act);
        while let Some(acts) = act.take() {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while !lines.next().unwrap().unwrap().is_empty() {}
            if first.contains("list-type=2") {
                stream.write_all(response("200 OK", "", LIST).as_bytes()).unwrap();
                act = Some(acts);
                continue;
            }
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nETag: \"e\"\r\nConnection: close\r\n\r\n";
            stream.write_all(format!("{head}first").as_bytes()).unwrap();
            acts();
            stream.write_all(b", 2").unwrap();
        }
    });
    (endpoint, server)
}

/// Returns once a temporary file is in a folder.
fn await_temporary_file(folder: &Path) {
    let is_there = || {
        let mut entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.any(|entry| entry.file_name().to_string_lossy().starts_with(".windlass-"))
    };
    while !is_there() {
        std::thread::yield_now();
    }
}

#[test]
fn a_download_into_a_folder_that_is_moved_away_writes_nothing() {
    for arguments in
        [&["cp", "--recursive", "s3://bucket", "dst"][..], &["cp", "s3://bucket/sub/x", "dst/sub/x"]]
    {
        for target in ["outside/sub", "outside"] {
            let world = World::new();
            fs::create_dir_all(world.path("dst/sub")).unwrap();
            fs::create_dir_all(world.path("outside")).unwrap();
            let (folder, moved) = (world.path("dst/sub"), world.path("outside/sub"));
            let link_to = world.path(target);
            let (endpoint, server) = server_of_one_download(move || {
                await_temporary_file(&folder);
                fs::rename(&folder, &moved).unwrap();
                symlink(link_to, &folder).unwrap();
            });
            let run = world.run(&[&["--endpoint-url", &endpoint], arguments].concat());
            server.join().unwrap();
            let is_whole = run.code == Some(0) && arguments.len() == 3 && target == "outside/sub";
            // A link in place of the given folder leads to the file.
            assert!(is_whole || run.code == Some(1), "{arguments:?} {target}: {run:?}");
            let files = world.files("");
            assert_eq!(
                files.keys().filter(|name| !is_whole || !name.ends_with("/x")).count(),
                0,
                "{files:?}"
            );
        }
    }
}

/// The folder is still open from the first file.
#[test]
fn a_folder_that_is_moved_away_between_two_downloads_gets_one_file() {
    let (world, gate) = World::with_gate();
    for key in ["sub/a", "sub/b"] {
        world.put(key, key);
    }
    world.write("outside/file", "");
    world.server.faults().add(Fault::new(Action::Delay(Duration::ZERO)).operation("GetObject").key("sub/b"));
    let mut command = world.command(&["cp", "--recursive", "--concurrency", "1", "s3://bucket", "dst"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.meanwhile(&gate, || {
        fs::rename(world.path("dst/sub"), world.path("outside/sub")).unwrap();
        symlink("../outside/sub", world.path("dst/sub")).unwrap();
    });
    let run = Run::of(child.wait_with_output().unwrap()).ends(1);
    run.tells("dst/sub is a symbolic link, which downloads do not follow").tells("1 done");
    let expected = [("file".to_owned(), String::new()), ("sub/a".to_owned(), "sub/a".to_owned())];
    assert_eq!(world.files("outside"), expected.into());
}

/// Runs the program with one request at a time, and calls `act` while it uploads the file `a`.
fn acting(world: &World, gate: &Gate, verb: &str, act: impl FnOnce()) -> Run {
    world.server.faults().add(Fault::new(Action::Delay(Duration::ZERO)).operation("PutObject").key("sub/a"));
    let arguments = [verb, "--recursive", "--concurrency", "1", "src", "s3://bucket"];
    let mut command = world.command(&arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.meanwhile(gate, act);
    Run::of(child.wait_with_output().unwrap())
}

/// `src/sub` with two files, and another folder with files of the same names.
fn world_of_two_folders() -> (World, Gate) {
    let (world, gate) = World::with_gate();
    for name in ["src/sub/a", "src/sub/b", "outside/a", "outside/b", "outside/sub/a", "outside/sub/b"] {
        world.write(name, name);
    }
    (world, gate)
}

#[test]
fn an_upload_reads_nothing_through_a_folder_that_is_swapped_for_a_link() {
    for (swapped, target) in [("src/sub", "../outside"), ("src", "outside")] {
        let (world, gate) = world_of_two_folders();
        let run = acting(&world, &gate, "cp", || {
            fs::rename(world.path(swapped), world.path("moved")).unwrap();
            symlink(target, world.path(swapped)).unwrap();
        });
        run.ends(0);
        assert_eq!(
            world.objects(BUCKET),
            [("sub/a".into(), "src/sub/a".into()), ("sub/b".into(), "src/sub/b".into())].into()
        );
    }
}

#[test]
fn an_upload_reads_nothing_through_a_file_that_is_swapped_for_a_link() {
    for verb in ["cp", "mv"] {
        let (world, gate) = world_of_two_folders();
        let run = acting(&world, &gate, verb, || {
            fs::remove_file(world.path("src/sub/b")).unwrap();
            symlink("../../outside/b", world.path("src/sub/b")).unwrap();
        });
        run.ends(1).tells("src/sub/b: it was replaced since it was listed");
        assert_eq!(world.objects(BUCKET), [("sub/a".to_owned(), "src/sub/a".to_owned())].into());
        assert_eq!(world.read("outside/b"), "outside/b");
    }
}

#[test]
fn a_move_deletes_nothing_through_a_folder_that_is_swapped_for_a_link() {
    // The last link leads to the copied files.
    for (swapped, target) in [("src/sub", "../outside"), ("src", "outside"), ("src/sub", "../moved")] {
        let (world, gate) = world_of_two_folders();
        let before = world.files("").len();
        let run = acting(&world, &gate, "mv", || {
            fs::rename(world.path(swapped), world.path("moved")).unwrap();
            symlink(target, world.path(swapped)).unwrap();
        });
        run.ends(1).tells("to s3://bucket/sub/a, but did not delete the source: it changed during the copy");
        fs::remove_file(world.path(swapped)).unwrap();
        fs::rename(world.path("moved"), world.path(swapped)).unwrap();
        assert_eq!(world.files("").len(), before, "{swapped} {target}");
    }
}
