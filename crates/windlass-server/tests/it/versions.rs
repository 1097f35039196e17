//! Versioning: writes, deletes, reads and lists in its three states, in both stores.

use crate::places::{Place, places};
use crate::signer::{Answer, Client, Draft, checksummed, client_with_bucket, path};

async fn set(client: &Client, status: &str) {
    let document = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    client.send(checksummed("PUT", "/bucket?versioning=", &document)).await.expect(200);
}

async fn put(client: &Client, key: &str, content: &str) -> String {
    let answer = client.put(&format!("/bucket/{}", path(key)), content.to_owned()).await.expect(200);
    answer.header("x-amz-version-id").to_owned()
}

async fn get(client: &Client, key: &str, version: &str) -> Answer {
    client.call("GET", &format!("/bucket/{}?versionId={version}", path(key))).await
}

/// Returns the entries of a version listing: key, id, whether it is the latest, and whether it is a marker.
async fn list(client: &Client, query: &str) -> Vec<(String, String, bool, bool)> {
    let answer = client.call("GET", &format!("/bucket?{query}versions=")).await.expect(200);
    entries(&answer)
}

fn entries(answer: &Answer) -> Vec<(String, String, bool, bool)> {
    let text = answer.text();
    let mut found = Vec::new();
    for piece in text.split("</Version>").flat_map(|piece| piece.split("</DeleteMarker>")) {
        let inner = |name: &str| {
            let start = piece.rfind(&format!("<{name}>"))? + name.len() + 2;
            Some(piece[start..piece[start..].find("</")? + start].to_owned())
        };
        if let (Some(key), Some(id), Some(latest)) = (inner("Key"), inner("VersionId"), inner("IsLatest")) {
            found.push((key, id, latest == "true", piece.contains("<DeleteMarker>")));
        }
    }
    found
}

#[tokio::test]
async fn a_bucket_is_unversioned_by_default() {
    let client = client_with_bucket().await;
    let state = client.call("GET", "/bucket?versioning=").await.expect(200);
    assert_eq!(state.element("Status"), None);
    assert_eq!(put(&client, "key", "content").await, "");
    assert_eq!(get(&client, "key", "null").await.expect(200).text(), "content");
    get(&client, "key", "v1").await.expect_error(400, "InvalidArgument");
    get(&client, "key", "").await.expect_error(400, "InvalidArgument");
    get(&client, "key", &"0".repeat(32)).await.expect_error(404, "NoSuchVersion");
    assert_eq!(list(&client, "").await, [("key".into(), "null".into(), true, false)]);
    let deleted = client.call("DELETE", "/bucket/key").await.expect(204);
    assert_eq!((deleted.header("x-amz-delete-marker"), deleted.header("x-amz-version-id")), ("", ""));
    assert!(list(&client, "").await.is_empty());
    for document in
        ["<VersioningConfiguration><Status>On</Status></VersioningConfiguration>", "<Versioning/>", ""]
    {
        client
            .send(checksummed("PUT", "/bucket?versioning=", document))
            .await
            .expect_error(400, "MalformedXML");
    }
    let empty = checksummed("PUT", "/bucket?versioning=", "<VersioningConfiguration/>");
    client.send(empty).await.expect_error(400, "IllegalVersioningConfigurationException");
    let plain = Draft::new("PUT", "/bucket?versioning=").body("<VersioningConfiguration/>");
    client.send(plain).await.expect_error(400, "InvalidRequest");
    let mfa = "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>";
    client.send(checksummed("PUT", "/bucket?versioning=", mfa)).await.expect_error(501, "NotImplemented");
}

