//! Common tasks in one call.

use std::path::Path;
use std::time::Duration;

use windlass::ErrorKind;
use windlass::testing::{self, ManualClock, MockTransport};
use windlass_server::{Action, Fault};

use crate::server::start;

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn an_object_exists_or_not_or_access_is_denied() {
    let transport = MockTransport::new();
    transport.response(200, "").response(404, "").response(403, "");
    let client = testing::client(&transport);
    assert!(client.object_exists("photos", "k").await.unwrap());
    assert!(!client.object_exists("photos", "k").await.unwrap());
    let error = client.object_exists("photos", "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.to_string().contains("s3://photos/k"), "{error}");
}

#[tokio::test]
async fn an_object_is_read_as_text() {
    let transport = MockTransport::new();
    transport.response(200, "grün").response(200, &b"\xff"[..]);
    let client = testing::client(&transport);
    assert_eq!(client.get_object_string("photos", "k").await.unwrap(), "grün");
    assert!(client.get_object_string("photos", "k").await.unwrap_err().message().contains("UTF-8"));
}

#[cfg(feature = "json")]
#[tokio::test]
async fn a_value_is_written_and_read_as_json() {
    let (_server, client) = start().await;
    client.put_object_json("photos", "k", &vec![("a", 1_u8)]).await.unwrap();
    let read: Vec<(String, u8)> = client.get_object_json("photos", "k").await.unwrap();
    assert_eq!(read, [("a".to_owned(), 1)]);
    let head = client.head_object("photos", "k").await.unwrap();
    assert_eq!(head.content_type.as_deref(), Some("application/json"));
    let error = client.get_object_json::<u8>("photos", "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("s3://photos/k"), "{error}");
    let nothing = std::collections::BTreeMap::from([([1_u8], 1_u8)]);
    let error = client.put_object_json("photos", "k", &nothing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "JSON keys must be strings");
}

#[tokio::test]
async fn a_health_check_returns_the_latency_or_an_error() {
    let transport = MockTransport::new();
    transport
        .response(503, "")
        .reply_with(200, &[("x-amz-bucket-region", "us-east-1")], "")
        .response(403, "");
    let client = testing::client_builder(&transport).clock(ManualClock::default()).build().unwrap();
    let health = client.health_check("photos").await.unwrap();
    assert_eq!(health.region.as_deref(), Some("us-east-1"));
    assert!(health.latency > Duration::ZERO, "the wait before the second attempt counts");
    let error = client.health_check("photos").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
    assert!(error.suggestion().is_some());
}

#[tokio::test]
async fn a_file_is_uploaded_and_downloaded() {
    let (_server, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let (up, down) = (folder.path().join("up"), folder.path().join("down"));
    std::fs::write(&up, "content").unwrap();
    assert_eq!(client.upload_file("photos", "k", &up).await.unwrap().size, 7);
    let head = client.download_file("photos", "k", &down).await.unwrap();
    assert_eq!(head.content_length, Some(7));
    assert_eq!(std::fs::read_to_string(&down).unwrap(), "content");
    client.get_object("photos", "k").range(1..3).save_to(&down).await.unwrap();
    assert_eq!(std::fs::read_to_string(&down).unwrap(), "on", "the existing file is replaced");
    assert_eq!(names(folder.path()).len(), 2);
}

/// As in the command, pipes and devices are written in place.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_download_to_a_pipe_or_device_writes_in_place() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};

    let (_server, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    client.put_object("photos", "k", "content").await.unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    symlink("pipe", folder.path().join("link")).unwrap();
    for name in ["pipe", "link"] {
        let reader = tokio::task::spawn_blocking({
            let pipe = pipe.clone();
            move || std::fs::read_to_string(pipe).unwrap()
        });
        let head = client.download_file("photos", "k", folder.path().join(name)).await.unwrap();
        assert_eq!((head.content_length, reader.await.unwrap().as_str()), (Some(7), "content"));
    }
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
    assert_eq!(names(folder.path()).len(), 2);
    client.download_file("photos", "k", "/dev/null").await.unwrap();
    assert!(std::fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    let error = client.download_file("photos", "k", "/dev/full").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DiskFull);
    let folder = client.download_file("photos", "k", folder.path()).await.unwrap_err();
    assert_eq!(folder.kind(), ErrorKind::LocalFile);
}

#[tokio::test]
async fn a_failed_download_changes_nothing() {
    let (server, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    std::fs::write(&path, "before").unwrap();
    let missing = client.download_file("photos", "none", &path).await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::ObjectNotFound);

    client.put_object("photos", "k", vec![b'x'; 100_000]).await.unwrap();
    server.faults().add(Fault::new(Action::CutBody { after: 0 }).operation("GetObject"));
    client.download_file("photos", "k", &path).await.unwrap_err();
    assert_eq!(names(folder.path()), ["f"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");

    let transport = MockTransport::new();
    transport.reply_with(200, &[("x-amz-checksum-crc32", "AAAAAA==")], "damaged").repeat_last();
    let damaged = testing::client(&transport).download_file("photos", "k", &path).await.unwrap_err();
    assert_eq!(damaged.kind(), ErrorKind::ChecksumMismatch);
    assert_eq!(names(folder.path()), ["f"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "before");
}
