//! Verification of objects with composite checksums part by part, on request.

use windlass::ErrorKind;
use windlass::testing::{self, MockTransport};
use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::{self, Checksum};

/// "Hello, World!" in parts of 6, 6 and 1 bytes.
fn part(number: u32, bytes: &[u8]) -> String {
    let value = Checksum::of(&ChecksumAlgorithm::Sha256, bytes).unwrap();
    format!(
        "<Part><PartNumber>{number}</PartNumber><Size>{}</Size><ChecksumSHA256>{value}</ChecksumSHA256></Part>",
        bytes.len()
    )
}

fn attributes(parts: &str) -> String {
    format!("<GetObjectAttributesResponse><ObjectParts>{parts}</ObjectParts></GetObjectAttributesResponse>")
}

fn object(transport: &MockTransport, content: &'static str) {
    let values =
        [&b"Hello,"[..], b" World", b"!"].map(|part| Checksum::of(&ChecksumAlgorithm::Sha256, part).unwrap());
    let composite =
        checksum::composite(&ChecksumAlgorithm::Sha256, values.iter().map(String::as_str)).unwrap();
    let composite = ("x-amz-checksum-sha256", composite.as_str());
    transport.reply_with(200, &[composite, ("content-length", "13"), ("x-amz-version-id", "v")], content);
}

fn parts() -> String {
    [part(1, b"Hello,"), part(2, b" World"), part(3, b"!")].concat()
}

async fn read(transport: &MockTransport) -> windlass::Result<(bool, String)> {
    let object = testing::client(transport).get_object("photos", "k").verify_parts().await?;
    Ok((object.body.is_verified(), object.body.text().await?))
}

#[tokio::test]
async fn the_parts_are_requested_and_compared() {
    let transport = MockTransport::new();
    object(&transport, "Hello, World!");
    transport.response(200, attributes(&parts()));
    assert_eq!(read(&transport).await.unwrap(), (true, "Hello, World!".into()));
    assert!(transport.requests()[1].url.ends_with("?attributes=&versionId=v"));
}

#[tokio::test]
async fn a_mismatch_names_the_part() {
    let transport = MockTransport::new();
    object(&transport, "Hello, Morld!");
    transport.response(200, attributes(&parts()));
    let error = read(&transport).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ChecksumMismatch);
    assert!(error.message().contains("part 2, bytes 6 to 11"), "{error}");
    assert_eq!((error.bucket(), error.key()), (Some("photos"), Some("k")));
}

#[tokio::test]
async fn the_last_part_is_verified() {
    let transport = MockTransport::new();
    object(&transport, "Hello, World?");
    transport.response(200, attributes(&parts()));
    assert!(read(&transport).await.unwrap_err().message().contains("part 3, bytes 12 to 12"));
}

#[tokio::test]
async fn missing_checksums_of_parts_are_not_an_error() {
    let without_values = "<Part><PartNumber>1</PartNumber><Size>13</Size></Part>";
    for (status, body) in [
        (403, "<Error><Code>AccessDenied</Code></Error>".to_owned()),
        (501, String::new()),
        (200, attributes("")),
        (200, attributes(without_values)),
        (200, attributes(&part(1, b"Hello,"))),
    ] {
        let transport = MockTransport::new();
        object(&transport, "Hello, World!");
        transport.response(status, body).repeat_last();
        assert_eq!(read(&transport).await.unwrap(), (false, "Hello, World!".into()), "{status}");
    }
}

#[tokio::test]
async fn part_checksums_of_another_object_are_ignored() {
    let huge = u64::MAX - 3;
    for parts in [
        [part(1, b"Hullo,"), part(2, b" World"), part(3, b"!")].concat(),
        parts().replace("<Size>6</Size>", &format!("<Size>{huge}</Size>")),
    ] {
        let transport = MockTransport::new();
        object(&transport, "Hello, World!");
        transport.response(200, attributes(&parts));
        assert_eq!(read(&transport).await.unwrap(), (false, "Hello, World!".into()));
    }
}

#[tokio::test]
async fn a_full_object_checksum_needs_no_parts() {
    let transport = MockTransport::new();
    transport.reply_with(200, &[("x-amz-checksum-crc64nvme", "1Km+Qyat0k0=")], "Hello, World!");
    assert_eq!(read(&transport).await.unwrap(), (true, "Hello, World!".into()));
    assert_eq!(transport.requests().len(), 1);
}

/// Reads 13 bytes for which the service sends these checksums.
async fn read_with(
    headers: &[(&str, &str)],
    content: &'static str,
) -> (windlass::Result<String>, bool, usize) {
    let transport = MockTransport::new();
    transport.reply_with(200, headers, content).repeat_last();
    let observer = testing::RecordingObserver::default();
    let client = testing::client_builder(&transport).observer(observer.clone()).build().unwrap();
    let object = client.get_object("photos", "k").await.unwrap();
    let verified = object.body.is_verified();
    let text = object.body.text().await;
    let told = observer.events().iter().filter(|event| event.contains("ChecksumUnusable")).count();
    (text, verified, told)
}

#[tokio::test]
async fn the_declared_checksum_type_decides_over_the_format() {
    let crc = ("x-amz-checksum-crc64nvme", "1Km+Qyat0k0=");
    let wrong = ("x-amz-checksum-crc32", "AAAAAA==");
    let covers = |word| ("x-amz-checksum-type", word);
    for (headers, verified, told) in [
        (&[crc][..], true, 0),
        (&[crc, covers("FULL_OBJECT")], true, 0),
        // A composite value, whatever its format.
        (&[wrong, covers("COMPOSITE")], false, 0),
        (&[wrong, covers("composite")], false, 0),
        (&[("x-amz-checksum-crc32", "AAAAAA==-2")], false, 0),
        (&[("x-amz-checksum-crc32", "AAAAAA==-2"), covers("COMPOSITE")], false, 0),
        // A value that is invalid for its algorithm is reported and not compared.
        (&[("x-amz-checksum-crc32", "AAAAAA==-2"), covers("FULL_OBJECT")], false, 1),
        (&[("x-amz-checksum-crc32", "1Km+Qyat0k0=")], false, 1),
        (&[("x-amz-checksum-sha256", "none")], false, 1),
        (&[("x-amz-checksum-crc32", "cbf43926")], false, 1),
        (&[("x-amz-checksum-sha256", "?"), crc], true, 0),
        (&[("x-amz-checksum-crc64nvme", "AAAAAA=="), ("x-amz-checksum-crc32", "7EqEw9A=")], false, 2),
    ] {
        let outcome = read_with(headers, "Hello, World!").await;
        assert_eq!(
            (outcome.0.unwrap().as_str(), outcome.1, outcome.2),
            ("Hello, World!", verified, told),
            "{headers:?}"
        );
    }
    let (text, ..) = read_with(&[wrong], "Hello, World!").await;
    assert_eq!(text.unwrap_err().kind(), ErrorKind::ChecksumMismatch);
    let (text, ..) = read_with(&[wrong, covers("FULL_OBJECT")], "Hello, World!").await;
    assert_eq!(text.unwrap_err().kind(), ErrorKind::ChecksumMismatch);
}
