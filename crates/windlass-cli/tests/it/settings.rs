//! Options for object settings reach the object.

use windlass_server::RecordedRequest;

use crate::world::{Run, World, url};

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
fn the_given_checksum_algorithm_is_used() {
    let world = World::new();
    world.write("a", "a");
    let large = "0123456789abcdef".repeat((6 << 20) / 16);
    world.write("large", &large);
    let crcs = ["CRC32", "CRC32C", "CRC64NVME"];
    let hashes = ["MD5", "SHA1", "SHA256", "SHA512", "XXHASH64", "XXHASH3", "XXHASH128"];
    for name in crcs.into_iter().chain(hashes) {
        for (file, options) in [("a", &[][..]), ("large", &["--part-size", "5MB"])] {
            world
                .run(&[&["cp", file, "s3://bucket/k", "--checksum-algorithm", name], options].concat())
                .ends(0);
            let stat = world.run(&["stat", &url("k")]).ends(0).stdout;
            assert!(stat.contains(&format!("checksums.{name}: ")), "{name} {file}: {stat}");
            world.run(&["cp", &url("k"), "back"]).ends(0);
            assert!(world.read("back") == world.read(file), "{name} {file}");
        }
    }
}

#[test]
fn encrypted_objects_are_read_with_their_key() {
    let world = World::new();
    let content = "0123456789abcdef".repeat((6 << 20) / 16);
    world.write("file", &content);
    let (key, other) = ("k".repeat(32), "o".repeat(32));
    let mine = &["--sse-c", "--sse-c-key", &key][..];
    let run = |arguments: &[&str], options: &[&str]| world.run(&[arguments, options].concat());
    for (name, parts) in [("whole", &[][..]), ("parts", &["--part-size", "5MB"])] {
        let url = url(name);
        run(&["cp", "file", &url], &[mine, parts].concat()).ends(0);
        run(&["cp", &url, "back"], mine).ends(0);
        assert!(world.read("back") == content && run(&["cat", &url], mine).ends(0).stdout == content);
        for reading in [&["stat", url.as_str()][..], &["head", &url], &["cat", &url], &["cp", &url, "back"]] {
            run(reading, &[]).ends(1);
            run(reading, &["--sse-c", "--sse-c-key", &other]).ends(3);
        }
        assert!(run(&["stat", &url], mine).ends(0).stdout.contains("sse_customer_algorithm: AES256\n"));
        let source = ["--sse-c-copy-source", "--sse-c-copy-source-key", &key];
        run(&["cp", &url, "s3://bucket/plain"], &[&source, parts].concat()).ends(0);
        assert!(run(&["cat", "s3://bucket/plain"], &[]).ends(0).stdout == content);
        let anew = [&source, &["--sse-c", "--sse-c-key", &other], parts].concat();
        run(&["cp", &url, "s3://bucket/again"], &anew).ends(0);
        assert!(
            run(&["cat", "s3://bucket/again"], &["--sse-c", "--sse-c-key", &other]).ends(0).stdout == content
        );
    }
    run(&["put", "file", "s3://bucket/kms", "--sse", "aws:kms", "--sse-kms-key-id", "id1"], &[]).ends(0);
    let stat = run(&["stat", "s3://bucket/kms"], &[]).ends(0).stdout;
    assert!(
        stat.contains("server_side_encryption: aws:kms\n") && stat.contains("sse_kms_key_id: "),
        "{stat}"
    );
}

#[test]
fn headers_that_the_server_does_not_support_are_sent() {
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
        (&["--expected-bucket-owner", "111122223333"], "x-amz-expected-bucket-owner", "111122223333"),
        (&["--sse-c", "--sse-c-key", &key], "x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ] {
        world.forget_requests();
        world.run(&[&["cp", "a", "s3://bucket/k"], options].concat());
        assert_eq!(world.server.requests().all()[0].headers[header], value);
    }
}

