//! Keys that are not UTF-8: listed in encoded form, never confused with other keys, and without effect on other keys.

use serde_json::{Value, json};

use crate::canned::{Canned, Request};
use crate::world::World;

/// A service that lists `p/a`, `p/` with the byte 0xFF, and the key whose text equals the encoded form of the latter.
fn service() -> Canned {
    Canned::new(|request: &Request| {
        let entries = |name: &str| {
            ["p/a", "p/%FF.txt", "p/%25FF.txt"]
                .map(|key| {
                    format!(
                        "<{name}><Key>{key}</Key><UploadId>u</UploadId><VersionId>v</VersionId><Size>1</Size>\
                         <Initiated>2020-01-01T00:00:00Z</Initiated></{name}>"
                    )
                })
                .concat()
        };
        let list = |root: &str, entries: String| {
            let prefix = "<CommonPrefixes><Prefix>p/d%FF/</Prefix></CommonPrefixes>";
            format!(
                "<{root}><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType>{entries}{prefix}</{root}>"
            )
        };
        let target = &request.target;
        let body = if target.contains("delete=") {
            let keys = request.body.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap());
            let deleted: String = keys.map(|key| format!("<Deleted><Key>{key}</Key></Deleted>")).collect();
            format!("<DeleteResult>{deleted}</DeleteResult>")
        } else if target.contains("uploads=") {
            list("ListMultipartUploadsResult", entries("Upload"))
        } else if target.contains("versions=") {
            list("ListVersionsResult", entries("Version"))
        } else if target.contains("list-type=2") {
            list("ListBucketResult", entries("Contents"))
        } else if request.method == "DELETE" {
            return (204, String::new());
        } else {
            "x".to_owned()
        };
        (200, body)
    })
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

// s3proxy#201
#[test]
fn a_list_shows_and_marks_the_encoded_form() {
    let (world, service) = (World::new(), service());
    for arguments in [
        &["ls", "--recursive", "s3://box"][..],
        &["ls", "s3://box/p/"],
        &["ls", "--all-versions", "s3://box/p/"],
    ] {
        let text = service.run(&world, arguments).ends(0).stdout;
        assert!(text.contains(" p/%FF.txt (percent-encoded)\n"), "{text}");
        assert!(text.contains("%FF.txt\n") && text.contains("PRE p/d%FF/ (percent-encoded)\n"), "{text}");
    }
    for arguments in
        [&["ls", "--json", "s3://box/p/"][..], &["ls", "--json", "--all-versions", "s3://box/p/"]]
    {
        let records = lines(&service.run(&world, arguments).ends(0).stdout);
        let keys: Vec<_> = records.iter().map(|record| (&record["key"], &record["encoded_key"])).collect();
        assert_eq!((&records[0]["prefix"], &records[0]["encoded_prefix"]), (&Value::Null, &json!("p/d%FF/")));
        assert_eq!(
            keys[1..],
            [
                (&json!("p/a"), &Value::Null),
                (&Value::Null, &json!("p/%FF.txt")),
                (&json!("p/%FF.txt"), &Value::Null)
            ]
        );
    }
    let uploads = service.run(&world, &["uploads", "list", "--sizes", "--json", "s3://box"]);
    assert_eq!(uploads.code, Some(1), "the service has no lists of parts");
    let text = service.run(&world, &["uploads", "list", "s3://box"]).ends(0).stdout;
    assert!(text.contains(" u p/%FF.txt (percent-encoded)\n"), "{text}");
}

// s3proxy#201
#[test]
fn rm_deletes_the_other_keys_only() {
    let (world, service) = (World::new(), service());
    for arguments in [
        &["rm", "--yes", "--recursive", "s3://box/p/"][..],
        &["rm", "--yes", "s3://box/p/*"],
        &["rm", "--yes", "--recursive", "--all-versions", "s3://box/p/"],
        &[
            "rm",
            "--yes",
            "--recursive",
            "--exclude",
            "*",
            "--include",
            "*.txt",
            "--include",
            "p/a",
            "--include",
            "a",
            "s3://box/p/",
        ],
    ] {
        let run = service
            .run(&world, arguments)
            .ends(1)
            .tells("error: s3://box/p/%FF.txt (percent-encoded) was not deleted");
        assert!(
            run.stdout.contains("delete: s3://box/p/a") && run.stdout.contains("delete: s3://box/p/%FF.txt"),
            "{}",
            run.stdout
        );
        let deleted =
            service.requests().into_iter().rfind(|request| request.target.contains("delete=")).unwrap();
        assert_eq!(deleted.body.matches("<Key>").count(), 2, "{}", deleted.body);
    }
    service.run(&world, &["--dryrun", "rm", "--recursive", "s3://box/p/"]).ends(1);
    // An excluded key is not an error.
    service.run(&world, &["rm", "--yes", "--recursive", "--exclude", "*.txt", "s3://box/p/"]).ends(0);
}

