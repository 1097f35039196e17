//! `mv`: a source is deleted only after a confirmed copy.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;
use windlass_server::{Action, Fault};

use crate::impostor::{Impostor, response};
use crate::world::{BUCKET, Gate, Run, World, url};

const FAILURE: Action = Action::Status { status: 500, code: "InternalError" };

#[test]
fn sources_are_deleted_by_a_move() {
    let world = World::new();
    world.write("a", "1");
    assert_eq!(world.run(&["mv", "a", &url("x")]).ends(0).stdout, "move: a to s3://bucket/x\n");
    world.run(&["mv", &url("x"), &url("y")]).ends(0);
    assert_eq!((world.keys(), world.files("").len()), (vec!["y".to_owned()], 0));
    world.run(&["mv", &url("y"), "b"]).ends(0);
    assert_eq!((world.keys().len(), world.read("b")), (0, "1".to_owned()));
}

#[test]
fn a_folder_is_moved() {
    let world = World::new();
    world.write("src/a", "1");
    world.write("src/b/c", "2");
    world.run(&["mv", "--recursive", "src", &url("p/")]).ends(0);
    assert_eq!((world.keys(), world.files("src").len()), (vec!["p/a".to_owned(), "p/b/c".to_owned()], 0));
}

#[test]
fn sources_of_failed_copies_are_kept() {
    let world = World::new();
    world.write("a", "1");
    world.put("k", "2");
    world.break_all("PutObject", FAILURE);
    world.break_all("CopyObject", FAILURE);
    world.break_all("GetObject", Action::CutBody { after: 0 });
    for arguments in
        [["mv", "a", "s3://bucket/x"], ["mv", "s3://bucket/k", "s3://bucket/x"], ["mv", "s3://bucket/k", "b"]]
    {
        world.run(&[&["--max-attempts", "1"], &arguments[..]].concat()).ends(1);
    }
    world.server.faults().clear();
    assert_eq!(
        (world.objects(BUCKET), world.read("a")),
        ([("k".to_owned(), "2".to_owned())].into(), "1".to_owned())
    );
}

#[test]
fn an_error_in_a_200_response_is_not_a_copy() {
    let world = World::new();
    world.put("k", "1");
    world.break_all("CopyObject", Action::ErrorIn200 { code: "InternalError" });
    world.run(&["--max-attempts", "1", "mv", &url("k"), &url("x")]).ends(1);
    assert_eq!(world.keys(), ["k"]);
}

#[test]
fn a_move_onto_itself_is_refused() {
    let world = World::new();
    world.put("p/k", "1");
    world.run(&["mv", &url("p/k"), &url("p/k")]).ends(2).tells("onto itself");
    world.run(&["mv", &url("p/k"), &url("p/")]).ends(2);
    for source in ["p", "p/*"] {
        world.run(&["mv", "--recursive", &url(source), &url("p")]).ends(2).tells("onto itself");
    }
    assert_eq!(world.keys(), ["p/k"]);
}

/// s3cmd#854, s5cmd#168
#[test]
fn objects_are_moved_to_a_prefix_that_their_pattern_matches() {
    let world = World::new();
    for key in ["1.tar", "2.tar", "notes.txt", "archive/0.tar"] {
        world.put(key, key);
    }
    let moved = ["archive/0.tar", "archive/1.tar", "archive/2.tar", "notes.txt"];
    world
        .run(&["mv", &url("*.tar"), &url("archive/")])
        .ends(0)
        .tells("2 done")
        .tells("1 object is already at the destination");
    assert_eq!(world.keys(), moved);
    assert_eq!(world.objects(BUCKET)["archive/1.tar"], "1.tar");
    world.run(&["mv", &url("*.tar"), &url("archive")]).ends(0).tells("0 done");
    assert_eq!(world.keys(), moved);
    world.run(&["mv", "--recursive", &url("archive"), &url("archive/old")]).ends(0).tells("3 done");
    world.run(&["mv", "--recursive", &url("archive/old"), &url("")]).ends(0).tells("3 done");
    assert_eq!(world.keys(), ["0.tar", "1.tar", "2.tar", "notes.txt"]);
}

