//! Object lock: retention and legal holds.

use std::time::Duration;

use windlass_server::ManualClock;

use crate::places::Place;
use crate::signer::{Answer, Client, Draft, builder, checksummed, client_with_bucket};

const SUM: (&str, &str) = ("x-amz-checksum-crc32", "/sUwqQ==");
const DAY: &str = "2013-05-25T00:00:00Z";

async fn locking() -> (Client, ManualClock) {
    let (builder, clock) = builder();
    let client = Client::new(builder.build().unwrap());
    let create = Draft::new("PUT", "/bucket").header("x-amz-bucket-object-lock-enabled", "true");
    client.send(create).await.expect(200);
    (client, clock)
}

fn locked(mode: &str) -> Draft {
    Draft::new("PUT", "/bucket/key")
        .header("x-amz-object-lock-mode", mode)
        .header("x-amz-object-lock-retain-until-date", DAY)
        .header(SUM.0, SUM.1)
        .body("content")
}

async fn version(client: &Client, draft: Draft) -> String {
    client.send(draft).await.expect(200).header("x-amz-version-id").to_owned()
}

fn delete(id: &str) -> Draft {
    Draft::new("DELETE", &format!("/bucket/key?versionId={id}"))
}

fn bypassing(draft: Draft) -> Draft {
    draft.header("x-amz-bypass-governance-retention", "true")
}

async fn set(client: &Client, what: &str, id: &str, document: &str) -> Answer {
    client.send(checksummed("PUT", &format!("/bucket/key?{what}=&versionId={id}"), document)).await
}

fn retention(mode: &str, until: &str) -> String {
    format!("<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>")
}

#[tokio::test]
async fn a_retained_version_cannot_be_removed_before_its_date() {
    for (mode, may_bypass) in [("GOVERNANCE", true), ("COMPLIANCE", false)] {
        let (client, clock) = locking().await;
        let id = version(&client, locked(mode)).await;
        for method in ["GET", "HEAD"] {
            let answer = client.call(method, "/bucket/key").await.expect(200);
            assert_eq!(answer.header("x-amz-object-lock-mode"), mode);
            assert_eq!(answer.header("x-amz-object-lock-retain-until-date"), "2013-05-25T00:00:00.000Z");
        }
        client.send(delete(&id)).await.expect_error(403, "AccessDenied");
        let many = format!("<Delete><Object><Key>key</Key><VersionId>{id}</VersionId></Object></Delete>");
        let answer = client.send(checksummed("POST", "/bucket?delete=", &many)).await.expect(200);
        assert_eq!(answer.elements("Code"), ["AccessDenied"]);
        // A delete marker removes nothing.
        let marker =
            client.call("DELETE", "/bucket/key").await.expect(204).header("x-amz-version-id").to_owned();
        client.send(delete(&marker)).await.expect(204);
        if may_bypass {
            client.send(bypassing(delete(&id))).await.expect(204);
            continue;
        }
        client.send(bypassing(delete(&id))).await.expect_error(403, "AccessDenied");
        clock.advance(Duration::from_hours(24));
        client.send(Draft { timestamp: "20130525T000000Z".into(), ..delete(&id) }).await.expect(204);
    }
}

#[tokio::test]
async fn retention_can_be_extended_but_not_shortened() {
    let (client, _) = locking().await;
    let id = version(&client, locked("GOVERNANCE")).await;
    let put = async |draft: &str| set(&client, "retention", &id, draft).await;
    let (earlier, later) = ("2013-05-24T12:00:00Z", "2013-05-26T00:00:00Z");
    put(&retention("GOVERNANCE", earlier)).await.expect_error(403, "AccessDenied");
    put("<Retention/>").await.expect_error(403, "AccessDenied");
    put(&retention("GOVERNANCE", later)).await.expect(200);
    let target = format!("/bucket/key?retention=&versionId={id}");
    let read = client.call("GET", &target).await.expect(200);
    assert_eq!(
        (read.element("Mode").as_deref(), read.element("RetainUntilDate").as_deref()),
        (Some("GOVERNANCE"), Some("2013-05-26T00:00:00.000Z"))
    );
    client.send(bypassing(checksummed("PUT", &target, &retention("GOVERNANCE", earlier)))).await.expect(200);
    put(&retention("COMPLIANCE", later)).await.expect(200);
    client
        .send(bypassing(checksummed("PUT", &target, "<Retention/>")))
        .await
        .expect_error(403, "AccessDenied");
    put(&retention("GOVERNANCE", later)).await.expect_error(403, "AccessDenied");
    put(&retention("COMPLIANCE", "2013-05-27T00:00:00Z")).await.expect(200);
}

