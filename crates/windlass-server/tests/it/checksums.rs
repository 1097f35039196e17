//! Checksums in headers and trailers, and the aws-chunked bodies that carry them.

use http::Request;
use sha2::{Digest, Sha256};
use windlass_server::Body;

use crate::signer::{Answer, Client, Draft, client_with_bucket, hex};

const CONTENT: &str = "content";
const MD5: &str = "mgNkuembtIDdJeHwKEyFVQ==";

/// Checksums of "content" by independent implementations: awscrt 0.38, and Python's hashlib and xxhash.
const SUMS: [(&str, &str); 10] = [
    ("x-amz-checksum-crc32", "/sUwqQ=="),
    ("x-amz-checksum-crc32c", "Ya91Mw=="),
    ("x-amz-checksum-crc64nvme", "lhVdXyVQTGE="),
    ("x-amz-checksum-sha1", "BA8G/XdAkkeNRQd09bowxdp4rMg="),
    ("x-amz-checksum-sha256", "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M="),
    ("x-amz-checksum-md5", MD5),
    (
        "x-amz-checksum-sha512",
        "stHShbUZnIX5iNA2ScN+RP093gHl1pxQ/vkGUZYvSBEOk0C2DUmkecTAtT9fB9aQaG3YfSSBk3pRLouF7nxhfw==",
    ),
    ("x-amz-checksum-xxhash64", "bFsZGjHFqfw="),
    ("x-amz-checksum-xxhash3", "VfKzGmrPqmQ="),
    ("x-amz-checksum-xxhash128", "kX4SdCdPwZWyei0jiNlWjA=="),
];

fn put() -> Draft {
    Draft::new("PUT", "/bucket/key").body(CONTENT)
}

async fn read(client: &Client) -> Answer {
    client.send(Draft::new("GET", "/bucket/key").header("x-amz-checksum-mode", "ENABLED")).await.expect(200)
}

#[tokio::test]
async fn each_checksum_is_verified_stored_and_returned() {
    let client = client_with_bucket().await;
    for (name, value) in SUMS {
        let answer = client.send(put().header(name, value)).await.expect(200);
        assert_eq!((answer.header(name), answer.header("x-amz-checksum-type")), (value, "FULL_OBJECT"));
        let answer = read(&client).await;
        assert_eq!((answer.header(name), answer.header("x-amz-checksum-type")), (value, "FULL_OBJECT"));
        let plain = client.call("GET", "/bucket/key").await.expect(200);
        assert_eq!(plain.header(name), "", "only on request");

        let wrong = Draft::new("PUT", "/bucket/key").body("other").header(name, value);
        client.send(wrong).await.expect_error(400, "BadDigest");
        client.send(put().header(name, "AAA=")).await.expect_error(400, "InvalidRequest");
        assert_eq!(read(&client).await.text(), CONTENT, "rejected content is not stored");
    }
}

#[tokio::test]
async fn without_a_checksum_the_server_computes_crc64nvme() {
    let client = client_with_bucket().await;
    let answer = client.send(put()).await.expect(200);
    assert_eq!(answer.header("x-amz-checksum-crc64nvme"), SUMS[2].1);
}

#[tokio::test]
async fn a_part_of_an_object_has_no_checksum_of_the_whole() {
    let client = client_with_bucket().await;
    client.send(put().header(SUMS[0].0, SUMS[0].1)).await.expect(200);
    let part = Draft::new("GET", "/bucket/key")
        .header("x-amz-checksum-mode", "ENABLED")
        .header("range", "bytes=0-1");
    let answer = client.send(part).await.expect(206);
    assert_eq!((answer.header(SUMS[0].0), answer.header("x-amz-checksum-type")), ("", ""));
}

#[tokio::test]
async fn contradictory_checksums_are_rejected() {
    let client = client_with_bucket().await;
    let two = put().header(SUMS[0].0, SUMS[0].1).header(SUMS[1].0, SUMS[1].1);
    client.send(two).await.expect_error(400, "InvalidRequest");
    for algorithm in ["CRC32", "SHA256", "CRC16"] {
        let other = put().header("x-amz-sdk-checksum-algorithm", algorithm).header(SUMS[1].0, SUMS[1].1);
        client.send(other).await.expect_error(400, "InvalidRequest");
    }
    client
        .send(put().header("x-amz-sdk-checksum-algorithm", "CRC32"))
        .await
        .expect_error(400, "InvalidRequest");
}

