//! The command against three independent servers, and boto3 as another client of them.

use std::fs::File;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::real_servers::{RealServer, line, python, unique};
use crate::world::{Run, World};

/// The program, configured for the server.
fn command(world: &World, server: &RealServer, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command =
        world.bare_command(&[&["--ca-bundle", server.ca_bundle.as_deref().unwrap()], arguments].concat());
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_REGION", &server.region)
        .env("AWS_ACCESS_KEY_ID", &server.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &server.secret_key);
    command
}

/// Files round-trip byte for byte under every odd key, and boto3 reads them.
fn round_trip(server: &RealServer) {
    for (scheme, endpoint) in [("http", &server.endpoint), ("https", &server.tls_endpoint)] {
        let world = World::new();
        let run = |arguments: &[&str]| {
            Run::of(command(&world, server, endpoint, arguments).output().unwrap()).ends(0)
        };
        let bucket = unique(&format!("cli-{scheme}"));
        let url = |key: &str| format!("s3://{bucket}/{key}");
        run(&["mb", &url("")]);
        for key in server.keys() {
            let content = format!("content of {key}");
            world.write("file", &content);
            // `cp` treats a destination that ends in a slash as a folder.
            run(&[if key.ends_with('/') { "put" } else { "cp" }, "file", &url(key)]);
            run(&["cp", "--raw", &url(key), "back"]);
            assert_eq!(world.read("back"), content, "{} {key:?}", server.name);
            assert_eq!(run(&["cat", &url(key)]).stdout, content);
        }
        world.write("file", "moved");
        run(&["mv", "file", &url("first")]);
        run(&["mv", &url("first"), &url("second")]);
        run(&["mv", &url("second"), "back"]);
        assert_eq!(world.read("back"), "moved", "{}", server.name);
        let listed = run(&["ls", "--recursive", "--json", &url("")]).stdout;
        let mut listed: Vec<String> = listed
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["key"].as_str().unwrap().into()
            })
            .collect();
        // The order depends on the server: SeaweedFS lists folder by folder.
        listed.sort();
        let mut keys = server.keys();
        keys.sort_unstable();
        assert_eq!(listed, keys, "{}", server.name);
        if scheme == "http" {
            another_client(&world, server, &bucket);
        }
        run(&["rb", "--force", "--yes", &url("")]);
    }
}

/// boto3 and the command read each other's objects and presigned URLs.
fn another_client(world: &World, server: &RealServer, bucket: &str) {
    let Some(python) = python() else { return };
    let run = |arguments: &[&str]| {
        Run::of(command(world, server, &server.endpoint, arguments).output().unwrap()).ends(0).stdout
    };
    let url = |key: &str| format!("s3://{bucket}/{key}");
    let lines = server.keys().into_iter().map(|key| {
        let presigned = run(&["presign", &url(key)]);
        line(key, format!("content of {key}").as_bytes(), presigned.trim_end())
    });
    let lines: String = lines.collect();
    let put = run(&["presign", "--method", "PUT", &url("by url")]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../windlass/tests/it/another_client.py");
    let mut child = Command::new(python)
        .args([script, &server.endpoint, &server.access_key, &server.secret_key, &server.region, bucket])
        .arg(put.trim_end())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(run(&["cat", &url("by boto3 +%")]), "from boto3");
    assert_eq!(run(&["cat", &url("by url")]), "from a url");
}

/// Refusals by the server, and of its certificate, are one line and a hint.
fn refusals(server: &RealServer) {
    let world = World::new();
    let bucket = unique("cli-refusals");
    let url = |key: &str| format!("s3://{bucket}/{key}");
    let run = |arguments: &[&str]| {
        Run::of(command(&world, server, &server.tls_endpoint, arguments).output().unwrap())
    };
    run(&["mb", &url("")]).ends(0);
    run(&["cat", &url("none")]).ends(4).tells("NoSuchKey (404)");
    run(&["ls", &format!("s3://{bucket}-none")]).ends(4).tells("NoSuchBucket (404)");
    if server.verifies_signatures {
        let wrong_secret = command(&world, server, &server.tls_endpoint, &["cat", &url("k")])
            .env("AWS_SECRET_ACCESS_KEY", "wrong")
            .output();
        Run::of(wrong_secret.unwrap()).ends(3).tells("SignatureDoesNotMatch (403)");
    }
    let unknown_authority =
        world.command(&["--endpoint-url", &server.tls_endpoint, "cat", &url("k")]).output();
    Run::of(unknown_authority.unwrap()).ends(1).tells("UnknownIssuer").tells("hint: ");
    run(&["rb", &url("")]).ends(0);
}

/// Large objects are uploaded, copied and downloaded, and leave no unfinished upload. Tags are set if supported.
fn large(server: &RealServer) {
    let world = World::new();
    let bucket = unique("cli-large");
    let url = |key: &str| format!("s3://{bucket}/{key}");
    let run = |arguments: &[&str]| {
        Run::of(command(&world, server, &server.tls_endpoint, arguments).output().unwrap())
    };
    run(&["mb", &url("")]).ends(0);
    let content = "0123456789abcdef".repeat((12 << 20) / 16);
    world.write("file", &content);
    let mut put = command(&world, server, &server.tls_endpoint, &["put", &url("a b+"), "--metadata", "x=1"]);
    put.stdin(File::open(world.path("file")).unwrap());
    Run::of(put.output().unwrap()).ends(0);
    run(&["cp", &url("a b+"), &url("copy é"), "--part-size", "5MB"]).ends(0);
    run(&["cp", &url("copy é"), "back"]).ends(0);
    assert!(world.read("back") == content, "{}", server.name);
    assert!(run(&["stat", &url("copy é")]).ends(0).stdout.contains("metadata.x: 1\n"));
    assert_eq!(run(&["uploads", "list", &url("")]).ends(0).stdout, "");
    let tagged = run(&["tag", "set", &url("a b+"), "a b=1+1", "c=2"]);
    if !tagged.stderr.contains("NotImplemented") {
        tagged.ends(0);
        run(&["tag", "delete", &url("a b+"), "c"]).ends(0);
        assert_eq!(run(&["tag", "show", &url("a b+")]).ends(0).stdout, "a b=1+1\n");
    }
    run(&["rb", "--force", "--yes", &url("")]).ends(0);
}

macro_rules! tests {
    ($server:ident: $($test:ident)+) => {
        mod $server {
            $(#[test]
            fn $test() {
                if let Some(server) = crate::real_servers::$server() {
                    super::$test(&server);
                }
            })+
        }
    };
}

tests! { seaweedfs: round_trip refusals large }
tests! { swift: round_trip refusals large }
tests! { localstack: round_trip refusals large }