#[tokio::test]
async fn every_write_creates_a_version() {
    for mut place in places().await {
        let old = put(&place.client, "key", "before").await;
        assert_eq!(old, "");
        set(&place.client, "Enabled").await;
        let first = put(&place.client, "key", "first").await;
        let second = put(&place.client, "key", "second").await;
        assert!(first.len() == 32 && second.len() == 32 && first != second);
        place.restart();
        let client = &place.client;
        let state = client.call("GET", "/bucket?versioning=").await.expect(200);
        assert_eq!(state.element("Status").as_deref(), Some("Enabled"));
        let newest = client.call("GET", "/bucket/key").await.expect(200);
        assert_eq!((newest.text().as_str(), newest.header("x-amz-version-id")), ("second", second.as_str()));
        for (id, content) in [(first.as_str(), "first"), (&second, "second"), ("null", "before")] {
            let answer = get(client, "key", id).await.expect(200);
            assert_eq!((answer.text().as_str(), answer.header("x-amz-version-id")), (content, id));
            let head = client.call("HEAD", &format!("/bucket/key?versionId={id}")).await.expect(200);
            assert_eq!(head.header("x-amz-version-id"), id);
        }
        let all = ["second", "first", "null"].map(|name| match name {
            "second" => ("key".to_owned(), second.clone(), true, false),
            "first" => ("key".to_owned(), first.clone(), false, false),
            _ => ("key".to_owned(), "null".to_owned(), false, false),
        });
        assert_eq!(list(client, "").await, all);
        let deleted = client.call("DELETE", &format!("/bucket/key?versionId={second}")).await.expect(204);
        assert_eq!(
            (deleted.header("x-amz-version-id"), deleted.header("x-amz-delete-marker")),
            (second.as_str(), "")
        );
        assert_eq!(client.call("GET", "/bucket/key").await.expect(200).text(), "first");
        // A repeated delete succeeds.
        client.call("DELETE", &format!("/bucket/key?versionId={second}")).await.expect(204);
        client.call("DELETE", "/bucket").await.expect_error(409, "BucketNotEmpty");
        let third = put(client, "key", "third").await;
        assert!(third != second && third != first, "ids are unique");
    }
}

#[tokio::test]
async fn a_delete_marker_hides_the_object_until_it_is_removed() {
    for mut place in places().await {
        set(&place.client, "Enabled").await;
        let object = put(&place.client, "key", "content").await;
        let deleted = place.client.call("DELETE", "/bucket/key").await.expect(204);
        let marker = deleted.header("x-amz-version-id").to_owned();
        assert_eq!(deleted.header("x-amz-delete-marker"), "true");
        place.restart();
        let client = &place.client;
        for method in ["GET", "HEAD"] {
            let answer = client.call(method, "/bucket/key").await.expect(404);
            assert_eq!(
                (answer.header("x-amz-delete-marker"), answer.header("x-amz-version-id")),
                ("true", marker.as_str())
            );
            let answer = client.call(method, &format!("/bucket/key?versionId={marker}")).await.expect(405);
            assert_eq!((answer.header("x-amz-delete-marker"), answer.header("allow")), ("true", "DELETE"));
            assert_eq!(answer.header("last-modified"), "Fri, 24 May 2013 00:00:00 GMT");
        }
        client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
        get(client, "key", &marker).await.expect_error(405, "MethodNotAllowed");
        assert_eq!(get(client, "key", &object).await.expect(200).text(), "content");
        assert!(client.call("GET", "/bucket?list-type=2").await.elements("Key").is_empty());
        assert_eq!(
            list(client, "").await,
            [("key".into(), marker.clone(), true, true), ("key".into(), object.clone(), false, false)]
        );
        let fresh = Draft::new("PUT", "/bucket/key").header("if-match", "\"x\"").body("x");
        client.send(fresh).await.expect_error(404, "NoSuchKey");
        let removed = client.call("DELETE", &format!("/bucket/key?versionId={marker}")).await.expect(204);
        assert_eq!(
            (removed.header("x-amz-delete-marker"), removed.header("x-amz-version-id")),
            ("true", marker.as_str())
        );
        assert_eq!(client.call("GET", "/bucket/key").await.expect(200).text(), "content");
        // A delete of a missing key adds a marker.
        let deleted = client.call("DELETE", "/bucket/never").await.expect(204);
        assert_eq!(deleted.header("x-amz-delete-marker"), "true");
        let create = Draft::new("PUT", "/bucket/never").header("if-none-match", "*").body("x");
        client.send(create).await.expect(200);
    }
}

