//! Global options.

use std::net::TcpListener;

use crate::world::{Run, World, url};

#[test]
fn a_profile_has_the_credentials() {
    let world = World::new();
    world.put("k", "1");
    world.write(".aws/credentials", "[work]\naws_access_key_id = id\naws_secret_access_key = secret\n");
    world.write(".aws/config", "[profile work]\nregion = us-east-1\n");
    let arguments = ["--profile", "work", "--endpoint-url", &world.server.endpoint(), "cat", &url("k")];
    assert_eq!(Run::of(world.bare_command(&arguments).output().unwrap()).ends(0).stdout, "1");
    let arguments = ["--profile", "none", "--endpoint-url", &world.server.endpoint(), "cat", &url("k")];
    Run::of(world.bare_command(&arguments).output().unwrap()).ends(2).tells("none");
}

#[test]
fn requests_are_signed_for_the_region() {
    let world = World::new();
    world.put("k", "1");
    world.forget_requests();
    world.run(&["--region", "eu-west-1", "cat", &url("k")]);
    let first = &world.server.requests().all()[0];
    assert!(first.headers["authorization"].to_str().unwrap().contains("/eu-west-1/s3/"));
}

#[test]
fn the_addressing_style_places_the_bucket() {
    let world = World::new();
    let presigned = |options: &[&str]| {
        let base = ["--endpoint-url", "https://s3.example.com", "presign", "s3://bucket/k"];
        world.run(&[&base, options].concat()).ends(0).stdout
    };
    assert!(presigned(&["--addressing-style", "virtual"]).starts_with("https://bucket.s3.example.com/k?"));
    assert!(presigned(&["--addressing-style", "path"]).starts_with("https://s3.example.com/bucket/k?"));
    assert!(presigned(&["--path-style"]).starts_with("https://s3.example.com/bucket/k?"));
    assert!(presigned(&[]).starts_with("https://s3.example.com/bucket/k?"));
}

#[test]
fn the_service_profile_can_be_chosen() {
    let world = World::new();
    world.write("f", "content");
    for (provider, trailer) in [("windlass", true), ("Ceph", false)] {
        world.forget_requests();
        world.run(&["--provider", provider, "cp", "f", &url("k")]).ends(0);
        let put = &world.server.requests().all()[0];
        assert_eq!(put.headers.contains_key("x-amz-trailer"), trailer, "{provider}");
    }
    world.run(&["--provider", "nobody", "ls"]).ends(2).tells("expected one of aws, b2, ceph");
}

#[test]
fn certificates_are_read_from_the_given_file() {
    let world = World::new();
    let arguments = ["--endpoint-url", "https://127.0.0.1:1", "--ca-bundle", "none.pem", "ls"];
    world.run(&arguments).ends(2).tells("none.pem");
}

#[test]
fn a_silent_service_times_out() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let options = ["--max-attempts", "1", "--read-timeout", "1", "--endpoint-url", &endpoint];
    world.run(&[&options[..], &["ls"]].concat()).ends(1).tells("ListBuckets failed");
    world.run(&["--max-attempts", "0", "ls"]).ends(2);
}

#[test]
fn a_timeout_of_0_is_unlimited() {
    let world = World::new();
    for seconds in ["0", "18446744073709551615"] {
        for option in ["--read-timeout", "--connect-timeout", "--cli-read-timeout", "--cli-connect-timeout"] {
            world.run(&[option, seconds, "ls"]).ends(0);
        }
    }
    world.run(&["--read-timeout", "-1", "ls"]).ends(2);
}

#[test]
fn disabling_verification_of_certificates_always_warns() {
    let world = World::new();
    let warning = "certificates are not verified";
    for quiet in ["--quiet", "--only-show-errors", "--json"] {
        world.run(&["--no-verify-ssl", quiet, "ls"]).ends(0).tells(warning);
    }
    world.run(&["--no-verify-ssl", "--ca-bundle", "f", "ls"]).ends(2);
    world.run(&["--no-verify-ssl", "--local", "d", "ls"]).ends(2);
    for endpoint in ["https://s3.eu-west-1.amazonaws.com", "https://b.s3.amazonaws.com."] {
        world.run(&["--no-verify-ssl", "--endpoint-url", endpoint, "ls"]).ends(2).tells("AWS").tells(warning);
    }
    let mut aws =
        world.bare_command(&["--no-verify-ssl", "--region", "us-east-1", "--no-sign-request", "ls"]);
    Run::of(aws.output().unwrap()).ends(2).tells("AWS");
    world.write("f", "content");
    let key = "k".repeat(32);
    world.forget_requests();
    world
        .run(&["--no-verify-ssl", "cp", "f", &url("k"), "--sse-c", "--sse-c-key", &key])
        .ends(2)
        .tells("SSE-C");
    assert!(world.server.requests().all().is_empty());
}

#[test]
fn plain_http_to_other_machines_must_be_allowed() {
    let world = World::new();
    let presign = ["--endpoint-url", "http://s3.example.com", "presign", "s3://bucket/k"];
    world.run(&presign).ends(2).tells("plain HTTP").tells("or allow it with --allow-http");
    world.run(&[&presign[..], &["--allow-http"]].concat()).ends(0);
}

#[test]
fn legacy_bucket_names_must_be_allowed() {
    let world = World::new();
    let presign = ["presign", "s3://Upper_case/k"];
    world.run(&presign).ends(2).tells("allow other names with --legacy-bucket-names");
    let run = world.run(&[&["--legacy-bucket-names"], &presign[..]].concat()).ends(0);
    assert!(run.stdout.contains("/Upper_case/k?"), "{}", run.stdout);
}