#[test]
fn a_move_over_another_source_is_refused() {
    let world = World::new();
    for key in ["p/p/k", "p/k"] {
        world.put(key, key);
    }
    let run = world.run(&["mv", "--recursive", &url("p"), &url("")]).ends(2);
    run.tells("s3://bucket/p/p/k cannot be moved over s3://bucket/p/k, which is also a source");
    world.run(&["mv", &url("p/k"), &url("p/p/k"), &url("p/p/")]).ends(2);
    assert_eq!(
        world.objects(BUCKET),
        [("p/k".into(), "p/k".into()), ("p/p/k".into(), "p/p/k".into())].into()
    );
}

#[test]
fn a_move_over_a_source_that_is_in_place_is_refused() {
    let world = World::new();
    let keys = ["1.tar", "archive/1.tar"];
    for key in keys {
        world.put(key, key);
    }
    let unchanged: std::collections::BTreeMap<String, String> =
        keys.map(|key| (key.to_owned(), key.to_owned())).into();
    let pattern = url("*.tar");
    for source in [&["mv", &pattern][..], &["mv", "--recursive", "s3://bucket/"]] {
        let run = world.run(&[source, &["s3://bucket/archive/"]].concat()).ends(2);
        run.tells("s3://bucket/1.tar cannot be moved over s3://bucket/archive/1.tar");
        assert_eq!(world.objects(BUCKET), unchanged);
        let run = world.run(&[source, &["--no-overwrite", "s3://bucket/archive/"]].concat()).ends(0);
        run.tells("1 kept");
        assert_eq!(world.objects(BUCKET), unchanged);
    }
    // An object outside the source is overwritten, as by any move.
    world.run(&["mv", &url("1.*"), &url("archive/")]).ends(0).tells("1 done");
    assert_eq!(world.objects(BUCKET), [("archive/1.tar".to_owned(), "1.tar".to_owned())].into());
}

#[test]
fn sources_of_kept_destinations_are_not_deleted() {
    let world = World::new();
    world.put("k", "old");
    world.write("a", "new");
    world.run(&["mv", "--no-overwrite", "a", &url("k")]).ends(0);
    assert_eq!((world.read("a").as_str(), world.objects(BUCKET)["k"].as_str()), ("new", "old"));
}

#[test]
fn a_file_that_appears_during_the_move_is_kept_and_so_is_the_source() {
    let (world, gate) = World::with_gate();
    world.put("k", "object");
    world.break_all("GetObject", Action::Delay(Duration::ZERO));
    let mut command = world.command(&["mv", "--no-overwrite", &url("k"), "file"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.meanwhile(&gate, || world.write("file", "mine"));
    Run::of(child.wait_with_output().unwrap()).ends(0).tells("kept existing");
    world.server.faults().clear();
    assert_eq!((world.read("file").as_str(), world.keys()), ("mine", vec!["k".to_owned()]));
}

/// A server that receives one upload, calls `act`, and responds with success.
fn server_of_one_upload(act: impl FnOnce() + Send + 'static) -> (String, std::thread::JoinHandle<()>) {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        act();
        stream
            .write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: \"0123456789abcdef0123456789abcdef\"\r\n\r\n",
            )
            .unwrap();
    });
    (endpoint, server)
}

/// The end of the content is the end of the connection, or a proxy sets the length of a truncated body.
#[test]
fn a_truncated_object_is_not_moved() {
    const TAG: &str = "ETag: \"e\"\r\n";
    for (with_length, sent) in [(false, "ab"), (true, "ab"), (false, "abc")] {
        let impostor = Impostor::new(move |method, _| match method {
            "HEAD" => format!("HTTP/1.1 200 OK\r\n{TAG}Content-Length: 3\r\nConnection: close\r\n\r\n"),
            "GET" if with_length => response("200 OK", TAG, sent),
            "GET" => format!("HTTP/1.1 200 OK\r\n{TAG}Connection: close\r\n\r\n{sent}"),
            _ => response("204 No Content", "", ""),
        });
        let world = World::new();
        world.write("file", "old");
        let run = |verb| world.run(&["--endpoint-url", &impostor.endpoint, verb, &url("k"), "file"]);
        let moved = run("mv");
        let was_deleted = impostor.requests().iter().any(|request| request.starts_with("DELETE"));
        if sent == "abc" {
            moved.ends(0);
            assert!(was_deleted);
            continue;
        }
        moved.ends(1).tells("s3://bucket/k was truncated: received 2 of 3 bytes");
        assert!(!was_deleted);
        if !with_length {
            run("cp").ends(1).tells("was truncated: received 2 of 3 bytes");
            assert_eq!((world.read("file").as_str(), world.files("").len()), ("old", 1));
        }
    }
}

