//! Converts failures of the transport to errors.

use crate::ports::{TransportError, TransportErrorKind};
use crate::{Error, ErrorKind};

/// The error of a request without a response. Errors of windlass inside of a body are returned unchanged.
pub(super) fn transport_error(error: TransportError) -> Error {
    let (kind, message) = match error.kind() {
        TransportErrorKind::Body => (ErrorKind::LocalFile, "the body of the request failed"),
        TransportErrorKind::Connect => (ErrorKind::ConnectFailed, "connection failed"),
        TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, "connecting timed out"),
        TransportErrorKind::Dns => (ErrorKind::DnsFailed, "the host name does not resolve"),
        TransportErrorKind::Exhausted => (ErrorKind::ConnectFailed, "the limit on connections is reached"),
        TransportErrorKind::Interrupted => (ErrorKind::Interrupted, "the connection was lost"),
        TransportErrorKind::NoRuntime => (ErrorKind::NoRuntime, "no tokio runtime"),
        TransportErrorKind::Other => (ErrorKind::Interrupted, "the request failed"),
        TransportErrorKind::Proxy => (ErrorKind::ConnectFailed, "cannot connect through the proxy"),
        TransportErrorKind::ReadTimeout => (ErrorKind::Timeout, "timed out waiting for data"),
        TransportErrorKind::Tls => (ErrorKind::TlsFailed, "TLS handshake failed"),
        TransportErrorKind::Unparseable => (ErrorKind::InvalidResponse, "the response violates HTTP"),
        TransportErrorKind::Unsendable => (ErrorKind::Aborted, "the request cannot be sent"),
        TransportErrorKind::WrongScheme => (ErrorKind::InvalidEndpoint, "the endpoint has the wrong scheme"),
    };
    // The transport has waited already.
    let retry_class = if error.kind() == TransportErrorKind::Exhausted { None } else { kind.retry_class() };
    let failure = || Error::new(kind, message).with_retry_class(retry_class);
    let source = error.into_source();
    // An error of windlass in a body is more specific than a failed body.
    match source.downcast::<std::io::Error>() {
        Ok(io) if io.get_ref().is_some_and(<dyn std::error::Error + Send + Sync + 'static>::is::<Error>) => {
            match io.into_inner() {
                Some(inner) => match inner.downcast::<Error>() {
                    Ok(own) => *own,
                    Err(inner) => failure().with_source(inner),
                },
                None => failure(),
            }
        }
        Ok(io) => failure().with_source(*io),
        Err(source) => failure().with_source(source),
    }
}
