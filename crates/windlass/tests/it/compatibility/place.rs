//! Where a probe runs: one server, reached in one way, and a bucket there; and what a probe finds.

use std::fmt::Debug;

use http::{HeaderMap, HeaderValue, Method};
use windlass::adapters::http_client::{HttpClient, HttpClientSettings};
use windlass::config::ServiceProfile;
use windlass::operations::PutObjectOutput;
use windlass::ports::{HttpBody, HttpRequest, HttpTransport, Origin};
use windlass::{Body, Client, ClientBuilder, Credentials, Error, ErrorKind};

use crate::real_servers::{RealServer, unique};

/// How a client reaches a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Over http, told which service this is.
    Named,
    /// Over https, and the endpoint is all it knows: what users have first.
    Unnamed,
}

impl Way {
    pub(super) const ALL: [Self; 2] = [Self::Named, Self::Unnamed];
}

pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) client: Client,
    pub(super) server: RealServer,
    way: Way,
}

impl Place {
    /// A new bucket on `server`.
    pub(super) async fn new(server: RealServer, way: Way, group: &str) -> Self {
        let bucket = unique(&format!("{group}-{way:?}").to_lowercase());
        let client = builder(&server, way).build().unwrap();
        client.create_bucket(&bucket).await.unwrap();
        Self { bucket, client, server, way }
    }

    /// Settings for a client of the same kind as the place's own.
    pub(super) fn builder(&self) -> ClientBuilder {
        builder(&self.server, self.way)
    }

    /// The same settings for a client with a transport of its own.
    pub(super) fn builder_over(&self, transport: impl HttpTransport + 'static) -> ClientBuilder {
        builder_without_transport(&self.server, self.way).transport(transport)
    }

    pub(super) async fn put(&self, key: &str, content: impl Into<Body>) -> Result<PutObjectOutput, Error> {
        self.client.put_object(&self.bucket, key, content).await
    }

    pub(super) async fn text(&self, key: &str) -> Result<String, Error> {
        self.client.get_object(&self.bucket, key).await?.body.text().await
    }

    /// Whether the object is there.
    pub(super) async fn has(&self, key: &str) -> Result<bool, Error> {
        match self.client.head_object(&self.bucket, key).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends a request that anybody could send, and gives the answer's status and text.
    pub(super) async fn send_plainly(
        &self,
        method: &Method,
        url: &str,
        headers: &HeaderMap,
        body: impl Into<bytes::Bytes>,
    ) -> (u16, String) {
        let mut settings = HttpClientSettings::default();
        settings.ca_bundle = self.server.ca_bundle.as_ref().map(|path| std::fs::read(path).unwrap());
        let transport = HttpClient::new(settings).unwrap();
        let (scheme, rest) = url.split_once("://").unwrap();
        let (authority, path_and_query) = rest.split_at(rest.find('/').unwrap());
        let mut headers = headers.clone();
        headers.insert("host", HeaderValue::from_str(authority).unwrap());
        let origin = Origin { secure: scheme == "https", authority: authority.into() };
        let body = HttpBody::Bytes(body.into());
        let request = HttpRequest::new(method.clone(), origin, path_and_query, headers, body);
        let mut answer = transport.send(request).await.unwrap();
        let mut text = Vec::new();
        while let Some(chunk) = futures_util::StreamExt::next(&mut answer.body).await {
            text.extend_from_slice(&chunk.unwrap());
        }
        (answer.status.as_u16(), String::from_utf8_lossy(&text).into_owned())
    }
}

fn builder(server: &RealServer, way: Way) -> ClientBuilder {
    let builder = builder_without_transport(server, way);
    match &server.ca_bundle {
        Some(path) => builder.ca_bundle(path),
        None => builder,
    }
}

/// The CA bundle is a setting of the transport.
fn builder_without_transport(server: &RealServer, way: Way) -> ClientBuilder {
    let builder = Client::builder()
        .region(&server.region)
        .credentials(Credentials::new(&server.access_key, &server.secret_key));
    match way {
        Way::Named => {
            builder.endpoint(&server.endpoint).service_profile(ServiceProfile::named(server.name).unwrap())
        }
        Way::Unnamed => builder.endpoint(&server.tls_endpoint),
    }
}

/// What is not as on AWS.
pub(super) struct Finding {
    /// In words that are the same in every run.
    pub(super) text: String,
    /// The error in full, where it was one.
    pub(super) detail: Option<String>,
}

pub(super) type Outcome = Result<(), Finding>;

impl From<Error> for Finding {
    fn from(error: Error) -> Self {
        let detail = Some(error.to_string());
        let what = match error.code() {
            Some(code) => code.to_owned(),
            // What follows tells a place in the answer.
            None if error.kind() == ErrorKind::InvalidResponse => {
                error.message().split(" at byte ").next().unwrap_or_default().to_owned()
            }
            None => format!("{:?}", error.kind()),
        };
        let text = match error.status() {
            Some(status) => format!("`{what}` ({status})"),
            None => what,
        };
        Self { text, detail }
    }
}

impl Finding {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), detail: None }
    }

    /// The finding with where it was made.
    pub(super) fn at(self, place: &str) -> Self {
        Self { text: format!("{place}: {}", self.text), ..self }
    }
}

/// Finds `otherwise` unless this holds.
pub(super) fn holds(condition: bool, otherwise: &str) -> Outcome {
    if condition { Ok(()) } else { Err(Finding::new(otherwise)) }
}

/// Finds where two values differ. They must be the same in every run.
#[expect(clippy::needless_pass_by_value, reason = "for the sake of what calls it")]
pub(super) fn same<T: Debug + PartialEq>(what: &str, found: T, expected: T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    let word = |value: &T| {
        let word = format!("{value:?}");
        word.strip_prefix("Some(").and_then(|word| word.strip_suffix(')')).unwrap_or(&word).to_owned()
    };
    Err(Finding::new(match (word(&found), word(&expected)) {
        (found, _) if found == "None" => format!("{what} is missing"),
        (found, expected) if expected == "None" => format!("{what}: {found} instead of none"),
        (found, expected) => format!("{what}: {found} instead of {expected}"),
    }))
}

/// Finds a success, or a refusal of another kind.
pub(super) fn refused<T>(what: &str, outcome: Result<T, Error>, kind: ErrorKind) -> Outcome {
    match outcome {
        Ok(_) => Err(Finding::new(format!("{what} is not refused"))),
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(Finding::from(error)),
    }
}
