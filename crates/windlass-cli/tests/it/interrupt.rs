//! Signals: the exit status, and the cleanup of unfinished work.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use windlass_server::Action;

use crate::world::{Run, World, url};

fn interrupt(child: &Child) {
    send(child, "INT");
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_server_exits_with_130() {
    let world = World::new();
    let mut child =
        world.bare_command(&["serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_download_leaves_no_file() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    // Sends half of an object, then stalls until the client disconnects.
    let half = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).unwrap();
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"a\"\r\n\r\nhalf!").unwrap();
        // The connection may end with EOF or a reset.
        let _ = reader.read_to_end(&mut Vec::new());
    });
    let arguments = ["--debug", "--endpoint-url", &endpoint, "cp", &url("k"), "dst/"];
    let mut child = world.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("GetObject"), "{line}");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    half.join().unwrap();
    assert!(world.files("dst").is_empty(), "{:?}", world.files("dst"));
}

/// A `put` that has sent one part and waits for input.
fn uploading(mut command: Command) -> (Child, BufReader<ChildStderr>) {
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(&vec![0; 17 << 20]).unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for(&mut stderr, "UploadPart");
    (child, stderr)
}

fn wait_for(stderr: &mut BufReader<ChildStderr>, word: &str) {
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "no {word}");
    }
}

#[test]
fn an_upload_is_aborted() {
    let world = World::new();
    for signal in ["INT", "TERM", "HUP"] {
        let (mut child, _stderr) = uploading(world.command(&["--debug", "put", &url("k")]));
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        assert!(world.uploads().is_empty() && world.keys().is_empty());
    }
}

#[test]
fn an_upload_to_the_embedded_server_is_aborted() {
    let world = World::new();
    let local = |arguments: &[&str]| world.bare_command(&[&["--local", "store"], arguments].concat());
    let (mut child, _stderr) = uploading(local(&["--debug", "put", &url("k")]));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(Run::of(local(&["uploads", "list", "s3://bucket"]).output().unwrap()).ends(0).stdout, "");
}

#[test]
fn concurrent_uploads_are_aborted() {
    let world = World::new();
    for name in ["src/a", "src/b"] {
        world.write(name, &"0123456789abcdef".repeat((6 << 20) / 16));
    }
    world.break_all("UploadPart", Action::Delay(Duration::from_mins(10)));
    let arguments = ["--debug", "cp", "--recursive", "--part-size", "5MB", "src", "s3://bucket"];
    let mut child = world.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    wait_for(&mut stderr, "CreateMultipartUpload");
    wait_for(&mut stderr, "CreateMultipartUpload");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(world.uploads().is_empty() && world.keys().is_empty());
}

#[test]
fn a_second_signal_ends_the_process_immediately() {
    let world = World::new();
    world.break_all("AbortMultipartUpload", Action::Delay(Duration::from_mins(10)));
    let (mut child, mut stderr) = uploading(world.command(&["--debug", "put", &url("k")]));
    interrupt(&child);
    wait_for(&mut stderr, "interrupted");
    // Signals in quick succession count as the first one.
    let status = loop {
        interrupt(&child);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert_eq!(status.code(), Some(130));
    assert_eq!(world.uploads(), ["k"]);
}

/// `nohup` ignores SIGHUP.
#[cfg(target_os = "linux")]
#[test]
fn an_ignored_hangup_stays_ignored() {
    let world = World::new();
    let put = world.command(&["--debug", "put", &url("k")]);
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(put.get_program()).args(put.get_args());
    command.env_clear().envs(put.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", std::env::var_os("PATH").unwrap());
    let (mut child, _stderr) = uploading(command);
    send(&child, "HUP");
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(world.keys(), ["k"]);
}

#[test]
fn exceeding_the_file_size_limit_is_an_error_and_leaves_no_file() {
    let world = World::new();
    world.put("k", &"x".repeat(1 << 20));
    for verb in ["cp", "mv"] {
        let copy = world.command(&[verb, &url("k"), "dst/"]);
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -f 8; exec \"$0\" \"$@\""]).arg(copy.get_program()).args(copy.get_args());
        command.envs(copy.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = command.current_dir(world.folder()).output().unwrap();
        Run::of(output).ends(1).tells("error: ");
        assert!(world.files("dst").is_empty(), "{:?}", world.files("dst"));
    }
    assert_eq!(world.keys(), ["k"]);
}
