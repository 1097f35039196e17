//! The server's decoder of `aws-chunked` bodies: it stores the framed content, and stores nothing if it
//! rejects the body. The first line selects the body: unsigned, as in the input, or signed and then corrupted
//! in one byte; the size of the frames; and the declared length.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;
use windlass::unversioned::signing::{
    ChunkedEncoder, STREAMING_PAYLOAD_TRAILER, STREAMING_UNSIGNED_PAYLOAD_TRAILER,
};
use windlass_fuzz::server::OwnServer;
use windlass_fuzz::{first_line_bytes, number};

const TRAILER: &str = "x-amz-checksum-crc32";

fuzz_target!(|input: &[u8]| {
    let (choice, rest) = first_line_bytes(input);
    let choice = number(choice);
    let piece = choice / 2 % 64 + 1;
    if choice & 1 == 0 { unsigned(rest, piece, choice / 128 % 64) } else { signed(rest, piece, choice / 128) }
});

/// The input provides the framing.
fn unsigned(body: &[u8], piece: usize, length: usize) {
    let server = OwnServer::start();
    let length = length.to_string();
    let headers = [
        ("content-encoding", "aws-chunked"),
        ("x-amz-content-sha256", STREAMING_UNSIGNED_PAYLOAD_TRAILER),
        ("x-amz-decoded-content-length", &length),
        ("x-amz-trailer", TRAILER),
    ];
    let (_, request) = server.request("PUT", "/bucket/k", &headers).expect("a request");
    let answer = server.send(request, body, piece);
    check(&server, answer.status, decoded(body).filter(|content| content.len().to_string() == length));
}

/// Valid framing, optionally with one corrupted byte.
fn signed(content: &[u8], piece: usize, spoiled: usize) {
    let server = OwnServer::start();
    let length = content.len().to_string();
    let headers = [
        ("content-encoding", "aws-chunked"),
        ("x-amz-content-sha256", STREAMING_PAYLOAD_TRAILER),
        ("x-amz-decoded-content-length", &length),
        ("x-amz-trailer", TRAILER),
    ];
    let (seed, request) = server.request("PUT", "/bucket/k", &headers).expect("a request");
    let mut encoder = ChunkedEncoder::signed(server.chunk_signer(&seed), true);
    let checksum = Checksum::of(&ChecksumAlgorithm::Crc32, content).expect("a supported algorithm");
    let mut body = Vec::new();
    for chunk in content.chunks(piece) {
        body.extend_from_slice(encoder.chunk_head(chunk).as_bytes());
        body.extend_from_slice(chunk);
        body.extend_from_slice(ChunkedEncoder::CHUNK_END);
    }
    body.extend_from_slice(encoder.finish(&[(TRAILER, &checksum)]).as_bytes());
    let whole = body.clone();
    if spoiled > 0 {
        let at = spoiled / 256 % body.len();
        body[at] ^= (spoiled % 256) as u8;
    }
    let answer = server.send(request, &body, piece);
    if body == whole {
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
    check(&server, answer.status, (answer.status == 200).then(|| content.to_vec()));
}

/// Checks that an accepted object has the sent content, and that a rejected one does not exist.
fn check(server: &OwnServer, status: u16, content: Option<Vec<u8>>) {
    assert!(matches!(status, 200 | 400 | 403), "status {status}");
    let kept = server.call("GET", "/bucket/k", &[], b"").expect("a request");
    if status == 200 {
        assert_eq!(Some(kept.body), content);
    } else {
        assert_eq!(kept.status, 404);
    }
}

/// Returns the content of the body if its framing is valid.
fn decoded(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let end = body.windows(2).position(|pair| pair == b"\r\n")?;
        let size = std::str::from_utf8(&body[..end]).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        body = &body[end + 2..];
        if size == 0 {
            return Some(content);
        }
        content.extend_from_slice(body.get(..size)?);
        body = body[size..].strip_prefix(b"\r\n")?;
    }
}
