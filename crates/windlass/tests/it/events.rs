//! What an observer is told of requests: `Finished` comes exactly once for each `Started`, on every path.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use windlass::Body;
use windlass::ports::events::{Outcome, RequestInfo};
use windlass::ports::{
    BoxFuture, Event, HttpRequest, HttpResponse, HttpTransport, Observer, TransportError, TransportErrorKind,
};
use windlass::testing::{self, ManualClock, MockTransport, RecordingObserver};
use windlass::{Client, Credentials};

use crate::loopback::{HELLO, Loopback};

/// Keeps a line for each event of a request. Requests are numbered in the order in which they start.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<(Vec<u64>, Vec<String>)>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().1.clone()
    }

    fn finished(&self) -> Vec<String> {
        let is_end = |line: &String| line.starts_with("finished");
        self.lines().into_iter().filter(is_end).collect()
    }
}

fn word(outcome: Outcome<'_>) -> String {
    match outcome {
        Outcome::Success => "success".into(),
        Outcome::Failure(error) => format!("{:?}", error.kind()),
        Outcome::Cancelled => "cancelled".into(),
        _ => "?".into(),
    }
}

impl Observer for Log {
    fn on_event(&self, event: &Event<'_>) {
        let mut log = self.0.lock().unwrap();
        if let Event::Started(started) = event {
            assert!(!log.0.contains(&started.request.id));
            log.0.push(started.request.id);
        }
        let number = |id: u64| log.0.iter().position(|seen| *seen == id).unwrap() + 1;
        let of = |request: &RequestInfo<'_>| number(request.id);
        let line = match event {
            Event::Started(started) => {
                let RequestInfo { operation, bucket, key, .. } = started.request;
                let parent = started.parent.map_or(String::new(), |id| format!(" for {}", number(id)));
                format!("started {}: {operation} {bucket}/{key}{parent}", of(&started.request))
            }
            Event::AttemptStarted(started) => {
                format!("attempt {} of {} in {}", started.attempt, of(&started.request), started.region)
            }
            Event::ResponseStarted(response) => {
                format!(
                    "response {} of {} after {:?}",
                    response.status,
                    of(&response.request),
                    response.elapsed
                )
            }
            Event::AttemptFinished(attempt) => {
                let (which, of, outcome) = (attempt.attempt, of(&attempt.request), word(attempt.outcome));
                let status = attempt.status.map_or("none".into(), |status| status.to_string());
                format!("attempt {which} of {of} ended: {outcome}, status {status}, {:?}", attempt.elapsed)
            }
            Event::Retrying(retrying) => format!("retrying {}", of(&retrying.request)),
            Event::Finished(end) => format!(
                "finished {}: {}, {} attempts, {} sent, {} received, first byte {:?} of {:?}",
                of(&end.request),
                word(end.outcome),
                end.attempts,
                end.bytes_sent,
                end.bytes_received,
                end.time_to_first_byte,
                end.elapsed,
            ),
            _ => return,
        };
        log.1.push(line);
    }
}

/// A transport that takes 2 s for each response.
#[derive(Debug)]
struct Slow(MockTransport, ManualClock);

impl HttpTransport for Slow {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async {
            let response = self.0.send(request).await;
            self.1.advance(Duration::from_secs(2));
            response
        })
    }
}

fn observed() -> (MockTransport, Log, Client) {
    let (transport, log) = (MockTransport::new(), Log::default());
    let client = testing::client_builder(&transport).observer(log.clone()).build().unwrap();
    (transport, log, client)
}

const ETAG: (&str, &str) = ("etag", "\"v1\"");

#[tokio::test]
async fn a_request_is_told_from_start_to_finish() {
    let (transport, log, clock) = (MockTransport::new(), Log::default(), ManualClock::default());
    transport.stored();
    let slow = Slow(transport.clone(), clock.clone());
    let client = testing::client_builder(&transport).transport(slow).clock(clock).observer(log.clone());
    client.build().unwrap().put_object("photos", "k", "body").await.unwrap();
    assert_eq!(
        log.lines(),
        [
            "started 1: PutObject photos/k",
            "attempt 1 of 1 in us-east-1",
            "response 200 of 1 after 2s",
            "attempt 1 of 1 ended: success, status 200, 2s",
            "finished 1: success, 1 attempts, 4 sent, 0 received, first byte Some(2s) of 2s",
        ]
    );
}

