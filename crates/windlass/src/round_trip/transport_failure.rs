//! Converts failures of the transport to errors.

use crate::ports::{TransportError, TransportErrorKind};
use crate::{Error, ErrorKind};

/// The error of a request without a response. Errors of windlass inside of a body are returned unchanged.
pub(super) fn transport_error(error: TransportError) -> Error {
    let (kind, message) = match error.kind() {
        TransportErrorKind::Body => (ErrorKind::LocalFile, "the body of the request failed"),
        TransportErrorKind::Connect => (ErrorKind::ConnectFailed, "no connection"),
        TransportErrorKind::ConnectTimeout => (ErrorKind::Timeout, "no connection in time"),
        TransportErrorKind::Dns => (ErrorKind::DnsFailed, "the host name was not found"),
        TransportErrorKind::Exhausted => (ErrorKind::ConnectFailed, "no connection is free"),
        TransportErrorKind::Interrupted => (ErrorKind::Interrupted, "the connection broke"),
        TransportErrorKind::NoRuntime => (ErrorKind::NoRuntime, "there is no tokio runtime here"),
        TransportErrorKind::Other => (ErrorKind::Interrupted, "the exchange failed"),
        TransportErrorKind::Proxy => (ErrorKind::ConnectFailed, "the proxy gave no connection"),
        TransportErrorKind::ReadTimeout => (ErrorKind::Timeout, "the service fell silent"),
        TransportErrorKind::Tls => (ErrorKind::TlsFailed, "no secure connection"),
        TransportErrorKind::Unparseable => {
            (ErrorKind::InvalidResponse, "the response breaks the rules of HTTP")
        }
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