#[test]
fn a_file_with_other_content_at_the_service_is_kept() {
    let headers = "ETag: \"e\"\r\nx-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\n";
    let impostor = Impostor::new(move |_, _| response("200 OK", headers, ""));
    let world = World::new();
    world.write("file", "content");
    let run = world.run(&["--endpoint-url", &impostor.endpoint, "mv", "file", &url("k")]).ends(1);
    run.tells("the service stored other content: its CRC64NVME is AAAAAAAAAAA=");
    assert_eq!(world.read("file"), "content");
}

#[test]
fn a_file_that_changed_after_its_upload_is_kept() {
    let world = World::new();
    world.write("file", "old");
    let path = world.path("file");
    let (endpoint, server) = server_of_one_upload(move || std::fs::write(path, "newer").unwrap());
    let run = world.run(&["--endpoint-url", &endpoint, "mv", "file", &url("k")]).ends(1);
    run.tells(
        "error: copied file to s3://bucket/k, but did not delete the source: it changed during the copy",
    );
    assert_eq!(world.read("file"), "newer");
    server.join().unwrap();
}

#[test]
fn a_file_that_vanished_after_its_upload_is_reported_with_its_copy() {
    let world = World::new();
    world.write("file", "old");
    let path = world.path("file");
    let (endpoint, server) = server_of_one_upload(move || std::fs::remove_file(path).unwrap());
    let run = world.run(&["--endpoint-url", &endpoint, "mv", "file", &url("k")]);
    run.tells("error: copied file to s3://bucket/k, but did not delete the source: file: ");
    server.join().unwrap();
}

#[test]
fn a_source_that_cannot_be_deleted_is_reported_with_its_copy() {
    let world = World::new();
    world.put("k", "1");
    world.break_all("DeleteObject", Action::Status { status: 403, code: "AccessDenied" });
    for (destination, shown) in [("file", "./file"), ("s3://bucket/x", "s3://bucket/x")] {
        world.forget_requests();
        let run = world.run(&["mv", &url("k"), destination]).ends(3).tells("AccessDenied");
        run.tells(&format!("error: copied s3://bucket/k to {shown}, but did not delete the source: "));
        let requests = world.server.requests().all();
        assert_eq!(requests.iter().filter(|request| request.operation == "DeleteObject").count(), 1);
    }
    let run = world.run(&["mv", &url("k*"), "dst/"]).ends(3).tells("1 failed");
    run.tells(
        "error: move: s3://bucket/k to dst/k: copied s3://bucket/k to dst/k, but did not delete the source: ",
    );
    world.server.faults().clear();
    assert_eq!((world.keys(), world.read("file")), (vec!["k".to_owned(), "x".to_owned()], "1".to_owned()));
}

/// Some services ignore conditions on deletions.
#[test]
fn a_source_is_checked_before_it_is_deleted() {
    let (world, gate) = World::with_gate();
    overwriting(&world, &gate, "HeadObject", &["mv", &url("k"), "file"])
        .ends(1)
        .tells("it changed during the copy");
    let requests = world.server.requests().all();
    assert!(requests.iter().all(|request| request.operation != "DeleteObject"));
    assert_eq!(world.objects(BUCKET)["k"], "new");
}

