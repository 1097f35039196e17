//! Unusual keys in both stores and across restarts, and recovery after a killed process.

use std::path::Path;

use crate::signer::{Client, Draft, builder, path};

pub(crate) fn odd_keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "a",
        "A",
        "a/b",
        "a//b",
        "/a",
        "//",
        "a/",
        ".",
        "..",
        "../x",
        "a/../b",
        "./a",
        "a/.",
        "a.",
        "con",
        "nul.txt",
        " ",
        " a ",
        "a+b",
        "a%2Fb",
        "a%",
        "a?b#c",
        "a&b<c>\"'",
        "a\\b",
        "a:b|c*",
        "=",
        "#",
        "#a",
        "~$@!,;()[]{}^`",
        "\u{1}",
        "a\r\nb\t",
        "\u{7f}",
        "e\u{301}",
        "\u{e9}",
        "\u{1f600}",
        "\u{feff}",
        "bucket.json",
        "lock",
        "-rf",
    ]
    .map(str::to_owned)
    .to_vec();
    keys.push("x".repeat(1024));
    keys.push("X".repeat(1024));
    keys.push("\u{1f600}".repeat(256));
    keys.push(format!("{}/y", "z/".repeat(500)));
    keys
}

async fn fill(client: &Client) {
    client.call("PUT", "/bucket").await.expect(200);
    for key in odd_keys() {
        let put = Draft::new("PUT", &format!("/bucket/{}", path(&key))).header("x-amz-meta-name", "value");
        client.send(put.body(format!("content of {key}"))).await.expect(200);
    }
}

async fn check(client: &Client) {
    let mut keys = odd_keys();
    for key in &keys {
        let answer = client.call("GET", &format!("/bucket/{}", path(key))).await.expect(200);
        assert_eq!(answer.text(), format!("content of {key}"));
        assert_eq!(answer.header("x-amz-meta-name"), "value");
    }
    keys.sort();
    let answer = client.call("GET", "/bucket?list-type=2&encoding-type=url").await.expect(200);
    let listed: Vec<String> = answer.elements("Key").iter().map(|key| decode(key)).collect();
    assert_eq!(listed, keys);
}

async fn empty(client: &Client) {
    for key in odd_keys() {
        client.call("DELETE", &format!("/bucket/{}", path(&key))).await.expect(204);
    }
    client.call("DELETE", "/bucket").await.expect(204);
}

pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn open(folder: &Path) -> Client {
    Client::new(builder().0.folder(folder).build().unwrap())
}

fn files_below(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
        .sum()
}

#[tokio::test]
async fn the_memory_store_distinguishes_all_keys() {
    let client = Client::new(builder().0.build().unwrap());
    fill(&client).await;
    check(&client).await;
    empty(&client).await;
}

#[tokio::test]
async fn the_folder_store_keeps_all_keys_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    fill(&client).await;
    check(&client).await;
    drop(client);
    let client = open(folder.path());
    check(&client).await;
    empty(&client).await;
    drop(client);
    assert_eq!(files_below(&folder.path().join("buckets")), 0);
    assert!(open(folder.path()).call("GET", "/").await.expect(200).elements("Name").is_empty());
}

#[tokio::test]
async fn all_metadata_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.call("PUT", "/bucket").await.expect(200);
    let put = Draft::new("PUT", "/bucket/key").header("content-type", "text/plain").header("expires", "0");
    client.send(put.header("x-amz-tagging", "a=1").body("content")).await.expect(200);
    let read = async |client: &Client| {
        let answer =
            client.send(Draft::new("GET", "/bucket/key").header("x-amz-checksum-mode", "ENABLED")).await;
        let mut headers = answer.headers.clone();
        headers.remove("x-amz-request-id");
        (answer.text(), headers)
    };
    let before = read(&client).await;
    drop(client);
    assert_eq!(read(&open(folder.path())).await, before);
}

#[tokio::test]
async fn ranges_and_overwrites_work_on_files() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.call("PUT", "/bucket").await.expect(200);
    let content: Vec<u8> = (0..1_000_000_u32).map(|number| (number % 251) as u8).collect();
    client.put("/bucket/key", content.clone()).await.expect(200);
    let range = Draft::new("GET", "/bucket/key").header("range", "bytes=300000-900000");
    assert_eq!(client.send(range).await.expect(206).body, content[300_000..=900_000]);
    let get = Draft::new("GET", "/bucket/key").signed();
    let slow = client.service.call(get).await.unwrap();
    client.put("/bucket/key", "new").await.expect(200);
    assert_eq!(slow.into_body().bytes().await.unwrap(), content, "a response in flight keeps its version");
    assert_eq!(client.call("GET", "/bucket/key").await.expect(200).text(), "new");
    assert_eq!(files_below(&folder.path().join("buckets")), 2, "the bucket and one object");
}

