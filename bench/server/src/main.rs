//! An S3 endpoint with minimal cost, so that measurements show the cost of the client:
//!
//!   `null-server [--listen HOST:PORT] [--tls CERTIFICATE_OUT.pem]`
//!
//! Prints its address. It verifies and stores nothing. Object `obj-SIZE...` of any bucket has SIZE bytes
//! (KiB, MiB, GiB) of `x`; responses with a whole object have its CRC64NVME if `x-amz-checksum-mode` is set.
//! Bucket `list-N` has N keys. Uploads are read and discarded, in one request or in parts.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use base64::Engine as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const CHUNK: usize = 256 << 10;
const ETAG: &str = "9b2cf535f27731c974343645a3985328";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NAMESPACE: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn main() {
    let (mut listen, mut certificate) = ("127.0.0.1:0".to_owned(), None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        match (name.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            ("--tls", Some(path)) => certificate = Some(path),
            _ => {
                eprintln!("usage: null-server [--listen HOST:PORT] [--tls CERTIFICATE_OUT.pem]");
                std::process::exit(2);
            }
        }
    }
    let acceptor = certificate.map(|path| tls(&path));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind(&listen).await.expect("an address to listen on");
        println!("{}", listener.local_addr().expect("an address"));
        let server = Arc::new(Server { chunk: Bytes::from(vec![b'x'; CHUNK]), checksums: Mutex::default() });
        loop {
            let Ok((socket, _)) = listener.accept().await else { continue };
            let _ = socket.set_nodelay(true);
            let (server, acceptor) = (server.clone(), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    None => serve(server, socket).await,
                    Some(acceptor) => {
                        if let Ok(stream) = acceptor.accept(socket).await {
                            serve(server, stream).await;
                        }
                    }
                }
            });
        }
    });
}

fn tls(certificate_out: &str) -> TlsAcceptor {
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
    std::fs::write(certificate_out, made.cert.pem()).expect("a place for the certificate");
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| {
            config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key.into())
        })
        .expect("a configuration");
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(server: Arc<Server>, socket: impl AsyncRead + AsyncWrite + Unpin + Send) {
    let service = service_fn(|request| {
        let server = server.clone();
        async move { Ok::<_, Infallible>(server.answer(request).await) }
    });
    // Errors of a connection do not matter here.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

struct Server {
    chunk: Bytes,
    /// By size.
    checksums: Mutex<HashMap<u64, HeaderValue>>,
}

impl Server {
    async fn answer(&self, request: Request<Incoming>) -> Response<Content> {
        let (head, mut body) = request.into_parts();
        while let Some(Ok(_)) = body.frame().await {}
        let path = head.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let parameter = |name: &str| {
            let pairs = head.uri.query().unwrap_or_default().split('&');
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v)
        };
        match head.method {
            Method::GET if key.is_empty() => list(bucket, parameter("continuation-token")),
            Method::GET | Method::HEAD => match size_of(key) {
                Some(size) => self.object(size, &head.method, &head.headers),
                None => respond(
                    StatusCode::NOT_FOUND,
                    Content::whole(format!("{XML}<Error><Code>NoSuchKey</Code></Error>")),
                ),
            },
            Method::POST if parameter("uploads").is_some() => xml(format!(
                "{XML}<InitiateMultipartUploadResult {NAMESPACE}><Bucket>{bucket}</Bucket><Key>{key}</Key>\
                 <UploadId>1</UploadId></InitiateMultipartUploadResult>"
            )),
            Method::POST => xml(format!(
                "{XML}<CompleteMultipartUploadResult {NAMESPACE}><Bucket>{bucket}</Bucket><Key>{key}</Key>\
                 <ETag>&quot;{ETAG}-1&quot;</ETag></CompleteMultipartUploadResult>"
            )),
            _ => respond(StatusCode::OK, Content::whole("")),
        }
    }

    fn object(&self, size: u64, method: &Method, headers: &HeaderMap) -> Response<Content> {
        let range = headers.get(header::RANGE).and_then(|range| range_of(range, size));
        let (first, end) = range.unwrap_or((0, size));
        let content = Content::Same { chunk: self.chunk.clone(), left: end - first };
        let mut response = respond(StatusCode::OK, content);
        let told = response.headers_mut();
        told.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        told.insert(header::CONTENT_TYPE, HeaderValue::from_static("binary/octet-stream"));
        told.insert(header::LAST_MODIFIED, HeaderValue::from_static("Sun, 01 Nov 2026 12:34:56 GMT"));
        if range.is_some() {
            let range = format!("bytes {first}-{}/{size}", end - 1);
            told.insert(header::CONTENT_RANGE, HeaderValue::try_from(range).expect("digits"));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        } else if headers.contains_key("x-amz-checksum-mode") {
            told.insert("x-amz-checksum-crc64nvme", self.checksum(size));
            told.insert("x-amz-checksum-type", HeaderValue::from_static("FULL_OBJECT"));
        }
        if *method == Method::HEAD {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(end - first));
            *response.body_mut() = Content::whole("");
        }
        response
    }

    fn checksum(&self, size: u64) -> HeaderValue {
        let compute = || {
            let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
            let mut left = size;
            while left > 0 {
                let chunk = &self.chunk[..left.min(CHUNK as u64) as usize];
                digest.update(chunk);
                left -= chunk.len() as u64;
            }
            let value = base64::engine::general_purpose::STANDARD.encode(digest.finalize().to_be_bytes());
            HeaderValue::try_from(value).expect("base64")
        };
        self.checksums.lock().expect("no panic under the lock").entry(size).or_insert_with(compute).clone()
    }
}