// s3proxy#201
#[test]
fn a_bucket_with_such_a_key_is_not_removed() {
    let (world, service) = (World::new(), service());
    service.run(&world, &["rb", "--force", "--yes", "s3://box"]).ends(1);
    assert!(service.requests().iter().all(|request| request.method != "DELETE"));
}

// s3proxy#201
#[test]
fn cp_and_mv_transfer_the_other_keys() {
    let (world, service) = (World::new(), service());
    let run = service.run(&world, &["cp", "--recursive", "s3://box/p/", "down"]).ends(1);
    assert!(run.stderr.contains("s3://box/p/%FF.txt (percent-encoded)"), "{}", run.stderr);
    assert_eq!(world.files("down").into_keys().collect::<Vec<_>>(), ["%FF.txt", "a"]);
    service.run(&world, &["mv", "--recursive", "s3://box/p/", "moved"]).ends(1);
    let gone: Vec<_> = service
        .requests()
        .into_iter()
        .filter(|request| request.method == "DELETE")
        .map(|request| request.target)
        .collect();
    assert_eq!(gone.len(), 2, "{gone:?}");
    assert!(gone.iter().any(|target| target.contains("p/%25FF.txt")), "{gone:?}");
}

// s3proxy#201
#[test]
fn uploads_to_the_other_keys_are_aborted() {
    let (world, service) = (World::new(), service());
    let run = service.run(&world, &["uploads", "clean", "--older-than", "1d", "--yes", "s3://box"]).ends(1);
    assert!(
        run.stderr.contains("the upload to s3://box/p/%FF.txt (percent-encoded) was not aborted"),
        "{}",
        run.stderr
    );
    assert_eq!(service.requests().iter().filter(|request| request.method == "DELETE").count(), 2);
}

#[test]
fn bidirectional_and_invisible_characters_are_escaped() {
    let world = World::new();
    world.put("cat\u{202e}gpj.exe", "1");
    world.put("zero\u{200b}width\u{2066}", "1");
    let text = world.run(&["ls", "s3://bucket"]).ends(0).stdout;
    assert!(text.contains("cat\\u{202e}gpj.exe") && text.contains("zero\\u{200b}width\\u{2066}"), "{text}");
    let records = lines(&world.run(&["ls", "--json", "s3://bucket"]).ends(0).stdout);
    assert_eq!(records[0]["key"], "cat\u{202e}gpj.exe");
    let run = world.run(&["cat", "s3://bucket/none\u{202e}"]).ends(4);
    assert!(run.stderr.contains("none\\u{202e}") && !run.stderr.contains('\u{202e}'), "{}", run.stderr);
    let run = world.run(&["rm", "--yes", "--recursive", "s3://bucket"]).ends(0);
    assert!(!run.stdout.contains(['\u{202e}', '\u{200b}', '\u{2066}']), "{}", run.stdout);
}

// aistore#190
#[test]
fn an_invalid_date_is_unknown_and_does_not_fail_a_list() {
    let world = World::new();
    let service = Canned::new(|_| {
        let entries = ["yesterday", "9999-12-31T23:59:59Z", "2009-10-12 17:50:30"].map(|date| {
            format!("<Contents><Key>k</Key><Size>1</Size><LastModified>{date}</LastModified></Contents>")
        });
        (200, format!("<ListBucketResult><MaxKeys>-1</MaxKeys>{}</ListBucketResult>", entries.concat()))
    });
    let records = lines(&service.run(&world, &["ls", "--json", "s3://box"]).ends(0).stdout);
    let times: Vec<_> = records.iter().map(|record| &record["last_modified"]).collect();
    assert_eq!(times, [&Value::Null, &json!("9999-12-31T23:59:59Z"), &json!("2009-10-12T17:50:30Z")]);
    let text = service.run(&world, &["ls", "s3://box"]).ends(0).stdout;
    assert!(text.starts_with("unknown "), "{text}");
}