#[tokio::test]
async fn leftovers_of_a_killed_process_are_not_objects() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.call("PUT", "/bucket").await.expect(200);
    client.put("/bucket/key", "content").await.expect(200);
    drop(client);
    std::fs::write(folder.path().join("incoming/7"), "half an obj").unwrap();
    std::fs::create_dir(folder.path().join("incoming/8")).unwrap();
    std::fs::write(folder.path().join("buckets/bucket/notes.txt"), "not ours").unwrap();
    let client = open(folder.path());
    assert_eq!(client.call("GET", "/bucket?list-type=2").await.expect(200).elements("Key"), ["key"]);
    assert_eq!(files_below(&folder.path().join("incoming")), 0);
}

#[tokio::test]
async fn unreadable_files_are_named_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.call("PUT", "/bucket").await.expect(200);
    let long = "k".repeat(1000);
    client.put(&format!("/bucket/{long}"), "content").await.expect(200);
    client.put("/bucket/key", "content").await.expect(200);
    client.call("POST", "/bucket/key?uploads=").await.expect(200);
    drop(client);
    let bucket = folder.path().join("buckets/bucket");
    let named = |start: &str| {
        let mut files = std::fs::read_dir(&bucket).unwrap().map(|file| file.unwrap().path());
        files.find(|file| file.file_name().unwrap().to_str().unwrap().starts_with(start)).unwrap()
    };
    let upload = std::fs::read_dir(bucket.join("uploads")).unwrap().next().unwrap().unwrap().path();
    for file in [
        bucket.join("bucket.json"),
        named("#"),
        upload.join("upload.json"),
        folder.path().join("windlass-store.json"),
    ] {
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        let error = builder().0.folder(folder.path()).build().unwrap_err();
        assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
        assert_eq!(std::fs::read(&file).unwrap(), whole[..whole.len() / 2]);
        std::fs::write(&file, &whole).unwrap();
    }
    // A file that is read on demand does not affect the others.
    let file = named("=");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..10]).unwrap();
    let client = open(folder.path());
    let answer = client.call("GET", "/bucket/key").await.expect_error(500, "InternalError");
    assert!(answer.text().contains(file.to_str().unwrap()));
    client.call("GET", &format!("/bucket/{long}")).await.expect(200);
    drop(client);
    std::fs::write(&file, &whole).unwrap();
    assert_eq!(open(folder.path()).call("GET", "/bucket/key").await.expect(200).text(), "content");
    std::fs::write(folder.path().join("windlass-store.json"), "{\"format\": 1}").unwrap();
    let error = builder().0.folder(folder.path()).build().unwrap_err();
    assert!(error.to_string().contains("another version of this server"), "{error}");
}

#[tokio::test]
async fn rejected_uploads_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.call("PUT", "/bucket").await.expect(200);
    let put =
        Draft::new("PUT", "/bucket/key").body("content").header("content-md5", "CY9rzUYh03PK3k6DJie09g==");
    client.send(put).await.expect_error(400, "BadDigest");
    assert_eq!(files_below(&folder.path().join("incoming")), 0);
    assert_eq!(files_below(&folder.path().join("buckets")), 1);
}

#[tokio::test]
async fn a_folder_is_locked_by_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let error = builder().0.folder(folder.path()).build().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ResourceBusy);
    drop(first);
    open(folder.path());
}

#[tokio::test]
async fn a_folder_with_other_files_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "precious").unwrap();
    let error = builder().0.folder(folder.path()).build().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(files_below(folder.path()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_one_concurrent_create_in_a_folder_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.call("PUT", "/bucket").await.expect(200);
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let client = client.clone();
            let put = Draft::new("PUT", "/bucket/key").header("if-none-match", "*").body(format!("{number}"));
            tokio::spawn(async move { client.send(put).await.status })
        })
        .collect();
    let mut wins = 0;
    for task in tasks {
        wins += usize::from(task.await.unwrap() == 200);
    }
    assert_eq!(wins, 1);
}
