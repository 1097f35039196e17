//! Archived objects and restores, and the attributes of objects.

use std::time::Duration;

use windlass_server::ManualClock;

use crate::signer::{Client, Draft, builder, client_with_bucket};

const REQUEST: &str = "<RestoreRequest><Days>2</Days></RestoreRequest>";

async fn archive(class: &str) -> (Client, ManualClock) {
    let (builder, clock) = builder();
    let client = Client::new(builder.build().unwrap());
    client.call("PUT", "/bucket").await.expect(200);
    let put = Draft::new("PUT", "/bucket/key").header("x-amz-storage-class", class).body("content");
    client.send(put).await.expect(200);
    (client, clock)
}

/// Like [`Client::send`], dated by the clock.
async fn send(client: &Client, clock: &ManualClock, draft: Draft) -> crate::signer::Answer {
    use windlass_server::Clock as _;
    let now = jiff::Timestamp::try_from(clock.now()).unwrap();
    client.send(Draft { timestamp: now.strftime("%Y%m%dT%H%M%SZ").to_string(), ..draft }).await
}

fn restore(document: &str) -> Draft {
    Draft::new("POST", "/bucket/key?restore=").body(document.to_owned())
}

#[tokio::test]
async fn archived_objects_cannot_be_read_until_they_are_restored() {
    for class in ["GLACIER", "DEEP_ARCHIVE"] {
        let (client, clock) = archive(class).await;
        let get = || Draft::new("GET", "/bucket/key");
        let answer = client.send(get()).await.expect_error(403, "InvalidObjectState");
        assert_eq!(answer.element("StorageClass").as_deref(), Some(class));
        let copy = Draft::new("PUT", "/bucket/copy").header("x-amz-copy-source", "bucket/key");
        client.send(copy.clone()).await.expect_error(403, "ObjectNotInActiveTierError");
        let head = client.call("HEAD", "/bucket/key").await.expect(200);
        assert_eq!((head.header("x-amz-storage-class"), head.header("x-amz-restore")), (class, ""));

        client.send(restore(REQUEST)).await.expect(202);
        client.send(restore(REQUEST)).await.expect_error(409, "RestoreAlreadyInProgress");
        client.send(get()).await.expect_error(403, "InvalidObjectState");
        let head = client.call("HEAD", "/bucket/key").await;
        assert_eq!(head.header("x-amz-restore"), "ongoing-request=\"true\"");
        let list = Draft::new("GET", "/bucket?list-type=2")
            .header("x-amz-optional-object-attributes", "RestoreStatus");
        let listed = client.send(list.clone()).await.expect(200);
        assert_eq!(listed.element("IsRestoreInProgress").as_deref(), Some("true"));

        clock.advance(Duration::from_mins(1));
        let answer = send(&client, &clock, get()).await.expect(200);
        let expiry = "ongoing-request=\"false\", expiry-date=\"Mon, 27 May 2013 00:00:00 GMT\"";
        assert_eq!((answer.text().as_str(), answer.header("x-amz-restore")), ("content", expiry));
        assert_eq!(answer.header("x-amz-storage-class"), class);
        send(&client, &clock, copy).await.expect(200);
        let versions = Draft::new("GET", "/bucket?versions=")
            .header("x-amz-optional-object-attributes", "RestoreStatus");
        for list in [list, versions] {
            let listed = send(&client, &clock, list).await.expect(200);
            assert_eq!(listed.element("IsRestoreInProgress").as_deref(), Some("false"));
            assert_eq!(listed.element("RestoreExpiryDate").as_deref(), Some("2013-05-27T00:00:00.000Z"));
        }
        let plain = send(&client, &clock, Draft::new("GET", "/bucket?list-type=2")).await;
        assert_eq!(plain.element("RestoreStatus"), None, "only on request");
        // A second request extends the restore.
        let longer = send(&client, &clock, restore(&REQUEST.replace('2', "5"))).await;
        longer.expect(200);
        clock.advance(Duration::from_hours(24 * 4));
        send(&client, &clock, get()).await.expect(200);
        clock.advance(Duration::from_hours(24 * 2));
        send(&client, &clock, get()).await.expect_error(403, "InvalidObjectState");
    }
}

