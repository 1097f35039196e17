//! A byte flipped in transit is detected in every transfer mode, in both directions, against the strict
//! server of this workspace.

use std::io;
use std::sync::LazyLock;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use windlass::adapters::http_client::{HttpClient, HttpClientSettings};
use windlass::config::ServiceProfile;
use windlass::ports::{BoxFuture, HttpBody, HttpRequest, HttpResponse, HttpTransport, TransportError};
use windlass::types::ChecksumAlgorithm;
use windlass::{Body, Client, ClientBuilder, Credentials, ErrorKind};
use windlass_server::Server;

const ALGORITHMS: [&str; 10] =
    ["CRC32", "CRC32C", "CRC64NVME", "MD5", "SHA1", "SHA256", "SHA512", "XXHASH128", "XXHASH3", "XXHASH64"];

/// More than one chunk in every mode.
pub(crate) const LENGTH: usize = 1_300_000;

/// An offset in the middle of the content in every mode.
const FLIPPED_OFFSET: usize = 600_000;

/// A transport that flips one bit.
#[derive(Debug)]
pub(crate) struct Flipping {
    inner: HttpClient,
    way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Neither,
    Up,
    Down,
}

impl Flipping {
    /// Flips a bit of uploads through `inner`.
    pub(crate) fn up(inner: HttpClient) -> Self {
        Self { inner, way: Way::Up }
    }
}

impl HttpTransport for Flipping {
    fn send(&self, mut request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            if self.way == Way::Up {
                request.body = match request.body {
                    HttpBody::Bytes(bytes) => HttpBody::Bytes(flip(bytes, &mut 0)),
                    HttpBody::Stream { length, stream } => {
                        let mut passed = 0;
                        let flipped = stream
                            .map(move |chunk: io::Result<Bytes>| chunk.map(|chunk| flip(chunk, &mut passed)));
                        HttpBody::Stream { length, stream: Box::pin(flipped) }
                    }
                };
            }
            let mut response = self.inner.send(request).await?;
            if self.way == Way::Down {
                let mut passed = 0;
                response.body =
                    Box::pin(response.body.map(move |chunk| chunk.map(|chunk| flip(chunk, &mut passed))));
            }
            Ok(response)
        })
    }
}

/// Flips the byte at [`FLIPPED_OFFSET`] if it is in this chunk, which starts at offset `passed`.
fn flip(chunk: Bytes, passed: &mut usize) -> Bytes {
    let begins = *passed;
    *passed += chunk.len();
    if !(begins..*passed).contains(&FLIPPED_OFFSET) {
        return chunk;
    }
    let mut changed = BytesMut::from(&chunk[..]);
    changed[FLIPPED_OFFSET - begins] ^= 1;
    changed.freeze()
}

/// Created once, because an unoptimized build takes as long to create it as to send it.
static CONTENT: LazyLock<Bytes> =
    LazyLock::new(|| (0..LENGTH).map(|index| index.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect());

pub(crate) fn content() -> Bytes {
    CONTENT.clone()
}

fn client(server: &Server, way: Way) -> ClientBuilder {
    let inner = HttpClient::new(HttpClientSettings::default()).unwrap();
    Client::builder()
        .region("us-east-1")
        .endpoint(server.endpoint())
        .credentials(Credentials::new("id", "secret"))
        .transport(Flipping { inner, way })
}

/// The kinds of bodies.
const SOURCES: [&str; 3] = ["memory", "factory", "stream"];

fn body(source: &str) -> Body {
    let length = LENGTH as u64;
    match source {
        "memory" => content().into(),
        "factory" => Body::replayable(length, || async { Ok(futures_util::stream::iter([Ok(content())])) }),
        _ => Body::from_reader(io::Cursor::new(content())).with_length(length),
    }
}

/// A service that supports trailers.
const WITH_TRAILERS: &str = "windlass";

/// A service that does not support trailers.
const WITHOUT_TRAILERS: &str = "ceph";

#[tokio::test]
async fn a_flipped_byte_of_signed_content_is_detected_with_trailers() {
    detects_flipped_bytes_of_uploads(WITH_TRAILERS, true).await;
}

#[tokio::test]
async fn a_flipped_byte_of_unsigned_content_is_detected_with_trailers() {
    detects_flipped_bytes_of_uploads(WITH_TRAILERS, false).await;
}

#[tokio::test]
async fn a_flipped_byte_of_signed_content_is_detected_without_trailers() {
    detects_flipped_bytes_of_uploads(WITHOUT_TRAILERS, true).await;
}

#[tokio::test]
async fn a_flipped_byte_of_unsigned_content_is_detected_without_trailers() {
    detects_flipped_bytes_of_uploads(WITHOUT_TRAILERS, false).await;
}

async fn detects_flipped_bytes_of_uploads(service: &str, signs_content: bool) {
    let server = Server::builder().memory().credentials("id", "secret").start().await.unwrap();
    client(&server, Way::Neither).build().unwrap().create_bucket("photos").await.unwrap();
    for algorithm in ALGORITHMS {
        for source in SOURCES {
            let mode = format!("{service} {signs_content} {algorithm} {source}");
            let put = async |way| {
                let client = client(&server, way)
                    .service_profile(ServiceProfile::named(service).unwrap())
                    .payload_signing(signs_content)
                    .checksum_algorithm(algorithm)
                    .build()
                    .unwrap();
                client.put_object("photos", "k", body(source)).await
            };
            put(Way::Neither).await.unwrap_or_else(|error| panic!("{mode}: {error}"));
            let error = put(Way::Up).await.err().unwrap_or_else(|| panic!("{mode}"));
            let codes = ["BadDigest", "XAmzContentSHA256Mismatch", "SignatureDoesNotMatch"];
            assert!(codes.contains(&error.code().unwrap_or_default()), "{mode}: {error}");
            assert_eq!((error.bucket(), error.key()), (Some("photos"), Some("k")), "{mode}");
        }
    }
}

#[tokio::test]
async fn a_flipped_byte_of_a_download_is_detected() {
    let server = Server::builder().memory().credentials("id", "secret").start().await.unwrap();
    let sound = client(&server, Way::Neither).build().unwrap();
    sound.create_bucket("photos").await.unwrap();
    let flipped = client(&server, Way::Down).build().unwrap();
    for algorithm in ALGORITHMS {
        sound.put_object("photos", "k", content()).checksum_algorithm(algorithm).await.unwrap();
        let read = sound.get_object("photos", "k").await.unwrap().body.bytes().await.unwrap();
        assert!(read == content(), "{algorithm}");
        for range in [None, Some(0..LENGTH as u64)] {
            let get = flipped.get_object("photos", "k");
            let get = match range.clone() {
                None => get,
                Some(range) => get.range(range),
            };
            let error = get.await.unwrap().body.bytes().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ChecksumMismatch, "{algorithm} {range:?}");
            assert!(error.message().contains(algorithm), "{error}");
            assert_eq!((error.bucket(), error.key()), (Some("photos"), Some("k")));
        }
    }
    assert!(
        ALGORITHMS.iter().all(|name| !matches!(ChecksumAlgorithm::from(*name), ChecksumAlgorithm::Other(_)))
    );
}

