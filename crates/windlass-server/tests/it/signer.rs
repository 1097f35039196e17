//! A small independent signer and client, so that the server is not tested with the client it is made for.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Request};
use sha2::{Digest, Sha256};
use windlass_server::{Body, ManualClock, Server, ServerBuilder, Service};

pub(crate) const TIMESTAMP: &str = "20130524T000000Z";
pub(crate) const HOST: &str = "127.0.0.1:9000";

/// Returns the time of [`TIMESTAMP`].
pub(crate) fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(380_376)
}

/// Returns the builder of a server in memory, with a clock at [`TIMESTAMP`].
pub(crate) fn builder() -> (ServerBuilder, ManualClock) {
    let clock = ManualClock::at(moment());
    (Server::builder().memory().clock(clock.clone()), clock)
}

pub(crate) fn client() -> Client {
    Client::new(builder().0.build().unwrap())
}

/// Returns a client with a bucket named `bucket`.
pub(crate) async fn client_with_bucket() -> Client {
    let client = client();
    client.call("PUT", "/bucket").await.expect(200);
    client
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) service: Service,
}

impl Client {
    pub(crate) fn new(service: Service) -> Self {
        Self { service }
    }

    pub(crate) async fn call(&self, method: &str, target: &str) -> Answer {
        self.send(Draft::new(method, target)).await
    }

    pub(crate) async fn put(&self, target: &str, body: impl Into<Bytes>) -> Answer {
        self.send(Draft::new("PUT", target).body(body)).await
    }

    pub(crate) async fn send(&self, draft: Draft) -> Answer {
        let response = self.service.call(draft.signed()).await.expect("no reset is expected");
        let (parts, body) = response.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.bytes().await.unwrap() }
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    #[track_caller]
    pub(crate) fn expect_error(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.element("Code").as_deref()), (status, Some(code)), "{}", self.text());
        assert_eq!(self.element("RequestId").as_deref(), Some(self.header("x-amz-request-id")));
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the raw content of the first element with this name.
    pub(crate) fn element(&self, name: &str) -> Option<String> {
        self.elements(name).into_iter().next()
    }

    pub(crate) fn elements(&self, name: &str) -> Vec<String> {
        let text = self.text();
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        text.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap().to_owned()).collect()
    }
}

/// An unsigned request. The target is not encoded again.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) unsigned: Vec<(String, Vec<u8>)>,
    pub(crate) body: Bytes,
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) region: String,
    pub(crate) timestamp: String,
    /// `None` hashes the body.
    pub(crate) payload: Option<String>,
}

impl Draft {
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: vec![("host".into(), HOST.into())],
            unsigned: Vec::new(),
            body: Bytes::new(),
            id: "windlass".into(),
            secret: "windlass-secret".into(),
            region: "us-east-1".into(),
            timestamp: TIMESTAMP.into(),
            payload: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.retain(|(present, _)| present != name || name != "host");
        self.headers.push((name.into(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn unsigned_header(mut self, name: &str, value: &str) -> Self {
        self.unsigned.push((name.into(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn payload(mut self, payload: &str) -> Self {
        self.payload = Some(payload.into());
        self
    }

    pub(crate) fn scope(&self) -> String {
        format!("{}/{}/s3/aws4_request", &self.timestamp[..8], self.region)
    }

    pub(crate) fn signed(self) -> Request<Body> {
        self.signed_with_seed().0
    }

    /// Returns the signed request and its signature, the seed of chunk signatures.
    pub(crate) fn signed_with_seed(mut self) -> (Request<Body>, String) {
        let payload = self.payload.clone().unwrap_or_else(|| hex(&Sha256::digest(&self.body)));
        self.headers.push(("x-amz-content-sha256".into(), payload.clone().into()));
        self.headers.push(("x-amz-date".into(), self.timestamp.clone().into()));
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut pairs: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
            .collect();
        pairs.sort();
        let (signed, block) = self.canonical_headers();
        let canonical = format!("{}\n{path}\n{}\n{block}\n{signed}\n{payload}", self.method, pairs.join("&"));
        let signature = self.sign(&self.string_to_sign(&canonical));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={signed}, Signature={signature}",
            self.id,
            self.scope()
        );
        self.unsigned.push(("authorization".into(), authorization.into_bytes()));
        (self.into_request(), signature)
    }

    /// Returns the presigned request. The query must be in canonical form.
    pub(crate) fn presigned(mut self, expires: i64) -> Request<Body> {
        let (signed, block) = self.canonical_headers();
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut pairs: Vec<String> =
            query.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        pairs.push("X-Amz-Algorithm=AWS4-HMAC-SHA256".into());
        pairs.push(format!("X-Amz-Credential={}%2F{}", self.id, self.scope().replace('/', "%2F")));
        pairs.push(format!("X-Amz-Date={}", self.timestamp));
        pairs.push(format!("X-Amz-Expires={expires}"));
        pairs.push(format!("X-Amz-SignedHeaders={}", signed.replace(';', "%3B")));
        pairs.sort();
        let query = pairs.join("&");
        let canonical = format!("{}\n{path}\n{query}\n{block}\n{signed}\nUNSIGNED-PAYLOAD", self.method);
        let signature = self.sign(&self.string_to_sign(&canonical));
        self.target = format!("{path}?{query}&X-Amz-Signature={signature}");
        self.into_request()
    }

    pub(crate) fn string_to_sign(&self, canonical: &str) -> String {
        let digest = hex(&Sha256::digest(canonical));
        format!("AWS4-HMAC-SHA256\n{}\n{}\n{digest}", self.timestamp, self.scope())
    }

    pub(crate) fn sign(&self, text: &str) -> String {
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in [&self.timestamp[..8], &self.region, "s3", "aws4_request"] {
            key = hmac(&key, part);
        }
        hex(&hmac(&key, text))
    }

    fn canonical_headers(&self) -> (String, String) {
        let mut headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8(value.clone()).unwrap();
                (name.to_lowercase(), value.split_whitespace().collect::<Vec<_>>().join(" "))
            })
            .collect();
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let block = lines.concat();
        (names.join(";"), block)
    }

    fn into_request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.target);
        for (name, value) in self.headers.iter().chain(&self.unsigned) {
            request = request.header(name, value.as_slice());
        }
        if !self.body.is_empty() || matches!(self.method.as_str(), "PUT" | "POST") {
            request = request.header("content-length", self.body.len());
        }
        request.body(self.body.into()).unwrap()
    }
}

/// Returns a request with a document and its checksum, which S3 requires.
pub(crate) fn checksummed(method: &str, target: &str, document: &str) -> Draft {
    use base64::Engine as _;
    let sum = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(document));
    Draft::new(method, target).body(document.to_owned()).header("x-amz-checksum-sha256", sum)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Percent-encodes a key for a path.
pub(crate) fn path(key: &str) -> String {
    key.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                text.push(byte.into());
            }
            _ => write!(text, "%{byte:02X}").unwrap(),
        }
        text
    })
}