#[tokio::test]
async fn suspended_versioning_writes_the_null_version() {
    for mut place in places().await {
        set(&place.client, "Enabled").await;
        let first = put(&place.client, "key", "first").await;
        set(&place.client, "Suspended").await;
        assert_eq!(put(&place.client, "key", "null 1").await, "null");
        assert_eq!(put(&place.client, "key", "null 2").await, "null");
        place.restart();
        let client = &place.client;
        assert_eq!(
            client.call("GET", "/bucket?versioning=").await.element("Status").as_deref(),
            Some("Suspended")
        );
        assert_eq!(client.call("GET", "/bucket/key").await.text(), "null 2");
        assert_eq!(
            list(client, "").await,
            [("key".into(), "null".into(), true, false), ("key".into(), first.clone(), false, false)]
        );
        let deleted = client.call("DELETE", "/bucket/key").await.expect(204);
        assert_eq!(
            (deleted.header("x-amz-delete-marker"), deleted.header("x-amz-version-id")),
            ("true", "null")
        );
        assert_eq!(
            list(client, "").await,
            [("key".into(), "null".into(), true, true), ("key".into(), first.clone(), false, false)]
        );
        // Enabling versioning again keeps the null version.
        set(client, "Enabled").await;
        let second = put(client, "key", "second").await;
        set(client, "Suspended").await;
        place.restart();
        let client = &place.client;
        let ids: Vec<String> = list(client, "").await.into_iter().map(|(_, id, ..)| id).collect();
        assert_eq!(ids, [second.clone(), "null".into(), first]);
        assert_eq!(put(client, "key", "null 3").await, "null");
        place.restart();
        assert_eq!(place.client.call("GET", "/bucket/key").await.text(), "null 3");
        let files = place.files();
        assert!(files == 0 || files == 4, "the bucket, two versions and the null version: {files}");
    }
}

#[tokio::test]
async fn versions_are_listed_in_pages() {
    for mut place in places().await {
        set(&place.client, "Enabled").await;
        let mut expected = Vec::new();
        for key in ["a b", "a/1", "a/2", "b", "\u{e9}"] {
            let mut ids = Vec::new();
            for content in ["1", "2", "3"] {
                ids.push(put(&place.client, key, content).await);
            }
            if key == "b" {
                let marker = place.client.call("DELETE", "/bucket/b").await.expect(204);
                ids.push(marker.header("x-amz-version-id").to_owned());
            }
            let newest = ids.len() - 1;
            expected.extend(
                ids.into_iter()
                    .enumerate()
                    .rev()
                    .map(|(index, id)| (listed(key), id, index == newest, key == "b" && index == newest)),
            );
        }
        place.restart();
        let client = &place.client;
        for size in [1, 2, 3, 7, 1000] {
            let mut found = Vec::new();
            let mut marker = String::new();
            loop {
                let target = format!("/bucket?encoding-type=url&max-keys={size}{marker}&versions=");
                let page = client.call("GET", &target).await.expect(200);
                found.extend(entries(&page));
                if page.element("IsTruncated").as_deref() == Some("false") {
                    assert_eq!(page.element("NextKeyMarker"), None);
                    break;
                }
                let key = crate::keys::decode(&page.element("NextKeyMarker").unwrap());
                let id = page.element("NextVersionIdMarker").unwrap();
                marker = format!("&key-marker={}&version-id-marker={id}", path(&key).replace('/', "%2F"));
            }
            assert_eq!(found, expected, "page size {size}");
        }
        let keys = async |query: &str| {
            let mut keys: Vec<String> = list(client, query).await.into_iter().map(|(key, ..)| key).collect();
            keys.dedup();
            keys
        };
        assert_eq!(keys("prefix=a%2F&").await, ["a/1", "a/2"]);
        assert_eq!(keys("delimiter=%2F&").await, ["a b", "b", "\u{e9}"]);
        assert_eq!(
            keys("key-marker=a%2F1&").await,
            ["a/2", "b", "\u{e9}"],
            "after all versions of the marker"
        );
        assert_eq!(keys("delimiter=%2F&key-marker=a%2F&").await, ["b", "\u{e9}"]);
        let page = client.call("GET", "/bucket?delimiter=%2F&max-keys=4&versions=").await.expect(200);
        assert_eq!(
            (page.element("NextKeyMarker").as_deref(), page.element("NextVersionIdMarker").as_deref()),
            (Some("a/"), Some(""))
        );
        let page = client.call("GET", "/bucket?max-keys=0&versions=").await.expect(200);
        assert_eq!(page.element("IsTruncated").as_deref(), Some("false"));
        for query in [
            "version-id-marker=null&",
            "key-marker=a&version-id-marker=x&",
            "max-keys=-1&",
            "encoding-type=x&",
        ] {
            let answer = client.call("GET", &format!("/bucket?{query}versions=")).await;
            answer.expect_error(400, "InvalidArgument");
        }
    }
}