/// Two parts, of 5 and 1 MiB.
static PARTS: LazyLock<Bytes> = LazyLock::new(|| {
    let mut all = content().to_vec();
    all.resize(6 << 20, 7);
    all.into()
});

fn parts() -> Bytes {
    PARTS.clone()
}

#[tokio::test]
async fn a_flipped_byte_of_a_part_from_memory_is_detected() {
    detects_flipped_bytes_of_parts(|| parts().into()).await;
}

#[tokio::test]
async fn a_flipped_byte_of_a_part_of_a_stream_is_detected() {
    detects_flipped_bytes_of_parts(|| Body::from_reader(io::Cursor::new(parts()))).await;
}

async fn detects_flipped_bytes_of_parts(body: impl Fn() -> Body) {
    let server = Server::builder().memory().credentials("id", "secret").start().await.unwrap();
    let sound = client(&server, Way::Neither).build().unwrap();
    sound.create_bucket("films").await.unwrap();
    for algorithm in ALGORITHMS {
        let upload = |way| {
            let client = client(&server, way)
                .service_profile(ServiceProfile::named("windlass").unwrap())
                .payload_signing(false)
                .checksum_algorithm(algorithm)
                .build()
                .unwrap();
            client.upload("films", "k", body()).part_size(5 << 20)
        };
        let output = upload(Way::Neither).await.unwrap_or_else(|error| panic!("{algorithm}: {error}"));
        assert_eq!(output.parts, 2, "{algorithm}");
        let error = upload(Way::Up).await.err().unwrap_or_else(|| panic!("{algorithm}"));
        assert_eq!(error.code(), Some("BadDigest"), "{algorithm}: {error}");
        assert!(error.message().contains("in part"), "{algorithm}: {error}");
        assert_eq!((error.bucket(), error.key()), (Some("films"), Some("k")), "{algorithm}");
    }
    let uploads = sound.list_multipart_uploads("films").await.unwrap();
    assert!(uploads.uploads.is_empty(), "{:?}", uploads.uploads);
}

#[tokio::test]
async fn a_flipped_byte_of_a_downloaded_part_is_detected() {
    let server = Server::builder().memory().credentials("id", "secret").start().await.unwrap();
    let sound = client(&server, Way::Neither).build().unwrap();
    sound.create_bucket("films").await.unwrap();
    let flipped = client(&server, Way::Down).build().unwrap();
    for algorithm in ALGORITHMS {
        let put = sound.put_object("films", "k", parts()).checksum_algorithm(algorithm);
        put.in_parts().part_size(5 << 20).await.unwrap();
        let read = async |client: &Client| {
            let object = client.get_object("films", "k").verify_parts().await?;
            assert!(object.body.is_verified(), "{algorithm}");
            object.body.bytes().await
        };
        assert!(read(&sound).await.unwrap() == parts(), "{algorithm}");
        let error = read(&flipped).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ChecksumMismatch, "{algorithm}");
        assert!(error.message().contains(algorithm), "{error}");
        // A composite checksum identifies the part, a full-object checksum only the object.
        assert_eq!(error.message().contains("part 1, bytes 0 to"), !algorithm.starts_with("CRC"), "{error}");
        assert_eq!((error.bucket(), error.key()), (Some("films"), Some("k")));
    }
}