#[tokio::test]
async fn retries_belong_to_one_request() {
    let (transport, log, client) = observed();
    transport.fail(TransportErrorKind::Connect).response(503, "busy").stored();
    client.put_object("photos", "k", "body").await.unwrap();
    let lines = log.lines();
    assert_eq!(lines.iter().filter(|line| line.starts_with("started")).count(), 1, "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| *line == "retrying 1").count(), 2, "{lines:#?}");
    assert!(lines[2].starts_with("attempt 1 of 1 ended: ConnectFailed, status none"), "{lines:#?}");
    assert_eq!(log.finished().len(), 1, "{lines:#?}");
    let end = lines.last().unwrap();
    assert!(end.starts_with("finished 1: success, 3 attempts, 12 sent, 4 received"), "{end}");
}

#[tokio::test]
async fn a_request_that_is_never_sent_is_finished() {
    let (transport, log, client) = observed();
    client.get_object("photos", "").await.unwrap_err();
    client.get_object("Not A Bucket", "k").await.unwrap_err();
    let empty = testing::client_builder(&transport).observer(log.clone());
    let absent = empty.credentials(Credentials::new("id", "se\ncret").with_session_token("to\nken"));
    absent.build().unwrap().get_object("photos", "k").await.unwrap_err();
    let finished = log.finished();
    assert_eq!(finished.len(), 3, "{finished:#?}");
    for (end, kind) in finished.iter().zip(["InvalidKey", "InvalidBucketName", "CredentialsInvalid"]) {
        assert!(end.contains(&format!(": {kind}, 0 attempts, 0 sent, 0 received, first byte None")), "{end}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn an_error_of_the_service_finishes_the_request() {
    let (transport, log, client) = observed();
    transport.response(404, "<Error><Code>NoSuchKey</Code></Error>");
    client.get_object("photos", "k").await.unwrap_err();
    assert!(log.finished()[0].starts_with("finished 1: ObjectNotFound, 1 attempts, 0 sent, 37 received"));
}

#[tokio::test]
async fn streamed_content_finishes_with_its_last_byte() {
    let (transport, log, client) = observed();
    transport.reply_with(200, &[ETAG, ("content-length", "5")], "hello").repeat_last();
    let object = client.get_object("photos", "k").await.unwrap();
    assert_eq!(log.finished(), [""; 0]);
    object.body.bytes().await.unwrap();
    assert_eq!(
        log.finished(),
        ["finished 1: success, 1 attempts, 0 sent, 5 received, first byte Some(0ns) of 0ns"]
    );
    drop(client.get_object("photos", "k").await.unwrap());
    assert!(log.finished()[1].starts_with("finished 2: cancelled, 1 attempts, 0 sent, 0 received"));
    let mut body = client.get_object("photos", "k").await.unwrap().body;
    body.next().await.unwrap().unwrap();
    drop(body);
    assert!(log.finished()[2].starts_with("finished 3: success"), "all bytes were read");
    assert_eq!(log.finished().len(), 3);
}

#[tokio::test]
async fn content_that_breaks_off_finishes_with_its_failure() {
    let (transport, log, client) = observed();
    let checksum = ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=");
    transport.reply_with(200, &[ETAG, checksum], "hello");
    client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap_err();
    assert!(log.finished()[0].starts_with("finished 1: ChecksumMismatch, 1 attempts, 0 sent, 5 received"));
    assert_eq!(log.finished().len(), 1);
}

#[tokio::test]
async fn resumed_content_is_one_request() {
    let (transport, log, client) = observed();
    let length = ("content-length", "13");
    transport.reply_with(200, &[ETAG, length], "Hello").then_break(TransportErrorKind::Interrupted);
    transport.reply_with(206, &[ETAG, ("content-range", "bytes 5-12/13")], ", World!");
    client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap();
    let lines = log.lines();
    assert_eq!(lines.iter().filter(|line| line.starts_with("started")).count(), 1, "{lines:#?}");
    assert!(lines.iter().any(|line| line == "attempt 2 of 1 in us-east-1"), "{lines:#?}");
    assert_eq!(log.finished().len(), 1, "{lines:#?}");
    assert!(lines.last().unwrap().starts_with("finished 1: success, 2 attempts, 0 sent, 13 received"));
}

#[tokio::test]
async fn a_resumption_that_fails_or_is_dropped_finishes_the_request() {
    let (transport, log, client) = observed();
    let length = ("content-length", "13");
    let breaks =
        || transport.reply_with(200, &[ETAG, length], "Hello").then_break(TransportErrorKind::Interrupted);
    breaks().response(412, "<Error><Code>PreconditionFailed</Code></Error>");
    client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap_err();
    breaks().hang();
    let mut body = client.get_object("photos", "k").await.unwrap().body;
    body.next().await.unwrap().unwrap();
    assert!(body.next().now_or_never().is_none());
    drop(body);
    let finished = log.finished();
    assert_eq!(finished.len(), 2, "{finished:#?}");
    assert!(
        finished[0].starts_with("finished 1: PreconditionFailed, 2 attempts, 0 sent, 51 received"),
        "{finished:#?}"
    );
    assert!(
        finished[1].starts_with("finished 2: cancelled, 2 attempts, 0 sent, 5 received"),
        "{finished:#?}"
    );
}

#[tokio::test]
async fn a_request_that_is_dropped_in_flight_is_cancelled() {
    let (transport, log, client) = observed();
    transport.hang();
    let is_sent = async {
        while transport.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = client.put_object("photos", "k", "body").send() => panic!("it has no response"),
        () = is_sent => {}
    }
    assert_eq!(
        log.lines()[2..],
        [
            "attempt 1 of 1 ended: cancelled, status none, 0ns",
            "finished 1: cancelled, 1 attempts, 4 sent, 0 received, first byte None of 0ns",
        ]
    );
}

#[tokio::test]
async fn an_attempt_that_runs_out_of_time_is_a_failure() {
    let (transport, log, clock) = (MockTransport::new(), Log::default(), ManualClock::default());
    transport.hang();
    let builder = testing::client_builder(&transport).clock(clock.clone()).observer(log.clone());
    let client = builder.operation_timeout(Duration::from_secs(7)).build().unwrap();
    let time_passes = async {
        while transport.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(7));
    };
    let (outcome, ()) = tokio::join!(client.head_object("photos", "k").send(), time_passes);
    outcome.unwrap_err();
    assert_eq!(
        log.lines()[2..],
        [
            "attempt 1 of 1 ended: Timeout, status none, 7s",
            "finished 1: Timeout, 1 attempts, 0 sent, 0 received, first byte None of 7s",
        ]
    );
}

#[tokio::test]
async fn the_bytes_of_a_streamed_upload_are_counted_without_their_encoding() {
    let (transport, log, client) = observed();
    transport.stored();
    let chunks = [Ok::<_, std::io::Error>(Bytes::from(vec![7; 200_000])), Ok(Bytes::from(vec![7; 100_000]))];
    let body = Body::from_stream(futures_util::stream::iter(chunks)).with_length(300_000);
    client.put_object("photos", "k", body).await.unwrap();
    assert!(log.finished()[0].contains(", 300000 sent,"), "{:?}", log.finished());
}

#[tokio::test]
async fn nothing_is_told_of_what_is_not_sent() {
    let (_, log, client) = observed();
    client.get_object("photos", "k").presign(Duration::from_secs(60)).await.unwrap();
    client.get_object("photos", "k").sign().await.unwrap();
    client.presign_post("photos", "k").await.unwrap();
    assert_eq!(log.lines(), [""; 0]);
}

#[tokio::test]
async fn concurrent_requests_have_ids_of_their_own() {
    let (transport, log, client) = observed();
    transport.stored().repeat_last();
    let other = testing::client_builder(&transport).observer(log.clone()).build().unwrap();
    let put = |client: &Client| client.put_object("photos", "k", "body").into_future();
    futures_util::future::try_join_all([put(&client), put(&other), put(&client)]).await.unwrap();
    assert_eq!(log.finished().len(), 3);
    for number in 1..=3 {
        assert!(log.finished().iter().any(|line| line.starts_with(&format!("finished {number}: success"))));
    }
}

#[tokio::test]
async fn a_question_for_the_region_names_its_parent() {
    let (transport, log, client) = observed();
    transport.response(301, "<Error><Code>PermanentRedirect</Code></Error>");
    transport.reply_with(301, &[("x-amz-bucket-region", "eu-west-1")], "").stored();
    client.put_object("photos", "k", "body").await.unwrap();
    let lines = log.lines();
    let at = |text: &str| lines.iter().position(|line| line.starts_with(text)).expect(text);
    assert!(at("started 2: HeadBucket photos/ for 1") < at("finished 2: WrongRegion, 1 attempts"));
    assert!(at("finished 2") < at("attempt 2 of 1 in eu-west-1"), "{lines:#?}");
    assert_eq!(log.finished().len(), 2, "{lines:#?}");
}

#[tokio::test]
async fn a_look_at_a_write_with_a_lost_response_names_its_parent() {
    let (transport, log, client) = observed();
    transport.fail(TransportErrorKind::Interrupted);
    transport.response(412, "<Error><Code>PreconditionFailed</Code></Error>");
    transport.response(404, "");
    client.put_object("photos", "k", "body").if_none_match("*").await.unwrap_err();
    let lines = log.lines();
    assert!(lines.iter().any(|line| line == "started 2: HeadObject photos/k for 1"), "{lines:#?}");
    let finished = log.finished();
    assert!(finished[0].starts_with("finished 2: ObjectNotFound"), "{lines:#?}");
    assert!(finished[1].starts_with("finished 1: PreconditionFailed, 2 attempts"), "{lines:#?}");
}

#[tokio::test]
async fn a_probe_of_a_subresource_names_its_parent() {
    let (transport, log) = (MockTransport::new(), Log::default());
    transport.response(501, "<Error><Code>NotImplemented</Code></Error>");
    let client = testing::client_builder(&transport).endpoint("https://s3.example.com").observer(log.clone());
    client.build().unwrap().delete_bucket_cors("photos").await.unwrap_err();
    let lines = log.lines();
    assert_eq!(lines[1], "started 2: GetSubresource photos/ for 1", "{lines:#?}");
    let finished = log.finished();
    assert!(finished[0].starts_with("finished 2: NotImplemented, 1 attempts"), "{lines:#?}");
    assert!(finished[1].starts_with("finished 1: NotImplemented, 0 attempts"), "{lines:#?}");
}

#[tokio::test]
async fn the_observer_of_a_client_is_told_of_its_connections_and_credentials() {
    let server = Loopback::start(|_| HELLO.to_owned());
    let observer = RecordingObserver::default();
    let builder =
        Client::builder().region("us-east-1").endpoint(server.endpoint()).observer(observer.clone());
    let client = builder.credentials(Credentials::new("id", "secret")).build().unwrap();
    for _ in 0..2 {
        client.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap();
    }
    drop(client);
    let events = observer.events();
    let count = |text: &str| events.iter().filter(|event| event.contains(text)).count();
    assert_eq!(count("ConnectionOpened"), 1, "{events:#?}");
    assert_eq!(count("CredentialsFetched"), 1, "{events:#?}");
    let responses: Vec<&String> = events.iter().filter(|event| event.contains("ResponseStarted")).collect();
    assert!(responses[0].contains("connect_time: Some"), "{events:#?}");
    assert!(responses[1].contains("connect_time: None"), "{events:#?}");
    assert!(events.last().unwrap().contains("reason: TransportDropped"), "{events:#?}");
}