#[tokio::test]
async fn a_legal_hold_lasts_until_it_is_removed() {
    let mut place = Place::in_folder().await;
    let create = Draft::new("PUT", "/bucket").header("x-amz-bucket-object-lock-enabled", "true");
    place.client.call("DELETE", "/bucket").await.expect(204);
    place.client.send(create).await.expect(200);
    let held =
        Draft::new("PUT", "/bucket/key").header("x-amz-object-lock-legal-hold", "ON").header(SUM.0, SUM.1);
    let id = version(&place.client, held.body("content")).await;
    place.restart();
    let client = &place.client;
    let head = client.call("HEAD", "/bucket/key").await.expect(200);
    assert_eq!(head.header("x-amz-object-lock-legal-hold"), "ON");
    client.send(bypassing(delete(&id))).await.expect_error(403, "AccessDenied");
    set(client, "legal-hold", &id, "<LegalHold><Status>OFF</Status></LegalHold>").await.expect(200);
    let read = client.call("GET", &format!("/bucket/key?legal-hold=&versionId={id}")).await.expect(200);
    assert_eq!(read.element("Status").as_deref(), Some("OFF"));
    set(client, "legal-hold", &id, "<LegalHold><Status>ON</Status></LegalHold>").await.expect(200);
    place.restart();
    place.client.send(delete(&id)).await.expect_error(403, "AccessDenied");
    set(&place.client, "legal-hold", &id, "<LegalHold><Status>OFF</Status></LegalHold>").await.expect(200);
    place.client.send(delete(&id)).await.expect(204);
}

#[tokio::test]
async fn invalid_locks_are_rejected() {
    let plain = client_with_bucket().await;
    plain.send(locked("GOVERNANCE")).await.expect_error(400, "InvalidRequest");
    plain.call("GET", "/bucket?object-lock=").await.expect_error(404, "ObjectLockConfigurationNotFoundError");
    let (client, _) = locking().await;
    let state = client.call("GET", "/bucket?object-lock=").await.expect(200);
    assert_eq!(state.element("ObjectLockEnabled").as_deref(), Some("Enabled"));
    assert_eq!(client.call("GET", "/bucket?versioning=").await.element("Status").as_deref(), Some("Enabled"));
    let suspend = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    client
        .send(checksummed("PUT", "/bucket?versioning=", suspend))
        .await
        .expect_error(409, "InvalidBucketState");
    let put = |mode: &str, until: &str| {
        Draft::new("PUT", "/bucket/key")
            .header("x-amz-object-lock-mode", mode)
            .header("x-amz-object-lock-retain-until-date", until)
            .body("content")
    };
    client.send(put("GOVERNANCE", DAY)).await.expect_error(400, "InvalidRequest");
    for (mode, until) in [("FOREVER", DAY), ("GOVERNANCE", "2013-05-23T00:00:00Z")] {
        client.send(put(mode, until).header(SUM.0, SUM.1)).await.expect_error(400, "InvalidArgument");
    }
    let half =
        Draft::new("PUT", "/bucket/key").header("x-amz-object-lock-mode", "GOVERNANCE").header(SUM.0, SUM.1);
    client.send(half.body("content")).await.expect_error(400, "InvalidArgument");
    let id = version(&client, Draft::new("PUT", "/bucket/key").body("content")).await;
    let none = client.call("GET", &format!("/bucket/key?retention=&versionId={id}")).await;
    none.expect_error(404, "NoSuchObjectLockConfiguration");
    set(&client, "legal-hold", &id, "<LegalHold><Status>on</Status></LegalHold>")
        .await
        .expect_error(400, "MalformedXML");
}