/// Encodes a key as a listing with `encoding-type=url` does.
fn listed(key: &str) -> String {
    path(key).replace("%20", "+")
}

#[tokio::test]
async fn a_page_continues_after_a_removed_version() {
    let client = client_with_bucket().await;
    set(&client, "Enabled").await;
    put(&client, "a", "1").await;
    let newer = put(&client, "a", "2").await;
    put(&client, "b", "1").await;
    client.call("DELETE", &format!("/bucket/a?versionId={newer}")).await.expect(204);
    let left = list(&client, &format!("key-marker=a&version-id-marker={newer}&")).await;
    let keys: Vec<&str> = left.iter().map(|(key, ..)| key.as_str()).collect();
    assert_eq!(keys, ["a", "b"], "listed twice rather than skipped");
}

#[tokio::test]
async fn many_versions_are_deleted_at_once() {
    for place in places().await {
        let client = &place.client;
        set(client, "Enabled").await;
        let first = put(client, "a", "1").await;
        let second = put(client, "a", "2").await;
        put(client, "b", "1").await;
        let object =
            |key: &str, id: &str| format!("<Object><Key>{key}</Key><VersionId>{id}</VersionId></Object>");
        let document = format!("<Delete>{}<Object><Key>b</Key></Object></Delete>", object("a", &second));
        let answer = client.send(checksummed("POST", "/bucket?delete=", &document)).await.expect(200);
        let deleted = answer.elements("Deleted");
        assert!(deleted[0].contains(&second) && !deleted[0].contains("DeleteMarker"), "{deleted:?}");
        let marker = answer.element("DeleteMarkerVersionId").unwrap();
        assert!(
            deleted[1].contains("<DeleteMarker>true</DeleteMarker>") && !deleted[1].contains("<VersionId>")
        );
        assert_eq!(client.call("GET", "/bucket/a").await.expect(200).text(), "1");
        client.call("GET", "/bucket/b").await.expect_error(404, "NoSuchKey");

        let document =
            format!("<Delete>{}{}{}</Delete>", object("b", &marker), object("a", "v1"), object("a", &first));
        let answer = client.send(checksummed("POST", "/bucket?delete=", &document)).await.expect(200);
        assert!(answer.elements("Deleted")[0].contains(&format!("<DeleteMarkerVersionId>{marker}<")));
        assert_eq!(answer.elements("Code"), ["InvalidArgument"]);
        client.call("GET", "/bucket/b").await.expect(200);
        assert_eq!(list(client, "").await.len(), 1);
    }
}