#[test]
fn a_copy_has_keys_and_owners_for_both_sides() {
    let world = World::new();
    world.put("p/k", "1");
    let (key, source_key) = ("k".repeat(32), "s".repeat(32));
    let options =
        ["--sse-c", "--sse-c-key", &key, "--sse-c-copy-source", "--sse-c-copy-source-key", &source_key];
    let owners =
        ["--expected-bucket-owner", "111122223333", "--expected-source-bucket-owner", "000000000000"];
    let requests = |arguments: &[&str]| {
        world.forget_requests();
        world.run(&[arguments, &options, &owners].concat());
        world.server.requests().all()
    };
    let text = |request: &RecordedRequest, name: &str| request.headers[name].to_str().unwrap().to_owned();
    // The HeadObject of the source has the key and owner of the source.
    let head = &requests(&["cp", "s3://bucket/p/k", "s3://bucket/l"])[0];
    assert_eq!(head.operation, "HeadObject");
    assert_eq!(text(head, "x-amz-expected-bucket-owner"), "000000000000");
    let source = text(head, "x-amz-server-side-encryption-customer-key");
    // The copy has the keys and owners of both.
    let [list, copy, ..] = &requests(&["cp", "--recursive", "s3://bucket/p", "s3://bucket/l"])[..] else {
        panic!()
    };
    assert_eq!(text(list, "x-amz-expected-bucket-owner"), "000000000000");
    assert_eq!(copy.operation, "CopyObject");
    assert_eq!(text(copy, "x-amz-copy-source-server-side-encryption-customer-key"), source);
    assert_ne!(text(copy, "x-amz-server-side-encryption-customer-key"), source);
    assert_eq!(text(copy, "x-amz-expected-bucket-owner"), "111122223333");
    assert_eq!(text(copy, "x-amz-source-expected-bucket-owner"), "000000000000");
}

#[test]
fn every_request_to_a_bucket_has_the_account_options() {
    let world = World::new();
    world.put("k", "1");
    let options = ["--expected-bucket-owner", "111122223333", "--request-payer"];
    for arguments in [
        &["ls", "s3://bucket"][..],
        &["cat", "s3://bucket/k"],
        &["stat", "s3://bucket/k"],
        &["head", "s3://bucket"],
        &["cp", "s3://bucket/k", "-"],
        &["rm", "s3://bucket/k"],
        &["rm", "--recursive", "--yes", "s3://bucket"],
        &["rb", "--force", "--yes", "s3://bucket"],
    ] {
        world.forget_requests();
        world.run(&[arguments, &options].concat());
        let requests = world.server.requests().all();
        assert!(!requests.is_empty());
        for request in requests {
            assert_eq!(request.headers["x-amz-expected-bucket-owner"], "111122223333", "{arguments:?}");
            assert_eq!(request.headers["x-amz-request-payer"], "requester", "{arguments:?}");
        }
    }
}

#[test]
fn checksum_mode_overrides_the_configuration() {
    let world = World::new();
    world.put("k", "1");
    for (arguments, mode) in [
        (&["cat", "s3://bucket/k"][..], None),
        (&["cat", "s3://bucket/k", "--checksum-mode", "ENABLED"], Some("ENABLED")),
        (&["cp", "s3://bucket/k", "k", "--checksum-mode", "ENABLED"], Some("ENABLED")),
        (&["cp", "s3://bucket/k", "-", "--checksum-mode", "ENABLED"], Some("ENABLED")),
    ] {
        world.forget_requests();
        let mut command = world.command(arguments);
        command.env("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required");
        Run::of(command.output().unwrap()).ends(0);
        let headers = &world.server.requests().all()[0].headers;
        assert_eq!(headers.get("x-amz-checksum-mode").map(|mode| mode.to_str().unwrap()), mode);
    }
}

#[test]
fn guessing_the_content_type_can_be_disabled() {
    let world = World::new();
    world.write("a.txt", "a");
    world.run(&["cp", "a.txt", &url("k"), "--no-guess-mime-type"]).ends(0);
    assert_ne!(world.head("k").content_type.as_deref(), Some("text/plain"));
}

