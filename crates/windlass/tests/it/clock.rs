//! Clock correction from responses: bounds and lifetime.

use windlass::testing::{self, MockTransport, RecordingObserver};
use windlass::{Body, ErrorKind};

const SKEWED: &str = "<Error><Code>RequestTimeTooSkewed</Code></Error>";
const DENIED: &str = "<Error><Code>AccessDenied</Code></Error>";
const MISMATCH: &str = "<Error><Code>SignatureDoesNotMatch</Code></Error>";

/// Returns the signing times of the requests.
fn times(transport: &MockTransport) -> Vec<String> {
    transport.requests().iter().map(|request| request.header("x-amz-date").to_owned()).collect()
}

const OURS: &str = "20260101T000000Z";

#[tokio::test]
async fn over_plain_http_to_another_machine_the_correction_is_at_most_a_day() {
    for (endpoint, date, corrected) in [
        ("http://s3.example.com", "Fri, 02 Jan 2026 00:00:00 GMT", Some("20260102T000000Z")),
        ("http://s3.example.com", "Wed, 31 Dec 2025 00:00:00 GMT", Some("20251231T000000Z")),
        ("http://s3.example.com", "Fri, 02 Jan 2026 00:00:01 GMT", None),
        ("http://s3.example.com", "Tue, 30 Dec 2025 23:59:59 GMT", None),
        ("http://s3.example.com", "Thu, 01 Jan 2032 00:00:00 GMT", None),
        ("http://s3.example.com", "Fri, 31 Dec 9999 23:59:59 GMT", None),
        ("http://192.0.2.1:9000", "Thu, 01 Jan 2032 00:00:00 GMT", None),
        ("https://s3.example.com", "Thu, 01 Jan 2032 00:00:00 GMT", Some("20320101T000000Z")),
        ("http://127.0.0.1:9000", "Thu, 01 Jan 2032 00:00:00 GMT", Some("20320101T000000Z")),
        ("http://localhost:9000", "Thu, 01 Jan 2032 00:00:00 GMT", Some("20320101T000000Z")),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(403, &[("date", date)], SKEWED).response(204, "").repeat_last();
        let client = testing::client_builder(&transport).endpoint(endpoint).allow_http(true).build().unwrap();
        let outcome = client.delete_object("photos", "k").await;
        assert_eq!(outcome.is_ok(), corrected.is_some(), "{endpoint} {date}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::ClockSkew);
        }
        client.delete_object("photos", "k").await.unwrap();
        let expected = corrected.unwrap_or(OURS);
        assert_eq!(times(&transport).last().unwrap(), expected, "{endpoint} {date}");
        let url = client.get_object("photos", "k").presign(std::time::Duration::from_secs(60)).await.unwrap();
        assert!(url.url().contains(&format!("X-Amz-Date={expected}")), "{}", url.url());
    }
}

#[tokio::test]
async fn a_correction_that_does_not_help_is_dropped() {
    let date = [("date", "Thu, 01 Jan 2026 12:00:00 GMT")];
    for first in [SKEWED, DENIED, MISMATCH] {
        for second in [SKEWED, DENIED, MISMATCH] {
            // An error unrelated to the clock means that the signature was accepted.
            if (first, second) == (SKEWED, DENIED) {
                continue;
            }
            let (transport, observer) = (MockTransport::new(), RecordingObserver::default());
            transport.reply_with(403, &date, first).reply_with(403, &date, second).response(204, "");
            let client = testing::client_builder(&transport).observer(observer.clone()).build().unwrap();
            client.delete_object("photos", "k").await.unwrap_err();
            client.delete_object("photos", "k").await.unwrap();
            assert_eq!(times(&transport), [OURS, "20260101T120000Z", OURS], "{first} {second}");
            assert!(!observer.events().iter().any(|event| event.contains("ClockCorrected")));
        }
    }
}

#[tokio::test]
async fn a_correction_that_s3_accepts_is_kept() {
    let date = [("date", "Thu, 01 Jan 2026 12:00:00 GMT")];
    for (first, status, second) in [
        (SKEWED, 403, DENIED),
        (SKEWED, 404, "<Error><Code>NoSuchKey</Code></Error>"),
        (MISMATCH, 412, "<Error><Code>PreconditionFailed</Code></Error>"),
    ] {
        let transport = MockTransport::new();
        transport.reply_with(403, &date, first).response(status, second).response(200, "");
        let client = testing::client(&transport);
        assert_eq!(client.get_object("photos", "k").await.unwrap_err().status(), Some(status));
        client.get_object("photos", "k").await.unwrap();
        assert_eq!(times(&transport)[1..], ["20260101T120000Z", "20260101T120000Z"]);
    }
}

#[tokio::test]
async fn a_consumed_stream_corrects_the_clock_for_the_next_request() {
    let date = [("date", "Thu, 01 Jan 2026 12:00:00 GMT")];
    for (status, corrected) in [(200, "20260101T120000Z"), (503, OURS)] {
        let transport = MockTransport::new();
        transport.reply_with(403, &date, SKEWED).response(status, "").stored();
        let client = testing::client(&transport);
        let body = Body::from_reader(&b"once"[..]).with_length(4);
        let error = client.put_object("photos", "k", body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ClockSkew);
        client.put_object("photos", "k", "x").await.unwrap();
        assert_eq!(times(&transport), [OURS, "20260101T120000Z", corrected]);
    }
}