#[tokio::test]
async fn content_md5_is_verified() {
    let client = client_with_bucket().await;
    client.send(put().header("content-md5", MD5)).await.expect(200);
    client.send(put().header("content-md5", "CY9rzUYh03PK3k6DJie09g==")).await.expect_error(400, "BadDigest");
    client.send(put().header("content-md5", "short")).await.expect_error(400, "InvalidDigest");
}

#[tokio::test]
async fn a_copy_keeps_or_replaces_the_checksum_algorithm() {
    let client = client_with_bucket().await;
    client.send(put().header(SUMS[3].0, SUMS[3].1)).await.expect(200);
    let copy = || Draft::new("PUT", "/bucket/copy").header("x-amz-copy-source", "bucket/key");
    let answer = client.send(copy()).await.expect(200);
    assert_eq!(answer.element("ChecksumSHA1").as_deref(), Some(SUMS[3].1));
    for (name, value) in SUMS {
        let algorithm = name.trim_start_matches("x-amz-checksum-").to_uppercase();
        let answer = client.send(copy().header("x-amz-checksum-algorithm", &algorithm)).await.expect(200);
        assert_eq!(answer.element(&format!("Checksum{algorithm}")).as_deref(), Some(value));
        let list = client.call("GET", "/bucket?list-type=2&prefix=copy").await.expect(200);
        assert_eq!(list.element("ChecksumAlgorithm"), Some(algorithm));
    }
    client.send(copy().header("x-amz-checksum-algorithm", "CRC16")).await.expect_error(400, "InvalidRequest");
}

/// Returns a signed aws-chunked body in two chunks, with or without a trailer.
fn chunked(trailer: Option<(&str, &str)>, spoil: fn(String) -> String) -> Request<Body> {
    let mode = if trailer.is_some() {
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
    } else {
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    };
    let mut draft = Draft::new("PUT", "/bucket/key")
        .payload(mode)
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", "7");
    if let Some((name, _)) = trailer {
        draft = draft.header("x-amz-trailer", name);
    }
    let signer = draft.clone();
    let (request, mut previous) = draft.signed_with_seed();
    let mut body = String::new();
    for chunk in ["cont", "ent", ""] {
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{previous}\n{}\n{}",
            signer.timestamp,
            signer.scope(),
            hex(&Sha256::digest("")),
            hex(&Sha256::digest(chunk))
        );
        previous = signer.sign(&text);
        body.push_str(&format!("{:x};chunk-signature={previous}\r\n{chunk}", chunk.len()));
        if !chunk.is_empty() {
            body.push_str("\r\n");
        }
    }
    if let Some((name, value)) = trailer {
        let text = format!(
            "AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{previous}\n{}",
            signer.timestamp,
            signer.scope(),
            hex(&Sha256::digest(format!("{name}:{value}\n")))
        );
        body.push_str(&format!("{name}:{value}\r\nx-amz-trailer-signature:{}\r\n", signer.sign(&text)));
    }
    body.push_str("\r\n");
    with_body(request, spoil(body))
}

fn unsigned_chunked(name: &str, trailer: &str) -> Request<Body> {
    let request = Draft::new("PUT", "/bucket/key")
        .payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .header("content-encoding", "aws-chunked,gzip")
        .header("x-amz-decoded-content-length", "7")
        .header("x-amz-trailer", name)
        .signed();
    with_body(request, format!("7\r\ncontent\r\n0\r\n{trailer}\r\n"))
}

fn with_body(request: Request<Body>, body: String) -> Request<Body> {
    let (mut parts, _) = request.into_parts();
    parts.headers.insert("content-length", body.len().into());
    Request::from_parts(parts, body.into())
}

async fn send(client: &Client, request: Request<Body>) -> Answer {
    let (parts, body) = client.service.call(request).await.unwrap().into_parts();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.bytes().await.unwrap() }
}

