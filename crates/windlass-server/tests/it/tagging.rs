//! Tags of objects, their versions, and buckets, in both stores.

use crate::places::places;
use crate::signer::{Answer, Client, Draft, checksummed, client_with_bucket, path};

fn document(tags: &[(&str, &str)]) -> String {
    let tags: Vec<String> = tags
        .iter()
        .map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"))
        .collect();
    format!("<Tagging><TagSet>{}</TagSet></Tagging>", tags.concat())
}

async fn set(client: &Client, target: &str, tags: &[(&str, &str)]) -> Answer {
    client.send(checksummed("PUT", &format!("{target}tagging="), &document(tags))).await
}

async fn tags(client: &Client, target: &str) -> Vec<(String, String)> {
    let answer = client.call("GET", &format!("{target}tagging=")).await.expect(200);
    answer.elements("Key").into_iter().zip(answer.elements("Value")).collect()
}

fn pairs(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn tags_are_set_read_replaced_and_removed() {
    for mut place in places().await {
        let put = Draft::new("PUT", "/bucket/key").header("x-amz-tagging", "a=1&b=x+y%3D&c");
        let etag = place.client.send(put.body("content")).await.expect(200).header("etag").to_owned();
        place.restart();
        assert_eq!(tags(&place.client, "/bucket/key?").await, pairs(&[("a", "1"), ("b", "x y="), ("c", "")]));
        set(&place.client, "/bucket/key?", &[("\u{e9}+-=._:/@ 1", "v"), ("k", "")]).await.expect(200);
        place.restart();
        let client = &place.client;
        assert_eq!(tags(client, "/bucket/key?").await, pairs(&[("\u{e9}+-=._:/@ 1", "v"), ("k", "")]));
        for method in ["GET", "HEAD"] {
            let answer = client.call(method, "/bucket/key").await.expect(200);
            assert_eq!((answer.header("x-amz-tagging-count"), answer.header("etag")), ("2", etag.as_str()));
        }
        client.call("DELETE", "/bucket/key?tagging=").await.expect(204);
        assert!(tags(client, "/bucket/key?").await.is_empty());
        assert_eq!(client.call("HEAD", "/bucket/key").await.header("x-amz-tagging-count"), "");
        // A new object does not inherit the tags.
        set(client, "/bucket/key?", &[("a", "1")]).await.expect(200);
        client.put("/bucket/key", "new").await.expect(200);
        place.restart();
        assert!(tags(&place.client, "/bucket/key?").await.is_empty());
        place.client.call("DELETE", "/bucket/key").await.expect(204);
        place.client.call("GET", "/bucket/key?tagging=").await.expect_error(404, "NoSuchKey");
        set(&place.client, "/bucket/key?", &[("a", "1")]).await.expect_error(404, "NoSuchKey");
        assert!(place.files() <= 1, "the bucket");
    }
}

#[tokio::test]
async fn each_version_has_its_own_tags() {
    for mut place in places().await {
        let enable = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        place.client.send(checksummed("PUT", "/bucket?versioning=", enable)).await.expect(200);
        let put = async |tagging: &str| {
            let put = Draft::new("PUT", "/bucket/key").header("x-amz-tagging", tagging).body("x");
            place.client.send(put).await.expect(200).header("x-amz-version-id").to_owned()
        };
        let (first, second) = (put("a=1").await, put("a=2").await);
        let old = format!("/bucket/key?versionId={first}&");
        let answer = set(&place.client, &old, &[("a", "3")]).await.expect(200);
        assert_eq!(answer.header("x-amz-version-id"), first);
        place.restart();
        let client = &place.client;
        assert_eq!(tags(client, &old).await, pairs(&[("a", "3")]));
        assert_eq!(tags(client, "/bucket/key?").await, pairs(&[("a", "2")]));
        let answer = client.call("GET", "/bucket/key?tagging=").await;
        assert_eq!(answer.header("x-amz-version-id"), second);
        let removed = client.call("DELETE", &format!("{old}tagging=")).await.expect(204);
        assert_eq!(removed.header("x-amz-version-id"), first);
        assert!(tags(client, &old).await.is_empty());
        let marker = client.call("DELETE", "/bucket/key").await.header("x-amz-version-id").to_owned();
        client.call("GET", "/bucket/key?tagging=").await.expect_error(404, "NoSuchKey");
        let of_marker = client.call("GET", &format!("/bucket/key?versionId={marker}&tagging=")).await;
        of_marker.expect_error(405, "MethodNotAllowed");
    }
}

#[tokio::test]
async fn a_copy_keeps_or_replaces_the_tags() {
    let client = client_with_bucket().await;
    let put = Draft::new("PUT", "/bucket/key").header("x-amz-tagging", "a=1").body("x");
    client.send(put).await.expect(200);
    let copy = || {
        Draft::new("PUT", "/bucket/copy")
            .header("x-amz-copy-source", "bucket/key")
            .header("x-amz-tagging", "b=2")
    };
    client.send(copy()).await.expect(200);
    assert_eq!(tags(&client, "/bucket/copy?").await, pairs(&[("a", "1")]));
    client.send(copy().header("x-amz-tagging-directive", "REPLACE")).await.expect(200);
    assert_eq!(tags(&client, "/bucket/copy?").await, pairs(&[("b", "2")]));
    client.send(copy().header("x-amz-tagging-directive", "KEEP")).await.expect_error(400, "InvalidArgument");
}

#[tokio::test]
async fn invalid_tags_are_rejected() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "x").await.expect(200);
    let many: Vec<String> = (0..11).map(|number| format!("k{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "v")).collect();
    set(&client, "/bucket/key?", &many).await.expect_error(400, "BadRequest");
    set(&client, "/bucket/key?", &many[..10]).await.expect(200);
    let (long, longest) = ("k".repeat(129), "v".repeat(257));
    for wrong in [
        &[("", "v")][..],
        &[(&long, "v")],
        &[("k", &longest)],
        &[("a", "1"), ("a", "2")],
        &[("a?", "1")],
        &[("a", "\u{1f600}")],
        &[("aws:a", "1")],
    ] {
        set(&client, "/bucket/key?", wrong).await.expect_error(400, "InvalidTag");
    }
    for document in
        ["", "<Tagging/>", "<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>", "<Tags/>"]
    {
        let put = checksummed("PUT", "/bucket/key?tagging=", document);
        client.send(put).await.expect_error(400, "MalformedXML");
    }
    let plain = Draft::new("PUT", "/bucket/key?tagging=").body(document(&[("a", "1")]));
    client.send(plain).await.expect_error(400, "InvalidRequest");
    let header = |value: &str| Draft::new("PUT", "/bucket/other").header("x-amz-tagging", value).body("x");
    for wrong in ["a=1&a=2", "=1", "a=%zz"] {
        client.send(header(wrong)).await.expect_error(400, "InvalidArgument");
    }
    client.send(header("a=%F0%9F%98%80")).await.expect_error(400, "InvalidTag");
    let many: Vec<String> = (0..11).map(|number| format!("k{number}=v")).collect();
    client.send(header(&many.join("&"))).await.expect_error(400, "BadRequest");
    client.call("GET", "/bucket/other").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn buckets_have_tags() {
    for mut place in places().await {
        place.client.call("GET", "/bucket?tagging=").await.expect_error(404, "NoSuchTagSet");
        let fifty: Vec<String> = (0..51).map(|number| format!("k{number}")).collect();
        let fifty: Vec<(&str, &str)> = fifty.iter().map(|name| (name.as_str(), "v")).collect();
        set(&place.client, "/bucket?", &fifty).await.expect_error(400, "BadRequest");
        set(&place.client, "/bucket?", &fifty[..50]).await.expect(204);
        place.restart();
        let client = &place.client;
        assert_eq!(tags(client, "/bucket?").await, pairs(&fifty[..50]));
        client.call("DELETE", "/bucket?tagging=").await.expect(204);
        client.call("DELETE", "/bucket?tagging=").await.expect(204);
        client.call("GET", "/bucket?tagging=").await.expect_error(404, "NoSuchTagSet");
        client.call("GET", "/missing?tagging=").await.expect_error(404, "NoSuchBucket");
        set(client, "/missing?", &fifty[..1]).await.expect_error(404, "NoSuchBucket");
    }
}

#[tokio::test]
async fn every_key_can_be_tagged() {
    for mut place in places().await {
        let keys = crate::keys::odd_keys();
        for (number, key) in keys.iter().enumerate() {
            let target = format!("/bucket/{}", path(key));
            place.client.put(&target, "x").await.expect(200);
            set(&place.client, &format!("{target}?"), &[("n", &number.to_string())]).await.expect(200);
        }
        place.restart();
        for (number, key) in keys.iter().enumerate() {
            let target = format!("/bucket/{}?", path(key));
            assert_eq!(tags(&place.client, &target).await, pairs(&[("n", &number.to_string())]), "{key:?}");
        }
        for key in &keys {
            place.client.call("DELETE", &format!("/bucket/{}", path(key))).await.expect(204);
        }
        assert!(place.files() <= 1, "only the bucket is left");
    }
}