fn respond(status: StatusCode, content: Content) -> Response<Content> {
    let mut response = Response::new(content);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let id = "Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7/C1NPcfTWAtRPfTaOFg==";
    headers.insert("x-amz-id-2", HeaderValue::from_static(id));
    headers.insert("x-amz-request-id", HeaderValue::from_static("656C76696E6727732072657175657374"));
    headers.insert(header::ETAG, HeaderValue::from_static("\"9b2cf535f27731c974343645a3985328\""));
    headers.insert(header::SERVER, HeaderValue::from_static("AmazonS3"));
    response
}

fn xml(text: String) -> Response<Content> {
    let mut response = respond(StatusCode::OK, Content::whole(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// Returns a page of a bucket whose name contains the number of keys. A token is the number of the next key.
fn list(bucket: &str, token: Option<&str>) -> Response<Content> {
    let keys: u64 = bucket.strip_prefix("list-").and_then(|keys| keys.parse().ok()).unwrap_or(0);
    let first = token.and_then(|token| token.parse().ok()).unwrap_or(0);
    let end = keys.min(first + 1000);
    let count = end.saturating_sub(first);
    let mut page = format!("{XML}<ListBucketResult {NAMESPACE}><Name>{bucket}</Name><Prefix></Prefix>");
    if end < keys {
        let _ = write!(page, "<NextContinuationToken>{end}</NextContinuationToken>");
    }
    let _ = write!(
        page,
        "<KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>\
         <IsTruncated>{}</IsTruncated>",
        end < keys
    );
    for number in first..end {
        let _ = write!(
            page,
            "<Contents><Key>data/2026-11-23/part-{number:010}.snappy.parquet</Key>\
             <LastModified>2026-11-01T12:34:56.000Z</LastModified><ETag>&quot;{ETAG}&quot;</ETag>\
             <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>\
             <Size>4096</Size><StorageClass>STANDARD</StorageClass></Contents>"
        );
    }
    page.push_str("</ListBucketResult>");
    xml(page)
}

/// Returns the size in the name of a key.
fn size_of(key: &str) -> Option<u64> {
    let size = key.strip_prefix("obj-")?;
    let digits = size.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = size.split_at(digits);
    let shift = match rest.get(..3) {
        Some("KiB") => 10,
        Some("MiB") => 20,
        Some("GiB") => 30,
        _ => 0,
    };
    Some(number.parse::<u64>().ok()? << shift)
}

/// Parses `bytes=FIRST-LAST` and `bytes=FIRST-` as a half-open range.
fn range_of(range: &HeaderValue, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok().filter(|first| *first < size)?;
    Some((first, last.parse().map_or(size, |last: u64| size.min(last + 1))))
}

enum Content {
    Whole(Bytes),
    /// A repeated chunk, up to this many bytes.
    Same {
        chunk: Bytes,
        left: u64,
    },
}

impl Content {
    fn whole(text: impl Into<Bytes>) -> Self {
        Self::Whole(text.into())
    }

    fn left(&self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Same { left, .. } => *left,
        }
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = match &mut *self {
            Self::Whole(bytes) => std::mem::take(bytes),
            Self::Same { chunk, left } => {
                let data = chunk.slice(..(*left).min(CHUNK as u64) as usize);
                *left -= data.len() as u64;
                data
            }
        };
        Poll::Ready((!data.is_empty()).then_some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left())
    }
}