#[tokio::test]
async fn signed_chunks_are_decoded_and_verified() {
    let client = client_with_bucket().await;
    send(&client, chunked(None, |body| body)).await.expect(200);
    let answer = read(&client).await;
    assert_eq!((answer.text().as_str(), answer.header("content-encoding")), (CONTENT, ""));
    let spoiled = chunked(None, |body| body.replacen("cont", "cunt", 1));
    send(&client, spoiled).await.expect_error(403, "SignatureDoesNotMatch");
    // After the first chunk, and before the last, empty one.
    for keep in ["4;chunk-signature=", "3;chunk-signature=", "0;chunk-signature="] {
        let (parts, body) = chunked(None, |body| body).into_parts();
        let body = String::from_utf8(body.bytes().await.unwrap().to_vec()).unwrap();
        let end = body.find(keep).unwrap();
        let cut = with_body(Request::from_parts(parts, Body::empty()), body[..end].to_owned());
        send(&client, cut).await.expect_error(400, "IncompleteBody");
    }
    assert_eq!(read(&client).await.text(), CONTENT);
}

#[tokio::test]
async fn signed_trailers_are_verified() {
    let client = client_with_bucket().await;
    let (name, value) = SUMS[0];
    let answer = send(&client, chunked(Some((name, value)), |body| body)).await.expect(200);
    assert_eq!(answer.header(name), value);
    let spoiled = chunked(Some((name, value)), |body| body.replace("/sUwqQ", "/sUwqA"));
    send(&client, spoiled).await.expect_error(403, "SignatureDoesNotMatch");
    let wrong = chunked(Some((name, "AAAAAA==")), |body| body);
    send(&client, wrong).await.expect_error(400, "BadDigest");
}

#[tokio::test]
async fn documents_can_have_trailers() {
    let client = client_with_bucket().await;
    let document = "<Delete><Object><Key>key</Key></Object></Delete>";
    let length = document.len();
    let send_with = async |sum: &str| {
        let request = Draft::new("POST", "/bucket?delete=")
            .payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .header("content-encoding", "aws-chunked")
            .header("x-amz-decoded-content-length", length.to_string())
            .header("x-amz-trailer", "x-amz-checksum-crc32")
            .signed();
        let body = format!("{length:x}\r\n{document}\r\n0\r\nx-amz-checksum-crc32:{sum}\r\n\r\n");
        send(&client, with_body(request, body)).await
    };
    assert_eq!(send_with("+0FcTQ==").await.expect(200).elements("Deleted").len(), 1);
    send_with("AAAAAA==").await.expect_error(400, "BadDigest");
}

#[tokio::test]
async fn unsigned_trailers_are_verified() {
    let client = client_with_bucket().await;
    for (name, value) in SUMS {
        let answer = send(&client, unsigned_chunked(name, &format!("{name}:{value}\r\n"))).await.expect(200);
        assert_eq!(answer.header(name), value);
    }
    let answer = read(&client).await;
    assert_eq!((answer.text().as_str(), answer.header("content-encoding")), (CONTENT, "gzip"));
    let wrong = unsigned_chunked(SUMS[0].0, "x-amz-checksum-crc32:AAAAAA==\r\n");
    send(&client, wrong).await.expect_error(400, "BadDigest");
    let missing = unsigned_chunked(SUMS[0].0, "");
    send(&client, missing).await.expect_error(400, "MalformedTrailerError");
    let unknown = unsigned_chunked("x-amz-meta-late", "x-amz-meta-late:1\r\n");
    send(&client, unknown).await.expect_error(400, "InvalidRequest");
}

/// Returns the same request with another body.
async fn with_text(request: Request<Body>, change: impl FnOnce(String) -> String) -> Request<Body> {
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(body.bytes().await.unwrap().to_vec()).unwrap();
    with_body(Request::from_parts(parts, Body::empty()), change(body))
}

