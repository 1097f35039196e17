//! The server in process, with credentials to sign requests to it.

use std::convert::Infallible;
use std::time::SystemTime;

use futures_util::stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body::Frame;
use http_body_util::StreamBody;
use windlass::Credentials;
use windlass::unversioned::signing::{ChunkSigner, Signable, SigningTime, UNSIGNED_PAYLOAD, sign};
use windlass_server::{Body, Server, Service};

use crate::block_on;

const HOST: &str = "127.0.0.1:9000";
const REGION: &str = "us-east-1";

/// A server in memory with one bucket, `bucket`, and the credentials for it.
pub struct OwnServer {
    service: Service,
    keys: Credentials,
    time: SigningTime,
}

/// A response of the server.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl OwnServer {
    pub fn start() -> Self {
        let service = Server::builder().memory().credentials("id", "secret").build().expect("a server");
        let keys = Credentials::new("id", "secret");
        let this = Self { service, keys, time: SigningTime::new(SystemTime::now()) };
        let created = this.call("PUT", "/bucket", &[], b"").expect("the request is valid");
        assert_eq!(created.status, 200, "{}", String::from_utf8_lossy(&created.body));
        this
    }

    /// Sends a signed request. `None` if HTTP cannot represent it.
    pub fn call(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
        let (_, request) = self.request(method, target, headers)?;
        Some(self.send(request, body, body.len().max(1)))
    }

    /// Signs a request without its body. Returns it with its signature.
    pub fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> Option<(String, Request<()>)> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut signed = vec![("host", HOST), ("x-amz-date", self.time.as_str())];
        signed.extend(headers);
        let hash = headers.iter().find(|(name, _)| *name == "x-amz-content-sha256");
        let payload_hash = hash.map_or(UNSIGNED_PAYLOAD, |(_, value)| *value);
        if hash.is_none() {
            signed.push(("x-amz-content-sha256", payload_hash));
        }
        let signable = Signable { method, path, query, headers: &signed, payload_hash };
        let signature = sign(&signable, &self.keys, REGION, "s3", self.time);
        signed.push(("authorization", &signature.authorization));
        let mut request = Request::builder().method(method).uri(target).body(()).ok()?;
        *request.headers_mut() = header_map(&signed)?;
        Some((signature.signature, request))
    }

    /// Sends a request with its body in frames of this size.
    pub fn send(&self, mut request: Request<()>, body: &[u8], piece: usize) -> Answer {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        let frame = |piece: &[u8]| Ok::<_, Infallible>(Frame::data(piece.to_vec().into()));
        let pieces: Vec<_> = body.chunks(piece).map(frame).collect();
        let body = Body::stream(StreamBody::new(stream::iter(pieces)));
        let answer = block_on(self.service.call(request.map(|()| body))).expect("no fault is set");
        let status = answer.status().as_u16();
        let body = block_on(answer.into_body().bytes()).expect("a response in memory").to_vec();
        Answer { status, body }
    }

    /// Returns a signer for the chunks that follow a request with this signature.
    pub fn chunk_signer(&self, seed: &str) -> ChunkSigner {
        ChunkSigner::new(&self.keys, REGION, "s3", self.time, seed)
    }
}

fn header_map(headers: &[(&str, &str)]) -> Option<HeaderMap> {
    let pair = |(name, value): &(&str, &str)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?))
    };
    headers.iter().map(pair).collect()
}