#[tokio::test]
async fn a_copy_reports_source_and_new_version() {
    let client = client_with_bucket().await;
    set(&client, "Enabled").await;
    let first = put(&client, "a key", "first").await;
    let second = put(&client, "a key", "second").await;
    let copy = |source: &str, target: &str| Draft::new("PUT", target).header("x-amz-copy-source", source);
    let answer =
        client.send(copy(&format!("bucket/a%20key?versionId={first}"), "/bucket/copy")).await.expect(200);
    assert_eq!(answer.header("x-amz-copy-source-version-id"), first);
    assert_eq!(
        client.call("GET", "/bucket/copy").await.header("x-amz-version-id"),
        answer.header("x-amz-version-id")
    );
    assert_eq!(client.call("GET", "/bucket/copy").await.text(), "first");
    let answer = client.send(copy("bucket/a%20key", "/bucket/copy")).await.expect(200);
    assert_eq!(answer.header("x-amz-copy-source-version-id"), second);
    // A copy of an old version becomes the newest one.
    client.send(copy(&format!("bucket/a%20key?versionId={first}"), "/bucket/a%20key")).await.expect(200);
    assert_eq!(client.call("GET", "/bucket/a%20key").await.text(), "first");
    let missing = copy(&format!("bucket/a%20key?versionId={}", "0".repeat(32)), "/bucket/copy");
    client.send(missing).await.expect_error(404, "NoSuchVersion");
    let marker =
        client.call("DELETE", "/bucket/a%20key").await.expect(204).header("x-amz-version-id").to_owned();
    client.send(copy("bucket/a%20key", "/bucket/copy")).await.expect_error(404, "NoSuchKey");
    let from_marker = copy(&format!("bucket/a%20key?versionId={marker}"), "/bucket/copy");
    client.send(from_marker).await.expect_error(400, "InvalidRequest");

    let upload = client.call("POST", "/bucket/parts?uploads=").await.element("UploadId").unwrap();
    let part = copy(
        &format!("bucket/a%20key?versionId={second}"),
        &format!("/bucket/parts?partNumber=1&uploadId={upload}"),
    );
    let answer = client.send(part).await.expect(200);
    assert_eq!(answer.header("x-amz-copy-source-version-id"), second);
    let etag = answer.element("ETag").unwrap();
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let complete = || Draft::new("POST", &format!("/bucket/parts?uploadId={upload}")).body(document.clone());
    let made = client.send(complete()).await.expect(200).header("x-amz-version-id").to_owned();
    assert_eq!(get(&client, "parts", &made).await.expect(200).text(), "second");
    // Also when another version is the newest by then.
    put(&client, "parts", "newer").await;
    assert_eq!(client.send(complete()).await.expect(200).header("x-amz-version-id"), made);
}

#[tokio::test]
async fn every_key_can_have_versions() {
    for mut place in places().await {
        set(&place.client, "Enabled").await;
        let keys = crate::keys::odd_keys();
        let mut first = Vec::new();
        for key in &keys {
            first.push(put(&place.client, key, "1").await);
            put(&place.client, key, "2").await;
        }
        place.restart();
        for (key, id) in keys.iter().zip(&first) {
            assert_eq!(get(&place.client, key, id).await.expect(200).text(), "1");
            let newest = place.client.call("GET", &format!("/bucket/{}", path(key))).await.expect(200);
            assert_eq!(newest.text(), "2");
        }
        let listed = place.client.call("GET", "/bucket?encoding-type=url&versions=").await.expect(200);
        let mut found: Vec<String> =
            listed.elements("Key").iter().map(|key| crate::keys::decode(key)).collect();
        found.dedup();
        let mut sorted = keys.clone();
        sorted.sort();
        assert_eq!(found, sorted);
        empty(&place, &listed).await;
        assert_eq!(place.files(), 0);
    }
}

/// Removes all versions of a listing, and the bucket.
async fn empty(place: &Place, listed: &Answer) {
    for (key, id, ..) in entries(listed) {
        let target = format!("/bucket/{}?versionId={id}", path(&crate::keys::decode(&key)));
        place.client.call("DELETE", &target).await.expect(204);
    }
    place.client.call("DELETE", "/bucket").await.expect(204);
}