#[tokio::test]
async fn truncated_chunked_bodies_are_rejected() {
    let client = client_with_bucket().await;
    let (name, value) = SUMS[0];
    let trailer = format!("{name}:{value}\r\n");
    let signed = || chunked(Some((name, value)), |body| body);
    let unsigned = || unsigned_chunked(name, &trailer);
    for mark in ["3;chunk-signature=", "0;chunk-signature="] {
        let cut = with_text(signed(), |body| body[..body.find(mark).unwrap()].to_owned()).await;
        send(&client, cut).await.expect_error(400, "IncompleteBody");
    }
    for mark in ["content", "0\r\n"] {
        let cut = with_text(unsigned(), |body| body[..body.find(mark).unwrap() + 3].to_owned()).await;
        let answer = send(&client, cut).await;
        assert!(answer.status == 400, "{mark}: {}", answer.text());
    }
    for mark in ["content", "0\r\n"] {
        let cut = with_text(unsigned(), |body| body[..body.find(mark).unwrap()].to_owned()).await;
        send(&client, cut).await.expect_error(400, "IncompleteBody");
    }
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn chunk_sizes_that_are_not_numbers_are_rejected() {
    let client = client_with_bucket().await;
    let (name, value) = SUMS[0];
    let trailer = format!("{name}:{value}\r\n");
    for (size, other) in [("7\r\n", "7 \r\n"), ("7\r\n", "+7\r\n"), ("7\r\n", "7\n"), ("\n0\r\n", "\n0x\r\n")]
    {
        let spoiled = with_text(unsigned_chunked(name, &trailer), |body| body.replacen(size, other, 1)).await;
        send(&client, spoiled).await.expect_error(400, "InvalidRequest");
    }
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn the_decoded_length_must_match_the_content() {
    let client = client_with_bucket().await;
    let (name, value) = SUMS[0];
    for length in ["6", "8", "70"] {
        let request = Draft::new("PUT", "/bucket/key")
            .payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .header("x-amz-decoded-content-length", length)
            .header("x-amz-trailer", name)
            .signed();
        let body = format!("7\r\ncontent\r\n0\r\n{name}:{value}\r\n\r\n");
        send(&client, with_body(request, body)).await.expect_error(400, "IncompleteBody");
    }
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn undeclared_trailers_are_rejected() {
    let client = client_with_bucket().await;
    let (name, value) = SUMS[0];
    let (other, wrong) = (SUMS[3].0, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let draft = || {
        Draft::new("PUT", "/bucket/key")
            .payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
            .header("x-amz-decoded-content-length", "7")
    };
    let body = |trailers: &str| format!("7\r\ncontent\r\n0\r\n{trailers}\r\n");
    let second = body(&format!("{name}:{value}\r\n{other}:{wrong}\r\n"));
    let announced = draft().header("x-amz-trailer", name).signed();
    send(&client, with_body(announced, second)).await.expect_error(400, "MalformedTrailerError");
    let unannounced = body(&format!("{name}:AAAAAA==\r\n"));
    send(&client, with_body(draft().signed(), unannounced)).await.expect_error(400, "InvalidRequest");
    let of_chunks = chunked(None, |body| {
        format!("{}{name}:AAAAAA==\r\n\r\n", body.strip_suffix("\r\n").unwrap(), name = SUMS[0].0)
    });
    send(&client, of_chunks).await.expect_error(400, "InvalidRequest");
    let both = draft().header("x-amz-trailer", name).header(SUMS[1].0, SUMS[1].1).signed();
    let right = body(&format!("{name}:{value}\r\n"));
    send(&client, with_body(both, right)).await.expect_error(400, "InvalidRequest");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}

#[tokio::test]
async fn a_body_without_a_declared_length_is_rejected() {
    let client = client_with_bucket().await;
    let (name, value) = SUMS[0];
    let draft = Draft::new("PUT", "/bucket/key").header("x-amz-trailer", name);
    let request = draft.payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER").signed();
    let body = format!("7\r\ncontent\r\n0\r\n{name}:{value}\r\n\r\n");
    send(&client, with_body(request, body)).await.expect_error(411, "MissingContentLength");
    let (mut parts, body) = put().payload("UNSIGNED-PAYLOAD").signed().into_parts();
    parts.headers.remove("content-length");
    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(http_body::Frame::data(
        body.bytes().await.unwrap(),
    ))]);
    let request = Request::from_parts(parts, Body::stream(http_body_util::StreamBody::new(pieces)));
    send(&client, request).await.expect_error(411, "MissingContentLength");
    client.call("GET", "/bucket/key").await.expect_error(404, "NoSuchKey");
}
