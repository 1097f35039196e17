//! A scripted transport that records requests.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::ports::{
    BoxFuture, HttpBody, HttpRequest, HttpResponse, HttpTransport, TransportError, TransportErrorKind,
    TransportHints,
};

/// Responds from a script, in order. After the end of the script, requests fail with an error that is not
/// retried. Clones share the script.
#[derive(Clone, Default)]
pub struct MockTransport(Arc<Mutex<Script>>);

#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    repeat_last: bool,
    requests: Vec<RecordedRequest>,
}

/// One step of the script.
#[derive(Clone)]
enum Step {
    Answer {
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        breaks: Option<TransportErrorKind>,
        unread: bool,
    },
    Fail {
        kind: TransportErrorKind,
        stale: bool,
    },
    Hang,
}

/// A request that was sent to the transport.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The HTTP method.
    pub method: String,
    /// The URL, including the signature.
    pub url: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body. Empty if it was not read.
    pub body: Bytes,
    /// The transport hints of the request.
    pub hints: TransportHints,
}

impl RecordedRequest {
    /// Returns a header as text. Empty if it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl MockTransport {
    /// Creates a transport with an empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a response with a status and a body.
    pub fn response(&self, status: u16, body: impl Into<Bytes>) -> &Self {
        self.reply_with(status, &[], body)
    }

    /// Adds a response with a status, headers and a body.
    ///
    /// # Panics
    /// If the status or a header is invalid.
    #[expect(clippy::expect_used, reason = "an invalid response in a script is a bug in the test")]
    pub fn reply_with(&self, status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> &Self {
        let headers = headers.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().expect("a header name");
            (name, HeaderValue::from_bytes(value.as_bytes()).expect("a header value"))
        });
        // `collect` would keep only the last of several values of one name.
        let mut all = HeaderMap::new();
        headers.for_each(|(name, value)| {
            all.append(name, value);
        });
        let status = StatusCode::from_u16(status).expect("an HTTP status");
        self.push(Step::Answer { status, headers: all, body: body.into(), breaks: None, unread: false })
    }

    /// Adds the response of S3 to a successful write: status 200 and an `ETag`.
    pub fn stored(&self) -> &Self {
        self.reply_with(200, &[("etag", "\"e\"")], "")
    }

    /// Makes the body of the last response end with an error.
    pub fn then_break(&self, kind: TransportErrorKind) -> &Self {
        if let Some(Step::Answer { breaks, .. }) = self.script().steps.back_mut() {
            *breaks = Some(kind);
        }
        self
    }

    /// Makes the last response arrive before the body of the request is read.
    pub fn without_reading(&self) -> &Self {
        if let Some(Step::Answer { unread, .. }) = self.script().steps.back_mut() {
            *unread = true;
        }
        self
    }

    /// Adds a failure without a response.
    pub fn fail(&self, kind: TransportErrorKind) -> &Self {
        self.push(Step::Fail { kind, stale: false })
    }

    /// Adds the failure of a pooled connection that the peer has closed.
    pub fn fail_stale(&self) -> &Self {
        self.push(Step::Fail { kind: TransportErrorKind::Interrupted, stale: true })
    }

    /// Adds a request without a response, which hangs.
    pub fn hang(&self) -> &Self {
        self.push(Step::Hang)
    }

    /// Repeats the last step of the script forever.
    pub fn repeat_last(&self) -> &Self {
        self.script().repeat_last = true;
        self
    }

    /// Returns the requests so far.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.script().requests.clone()
    }

    fn push(&self, step: Step) -> &Self {
        self.script().steps.push_back(step);
        self
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_step(&self) -> Option<Step> {
        let mut script = self.script();
        if script.repeat_last && script.steps.len() == 1 {
            return script.steps.front().cloned();
        }
        script.steps.pop_front()
    }
}

impl HttpTransport for MockTransport {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            let url = request.url();
            let HttpRequest { method, headers, body, hints, .. } = request;
            let step = self.next_step();
            let unread = matches!(&step, Some(Step::Answer { unread: true, .. }));
            let body = if unread { Bytes::new() } else { collect(body).await? };
            let method = method.to_string();
            let request = RecordedRequest { method, url, headers, body, hints };
            self.script().requests.push(request);
            match step {
                None => Err(TransportError::new(TransportErrorKind::Unsendable, "the script has ended")),
                Some(Step::Hang) => std::future::pending().await,
                Some(Step::Fail { kind, stale }) => {
                    Err(TransportError::new(kind, "scripted failure").with_stale_connection(stale))
                }
                Some(Step::Answer { status, headers, body, breaks, .. }) => {
                    let mut response = HttpResponse::from_bytes(status, headers, body);
                    if let Some(kind) = breaks {
                        let end = async move { Err(TransportError::new(kind, "scripted break")) };
                        response.body = Box::pin(response.body.chain(futures_util::stream::once(end)));
                    }
                    Ok(response)
                }
            }
        })
    }
}

async fn collect(body: HttpBody) -> Result<Bytes, TransportError> {
    match body {
        HttpBody::Bytes(bytes) => Ok(bytes),
        HttpBody::Stream { mut stream, .. } => {
            let mut all = BytesMut::new();
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(|error| TransportError::new(TransportErrorKind::Body, error))?;
                all.extend_from_slice(&chunk);
            }
            Ok(all.freeze())
        }
    }
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let script = self.script();
        write!(f, "MockTransport({} steps left, {} requests)", script.steps.len(), script.requests.len())
    }
}
