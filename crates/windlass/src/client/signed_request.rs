//! Signed requests for other HTTP clients.

use std::fmt;

use http::{HeaderMap, Method};

use crate::ports::{HttpBody, HttpRequest, Origin};

/// A request that is addressed and signed, but not sent.
///
/// Any HTTP client can send it, once, if it leaves method, URL and headers unchanged: all of them are signed. The
/// client adds `content-length` and may add headers that are absent here. Services reject signatures that are older
/// than 15 minutes; [`presign`](crate::Request::presign) returns URLs with longer lifetimes.
///
/// `Debug` hides the signature and other secrets. The sender handles retries, redirects, errors and checks of the
/// response.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> windlass::Result<()> {
/// use windlass::bytes::Bytes;
/// use windlass::ports::HttpBody;
/// use windlass::{Client, Credentials, http};
///
/// # #[cfg(feature = "http-client")] {
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret");
/// let client = Client::builder().region("eu-west-1").credentials(credentials).build()?;
/// let signed = client.put_object("photos", "cat.jpg", "meow").sign().await?;
///
/// // The form that most HTTP clients take, reqwest and hyper among them.
/// let mut request = http::Request::builder().method(signed.method()).uri(signed.url());
/// request.headers_mut().unwrap().extend(signed.headers().clone());
/// let HttpBody::Bytes(body) = signed.into_body() else { unreachable!("a body in memory") };
/// let request: http::Request<Bytes> = request.body(body).unwrap();
///
/// assert_eq!(request.uri(), "https://photos.s3.eu-west-1.amazonaws.com/cat.jpg");
/// assert!(request.headers().contains_key("authorization"));
/// # }
/// # Ok(())
/// # }
/// ```
pub struct SignedRequest {
    method: Method,
    origin: Origin,
    path_and_query: String,
    headers: HeaderMap,
    body: HttpBody,
}

impl SignedRequest {
    pub(super) fn new(request: HttpRequest) -> Self {
        let HttpRequest { method, origin, path_and_query, headers, body, hints: _ } = request;
        Self { method, origin, path_and_query, headers, body }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The whole encoded URL. Encoding it again breaks the signature.
    pub fn url(&self) -> String {
        self.origin.url(&self.path_and_query)
    }

    /// The scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The encoded path and query.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The headers, including `host` and `authorization`. Secret values are marked as sensitive.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, including chunks and trailers of `aws-chunked`.
    pub fn body(&self) -> &HttpBody {
        &self.body
    }

    /// Returns the body by value.
    pub fn into_body(self) -> HttpBody {
        self.body
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("origin", &self.origin)
            .field("path_and_query", &self.path_and_query)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .finish()
    }
}