#[test]
fn a_copy_keeps_or_replaces_the_metadata() {
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

#[test]
fn an_invalid_key_is_not_printed() {
    let world = World::new();
    let key = "0123456789abcdef0123456789abcde";
    for option in ["--sse-c-key", "--sse-c-copy-source-key"] {
        let run = world.run(&["cp", "a", &url("k"), option, key]).ends(2).tells(option);
        assert!(run.stderr.contains("32") && !run.stderr.contains(key), "{}", run.stderr);
    }
}

#[test]
fn metadata_is_parsed_as_the_aws_cli_does() {
    let world = World::new();
    world.write("a", "a");
    let set = |options: &[&str]| world.run(&[&["cp", "a", "s3://bucket/k"], options].concat());
    set(&["--metadata", "a=1,b=\"x, y\"", "--metadata", "{\"c\": \"z=1\"}", "--metadata=d=two words"])
        .ends(0);
    let metadata = world.head("k").metadata;
    let found: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| metadata[*name].as_str()).collect();
    assert_eq!(found, ["1", "x, y", "z=1", "two words"]);
    set(&["--metadata", "a=1", "--metadata", "A=2"]).ends(2).tells("duplicate name");
    set(&["--metadata", "a=1,a=1"]).ends(2).tells("duplicate name");
    world
        .run_with("1", &["put", &url("k"), "--metadata", "a=1", "--metadata", "a=2"])
        .ends(2)
        .tells("duplicate name");
    set(&["--metadata", "a"]).ends(2).tells("name=value");
    set(&["--expires", "2027-01-01"]).ends(0);
    assert_eq!(world.head("k").expires_string.as_deref(), Some("Fri, 01 Jan 2027 00:00:00 GMT"));
    set(&["--expires", "2027-13-01"]).ends(2).tells("2027-01-01T12:00:00Z");
}

#[test]
fn a_key_comes_from_a_file_or_a_variable() {
    let world = World::new();
    world.write("a", "a");
    let key = "k".repeat(32);
    world.write("key", &key);
    world.write("key.txt", "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=\n");
    let sent = |value: &str| {
        world.forget_requests();
        let mut command = world.command(&["cp", "a", "s3://bucket/k", "--sse-c", "--sse-c-key", value]);
        command.env("SSE_KEY", &key).output().unwrap();
        world.server.requests().all()[0].headers["x-amz-server-side-encryption-customer-key"].clone()
    };
    let itself = sent(&key);
    for value in ["fileb://key", "file://key", "fileb://key.txt", "file://key.txt", "env:SSE_KEY"] {
        assert_eq!(sent(value), itself, "{value}");
    }
    for (wrong, why) in
        [("env:NOTHING", "NOTHING is not set"), ("file://none", "none: "), ("fileb://a", "32")]
    {
        let run = world.run(&["cp", "a", "s3://bucket/k", "--sse-c", "--sse-c-key", wrong]).ends(2);
        assert!(run.stderr.contains(why), "{}", run.stderr);
    }
}

#[test]
fn a_copy_within_s3_keeps_storage_class_and_tags() {
    let world = World::new();
    world.write("a", "a");
    world.run(&["cp", "a", &url("p/a"), "--storage-class", "STANDARD_IA", "--tagging", "t=1"]).ends(0);
    let check = |key: &str, class: Option<&str>, tags: &str| {
        assert_eq!(
            world.head(key).storage_class.as_ref().map(windlass::types::StorageClass::as_str),
            class,
            "{key}"
        );
        assert_eq!(world.run(&["tag", "show", &url(key)]).ends(0).stdout, tags, "{key}");
    };
    world.run(&["cp", &url("p/a"), &url("one")]).ends(0);
    check("one", Some("STANDARD_IA"), "t=1\n");
    world.run(&["cp", "--recursive", &url("p/"), &url("many/")]).ends(0);
    check("many/a", Some("STANDARD_IA"), "t=1\n");
    world.run(&["mv", &url("one"), &url("moved")]).ends(0);
    check("moved", Some("STANDARD_IA"), "t=1\n");
    world.run(&["cp", &url("p/a"), &url("told"), "--storage-class", "STANDARD", "--tagging", "u=2"]).ends(0);
    check("told", None, "u=2\n");
}