/// Runs the program, and overwrites `k` while its `operation` waits.
fn overwriting(world: &World, gate: &Gate, operation: &str, arguments: &[&str]) -> Run {
    world.put("k", "old");
    world.break_all(operation, Action::Delay(Duration::ZERO));
    let mut command = world.command(arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    world.meanwhile(gate, || world.put("k", "new"));
    let run = Run::of(child.wait_with_output().unwrap());
    world.server.faults().clear();
    run
}

#[test]
fn a_source_that_changed_after_its_copy_is_kept() {
    let (world, gate) = World::with_gate();
    for destination in ["file", "s3://bucket/x"] {
        let run = overwriting(&world, &gate, "DeleteObject", &["mv", &url("k"), destination]).ends(1);
        run.tells("error: copied s3://bucket/k to ")
            .tells(", but did not delete the source: it changed during the copy");
        assert_eq!(world.objects(BUCKET)["k"], "new");
    }
    assert_eq!((world.read("file"), world.objects(BUCKET)["x"].as_str()), ("old".to_owned(), "old"));
}

#[test]
fn a_source_that_changed_before_its_copy_is_kept() {
    let (world, gate) = World::with_gate();
    world.run(&["mb", "s3://other"]).ends(0);
    for source in ["s3://bucket/k", "s3://bucket/k*"] {
        let arguments = ["mv", source, "s3://other/"];
        overwriting(&world, &gate, "CopyObject", &arguments).ends(1).tells("PreconditionFailed");
        assert_eq!((world.objects(BUCKET)["k"].as_str(), world.objects("other").len()), ("new", 0));
    }
}

#[test]
fn without_conditional_deletes_the_source_is_checked_with_head() {
    let (world, gate) = World::with_gate();
    let refuse = || {
        let refused = Fault::new(Action::Status { status: 501, code: "NotImplemented" });
        world.server.faults().add(refused.operation("DeleteObject").times(1));
    };
    refuse();
    overwriting(&world, &gate, "HeadObject", &["mv", &url("k"), "file"])
        .ends(1)
        .tells("did not delete the source");
    refuse();
    world.run(&["mv", &url("k"), "file"]).ends(0);
    assert_eq!((world.read("file"), world.keys().len()), ("new".to_owned(), 0));
}

#[test]
fn a_source_that_is_already_deleted_counts_as_moved() {
    let world = World::new();
    world.put("k", "1");
    world.server.faults().add(Fault::new(Action::LoseAnswer).operation("DeleteObject").times(1));
    world.run(&["mv", &url("k"), &url("x")]).ends(0);
    assert_eq!(world.keys(), ["x"]);
}

#[test]
fn an_access_point_may_be_the_bucket_of_the_destination() {
    let world = World::new();
    let arn = "s3://arn:aws:s3:us-east-1:000000000000:accesspoint/point";
    for source in [arn, "s3://point-0123456789-s3alias"] {
        let run = world.run(&["mv", "--storage-class", "GLACIER", &format!("{source}/p/k"), &url("p/")]);
        run.ends(2).tells("they may be the same object");
        let run = world.run(&["mv", "--recursive", &format!("{source}/p"), &url("p")]);
        run.ends(2).tells("they may be the same object");
    }
}

const PAGE: &str = "<html><title>Sign in</title></html>";

// minio#12580, duplicati#6489, filen-s3#146
#[test]
fn a_source_is_kept_if_a_web_page_responds_instead_of_s3() {
    let html = "Content-Type: text/html\r\n";
    for (put, head) in [
        (response("200 OK", html, PAGE), response("200 OK", html, "")),
        (response("200 OK", html, PAGE), response("404 Not Found", "", "")),
        (response("200 OK", "", ""), response("200 OK", html, "")),
        (response("202 Accepted", "ETag: \"e\"\r\n", ""), response("404 Not Found", "", "")),
        (response("302 Found", "Location: https://sso.example.com/login\r\n", ""), String::new()),
    ] {
        let world = World::new();
        world.write("a", "1");
        let impostor =
            Impostor::new(move |method, _| if method == "PUT" { put.clone() } else { head.clone() });
        let run = world.run(&["--endpoint-url", &impostor.endpoint, "mv", "a", &url("x")]);
        assert!(run.code != Some(0), "{run:?}");
        assert_eq!(world.read("a"), "1");
        assert!(impostor.requests().contains(&"PUT /bucket/x".to_owned()));
    }
}

// cvmfs#2965
#[test]
fn an_object_is_kept_if_its_download_is_partial() {
    let about = "ETag: \"e\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n";
    for (status, range, body) in [
        ("206 Partial Content", "Content-Range: bytes 0-1/3\r\n", "ab"),
        ("206 Partial Content", "Content-Range: bytes 0-2/3\r\n", "abc"),
        ("206 Partial Content", "", "ab"),
        ("200 OK", "Content-Range: bytes 0-1/3\r\n", "ab"),
        ("203 Non-Authoritative Information", "", "abc"),
    ] {
        let world = World::new();
        let (head, get) = (
            format!("HTTP/1.1 200 OK\r\n{about}Content-Length: 3\r\nConnection: close\r\n\r\n"),
            response(status, &format!("{about}{range}"), body),
        );
        let impostor =
            Impostor::new(move |method, _| if method == "HEAD" { head.clone() } else { get.clone() });
        world.run(&["--endpoint-url", &impostor.endpoint, "mv", &url("x"), "b"]).ends(1);
        assert!(world.files("").is_empty(), "{status} {range}");
        assert!(!impostor.requests().iter().any(|request| request.starts_with("DELETE")));
    }
}

/// The service refuses the correct whole-object checksum. The object exists, as its length and `ETag` show, but a
/// move keeps its source.
#[test]
fn a_file_is_kept_if_the_whole_object_checksum_was_refused() {
    const MIB: usize = 1 << 20;
    const TAGS: [&str; 2] = ["\"0cc175b9c0f1b6a831c399e269772661\"", "\"92eb5ffee6ae2fec3ad71c777531578f\""];
    const WHOLE_TAG: &str = "\"96e024ba2074fe77e8e965ba43a704be-2\"";
    let crc = |length: usize| {
        let zeros = vec![0; length];
        Checksum::of(&ChecksumAlgorithm::Crc64Nvme, &zeros).unwrap()
    };
    let part = move |number: usize, length: usize| {
        let tag = TAGS[number - 1];
        response("200 OK", &format!("ETag: {tag}\r\nx-amz-checksum-crc64nvme: {}\r\n", crc(length)), "")
    };
    let completions = AtomicUsize::new(0);
    let impostor = Impostor::new(move |method, path| match method {
        "POST" if path.contains("?uploads") => {
            let root = "InitiateMultipartUploadResult";
            response("200 OK", "", &format!("<{root}><UploadId>u</UploadId></{root}>"))
        }
        "PUT" if path.contains("partNumber=1&") => part(1, 5 * MIB),
        "PUT" => part(2, MIB),
        "POST" if completions.fetch_add(1, Relaxed) == 0 => {
            response("400 Bad Request", "", "<Error><Code>BadDigest</Code></Error>")
        }
        "POST" => {
            let root = "CompleteMultipartUploadResult";
            response("200 OK", "", &format!("<{root}><ETag>{WHOLE_TAG}</ETag></{root}>"))
        }
        "HEAD" => format!(
            "HTTP/1.1 200 OK\r\nETag: {WHOLE_TAG}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            6 * MIB
        ),
        _ => response("204 No Content", "", ""),
    });
    let world = World::new();
    std::fs::write(world.folder().join("file"), vec![0; 6 * MIB]).unwrap();
    let endpoint = impostor.endpoint.as_str();
    let run = world.run(&["--endpoint-url", endpoint, "mv", "--part-size", "5MiB", "file", &url("k")]);
    run.ends(1).tells("copied file to s3://bucket/k, but did not delete the source");
    assert!(world.folder().join("file").exists());
    let methods: Vec<_> =
        impostor.requests().iter().map(|request| request.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods.iter().filter(|method| *method == "POST").count(), 3, "{methods:?}");
    assert!(!methods.iter().any(|method| method == "DELETE"), "{methods:?}");
}
