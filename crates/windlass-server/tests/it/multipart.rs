//! Multipart uploads: valid and invalid requests with their error codes, in both stores.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use crate::places::{Place, places};
use crate::signer::{Answer, Client, Draft, client_with_bucket, hex, path};

const MIB: usize = 1 << 20;

/// Returns content without repetitions.
fn content(seed: u32, size: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut bytes = Vec::with_capacity(size + 4);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

fn md5(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

/// An upload in progress.
struct Upload {
    client: Client,
    target: String,
    id: String,
}

impl Upload {
    async fn begin(client: &Client, key: &str) -> Self {
        Self::begin_with(client, key, &[]).await
    }

    async fn begin_with(client: &Client, key: &str, headers: &[(&str, &str)]) -> Self {
        let target = format!("/bucket/{}", path(key));
        let mut draft = Draft::new("POST", &format!("{target}?uploads="));
        for (name, value) in headers {
            draft = draft.header(name, value);
        }
        let answer = client.send(draft).await.expect(200);
        Self { client: client.clone(), target, id: answer.element("UploadId").unwrap() }
    }

    fn part_draft(&self, number: u32, body: impl Into<bytes::Bytes>) -> Draft {
        Draft::new("PUT", &format!("{}?partNumber={number}&uploadId={}", self.target, self.id)).body(body)
    }

    /// Uploads a part and returns its `ETag` without quotes.
    async fn part(&self, number: u32, body: impl Into<bytes::Bytes>) -> String {
        let answer = self.client.send(self.part_draft(number, body)).await.expect(200);
        answer.header("etag").trim_matches('"').to_owned()
    }

    fn complete_draft(&self, parts: &[(u32, &str)]) -> Draft {
        let parts: Vec<String> = parts
            .iter()
            .map(|(number, etag)| {
                format!("<Part><PartNumber>{number}</PartNumber><ETag>\"{etag}\"</ETag></Part>")
            })
            .collect();
        self.complete_document(&parts.concat())
    }

    fn complete_document(&self, parts: &str) -> Draft {
        let document = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        Draft::new("POST", &format!("{}?uploadId={}", self.target, self.id)).body(document)
    }

    async fn complete(&self, parts: &[(u32, &str)]) -> Answer {
        self.client.send(self.complete_draft(parts)).await
    }

    /// Returns the target and id, for use with another client.
    fn leave(self) -> (String, String) {
        (self.target, self.id)
    }

    fn resume(client: &Client, (target, id): (String, String)) -> Self {
        Self { client: client.clone(), target, id }
    }

    async fn list(&self, query: &str) -> Answer {
        self.client.call("GET", &format!("{}?{query}uploadId={}", self.target, self.id)).await
    }
}

async fn get(client: &Client, target: &str) -> Answer {
    client.send(Draft::new("GET", target).header("x-amz-checksum-mode", "ENABLED")).await
}

#[tokio::test]
async fn parts_become_one_object_in_both_stores() {
    for mut place in places().await {
        let settings =
            [("x-amz-meta-color", "red"), ("content-type", "text/plain"), ("x-amz-tagging", "a=1")];
        let upload = Upload::begin_with(&place.client, "key", &settings).await;
        let (first, second) = (content(1, 5 * MIB), content(2, 1000));
        assert_eq!(upload.part(1, first.clone()).await, md5(&first));
        let two = upload.part(2, second.clone()).await;
        place.client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");

        let kept = upload.leave();
        place.restart();
        let upload = Upload::resume(&place.client, kept);
        let parts = upload.list("").await.expect(200);
        assert_eq!(parts.elements("Size"), ["5242880", "1000"]);
        let answer = upload.complete(&[(1, &md5(&first)), (2, &two)]).await.expect(200);
        let mut digests = Md5::digest(&first).to_vec();
        digests.extend_from_slice(&Md5::digest(&second));
        let etag = format!("\"{}-2\"", md5(&digests));
        assert_eq!(answer.element("ETag").unwrap().replace("&quot;", "\""), etag);
        assert_eq!(answer.element("ChecksumType").as_deref(), Some("FULL_OBJECT"));
        drop(upload);
        let location = answer.element("Location").unwrap();
        assert!(location.ends_with("/bucket/key"), "{location}");

        place.restart();
        let answer = get(&place.client, "/bucket/key").await.expect(200);
        assert_eq!(answer.body, [first, second].concat());
        assert_eq!((answer.header("etag"), answer.header("x-amz-mp-parts-count")), (etag.as_str(), ""));
        assert_eq!((answer.header("x-amz-meta-color"), answer.header("content-type")), ("red", "text/plain"));
        assert_eq!(
            (answer.header("x-amz-checksum-type"), answer.header("x-amz-tagging-count")),
            ("FULL_OBJECT", "1")
        );
        let listed = place.client.call("GET", "/bucket?uploads=").await.expect(200);
        assert!(listed.elements("Upload").is_empty(), "the upload is completed");
        assert!(place.files() <= 2, "the bucket and one object");
    }
}

#[tokio::test]
async fn parts_are_read_by_number_and_across_ranges() {
    for place in places().await {
        let upload = Upload::begin(&place.client, "key").await;
        let parts = [content(1, 5 * MIB), content(2, 6 * MIB), content(3, 7)];
        let mut etags = Vec::new();
        for (number, part) in (3_u32..).zip(&parts) {
            etags.push((number, upload.part(number, part.clone()).await));
        }
        let listed: Vec<(u32, &str)> = etags.iter().map(|(number, etag)| (*number, etag.as_str())).collect();
        upload.complete(&listed).await.expect(200);
        let size = 11 * MIB + 7;
        for (number, first, part) in [(1, 0, &parts[0]), (2, 5 * MIB, &parts[1]), (3, 11 * MIB, &parts[2])] {
            let range = format!("bytes {first}-{}/{size}", first + part.len() - 1);
            for method in ["GET", "HEAD"] {
                let answer =
                    place.client.call(method, &format!("/bucket/key?partNumber={number}")).await.expect(206);
                assert_eq!(
                    (answer.header("content-range"), answer.header("x-amz-mp-parts-count")),
                    (range.as_str(), "3")
                );
                assert_eq!(answer.header("content-length"), part.len().to_string());
                assert!(method == "HEAD" || answer.body == *part);
            }
        }
        place.client.call("GET", "/bucket/key?partNumber=4").await.expect_error(416, "InvalidPartNumber");
        for number in ["0", "10001"] {
            let answer = place.client.call("GET", &format!("/bucket/key?partNumber={number}")).await;
            answer.expect_error(400, "InvalidArgument");
        }
        let range = Draft::new("GET", "/bucket/key").header("range", format!("bytes={}-", 5 * MIB - 3));
        let answer = place.client.send(range).await.expect(206);
        assert_eq!(answer.body, parts.concat()[5 * MIB - 3..]);
    }
}

#[tokio::test]
async fn an_invalid_list_of_parts_is_rejected() {
    let client = client_with_bucket().await;
    let upload = Upload::begin(&client, "key").await;
    let small = upload.part(1, "small").await;
    let last = upload.part(2, "last").await;
    upload.complete(&[(2, &last), (1, &small)]).await.expect_error(400, "InvalidPartOrder");
    upload.complete(&[(1, &small), (1, &small)]).await.expect_error(400, "InvalidPartOrder");
    let answer = upload.complete(&[(1, &last)]).await.expect_error(400, "InvalidPart");
    assert_eq!(answer.element("PartNumber").as_deref(), Some("1"));
    upload.complete(&[(1, &small), (3, &last)]).await.expect_error(400, "InvalidPart");
    let answer = upload.complete(&[(1, &small), (2, &last)]).await.expect_error(400, "EntityTooSmall");
    assert_eq!(answer.element("MinSizeAllowed").as_deref(), Some("5242880"));
    assert_eq!(
        (answer.element("ProposedSize").as_deref(), answer.element("PartNumber").as_deref()),
        (Some("5"), Some("1"))
    );
    for document in [
        "",
        "<Part></Part>",
        "<Part><PartNumber>1</PartNumber></Part>",
        "<Part><PartNumber>one</PartNumber><ETag>x</ETag></Part>",
        "<Part>",
    ] {
        upload.client.send(upload.complete_document(document)).await.expect_error(400, "MalformedXML");
    }
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
    // Parts that are not listed are not in the object; ETags without quotes are valid.
    let only = format!("<Part><ETag>{last}</ETag><PartNumber>2</PartNumber></Part>");
    client.send(upload.complete_document(&only)).await.expect(200);
    assert_eq!(client.call("GET", "/bucket/key").await.expect(200).text(), "last");
}

#[tokio::test]
async fn invalid_part_numbers_and_upload_ids_are_rejected() {
    let client = client_with_bucket().await;
    let upload = Upload::begin(&client, "key").await;
    for number in [0, 10_001] {
        client.send(upload.part_draft(number, "x")).await.expect_error(400, "InvalidArgument");
    }
    upload.part(10_000, "x").await;
    for lost in [
        Upload { id: "nothing".into(), ..Upload::begin(&client, "key").await },
        // An upload id is valid only for its key.
        Upload { target: "/bucket/other".into(), client: client.clone(), id: upload.id.clone() },
    ] {
        client.send(lost.part_draft(1, "x")).await.expect_error(404, "NoSuchUpload");
        lost.complete(&[(1, "x")]).await.expect_error(404, "NoSuchUpload");
        lost.list("").await.expect_error(404, "NoSuchUpload");
        client
            .call("DELETE", &format!("{}?uploadId={}", lost.target, lost.id))
            .await
            .expect_error(404, "NoSuchUpload");
    }
    client.call("POST", "/missing/key?uploads=").await.expect_error(404, "NoSuchBucket");
}

#[tokio::test]
async fn a_part_that_is_uploaded_again_replaces_the_first() {
    for mut place in places().await {
        let upload = Upload::begin(&place.client, "key").await;
        let first = upload.part(1, "first").await;
        for round in 0..3 {
            upload.part(1, format!("{round}")).await;
        }
        let files = place.files();
        let kept = upload.leave();
        place.restart();
        assert_eq!(place.files(), files, "replaced parts are removed at once");
        let upload = Upload::resume(&place.client, kept);
        let again = upload.part(1, "again").await;
        assert_eq!(upload.list("").await.elements("Size"), ["5"]);
        upload.complete(&[(1, &first)]).await.expect_error(400, "InvalidPart");
        upload.complete(&[(1, &again)]).await.expect(200);
        assert_eq!(place.client.call("GET", "/bucket/key").await.text(), "again");
    }
}

#[tokio::test]
async fn an_aborted_upload_leaves_nothing() {
    for place in places().await {
        let files = place.files();
        let upload = Upload::begin(&place.client, "key").await;
        let etag = upload.part(1, "content").await;
        let abort = || Draft::new("DELETE", &format!("{}?uploadId={}", upload.target, upload.id));
        let early = abort().header("x-amz-if-match-initiated-time", "Thu, 23 May 2013 00:00:00 GMT");
        place.client.send(early).await.expect_error(412, "PreconditionFailed");
        let right = abort().header("x-amz-if-match-initiated-time", "Fri, 24 May 2013 00:00:00 GMT");
        place.client.send(right).await.expect(204);
        place.client.send(upload.part_draft(2, "x")).await.expect_error(404, "NoSuchUpload");
        upload.complete(&[(1, &etag)]).await.expect_error(404, "NoSuchUpload");
        place.client.send(abort()).await.expect_error(404, "NoSuchUpload");
        assert_eq!(place.files(), files);
        // A bucket with uploads in progress counts as empty.
        Upload::begin(&place.client, "key").await.part(1, "content").await;
        place.client.call("DELETE", "/bucket").await.expect(204);
        assert_eq!(place.files(), 0);
    }
}

#[tokio::test]
async fn completing_again_returns_the_same_result() {
    for mut place in places().await {
        let upload = Upload::begin(&place.client, "key").await;
        let etag = upload.part(1, "content").await;
        let draft = upload.complete_draft(&[(1, &etag)]).header("if-none-match", "*");
        let first = place.client.send(draft.clone()).await.expect(200);
        let kept = upload.leave();
        place.restart();
        let again = place.client.send(draft).await.expect(200);
        assert_eq!(again.text(), first.text());
        let upload = Upload::resume(&place.client, kept);
        upload.complete(&[(2, &etag)]).await.expect_error(404, "NoSuchUpload");
        place.client.put("/bucket/key", "another").await.expect(200);
        upload.complete(&[(1, &etag)]).await.expect_error(404, "NoSuchUpload");
    }
}

#[tokio::test]
async fn completion_can_be_conditional() {
    let client = client_with_bucket().await;
    let current = client.put("/bucket/key", "old").await.header("etag").to_owned();
    let upload = Upload::begin(&client, "key").await;
    let etag = upload.part(1, "new").await;
    let complete = |name: &str, value: &str| upload.complete_draft(&[(1, &etag)]).header(name, value);
    client.send(complete("if-none-match", "*")).await.expect_error(412, "PreconditionFailed");
    client.send(complete("if-none-match", "\"x\"")).await.expect_error(501, "NotImplemented");
    client.send(complete("if-match", "*")).await.expect_error(501, "NotImplemented");
    client.send(complete("if-match", "\"x\"")).await.expect_error(412, "PreconditionFailed");
    client.send(complete("if-match", &current)).await.expect(200);
    let other = Upload::begin(&client, "none").await;
    let etag = other.part(1, "new").await;
    let absent = other.complete_draft(&[(1, &etag)]).header("if-match", "\"x\"");
    client.send(absent).await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_declared_object_size_is_verified() {
    let client = client_with_bucket().await;
    let upload = Upload::begin(&client, "key").await;
    let etag = upload.part(1, "content").await;
    let complete = |size: &str| upload.complete_draft(&[(1, &etag)]).header("x-amz-mp-object-size", size);
    client.send(complete("8")).await.expect_error(400, "InvalidRequest");
    client.send(complete("7")).await.expect(200);
}

const SUMS: [(&str, &str); 7] = [
    ("CRC32", "crc32"),
    ("CRC32C", "crc32c"),
    ("CRC64NVME", "crc64nvme"),
    ("SHA1", "sha1"),
    ("SHA256", "sha256"),
    ("SHA512", "sha512"),
    ("MD5", "md5"),
];

#[tokio::test]
async fn composite_checksums_are_computed_from_the_parts() {
    for (algorithm, header) in SUMS.iter().filter(|(name, _)| *name != "CRC64NVME") {
        let client = client_with_bucket().await;
        let upload = Upload::begin_with(&client, "key", &[("x-amz-checksum-algorithm", algorithm)]).await;
        let name = format!("x-amz-checksum-{header}");
        let element = format!("Checksum{algorithm}");
        let bodies = [content(1, 5 * MIB), content(2, 10)];
        // The module `checksums` compares the server's algorithms with independent values.
        let mut sums = Vec::new();
        for body in &bodies {
            let put = Draft::new("PUT", "/bucket/part").header("x-amz-sdk-checksum-algorithm", algorithm);
            let put = put.header(&name, independent(algorithm, body)).body(body.clone());
            sums.push(client.send(put).await.expect(200).header(&name).to_owned());
        }
        let missing = upload.part_draft(1, "x");
        client.send(missing).await.expect_error(400, "InvalidRequest");
        let other = upload.part_draft(1, "").header("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=");
        client.send(other).await.expect_error(400, "InvalidRequest");
        let wrong = upload.part_draft(1, "x").header(&name, &sums[0]);
        client.send(wrong).await.expect_error(400, "BadDigest");
        let mut parts = String::new();
        for (number, (body, sum)) in (1..).zip(bodies.iter().zip(&sums)) {
            let answer =
                client.send(upload.part_draft(number, body.clone()).header(&name, sum)).await.expect(200);
            assert_eq!(answer.header(&name), sum);
            let etag = answer.header("etag");
            parts += &format!(
                "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><{element}>{sum}</{element}></Part>"
            );
        }
        assert_eq!(upload.list("").await.elements(&element), sums);
        let bare = parts.replace(&format!("<{element}>{}</{element}>", sums[1]), "");
        client.send(upload.complete_document(&bare)).await.expect_error(400, "InvalidRequest");
        let swapped = parts.replacen(&sums[1], &sums[0], 1);
        client.send(upload.complete_document(&swapped)).await.expect_error(400, "InvalidPart");

        let joined: Vec<u8> = sums.iter().flat_map(|sum| STANDARD.decode(sum).unwrap()).collect();
        let whole = format!("{}-2", independent(algorithm, &joined));
        let complete = upload.complete_document(&parts);
        let wrong = complete.clone().header(&name, &sums[0]);
        client.send(wrong).await.expect_error(400, "BadDigest");
        let other_kind = complete.clone().header("x-amz-checksum-type", "FULL_OBJECT");
        client.send(other_kind).await.expect_error(400, "InvalidRequest");
        let right = complete.header(&name, &whole).header("x-amz-checksum-type", "COMPOSITE");
        let answer = client.send(right).await.expect(200);
        assert_eq!(answer.element(&element).as_deref(), Some(whole.as_str()));

        let answer = get(&client, "/bucket/key").await.expect(200);
        assert_eq!(
            (answer.header(&name), answer.header("x-amz-checksum-type")),
            (whole.as_str(), "COMPOSITE")
        );
        let part = get(&client, "/bucket/key?partNumber=2").await.expect(206);
        assert_eq!((part.header(&name), part.header("x-amz-checksum-type")), (sums[1].as_str(), "COMPOSITE"));
        let listed = client.call("GET", "/bucket?list-type=2&prefix=key").await;
        assert_eq!(listed.element("ChecksumType").as_deref(), Some("COMPOSITE"));
    }
}

#[tokio::test]
async fn full_object_checksums_match_the_content() {
    for (algorithm, header) in SUMS.iter().filter(|(name, _)| name.starts_with("CRC")) {
        let client = client_with_bucket().await;
        let settings = [("x-amz-checksum-algorithm", *algorithm), ("x-amz-checksum-type", "FULL_OBJECT")];
        let upload = Upload::begin_with(&client, "key", &settings).await;
        let name = format!("x-amz-checksum-{header}");
        let bodies = [content(1, 5 * MIB), content(2, 10)];
        let one = upload.part(1, bodies[0].clone()).await;
        let second =
            upload.part_draft(2, bodies[1].clone()).header(&name, independent(algorithm, &bodies[1]));
        let two = client.send(second).await.expect(200).header("etag").trim_matches('"').to_owned();
        let whole = independent(algorithm, &bodies.concat());
        let complete = upload.complete_draft(&[(1, &one), (2, &two)]);
        // Even a correct value requires its type.
        client.send(complete.clone().header(&name, &whole)).await.expect_error(400, "BadDigest");
        let complete = complete.header("x-amz-checksum-type", "FULL_OBJECT");
        let wrong = complete.clone().header(&name, independent(algorithm, b"x"));
        client.send(wrong).await.expect_error(400, "BadDigest");
        let other = complete.clone().header("x-amz-checksum-sha1", "BA8G/XdAkkeNRQd09bowxdp4rMg=");
        client.send(other).await.expect_error(400, "BadDigest");
        client.send(complete.header(&name, &whole)).await.expect(200);
        let answer = get(&client, "/bucket/key").await.expect(200);
        assert_eq!(
            (answer.header(&name), answer.header("x-amz-checksum-type")),
            (whole.as_str(), "FULL_OBJECT")
        );
        let part = get(&client, "/bucket/key?partNumber=2").await.expect(206);
        assert_eq!(part.header(&name), "", "parts have no checksums");
    }
}

#[tokio::test]
async fn incompatible_algorithms_and_kinds_are_rejected() {
    let client = client_with_bucket().await;
    for (algorithm, kind) in [
        ("CRC64NVME", "COMPOSITE"),
        ("SHA1", "FULL_OBJECT"),
        ("SHA256", "FULL_OBJECT"),
        ("SHA512", "FULL_OBJECT"),
        ("XXHASH3", "FULL_OBJECT"),
        ("CRC32", "HALF"),
        ("CRC16", "COMPOSITE"),
    ] {
        let draft = Draft::new("POST", "/bucket/key?uploads=").header("x-amz-checksum-algorithm", algorithm);
        client.send(draft.header("x-amz-checksum-type", kind)).await.expect_error(400, "InvalidRequest");
    }
    let alone = Draft::new("POST", "/bucket/key?uploads=").header("x-amz-checksum-type", "COMPOSITE");
    client.send(alone).await.expect_error(400, "InvalidRequest");
    let answer =
        client.send(Draft::new("POST", "/bucket/key?uploads=").header("x-amz-checksum-algorithm", "CRC32"));
    assert_eq!(answer.await.expect(200).header("x-amz-checksum-type"), "COMPOSITE");
}

#[tokio::test]
async fn an_upload_without_an_algorithm_accepts_any() {
    let client = client_with_bucket().await;
    let upload = Upload::begin(&client, "key").await;
    let answer = client.send(upload.part_draft(1, content(1, 5 * MIB))).await.expect(200);
    assert_eq!(answer.header("x-amz-checksum-crc64nvme"), independent("CRC64NVME", &content(1, 5 * MIB)));
    let one = answer.header("etag").to_owned();
    let (sum, other) = (independent("CRC32", b"cont"), independent("CRC32", b"other"));
    let wrong = upload.part_draft(2, "cont").header("x-amz-checksum-crc32", &other);
    client.send(wrong).await.expect_error(400, "BadDigest");
    let right = upload.part_draft(2, "cont").header("x-amz-checksum-crc32", &sum);
    let answer = client.send(right).await.expect(200);
    assert_eq!(
        (answer.header("x-amz-checksum-crc32"), answer.header("x-amz-checksum-crc64nvme")),
        (sum.as_str(), "")
    );
    let two = answer.header("etag").to_owned();
    let complete = |sum: &str| {
        upload.complete_document(&format!(
            "<Part><PartNumber>1</PartNumber><ETag>{one}</ETag></Part><Part><PartNumber>2</PartNumber><ETag>{two}</ETag><ChecksumCRC32>{sum}</ChecksumCRC32></Part>"
        ))
    };
    client.send(complete(&other)).await.expect_error(400, "InvalidPart");
    let kind = complete(&sum).header("x-amz-checksum-type", "FULL_OBJECT");
    client.send(kind).await.expect_error(400, "InvalidRequest");
    let unknown = complete(&sum).header("x-amz-checksum-crc32", &sum);
    client.send(unknown).await.expect_error(400, "InvalidRequest");
    client.send(complete(&sum)).await.expect(200);
    let whole = independent("CRC64NVME", &[content(1, 5 * MIB), b"cont".to_vec()].concat());
    assert_eq!(get(&client, "/bucket/key").await.expect(200).header("x-amz-checksum-crc64nvme"), whole);
}

#[tokio::test]
async fn composite_checksums_need_consecutive_numbers() {
    let client = client_with_bucket().await;
    let upload = Upload::begin_with(&client, "key", &[("x-amz-checksum-algorithm", "CRC32")]).await;
    let sum = independent("CRC32", b"x");
    let part = client.send(upload.part_draft(2, "x").header("x-amz-checksum-crc32", &sum)).await.expect(200);
    let etag = part.header("etag");
    let parts = format!(
        "<Part><PartNumber>2</PartNumber><ETag>{etag}</ETag><ChecksumCRC32>{sum}</ChecksumCRC32></Part>"
    );
    client.send(upload.complete_document(&parts)).await.expect_error(500, "InternalError");
}

#[tokio::test]
async fn parts_can_be_copied_from_objects() {
    for place in places().await {
        let source = content(9, 6 * MIB);
        place.client.put("/bucket/a%20%2B/..", source.clone()).await.expect(200);
        let etag = format!("\"{}\"", md5(&source));
        let upload = Upload::begin(&place.client, "key").await;
        let copy =
            |number: u32| upload.part_draft(number, "").header("x-amz-copy-source", "bucket/a%20%2B/..");
        let answer = place.client.send(copy(1).header("x-amz-copy-source-if-match", &etag)).await.expect(200);
        assert_eq!(answer.element("ETag").unwrap().replace("&quot;", "\""), etag);
        assert!(answer.text().contains("<CopyPartResult") && answer.element("LastModified").is_some());
        assert_eq!(answer.element("ChecksumCRC64NVME"), Some(independent("CRC64NVME", &source)));
        let range = copy(2).header("x-amz-copy-source-range", "bytes=1000000-1000009");
        let two = place.client.send(range).await.expect(200).element("ETag").unwrap().replace("&quot;", "");
        upload.complete(&[(1, etag.trim_matches('"')), (2, &two)]).await.expect(200);
        let read = place.client.call("GET", "/bucket/key").await.expect(200);
        assert_eq!(read.body, [&source[..], &source[1_000_000..1_000_010]].concat());
    }
}

#[tokio::test]
async fn invalid_part_copies_are_rejected() {
    let client = client_with_bucket().await;
    client.put("/bucket/source", "content").await.expect(200);
    let upload = Upload::begin(&client, "key").await;
    let copy = |source: &str| upload.part_draft(1, "").header("x-amz-copy-source", source);
    for range in ["bytes=0-7", "bytes=5-2", "bytes=-3", "bytes=3-", "0-3", "bytes=0-1,3-4"] {
        let draft = copy("bucket/source").header("x-amz-copy-source-range", range);
        client.send(draft).await.expect_error(400, "InvalidArgument");
    }
    client.send(copy("bucket/none")).await.expect_error(404, "NoSuchKey");
    client.send(copy("missing/source")).await.expect_error(404, "NoSuchBucket");
    client.send(copy("bucket")).await.expect_error(400, "InvalidArgument");
    let unequal = copy("bucket/source").header("x-amz-copy-source-if-none-match", "*");
    client.send(unequal).await.expect_error(412, "PreconditionFailed");
    assert!(upload.list("").await.elements("Part").is_empty());
}

#[tokio::test]
async fn parts_are_listed_in_pages() {
    let client = client_with_bucket().await;
    let upload = Upload::begin_with(&client, "key", &[("x-amz-storage-class", "STANDARD_IA")]).await;
    for number in [2, 7, 1, 10_000] {
        upload.part(number, format!("{number}")).await;
    }
    let page = upload.list("max-parts=2&").await.expect(200);
    assert_eq!(page.elements("PartNumber"), ["1", "2"]);
    assert_eq!(
        (page.element("IsTruncated").as_deref(), page.element("NextPartNumberMarker").as_deref()),
        (Some("true"), Some("2"))
    );
    assert_eq!(
        (page.element("StorageClass").as_deref(), page.element("ChecksumAlgorithm").as_deref()),
        (Some("STANDARD_IA"), Some("CRC64NVME"))
    );
    let page = upload.list("max-parts=2&part-number-marker=2&").await.expect(200);
    assert_eq!(
        (page.elements("PartNumber"), page.element("IsTruncated")),
        (vec!["7".into(), "10000".into()], Some("false".into()))
    );
    assert_eq!(page.element("LastModified").as_deref(), Some("2013-05-24T00:00:00.000Z"));
    let page = upload.list("part-number-marker=10000&").await.expect(200);
    assert!(page.elements("Part").is_empty());
    upload.list("max-parts=x&").await.expect_error(400, "InvalidArgument");
    upload.list("max-parts=-1&").await.expect_error(400, "InvalidArgument");
}

#[tokio::test]
async fn uploads_are_listed_by_key_and_age_in_pages() {
    for mut place in places().await {
        let keys = ["b", "a/1", "a/2", "c d", "b", "b"];
        let mut ids: Vec<(String, String)> = Vec::new();
        for key in keys {
            let upload = Upload::begin(&place.client, key).await;
            ids.push((key.to_owned(), upload.id));
        }
        // By key, then by creation.
        ids.sort_by(|left, right| left.0.cmp(&right.0));
        place.restart();
        let client = &place.client;
        let mut found = Vec::new();
        let mut marker = String::new();
        loop {
            let page = client
                .call("GET", &format!("/bucket?encoding-type=url&max-uploads=2{marker}&uploads="))
                .await
                .expect(200);
            let keys = page.elements("Key").into_iter().map(|key| key.replace('+', " ").replace("%2F", "/"));
            found.extend(keys.zip(page.elements("UploadId")));
            if page.element("IsTruncated").as_deref() == Some("false") {
                break;
            }
            marker = format!(
                "&key-marker={}&upload-id-marker={}",
                path(&page.element("NextKeyMarker").unwrap()).replace('/', "%2F"),
                page.element("NextUploadIdMarker").unwrap()
            );
        }
        assert_eq!(found, ids);

        let page = client.call("GET", "/bucket?delimiter=%2F&max-uploads=1&uploads=").await.expect(200);
        assert_eq!(
            (page.elements("Prefix"), page.element("NextKeyMarker").as_deref()),
            (vec!["a/".into(), String::new()], Some("a/"))
        );
        let page = client.call("GET", "/bucket?delimiter=%2F&key-marker=a%2F&uploads=").await.expect(200);
        assert_eq!(page.elements("Key"), ["b", "b", "b", "c d"]);
        let page = client.call("GET", "/bucket?prefix=a%2F&uploads=").await.expect(200);
        assert_eq!(page.elements("Key"), ["a/1", "a/2"]);
        let page = client.call("GET", "/bucket?key-marker=b&uploads=").await.expect(200);
        assert_eq!(
            page.elements("Key"),
            ["c d"],
            "without an id, the page starts after all uploads of the marker"
        );
        assert_eq!(page.element("Initiated").as_deref(), Some("2013-05-24T00:00:00.000Z"));
    }
}

#[tokio::test]
async fn every_key_can_be_uploaded_in_parts() {
    for mut place in places().await {
        let mut keys = crate::keys::odd_keys();
        for key in &keys {
            let upload = Upload::begin(&place.client, key).await;
            let etag = upload.part(1, format!("content of {key}")).await;
            upload.complete(&[(1, &etag)]).await.expect(200);
            // A second upload that stays in progress.
            Upload::begin(&place.client, key).await;
        }
        place.restart();
        for key in &keys {
            let answer =
                place.client.call("GET", &format!("/bucket/{}?partNumber=1", path(key))).await.expect(206);
            assert_eq!(answer.text(), format!("content of {key}"));
        }
        let listed = place.client.call("GET", "/bucket?encoding-type=url&uploads=").await.expect(200);
        keys.sort();
        let found: Vec<String> = listed.elements("Key").iter().map(|key| crate::keys::decode(key)).collect();
        assert_eq!(found, keys);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_completions_return_the_same_result() {
    for place in places().await {
        let upload = Upload::begin(&place.client, "key").await;
        let etag = upload.part(1, content(1, MIB)).await;
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (client, draft) = (place.client.clone(), upload.complete_draft(&[(1, &etag)]));
                tokio::spawn(async move { client.send(draft).await.expect(200).text() })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
    }
}

#[tokio::test]
async fn leftovers_of_an_upload_are_removed_after_a_kill() {
    let mut place = Place::in_folder().await;
    let upload = Upload::begin(&place.client, "key").await;
    upload.part(1, "old").await;
    let folder = place.upload_folder(&upload.id);
    // As if killed between the rename of the new part and the removal of the old one.
    let old = std::fs::read(folder.join("00001-0")).unwrap();
    let etag = upload.part(1, "new").await;
    std::fs::write(folder.join("00001-0"), old).unwrap();
    let kept = upload.leave();
    place.restart();
    assert!(!folder.join("00001-0").exists());
    let upload = Upload::resume(&place.client, kept);
    upload.complete(&[(1, &etag)]).await.expect(200);
    assert_eq!(place.client.call("GET", "/bucket/key").await.text(), "new");
}

#[tokio::test]
async fn an_upload_left_after_its_completion_can_be_completed_or_aborted() {
    let mut place = Place::in_folder().await;
    let upload = Upload::begin(&place.client, "key").await;
    let etag = upload.part(1, "content").await;
    let folder = place.upload_folder(&upload.id);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    let files: Vec<_> = files.iter().map(|file| (file, std::fs::read(file).unwrap())).collect();
    upload.complete(&[(1, &etag)]).await.expect(200);
    // As if killed between the rename of the object and the removal of the upload.
    std::fs::create_dir(&folder).unwrap();
    for (file, bytes) in files {
        std::fs::write(file, bytes).unwrap();
    }
    let kept = upload.leave();
    place.restart();
    let upload = Upload::resume(&place.client, kept);
    upload.complete(&[(1, &etag)]).await.expect(200);
    assert_eq!(place.client.call("GET", "/bucket/key").await.text(), "content");
    assert!(!folder.exists());
    upload.complete(&[(1, &etag)]).await.expect(200);
}

/// Computes checksums with the library that the client uses, not with the server's.
fn independent(algorithm: &str, bytes: &[u8]) -> String {
    use crc_fast::CrcAlgorithm;
    let crc32 = |kind| u32::try_from(crc_fast::checksum(kind, bytes)).unwrap().to_be_bytes().to_vec();
    let sum = match algorithm {
        "CRC32" => crc32(CrcAlgorithm::Crc32IsoHdlc),
        "CRC32C" => crc32(CrcAlgorithm::Crc32Iscsi),
        "CRC64NVME" => crc_fast::checksum(CrcAlgorithm::Crc64Nvme, bytes).to_be_bytes().to_vec(),
        "MD5" => Md5::digest(bytes).to_vec(),
        "SHA1" => sha1::Sha1::digest(bytes).to_vec(),
        "SHA512" => sha2::Sha512::digest(bytes).to_vec(),
        _ => sha2::Sha256::digest(bytes).to_vec(),
    };
    STANDARD.encode(sum)
}
