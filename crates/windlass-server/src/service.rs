//! The path of a request without a socket: operation name, faults, gate, verification and execution through
//! s3s, completion of the response, record.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body as _;
use s3s::service::S3Service;

use crate::body::Body;
use crate::clock::Clock;
use crate::date;
use crate::encode;
use crate::faults::{Action, Faults};
use crate::form::Form;
use crate::gate::{CheckedFrames, Gate};
use crate::operation::{self, Route};
use crate::recorder::{RecordedRequest, Requests};
use crate::refusal::{Code, Refusal};
use crate::response::{self, Address};
use crate::s3::Operations;
use crate::spoiled_body::{Flaw, SpoiledBody};
use crate::target::Target;

/// A server without a listener; it handles requests in process.
///
/// Clones share one server. See the [crate's documentation](crate) for an example.
#[derive(Clone)]
pub struct Service(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) gate: Gate,
    pub(crate) s3: S3Service,
    pub(crate) operations: Operations,
    pub(crate) domains: Vec<String>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) faults: Faults,
    pub(crate) requests: Requests,
    pub(crate) next_id: AtomicU64,
}

/// The connection was reset by an injected fault, without a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConnectionReset;

impl fmt::Display for ConnectionReset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was reset by an injected fault")
    }
}

impl std::error::Error for ConnectionReset {}

impl Service {
    /// Handles one request. S3 errors are responses, too.
    ///
    /// The request has the form it has on the wire: an origin-form or absolute target, a `host` header and a
    /// signature. The response to HEAD has headers that describe a body, and no body.
    ///
    /// # Errors
    ///
    /// [`ConnectionReset`] when a [`Fault`](crate::Fault) resets the connection.
    pub async fn call(&self, request: Request<Body>) -> Result<Response<Body>, ConnectionReset> {
        let (parts, body) = request.into_parts();
        let call = Call::of(&parts, &self.0.domains);
        let answered = self.meet_faults(parts.clone(), body, &call).await;
        self.0.requests.push(RecordedRequest {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            operation: call.operation.map(Cow::into_owned).unwrap_or_default(),
            status: answered.as_ref().ok().map(|response| response.status().as_u16()),
        });
        answered
    }

    /// Returns the fault rules of this server.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// Returns the record of the requests to this server.
    pub fn requests(&self) -> &Requests {
        &self.0.requests
    }

    async fn meet_faults(
        &self,
        parts: Parts,
        body: Body,
        call: &Call,
    ) -> Result<Response<Body>, ConnectionReset> {
        let key = call.target.as_ref().and_then(|target| target.key.as_deref());
        let mut body = body;
        let mut last = None;
        for action in self.0.faults.meet(call.operation.as_deref().unwrap_or_default(), key) {
            match action {
                Action::Delay(duration) => self.0.clock.sleep(duration).await,
                Action::CorruptUpload { at } => body = spoil_upload(&parts, body, at),
                Action::Hang => std::future::pending().await,
                Action::Reset => return Err(ConnectionReset),
                Action::Status { status, code } => {
                    return Ok(self.dress(injected(status, code), &parts, call));
                }
                Action::ErrorIn200 { code } => return Ok(self.dress(injected(200, code), &parts, call)),
                Action::Redirect { region } => {
                    let mut response = injected(301, "PermanentRedirect");
                    if let Ok(region) = HeaderValue::from_str(region) {
                        response.headers_mut().insert("x-amz-bucket-region", region);
                    }
                    return Ok(self.dress(response, &parts, call));
                }
                action => last = Some(action),
            }
        }
        let spoil = |response: Response<Body>, at, flaw| {
            Ok(response.map(|body| Body::stream(SpoiledBody::new(body, at, flaw))))
        };
        let response = self.answer(parts.clone(), body, call).await;
        match last {
            Some(Action::CorruptAnswer { at }) => spoil(response, at, Flaw::Flip),
            Some(Action::CutBody { after }) => spoil(response, after, Flaw::Cut),
            Some(Action::StallBody { after }) => spoil(response, after, Flaw::Stall),
            Some(Action::LoseAnswer) => Err(ConnectionReset),
            Some(Action::StatusAfter { status, code }) => {
                Ok(self.dress(injected(status, code), &parts, call))
            }
            _ => Ok(response),
        }
    }

    async fn answer(&self, parts: Parts, body: Body, call: &Call) -> Response<Body> {
        let original = parts.clone();
        let response = match self.admit(parts, call) {
            Ok((parts, route)) if operation::is_form(&route.operation) => {
                self.post(&parts, body, &route).await.unwrap_or_else(|refusal| response::refusal(&refusal))
            }
            Ok((parts, route)) => self.pass_on(parts, body, route).await,
            Err(refusal) => response::refusal(&refusal),
        };
        self.dress(response, &original, call)
    }

