//! Uploads of any size. Failed uploads are aborted.

use std::fmt;
use std::future::Future as _;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures_util::future::{Either, select};
use windlass::config::ServiceProfile;
use windlass::ports::{BoxFuture, HttpRequest, HttpResponse, HttpTransport, Spawner, TransportError};
use windlass::testing::{self, MockTransport, RecordedRequest};
use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;
use windlass::{Body, ErrorKind};

const MIB: usize = 1 << 20;
const CREATED: &str =
    "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
const COMPLETED: &str =
    "<CompleteMultipartUploadResult><ETag>&quot;x-3&quot;</ETag></CompleteMultipartUploadResult>";

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index / 7).to_le_bytes()[0]).collect()
}

/// Scripts the responses to an upload in parts.
fn script(transport: &MockTransport, parts: usize) {
    transport.response(200, CREATED);
    for _ in 0..parts {
        transport.reply_with(200, &[("etag", "\"p\"")], "");
    }
    transport.response(200, COMPLETED);
}

/// Returns the content of the sent parts, sorted by part number.
fn parts(requests: &[RecordedRequest]) -> Vec<(u32, Vec<u8>)> {
    let mut parts: Vec<(u32, Vec<u8>)> = requests
        .iter()
        .filter_map(|request| {
            let (_, query) = request.url.split_once("partNumber=")?;
            let number = query.split('&').next()?.parse().ok()?;
            Some((number, request.body.to_vec()))
        })
        .collect();
    parts.sort();
    parts
}

/// Returns a client of a service that confirms the checksums of parts and does not support trailers, so that
/// bodies are sent unchanged.
fn client(transport: &MockTransport) -> windlass::Client {
    let confirming = Confirming(transport.clone());
    let builder = testing::client_builder(transport).transport(confirming);
    builder.endpoint("https://s3.example.com").build().unwrap()
}

/// Adds the checksum of a part to its response, like S3.
#[derive(Debug)]
struct Confirming(MockTransport);

impl HttpTransport for Confirming {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let checksum = request.headers.get("x-amz-checksum-crc64nvme").cloned();
        let checksum = checksum.filter(|_| request.path_and_query.contains("partNumber="));
        Box::pin(async move {
            let mut response = self.0.send(request).await?;
            if let Some(checksum) = checksum {
                response.headers.insert("x-amz-checksum-crc64nvme", checksum);
            }
            Ok(response)
        })
    }
}

