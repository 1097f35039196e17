//! Requests that are signed to be sent by other means.

use std::fmt;

use http::{HeaderMap, Method};

use crate::ports::{HttpBody, HttpRequest, Origin};

/// A request that is addressed and signed, but not sent.
///
/// It can be sent once, by any HTTP client that leaves the method, the URL and the headers as they are: all of them are
/// signed. The client adds `content-length` and may add headers that are absent here. A service refuses a request whose
/// signature is older than 15 minutes; [`presign`](crate::Request::presign) makes URLs that live longer.
///
/// `Debug` hides the signature and other secrets. Retries, redirects, checks of the response and errors are up to the
/// sender.
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

    /// The whole URL, encoded. An HTTP client that encodes it once more breaks the signature.
    pub fn url(&self) -> String {
        self.origin.url(&self.path_and_query)
    }

    /// The scheme, the host and the port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path with the query, encoded.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The headers, `host` and `authorization` among them. Secret values are marked as sensitive.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The bytes that are sent: chunks and trailers of `aws-chunked` are part of them.
    pub fn body(&self) -> &HttpBody {
        &self.body
    }

    /// The body by value, to send it.
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
