//! Injected faults, and the record of requests.

use std::time::Duration;

use windlass_server::{Action, Clock, ConnectionReset, Fault};

use crate::signer::{Client, Draft, builder, client_with_bucket, moment};

const SLOW_DOWN: Action = Action::Status { status: 503, code: "SlowDown" };

#[tokio::test]
async fn a_status_comes_as_often_as_asked_and_nothing_is_done() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(SLOW_DOWN).operation("PutObject").times(2));
    client.put("/bucket/key", "content").await.expect_error(503, "SlowDown");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
    client.put("/bucket/key", "content").await.expect_error(503, "SlowDown");
    client.put("/bucket/key", "content").await.expect(200);
}

#[tokio::test]
async fn faults_meet_the_keys_they_name() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(SLOW_DOWN).key("logs/*"));
    client.put("/bucket/logs/1", "").await.expect_error(503, "SlowDown");
    client.put("/bucket/data/1", "").await.expect(200);
    client.service.faults().clear();
    client.put("/bucket/logs/1", "").await.expect(200);
}

#[tokio::test]
async fn a_delay_passes_on_the_clock_of_the_server() {
    let (builder, clock) = builder();
    let client = Client::new(builder.build().unwrap());
    client.service.faults().add(Fault::new(Action::Delay(Duration::from_mins(10))).times(1));
    client.call("GET", "/").await.expect(200);
    assert_eq!(clock.now(), moment() + Duration::from_mins(10));
}

#[tokio::test]
async fn a_body_is_cut_where_asked() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    client.service.faults().add(Fault::new(Action::CutBody { after: 3 }).times(1));
    let response = client.service.call(Draft::new("GET", "/bucket/key").signed()).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-length"]),
        (200, &"7".parse().unwrap())
    );
    response.into_body().bytes().await.expect_err("the body breaks off");
}

#[tokio::test]
async fn a_reset_is_no_answer_at_all() {
    let client = client_with_bucket().await;
    client.service.faults().add(Fault::new(Action::Reset).times(1));
    let reset = client.service.call(Draft::new("GET", "/").signed()).await.unwrap_err();
    assert_eq!(reset, ConnectionReset);
    assert_eq!(client.service.requests().all().last().unwrap().status, None);
}

#[tokio::test]
async fn success_can_carry_an_error_and_redirects_name_a_region() {
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