#[tokio::test]
async fn parts_are_the_content_for_every_kind_of_body() {
    let all = content(12 * MIB + 5);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("f");
    std::fs::write(&path, &all).unwrap();
    let factory = all.clone();
    let bodies = [
        Body::from(all.clone()),
        Body::from_path(&path).await.unwrap(),
        Body::from_reader(std::io::Cursor::new(all.clone())),
        Body::from_reader(std::io::Cursor::new(all.clone())).with_length(all.len() as u64),
        Body::replayable(all.len() as u64, move || {
            let all = factory.clone();
            async { Ok(futures_util::stream::iter([Ok(all.into())])) }
        }),
    ];
    for body in bodies {
        let transport = MockTransport::new();
        script(&transport, 3);
        let source = format!("{body:?}");
        let upload = client(&transport).upload("films", "k", body).part_size(5 << 20);
        let output = upload.await.unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!((output.parts, output.size), (3, all.len() as u64), "{source}");
        let requests = transport.requests();
        let sent = parts(&requests);
        assert_eq!(sent.iter().map(|part| part.0).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(sent.iter().flat_map(|part| &part.1).eq(&all), "{source}");
        assert_eq!(requests[0].header("x-amz-checksum-algorithm"), "CRC64NVME");
        let complete = requests.last().unwrap();
        assert_eq!(complete.header("x-amz-mp-object-size"), all.len().to_string());
        let whole = Checksum::of(&ChecksumAlgorithm::Crc64Nvme, &all).unwrap();
        assert_eq!(complete.header("x-amz-checksum-crc64nvme"), whole);
        let list = String::from_utf8(complete.body.to_vec()).unwrap();
        assert_eq!(list.matches("<ChecksumCRC64NVME>").count(), 3, "{list}");
    }
}

#[tokio::test]
async fn no_part_of_a_stream_is_smaller_than_5_mib() {
    for part_size in [0, 1 << 20] {
        let transport = MockTransport::new();
        script(&transport, 3);
        let body = Body::from_reader(std::io::Cursor::new(content(12 * MIB)));
        client(&transport).upload("films", "k", body).part_size(part_size).concurrency(1).await.unwrap();
        let lengths: Vec<_> = parts(&transport.requests()).iter().map(|(_, part)| part.len()).collect();
        assert_eq!(lengths, [5 * MIB, 5 * MIB, 2 * MIB], "{part_size}");
    }
}

#[tokio::test]
async fn a_stream_is_not_polled_after_its_end() {
    for length in [11 * MIB, 10 * MIB, 6 * MIB, 5 * MIB, 0] {
        let transport = MockTransport::new();
        if length > 5 * MIB {
            script(&transport, length.div_ceil(5 * MIB));
        } else {
            transport.stored();
        }
        // The stream panics if it is polled after its end.
        let chunks = futures_util::stream::unfold(content(length), |rest| async move {
            let piece = rest.chunks(MIB).next()?.to_vec();
            Some((Ok(piece.into()), rest[MIB.min(rest.len())..].to_vec()))
        });
        let body = Body::from_stream(chunks);
        let upload = client(&transport).upload("films", "k", body).part_size(5 << 20).concurrency(1);
        assert_eq!(upload.await.unwrap().size, length as u64);
    }
}

#[tokio::test]
async fn small_bodies_are_sent_in_one_request() {
    for body in [
        Body::from("small"),
        Body::empty(),
        Body::from_reader(&b"small"[..]),
        Body::from_reader(&b""[..]),
        Body::from_reader(std::io::Cursor::new(content(8 * MIB))),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(200, &[("etag", "\"e\"")], "");
        let output = client(&transport).upload("films", "k", body).await.unwrap();
        assert_eq!((output.parts, output.etag.unwrap().value()), (0, "e"));
        let request = &transport.requests()[0];
        assert_eq!((request.method.as_str(), request.body.len() as u64), ("PUT", output.size));
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test]
async fn settings_are_sent_with_the_right_request() {
    let transport = MockTransport::new();
    script(&transport, 2);
    let put = client(&transport)
        .put_object("films", "k", content(9 * MIB))
        .content_type("video/mp4")
        .metadata("owner", "ann")
        .checksum_algorithm("CRC32")
        .expected_bucket_owner("123456789012")
        .if_none_match("*");
    put.in_parts().await.unwrap();
    let requests = transport.requests();
    assert_eq!(requests[0].header("content-type"), "video/mp4");
    assert_eq!(requests[0].header("x-amz-meta-owner"), "ann");
    assert_eq!(requests[0].header("x-amz-checksum-algorithm"), "CRC32");
    assert_eq!(requests[0].header("x-amz-checksum-type"), "FULL_OBJECT");
    assert!(!requests[1].header("x-amz-checksum-crc32").is_empty());
    assert_eq!(requests[3].header("if-none-match"), "*");
    assert_eq!(requests[3].header("x-amz-checksum-type"), "FULL_OBJECT");
    assert!(requests.iter().all(|request| request.header("x-amz-expected-bucket-owner") == "123456789012"));
    assert!(requests[..3].iter().all(|request| request.header("if-none-match").is_empty()));
}

#[tokio::test]
async fn progress_is_reported_for_each_part() {
    for (length, parts) in [(9 * MIB, 2), (5, 0)] {
        let transport = MockTransport::new();
        if parts == 0 {
            transport.stored();
        } else {
            script(&transport, parts);
        }
        let told = Arc::new(Mutex::new(Vec::new()));
        let ear = told.clone();
        let upload = client(&transport).upload("films", "k", content(length));
        upload.on_progress(move |bytes| ear.lock().unwrap().push(bytes)).await.unwrap();
        let told = told.lock().unwrap();
        assert_eq!((told.len(), told.iter().sum::<u64>()), (parts.max(1), length as u64));
    }
}

/// The service stored different content than was sent.
#[tokio::test]
async fn a_part_with_a_checksum_mismatch_aborts_the_upload() {
    let transport = MockTransport::new();
    let other = [("etag", "\"p\""), ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=")];
    transport.response(200, CREATED).reply_with(200, &other, "").response(204, "");
    let client = testing::client_builder(&transport).endpoint("https://s3.example.com").build().unwrap();
    let error = client.upload("films", "k", content(9 * MIB)).concurrency(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ChecksumMismatch, "{error}");
    assert!(error.message().contains("part 1") && error.message().contains("other content"), "{error}");
    let requests = transport.requests();
    assert_eq!((requests.len(), requests[2].method.as_str()), (3, "DELETE"));
}

/// S3 responds with `BadDigest` to a full-object checksum without its type, even if it is correct.
#[tokio::test]
async fn a_full_object_checksum_is_sent_with_its_type() {
    let transport = MockTransport::new();
    script(&transport, 2);
    client(&transport).upload("films", "k", content(9 * MIB)).await.unwrap();
    let completed = &transport.requests()[3];
    assert!(!completed.header("x-amz-checksum-crc64nvme").is_empty());
    assert_eq!(completed.header("x-amz-checksum-type"), "FULL_OBJECT");
}

#[tokio::test]
async fn a_permanently_failing_part_aborts_the_upload() {
    let transport = MockTransport::new();
    transport
        .response(200, CREATED)
        .response(403, "<Error><Code>AccessDenied</Code></Error>")
        .response(204, "");
    let upload = client(&transport).upload("films", "k", content(9 * MIB)).concurrency(1);
    let error = upload.await.unwrap_err();
    assert_eq!((error.kind(), error.key()), (ErrorKind::AccessDenied, Some("k")));
    assert!(error.message().contains("part 1"), "{error}");
    let last = transport.requests().pop().unwrap();
    assert_eq!(last.method, "DELETE");
    assert!(last.url.ends_with("?uploadId=u1"), "{}", last.url);
}

#[tokio::test]
async fn a_part_without_an_etag_aborts_the_upload() {
    let transport = MockTransport::new();
    transport
        .response(200, CREATED)
        .reply_with(200, &[("etag", "\"p\"")], "")
        .response(200, "")
        .response(204, "");
    let upload = client(&transport).upload("films", "k", content(6 * MIB)).part_size(5 << 20);
    let error = upload.concurrency(1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.message().contains("ETag") && error.message().contains("part 2"), "{error}");
    assert_eq!(transport.requests().last().unwrap().method, "DELETE");
}

#[tokio::test]
async fn an_upload_that_cannot_be_aborted_is_named() {
    let transport = MockTransport::new();
    let denied = "<Error><Code>AccessDenied</Code></Error>";
    transport.response(200, CREATED).response(403, denied).response(403, denied);
    let error = client(&transport).upload("films", "k", content(9 * MIB)).concurrency(1).await.unwrap_err();
    assert!(error.message().contains("u1 could not be aborted"), "{error}");
}

#[tokio::test]
async fn a_failing_source_aborts_the_upload() {
    let transport = MockTransport::new();
    transport.response(200, CREATED).reply_with(200, &[("etag", "\"p\"")], "");
    transport.reply_with(200, &[("etag", "\"p\"")], "").response(204, "");
    let chunks = [Ok(content(17 * MIB).into()), Err(std::io::Error::other("the pipe broke"))];
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let error = client(&transport).upload("films", "k", body).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LocalFile);
    assert_eq!(transport.requests().pop().unwrap().method, "DELETE");
}

#[tokio::test]
async fn a_dropped_upload_is_aborted() {
    let transport = MockTransport::new();
    transport.response(200, CREATED).hang().hang().response(204, "");
    let until = async |wanted: fn(&[RecordedRequest]) -> bool| {
        while !wanted(&transport.requests()) {
            tokio::task::yield_now().await;
        }
    };
    let upload = Box::pin(client(&transport).upload("films", "k", content(9 * MIB)).send());
    let parts_are_sent = Box::pin(until(|requests| requests.len() == 3));
    let Either::Right(((), upload)) = select(upload, parts_are_sent).await else {
        panic!("the upload ended")
    };
    drop(upload);
    until(|requests| requests.last().is_some_and(|request| request.method == "DELETE")).await;
    assert!(transport.requests().pop().unwrap().url.ends_with("?uploadId=u1"));
}

/// Tasks that only run when they are polled.
#[derive(Clone, Debug, Default)]
struct HeldTasks(Arc<Mutex<Vec<Task>>>);

struct Task(BoxFuture<'static, ()>);

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}

impl Spawner for HeldTasks {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.lock().unwrap().push(Task(task));
    }
}

impl HeldTasks {
    /// Polls a task. Returns whether it has finished.
    fn poll(&self, index: usize) -> bool {
        // The task may spawn others while it is polled.
        let empty = Task(Box::pin(std::future::pending()));
        let mut task = std::mem::replace(&mut self.0.lock().unwrap()[index], empty);
        let is_ready = task.0.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        self.0.lock().unwrap()[index] = task;
        is_ready
    }

    /// Runs the first task, which starts the upload, and the second, which fetches its credentials.
    fn begin_upload(&self) {
        assert!(!self.poll(0) && self.poll(1) && !self.poll(0));
    }
}

/// S3 stores and bills a part that arrives after its upload was aborted.
#[test]
fn an_upload_is_aborted_once_no_part_is_in_flight() {
    let (transport, tasks) = (MockTransport::new(), HeldTasks::default());
    transport.response(200, CREATED).hang().hang().response(204, "");
    let client = testing::client_builder(&transport).spawner(tasks.clone()).build().unwrap();
    let mut upload = Box::pin(client.upload("films", "k", content(9 * MIB)).send());
    let methods = || transport.requests().iter().map(|request| request.method.clone()).collect::<Vec<_>>();
    let mut poll = || upload.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
    assert!(poll());
    tasks.begin_upload();
    assert!(poll());
    // The task that started the upload and would abort it, and one task per part.
    assert_eq!(tasks.0.lock().unwrap().len(), 4);
    let (give_up, first, second) = (0, 2, 3);
    assert!(!tasks.poll(first) && !tasks.poll(second));
    assert_eq!(methods(), ["POST", "PUT", "PUT"]);
    drop(upload);
    assert!(!tasks.poll(give_up) && tasks.poll(first) && !tasks.poll(give_up));
    assert_eq!(methods().len(), 3);
    assert!(tasks.poll(second) && tasks.poll(give_up));
    assert_eq!(methods(), ["POST", "PUT", "PUT", "DELETE"]);
}

#[test]
fn an_upload_that_is_dropped_while_it_starts_is_aborted() {
    let (transport, tasks) = (MockTransport::new(), HeldTasks::default());
    transport.response(200, CREATED).response(204, "");
    let client = testing::client_builder(&transport).spawner(tasks.clone()).build().unwrap();
    let mut upload = Box::pin(client.upload("films", "k", content(9 * MIB)).send());
    assert!(upload.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert!(!tasks.poll(0) && tasks.poll(1));
    drop(upload);
    assert!(tasks.poll(0));
    let methods: Vec<_> = transport.requests().iter().map(|request| request.method.clone()).collect();
    assert_eq!(methods, ["POST", "DELETE"]);
    assert!(transport.requests()[1].url.ends_with("?uploadId=u1"));
}

/// Simulates a runtime that shuts down.
#[test]
fn an_upload_whose_first_task_is_dropped_is_an_error() {
    let (transport, tasks) = (MockTransport::new(), HeldTasks::default());
    let client = testing::client_builder(&transport).spawner(tasks.clone()).build().unwrap();
    let mut upload = Box::pin(client.upload("films", "k", content(9 * MIB)).send());
    let mut poll = || upload.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    tasks.0.lock().unwrap().clear();
    let Poll::Ready(Err(error)) = poll() else { panic!("expected an error") };
    assert_eq!((error.kind(), error.key()), (ErrorKind::Aborted, Some("k")));
}

/// Simulates a runtime that shuts down or a body that panics.
#[test]
fn a_part_whose_task_is_dropped_aborts_the_upload() {
    let (transport, tasks) = (MockTransport::new(), HeldTasks::default());
    transport.response(200, CREATED).response(204, "");
    let client = testing::client_builder(&transport).spawner(tasks.clone()).build().unwrap();
    let mut upload = Box::pin(client.upload("films", "k", content(9 * MIB)).concurrency(1).send());
    let mut poll = || upload.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    tasks.begin_upload();
    assert!(poll().is_pending());
    tasks.0.lock().unwrap().clear();
    let Poll::Ready(Err(error)) = poll() else { panic!("expected an error") };
    assert_eq!((error.kind(), error.key()), (ErrorKind::Aborted, Some("k")));
    assert!(error.message().contains("part 1"), "{error}");
    assert_eq!(transport.requests().pop().unwrap().method, "DELETE");
}

#[tokio::test]
async fn a_wrong_length_is_an_error_and_the_upload_is_not_completed() {
    let transport = MockTransport::new();
    transport.response(200, CREATED).reply_with(200, &[("etag", "\"p\"")], "");
    transport.reply_with(200, &[("etag", "\"p\"")], "").response(204, "");
    let body = Body::from_reader(std::io::Cursor::new(content(12 * MIB))).with_length(13 << 20);
    let error = client(&transport).upload("films", "k", body).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IncompleteBody);
    assert_eq!(transport.requests().pop().unwrap().method, "DELETE");
}

#[tokio::test]
async fn an_endless_body_is_stopped_at_its_declared_length() {
    let transport = MockTransport::new();
    transport.response(200, CREATED);
    for _ in 0..2 {
        transport.reply_with(200, &[("etag", "\"p\"")], "");
    }
    transport.response(204, "");
    let body = Body::from_reader(tokio::io::repeat(b'x')).with_length(11 << 20);
    let upload = client(&transport).upload("films", "k", body).part_size(5 << 20).concurrency(1);
    assert_eq!(upload.await.unwrap_err().kind(), ErrorKind::IncompleteBody);
    let requests = transport.requests();
    assert_eq!((requests.len(), requests[3].method.as_str()), (4, "DELETE"));
}

#[tokio::test]
async fn invalid_part_settings_are_errors_before_a_request_is_sent() {
    let transport = MockTransport::new();
    let put = || client(&transport).put_object("films", "k", content(9 * MIB));
    for upload in [
        put().content_md5("ZajifYh5KDgxtmS9i38K1A=="),
        put().write_offset_bytes(1),
        put().checksum(ChecksumAlgorithm::Sha256, "x"),
    ] {
        let error = upload.in_parts().await.unwrap_err();
        assert_eq!((error.kind(), error.key()), (ErrorKind::InvalidArgument, Some("k")), "{error}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn parts_have_no_checksum_for_a_service_without_checksums() {
    let transport = MockTransport::new();
    script(&transport, 2);
    let provider = ServiceProfile::named("b2").unwrap();
    let client = testing::client_builder(&transport).service_profile(provider).build().unwrap();
    client.upload("films", "k", content(9 * MIB)).await.unwrap();
    let requests = transport.requests();
    assert!(
        requests
            .iter()
            .flat_map(|request| request.headers.keys())
            .all(|name| { !name.as_str().contains("checksum") && name.as_str() != "x-amz-mp-object-size" })
    );
    assert_eq!(requests[1].header("content-md5").len(), 24);
}
