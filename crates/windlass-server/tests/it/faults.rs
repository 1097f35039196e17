//! Injected faults, and the record of requests.

use std::time::Duration;

use windlass_server::{Action, Clock, ConnectionReset, Fault};

use crate::signer::{Client, Draft, builder, client_with_bucket, moment};

const SLOW_DOWN: Action = Action::Status { status: 503, code: "SlowDown" };

#[tokio::test]
async fn an_injected_status_repeats_as_often_as_set_without_effect() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(SLOW_DOWN).operation("PutObject").times(2));
    client.put("/bucket/key", "content").await.expect_error(503, "SlowDown");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
    client.put("/bucket/key", "content").await.expect_error(503, "SlowDown");
    client.put("/bucket/key", "content").await.expect(200);
}

#[tokio::test]
async fn faults_apply_to_matching_keys() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(SLOW_DOWN).key("logs/*"));
    client.put("/bucket/logs/1", "").await.expect_error(503, "SlowDown");
    client.put("/bucket/data/1", "").await.expect(200);
    client.service.faults().clear();
    client.put("/bucket/logs/1", "").await.expect(200);
}

#[tokio::test]
async fn a_delay_uses_the_clock_of_the_server() {
    let (builder, clock) = builder();
    let client = Client::new(builder.build().unwrap());
    client.service.faults().add(Fault::new(Action::Delay(Duration::from_mins(10))).times(1));
    client.call("GET", "/").await.expect(200);
    assert_eq!(clock.now(), moment() + Duration::from_mins(10));
}

#[tokio::test]
async fn a_body_is_truncated_at_the_given_byte() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    client.service.faults().add(Fault::new(Action::CutBody { after: 3 }).times(1));
    let response = client.service.call(Draft::new("GET", "/bucket/key").signed()).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-length"]),
        (200, &"7".parse().unwrap())
    );
    response.into_body().bytes().await.expect_err("the body is truncated");
}

#[tokio::test]
async fn a_reset_sends_no_response() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(Action::Reset).times(1));
    let reset = client.service.call(Draft::new("GET", "/").signed()).await.unwrap_err();
    assert_eq!(reset, ConnectionReset);
    assert_eq!(client.service.requests().all().last().unwrap().status, None);
}

#[tokio::test]
async fn a_200_can_contain_an_error_and_redirects_name_a_region() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(Action::ErrorIn200 { code: "InternalError" }).times(1));
    client.put("/bucket/key", "").await.expect_error(200, "InternalError");
    client.service.faults().add(Fault::new(Action::Redirect { region: "eu-west-1" }).times(1));
    let answer = client.put("/bucket/key", "").await.expect_error(301, "PermanentRedirect");
    assert_eq!(answer.header("x-amz-bucket-region"), "eu-west-1");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn requests_are_recorded_up_to_a_limit() {
    let client = Client::new(builder().0.record(2).build().unwrap());
    client.call("PUT", "/bucket").await.expect(200);
    client.call("GET", "/bucket/a%20b?x-id=GetObject").await.expect(404);
    client.call("GET", "/bucket?list-type=2").await.expect(200);
    let recorded = client.service.requests().all();
    assert_eq!(recorded.len(), 2);
    let get = &recorded[0];
    assert_eq!(
        (get.operation.as_str(), get.status, get.path.as_str()),
        ("GetObject", Some(404), "/bucket/a%20b")
    );
    assert_eq!((get.query.as_str(), get.method.as_str()), ("x-id=GetObject", "GET"));
    assert!(get.headers.contains_key("authorization"));
    client.service.requests().clear();
    assert_eq!(client.service.requests().count(), 0);
}

#[tokio::test]
async fn a_flipped_bit_of_an_upload_fails_signatures_and_checksums() {
    let client = client_with_bucket().await;
    let flip = |at: u64| client.service.faults().add(Fault::new(Action::CorruptUpload { at }).times(1));
    let put = || Draft::new("PUT", "/bucket/key").body("content").header("x-amz-checksum-crc32", "/sUwqQ==");
    flip(3);
    client.send(put().payload("UNSIGNED-PAYLOAD")).await.expect_error(400, "BadDigest");
    flip(6);
    client.send(put()).await.expect_error(400, "XAmzContentSHA256Mismatch");
    for (length, chunk) in [("7", "content"), ("7", "conte")] {
        flip(4);
        let head = Draft::new("PUT", "/bucket/key")
            .payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .header("x-amz-decoded-content-length", length)
            .header("x-amz-trailer", "x-amz-checksum-crc32");
        let rest = &"content"[chunk.len()..];
        let rest = if rest.is_empty() { String::new() } else { format!("{:x}\r\n{rest}\r\n", rest.len()) };
        let body =
            format!("{:x}\r\n{chunk}\r\n{rest}0\r\nx-amz-checksum-crc32:/sUwqQ==\r\n\r\n", chunk.len());
        let (mut parts, _) = head.signed().into_parts();
        parts.headers.insert("content-length", body.len().into());
        let answer = client.service.call(http::Request::from_parts(parts, body.into())).await.unwrap();
        let text = answer.into_body().bytes().await.unwrap();
        assert!(String::from_utf8_lossy(&text).contains("<Code>BadDigest</Code>"), "{text:?}");
    }
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
    // Neither a signature nor a checksum covers the body.
    flip(3);
    let plain = Draft::new("PUT", "/bucket/key").body("content").payload("UNSIGNED-PAYLOAD");
    client.send(plain).await.expect(200);
    assert_eq!(client.call("GET", "/bucket/key").await.text(), "conuent");
}

#[tokio::test]
async fn a_corrupted_response_differs_in_one_bit() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    client.service.faults().add(Fault::new(Action::CorruptAnswer { at: 3 }).times(1));
    let answer = client.call("GET", "/bucket/key").await.expect(200);
    assert_eq!((answer.text().as_str(), answer.header("content-length")), ("conuent", "7"));
    assert_eq!(client.call("GET", "/bucket/key").await.text(), "content");
}

#[tokio::test]
async fn an_operation_can_succeed_and_its_response_be_lost() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(Action::LoseAnswer).times(1));
    let put = Draft::new("PUT", "/bucket/lost").body("content").signed();
    assert_eq!(client.service.call(put).await.unwrap_err(), ConnectionReset);
    assert_eq!(client.call("GET", "/bucket/lost").await.expect(200).text(), "content");
    for (status, code) in [(500, "InternalError"), (200, "InternalError")] {
        client.service.faults().add(Fault::new(Action::StatusAfter { status, code }).times(1));
        let key = format!("/bucket/{status}");
        client.put(&key, "content").await.expect_error(status, code);
        assert_eq!(client.call("GET", &key).await.expect(200).text(), "content");
    }
}

#[tokio::test]
async fn a_response_can_stall() {
    use futures_util::FutureExt as _;
    use http_body_util::BodyExt as _;
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    client.service.faults().add(Fault::new(Action::StallBody { after: 3 }).times(1));
    let answer = client.service.call(Draft::new("GET", "/bucket/key").signed()).await.unwrap();
    let mut body = answer.into_body();
    assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "con");
    assert!(body.frame().now_or_never().is_none());
    client.service.faults().add(Fault::new(Action::Hang).times(1));
    assert!(client.service.call(Draft::new("GET", "/bucket/key").signed()).now_or_never().is_none());
}
