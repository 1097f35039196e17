//! `presign`: URLs and forms.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::world::{BUCKET, World, url};

/// Sends a minimal HTTP request and returns status and body.
fn fetch(method: &str, url: &str, body: &str) -> (u16, String) {
    send(method, url, "", body)
}

fn send(method: &str, url: &str, headers: &str, body: &str) -> (u16, String) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn presigned(world: &World, options: &[&str], key: &str) -> String {
    let url = url(key);
    let run = world.run(&[&["presign", &url], options].concat()).ends(0);
    assert_eq!((run.stdout.lines().count(), run.stderr.as_str()), (1, ""));
    run.stdout.trim_end().to_owned()
}

#[test]
fn a_url_reads_an_object_of_any_key() {
    let world = World::new();
    for key in ["k", "a b+c%?#é", "../x//y"] {
        world.put(key, key);
        assert_eq!(fetch("GET", &presigned(&world, &[], key), ""), (200, key.to_owned()));
    }
}

#[test]
fn a_url_is_valid_for_its_method_only() {
    let world = World::new();
    let put = presigned(&world, &["--method", "PUT", "--expires-in", "60"], "k");
    assert_eq!(fetch("PUT", &put, "content").0, 200);
    assert_eq!(world.objects(BUCKET)["k"], "content");
    assert_eq!(fetch("GET", &put, "").0, 403);
    assert_eq!(fetch("HEAD", &presigned(&world, &["--method", "head"], "k"), "").0, 200);
    assert_eq!(fetch("DELETE", &presigned(&world, &["--method", "DELETE"], "k"), "").0, 204);
    assert!(world.keys().is_empty());
}

#[test]
fn credentials_that_expire_before_the_url_cause_a_warning() {
    let world = World::new();
    let run = |variables: &[(&str, &str)]| {
        let mut command = world.command(&["presign", "--json", &url("k")]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (_, silence) = run(&[("AWS_CREDENTIAL_EXPIRATION", "2100-01-01T00:00:00Z")]);
    assert_eq!(silence, "");
    let (data, warning) = run(&[("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")]);
    assert!(
        warning.contains("\"the URL expires with its credentials at 2020-01-01T00:00:00Z\""),
        "{warning}"
    );
    assert!(data.contains("\"expires_at\":\"2020-01-01T00:00:00Z\""), "{data}");
}

#[test]
fn a_form_has_the_given_fields() {
    let world = World::new();
    let options = [
        "--post",
        "--expires-in=600",
        "--field=acl=private",
        "--field=x-amz-meta-a=b=c",
        "--starts-with=Content-Type=image/",
        "--max-size=10MB",
    ];
    let arguments = [&["presign", "s3://bucket/inbox/${filename}"], &options[..]].concat();
    let text = world.run(&arguments).ends(0).stdout;
    let mut lines = text.lines();
    assert_eq!(lines.next().unwrap(), format!("{}/bucket", world.server.endpoint()));
    assert!(lines.any(|line| line == "key=inbox/${filename}"), "{text}");
    let json = world.run(&[&arguments[..], &["--json"]].concat()).ends(0).stdout;
    let record: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&record["method"], &record["fields"]["x-amz-meta-a"]), (&"POST".into(), &"b=c".into()));
    assert!(record["expires_at"].as_str().unwrap().ends_with('Z'));
    let policy = STANDARD.decode(record["fields"]["policy"].as_str().unwrap()).unwrap();
    let policy: serde_json::Value = serde_json::from_slice(&policy).unwrap();
    let conditions = policy["conditions"].as_array().unwrap();
    for condition in [
        json!({"acl": "private"}),
        json!(["starts-with", "$key", "inbox/"]),
        json!(["starts-with", "$Content-Type", "image/"]),
        json!(["content-length-range", 0, 10 << 20]),
    ] {
        assert!(conditions.contains(&condition), "{condition} in {policy}");
    }
}

#[test]
fn a_form_uploads_within_its_conditions_only() {
    let world = World::new();
    let arguments = ["--json", "presign", "--post", "s3://bucket/in/${filename}", "--max-size", "5"];
    let run = world.run(&[&arguments[..], &["--field", "x-amz-meta-a=b"]].concat()).ends(0);
    let form: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let send = |content: &str| {
        let field = |(name, value): (&String, &serde_json::Value)| {
            let value = value.as_str().unwrap();
            format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let fields: String = form["fields"].as_object().unwrap().iter().map(field).collect();
        let file = "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.txt\"\r\n";
        let body = format!("{fields}{file}Content-Type: text/plain\r\n\r\n{content}\r\n--X--\r\n");
        send(
            "POST",
            form["url"].as_str().unwrap(),
            "Content-Type: multipart/form-data; boundary=X\r\n",
            &body,
        )
        .0
    };
    assert_eq!(send("12345"), 204);
    assert_eq!(send("123456"), 400);
    assert_eq!(world.objects(BUCKET), [("in/cat.txt".to_owned(), "12345".to_owned())].into());
    assert_eq!(world.head("in/cat.txt").metadata["a"], "b");
}

#[test]
fn invalid_requests_are_refused() {
    let world = World::new();
    for wrong in ["0", "604801", "8d", "0s", "1y", "-1", "1.5h", ""] {
        world.run(&["presign", "s3://bucket/k", "--expires-in", wrong]).ends(2);
    }
    world.run(&["presign", "s3://bucket/k", "--method", "POST"]).ends(2);
    for options in [
        &["--max-size", "1"][..],
        &["--post", "--method", "PUT"],
        &["--post", "--version-id", "v"],
        &["--post", "--field", "novalue"],
        &["--post", "--field", "policy=x"],
        &["--post", "--max-size", "1", "--min-size", "2"],
    ] {
        world.run(&[&["presign", "s3://bucket/k"], options].concat()).ends(2);
    }
    world.run(&["presign", "s3://bucket"]).ends(2);
}

#[test]
fn a_validity_is_in_seconds_or_with_a_unit() {
    let world = World::new();
    for (text, seconds) in
        [("90", "90"), ("90s", "90"), ("15m", "900"), ("1h", "3600"), ("7d", "604800"), ("1w", "604800")]
    {
        let url = presigned(&world, &["--expires-in", text], "k");
        assert!(url.contains(&format!("X-Amz-Expires={seconds}&")), "{text}: {url}");
    }
    assert!(presigned(&world, &[], "k").contains("X-Amz-Expires=3600&"));
}
