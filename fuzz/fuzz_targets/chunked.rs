//! `aws-chunked` bodies, signed and unsigned: an independent decoder returns the original content, and the
//! length matches the one computed in advance. The first line selects the mode and the frames of the input;
//! the rest is the body.

#![no_main]

use std::time::UNIX_EPOCH;

use futures_util::stream;
use libfuzzer_sys::fuzz_target;
use windlass::testing::MockTransport;
use windlass::unversioned::signing::{ChunkSigner, ChunkedEncoder, ChunkedLayout, SigningTime};
use windlass::{Body, Credentials};
use windlass_fuzz::{block_on, client, first_line_bytes, number};

fuzz_target!(|input: &[u8]| {
    let (choice, content) = first_line_bytes(input);
    let choice = number(choice);
    let cut = choice / 8 % 300 + 1;
    encoder(content, cut, choice & 1 != 0);
    // The client's chunks have 64 KiB: some bodies must have more than one.
    let long = if choice % 50 == 49 { content.repeat(70_000 / content.len().max(1)) } else { Vec::new() };
    let (content, cut) = if long.is_empty() { (content, cut) } else { (&*long, 10_000 + cut) };
    client_sends(content, cut, choice & 2 != 0, choice & 4 != 0);
});

/// Tests the encoder alone, with chunks of any size.
fn encoder(content: &[u8], cut: usize, signed: bool) {
    let trailers = [("x-amz-checksum-crc32", "AAAAAA==")];
    let mut encoder = if signed {
        let keys = Credentials::new("id", "secret");
        let signer = ChunkSigner::new(&keys, "us-east-1", "s3", SigningTime::new(UNIX_EPOCH), "seed");
        ChunkedEncoder::signed(signer, true)
    } else {
        ChunkedEncoder::unsigned()
    };
    let mut encoded = Vec::new();
    for chunk in content.chunks(cut) {
        encoded.extend_from_slice(encoder.chunk_head(chunk).as_bytes());
        encoded.extend_from_slice(chunk);
        encoded.extend_from_slice(ChunkedEncoder::CHUNK_END);
    }
    encoded.extend_from_slice(encoder.finish(&trailers).as_bytes());
    let layout = ChunkedLayout { chunk_size: cut as u64, signed };
    let lengths: Vec<(&str, usize)> = trailers.iter().map(|(name, value)| (*name, value.len())).collect();
    assert_eq!(layout.encoded_length(content.len() as u64, &lengths), encoded.len() as u64);
    let (decoded, trailer) = decode(&encoded);
    assert_eq!(decoded, content);
    assert!(trailer.starts_with("x-amz-checksum-crc32:AAAAAA==\r\n"), "{trailer}");
}

/// Tests a stream as the client sends it.
fn client_sends(content: &[u8], cut: usize, secure: bool, signed: bool) {
    let transport = MockTransport::new();
    transport.stored();
    let mut builder = client(&transport).payload_signing(signed);
    if !secure {
        builder = builder.endpoint("http://localhost:9000");
    }
    let client = builder.build().expect("a client");
    let pieces: Vec<_> = content.chunks(cut).map(|piece| Ok(piece.to_vec().into())).collect();
    let body = Body::from_stream(stream::iter(pieces)).with_length(content.len() as u64);
    block_on(client.put_object("photos", "k", body).into_future()).expect("an upload");
    let requests = transport.requests();
    let request = &requests[0];
    assert_eq!(request.header("content-length"), request.body.len().to_string());
    if !request.header("x-amz-content-sha256").starts_with("STREAMING-") {
        assert_eq!(request.body, content);
        return;
    }
    assert_eq!(request.header("x-amz-decoded-content-length"), content.len().to_string());
    let (decoded, _) = decode(&request.body);
    assert_eq!(decoded, content);
}

/// Returns the content of a body, and its trailers.
fn decode(mut encoded: &[u8]) -> (Vec<u8>, String) {
    let mut content = Vec::new();
    loop {
        let end = encoded.windows(2).position(|pair| pair == b"\r\n").expect("the head of a chunk");
        let head = std::str::from_utf8(&encoded[..end]).expect("text");
        let size = head.split(';').next().expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size in hexadecimal digits");
        encoded = &encoded[end + 2..];
        if size == 0 {
            return (content, String::from_utf8(encoded.to_vec()).expect("text"));
        }
        content.extend_from_slice(&encoded[..size]);
        assert_eq!(&encoded[size..size + 2], b"\r\n");
        encoded = &encoded[size + 2..];
    }
}