    /// Performs all checks before s3s sees the request.
    fn admit(&self, mut parts: Parts, call: &Call) -> Result<(Parts, Route), Refusal> {
        let (Some(target), Some(query)) = (&call.target, &call.query) else {
            return Err(Code::InvalidURI.into());
        };
        if !call.operation.as_deref().is_some_and(operation::is_form) {
            self.0.gate.admit(&mut parts, query)?;
        }
        match call.operation.as_deref() {
            Some(name) if operation::is_implemented(name) => {
                let route =
                    Route { operation: name.to_owned(), target: target.clone(), query: query.clone() };
                Ok((parts, route))
            }
            Some(name) => Err(Refusal::new(Code::NotImplemented)
                .message(format!("{name} is not implemented by this server"))),
            None => Err(Refusal::new(Code::NotImplemented)
                .message("The request is not an S3 operation known to this server")),
        }
    }

    async fn pass_on(&self, mut parts: Parts, body: Body, route: Route) -> Response<Body> {
        let has_length =
            parts.headers.contains_key(header::CONTENT_LENGTH) || body.size_hint().exact().is_some();
        if operation::has_content(&route.operation) && !has_length {
            return response::refusal(&Code::MissingContentLength.into());
        }
        parts.extensions.insert(route);
        let body = if is_chunked(&parts) { Body::stream(CheckedFrames::new(body)) } else { body };
        match self.0.s3.call(Request::from_parts(parts, body.0)).await {
            Ok(response) => response.map(Body),
            Err(_) => response::refusal(&Code::InternalError.into()),
        }
    }

    /// Handles a form upload, which bypasses s3s.
    async fn post(&self, parts: &Parts, body: Body, route: &Route) -> Result<Response<Body>, Refusal> {
        let bucket = route.target.bucket.as_deref().unwrap_or_default();
        let form = Form::read(&parts.headers, body).await?;
        let sizes = self.0.gate.admit_form(&form.fields, bucket)?;
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let address = format!("http://{host}{}", parts.uri.path().trim_end_matches('/'));
        Ok(self.0.operations.post(bucket, form, sizes, &address).await?.map(Body))
    }

    /// Adds the headers that all S3 responses have.
    fn dress(&self, response: Response<Body>, parts: &Parts, call: &Call) -> Response<Body> {
        let id = response::request_id(self.0.next_id.fetch_add(1, Ordering::Relaxed));
        let address = Address {
            path: parts.uri.path(),
            bucket: call.target.as_ref().and_then(|target| target.bucket.as_deref()),
            key: call.target.as_ref().and_then(|target| target.key.as_deref()),
        };
        let mut response = response::dress(response, &id, &address, parts.method == Method::HEAD);
        let date = date::format_http(date::milliseconds(self.0.clock.now()));
        if let Ok(date) = HeaderValue::try_from(date) {
            response.headers_mut().insert(header::DATE, date);
        }
        response
    }
}

fn injected(status: u16, code: &str) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response::error(status, code, "Injected fault.", &[], HeaderMap::new())
}

fn spoil_upload(parts: &Parts, body: Body, at: u64) -> Body {
    Body::stream(if is_chunked(parts) {
        SpoiledBody::chunked(body, at, Flaw::Flip)
    } else {
        SpoiledBody::new(body, at, Flaw::Flip)
    })
}

/// Whether the body is aws-chunked.
fn is_chunked(parts: &Parts) -> bool {
    let payload = parts.headers.get("x-amz-content-sha256");
    payload.is_some_and(|payload| payload.as_bytes().starts_with(b"STREAMING-"))
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Service").field("domains", &self.0.domains).finish_non_exhaustive()
    }
}

/// The properties of a request. `None` marks targets and queries that cannot be decoded.
struct Call {
    target: Option<Target>,
    query: Option<Vec<(String, String)>>,
    operation: Option<Cow<'static, str>>,
}

impl Call {
    fn of(parts: &Parts, domains: &[String]) -> Self {
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let target = Target::of(host, parts.uri.path(), domains);
        let query = encode::query_pairs(parts.uri.query().unwrap_or_default());
        let operation = match (&target, &query) {
            (Some(target), Some(query)) => operation::name(&parts.method, target, query, &parts.headers),
            _ => None,
        };
        Self { target, query, operation }
    }
}
