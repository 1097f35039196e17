//! Options that set something on objects arrive there.

use crate::world::{World, url};

#[test]
fn settings_of_an_upload() {
    let world = World::new();
    world.write("a.txt", "a");
    world
        .run(&[
            "cp",
            "a.txt",
            &url("k"),
            "--cache-control",
            "max-age=60",
            "--content-disposition",
            "inline",
            "--content-encoding",
            "gzip",
            "--content-language",
            "de",
            "--expires",
            "2030-01-01T00:00:00Z",
            "--metadata",
            "a=1,b=x=y",
            "--storage-class",
            "STANDARD_IA",
            "--website-redirect",
            "/other",
            "--acl",
            "private",
            "--checksum-algorithm",
            "sha256",
            "--tagging",
            "t=1",
        ])
        .ends(0);
    let head = world.head("k");
    assert_eq!(head.content_type.as_deref(), Some("text/plain"));
    assert_eq!(head.cache_control.as_deref(), Some("max-age=60"));
    assert_eq!(head.content_disposition.as_deref(), Some("inline"));
    assert_eq!(head.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(head.content_language.as_deref(), Some("de"));
    assert_eq!(head.expires_string.as_deref(), Some("Tue, 01 Jan 2030 00:00:00 GMT"));
    assert_eq!((head.metadata["a"].as_str(), head.metadata["b"].as_str()), ("1", "x=y"));
    assert_eq!(head.storage_class.map(|class| class.to_string()).as_deref(), Some("STANDARD_IA"));
    assert_eq!(head.website_redirect_location.as_deref(), Some("/other"));
    let request =
        world.server.requests().all().into_iter().find(|request| request.operation == "PutObject").unwrap();
    for (name, value) in [("x-amz-acl", "private"), ("x-amz-tagging", "t=1")] {
        assert_eq!(request.headers[name], value);
    }
    assert!(request.headers.contains_key("x-amz-checksum-sha256"));
}

#[test]
fn headers_that_the_server_does_not_take_are_sent_all_the_same() {
    let world = World::new();
    world.write("a", "a");
    let key = "k".repeat(32);
    for (options, header, value) in [
        (&["--sse"][..], "x-amz-server-side-encryption", "AES256"),
        (
            &["--sse", "aws:kms", "--sse-kms-key-id", "id1"],
            "x-amz-server-side-encryption-aws-kms-key-id",
            "id1",
        ),
        (&["--grants", "read=id=1"], "x-amz-grant-read", "id=\"1\""),
        (&["--request-payer"], "x-amz-request-payer", "requester"),
        (&["--sse-c", "--sse-c-key", &key], "x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ] {
        world.forget_requests();
        world.run(&[&["cp", "a", "s3://bucket/k"], options].concat());
        assert_eq!(world.server.requests().all()[0].headers[header], value);
    }
}

#[test]
fn the_type_is_not_guessed_if_told() {
    let world = World::new();
    world.write("a.txt", "a");
    world.run(&["cp", "a.txt", &url("k"), "--no-guess-mime-type"]).ends(0);
    assert_ne!(world.head("k").content_type.as_deref(), Some("text/plain"));
}

#[test]
fn a_copy_keeps_the_metadata_or_gets_new() {
    let world = World::new();
    world.write("a.txt", "a");
    world.run(&["cp", "a.txt", &url("a"), "--metadata", "x=1"]).ends(0);
    world.run(&["cp", &url("a"), &url("kept")]).ends(0);
    let replace = ["--metadata-directive", "REPLACE", "--metadata", "y=2", "--content-type", "a/b"];
    world.run(&[&["cp", "s3://bucket/a", "s3://bucket/new"], &replace[..]].concat()).ends(0);
    assert_eq!(world.head("kept").metadata["x"], "1");
    let new = world.head("new");
    assert_eq!(
        (new.metadata.len(), new.metadata["y"].as_str(), new.content_type.as_deref()),
        (1, "2", Some("a/b"))
    );
}