#[tokio::test]
async fn invalid_restores_are_rejected() {
    let (client, _) = archive("GLACIER").await;
    for (document, status, code) in [
        ("", 400, "MalformedXML"),
        ("<RestoreRequest/>", 400, "MalformedXML"),
        ("<RestoreRequest><Days>0</Days></RestoreRequest>", 400, "InvalidArgument"),
        ("<RestoreRequest><Days>1</Days><Tier>Fast</Tier></RestoreRequest>", 400, "MalformedXML"),
        ("<RestoreRequest><Type>SELECT</Type></RestoreRequest>", 501, "NotImplemented"),
    ] {
        client.send(restore(document)).await.expect_error(status, code);
    }
    let expedited = "<RestoreRequest><Days>1</Days><GlacierJobParameters><Tier>Expedited</Tier></GlacierJobParameters></RestoreRequest>";
    client.send(restore(expedited)).await.expect(202);
    client.call("GET", "/bucket/key").await.expect(200);
    let (deep, _) = archive("DEEP_ARCHIVE").await;
    deep.send(restore(expedited)).await.expect_error(400, "InvalidArgument");
    for class in ["GLACIER_IR", "STANDARD"] {
        let (readable, _) = archive(class).await;
        readable.call("GET", "/bucket/key").await.expect(200);
        readable.send(restore(REQUEST)).await.expect_error(403, "InvalidObjectState");
    }
    client.call("POST", "/bucket/none?restore=").await.expect_error(400, "MalformedXML");
    let none = Draft::new("POST", "/bucket/none?restore=").body(REQUEST);
    client.send(none).await.expect_error(404, "NoSuchKey");
}

fn attributes(target: &str, names: &str) -> Draft {
    Draft::new("GET", &format!("{target}attributes=")).header("x-amz-object-attributes", names)
}

#[tokio::test]
async fn only_requested_attributes_are_returned() {
    let client = client_with_bucket().await;
    client.put("/bucket/key", "content").await.expect(200);
    let all = "ETag,Checksum,ObjectParts, StorageClass,ObjectSize";
    let answer = client.send(attributes("/bucket/key?", all)).await.expect(200);
    assert_eq!(answer.element("ETag").as_deref(), Some("9a0364b9e99bb480dd25e1f0284c8555"), "without quotes");
    assert_eq!(
        (answer.element("ObjectSize").as_deref(), answer.element("StorageClass").as_deref()),
        (Some("7"), Some("STANDARD"))
    );
    let checksum = answer.element("Checksum").unwrap();
    assert_eq!(
        checksum,
        "<ChecksumCRC64NVME>lhVdXyVQTGE=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>"
    );
    assert_eq!(
        (answer.element("ObjectParts"), answer.header("last-modified")),
        (None, "Fri, 24 May 2013 00:00:00 GMT")
    );
    let some = client.send(attributes("/bucket/key?", "ObjectSize")).await.expect(200);
    assert_eq!((some.element("ETag"), some.element("ObjectSize").as_deref()), (None, Some("7")));
    let two = attributes("/bucket/key?", "ETag").header("x-amz-object-attributes", "ObjectSize");
    let two = two.signed();
    assert_eq!(two.headers().get_all("x-amz-object-attributes").iter().count(), 2);
    client.send(attributes("/bucket/key?", "Size")).await.expect_error(400, "InvalidArgument");
    client.call("GET", "/bucket/key?attributes=").await.expect_error(400, "InvalidArgument");
    client.send(attributes("/bucket/none?", "ETag")).await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn parts_with_checksums_are_listed_in_pages() {
    use base64::Engine as _;
    let client = client_with_bucket().await;
    for (algorithm, told) in [(Some("SHA256"), true), (None, false)] {
        let mut create = Draft::new("POST", "/bucket/key?uploads=");
        if let Some(algorithm) = algorithm {
            create = create.header("x-amz-checksum-algorithm", algorithm);
        }
        let upload = client.send(create).await.element("UploadId").unwrap();
        let bodies = [vec![1; 5 << 20], vec![2; 5 << 20], b"end".to_vec()];
        let mut parts = String::new();
        let mut sums = Vec::new();
        for (number, body) in (1..).zip(bodies) {
            use sha2::Digest as _;
            let sum = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(&body));
            let target = format!("/bucket/key?partNumber={number}&uploadId={upload}");
            let put = Draft::new("PUT", &target).header("x-amz-checksum-sha256", &sum).body(body);
            let etag = client.send(put).await.expect(200).header("etag").to_owned();
            parts += &format!(
                "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><ChecksumSHA256>{sum}</ChecksumSHA256></Part>"
            );
            sums.push(sum);
        }
        let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        client
            .send(Draft::new("POST", &format!("/bucket/key?uploadId={upload}")).body(document))
            .await
            .expect(200);
        let page = attributes("/bucket/key?", "ObjectParts").header("x-amz-max-parts", "2");
        let answer = client.send(page).await.expect(200);
        assert_eq!(answer.element("PartsCount").as_deref(), Some("3"));
        if !told {
            assert_eq!(answer.element("Part"), None);
            continue;
        }
        assert_eq!(
            (answer.elements("PartNumber"), answer.elements("ChecksumSHA256")),
            (vec!["1".into(), "2".into()], sums[..2].to_vec())
        );
        assert_eq!(
            (answer.element("IsTruncated").as_deref(), answer.element("NextPartNumberMarker").as_deref()),
            (Some("true"), Some("2"))
        );
        let page = attributes("/bucket/key?", "ObjectParts").header("x-amz-part-number-marker", "2");
        let answer = client.send(page).await.expect(200);
        assert_eq!(
            (answer.elements("Size"), answer.element("IsTruncated").as_deref()),
            (vec!["3".to_owned()], Some("false"))
        );
    }
}
