//! Describes unparseable responses: the violation, and the mistake in the endpoint that causes it. A retry gives the
//! same result, so these failures have kinds of their own.

use std::error::Error as StdError;
use std::io;

use http::HeaderMap;
use http::header::CONTENT_LENGTH;

use super::channel::TooManyAnnouncements;
use crate::ports::{Origin, TransportError, TransportErrorKind};

/// User metadata of 2 KiB can consist of several hundred headers.
pub(super) const MOST_HEADERS: usize = 512;

/// Whether `error` is a violation of HTTP in the response.
pub(super) fn is_unparseable(error: &hyper::Error) -> bool {
    error.is_parse() || cause::<io::Error>(error).is_some_and(is_broken_framing)
}

/// hyper uses this error for chunked bodies. A TLS failure has a cause of its own.
fn is_broken_framing(error: &io::Error) -> bool {
    let ours = error.get_ref().is_some_and(<dyn StdError + Send + Sync>::is::<TooManyAnnouncements>);
    ours || error.kind() == io::ErrorKind::InvalidInput
        || error.kind() == io::ErrorKind::InvalidData
            && error.get_ref().is_none_or(|inner| !inner.is::<rustls::Error>())
}

/// The error for a response from `origin`. `unread` is the data that hyper could not parse.
pub(super) fn failure(origin: &Origin, unread: &[u8], error: &hyper::Error) -> TransportError {
    if !origin.secure && is_tls_record(unread) {
        let message = format!("{} expects TLS: use https://{0} as the endpoint", origin.authority);
        return TransportError::new(TransportErrorKind::WrongScheme, message);
    }
    let message = describe(unread, error);
    TransportError::new(TransportErrorKind::Unparseable, message)
}

/// The error for a TLS handshake with a peer that does not speak TLS.
pub(super) fn not_tls(origin: &Origin, error: TransportError) -> TransportError {
    let source = error.source();
    let refusal = source.and_then(cause::<io::Error>).and_then(|error| error.get_ref()?.downcast_ref());
    if !matches!(refusal, Some(rustls::Error::InvalidMessage(_))) {
        return error;
    }
    let message =
        format!("{} does not speak TLS on this port: use http://{0} as the endpoint", origin.authority);
    TransportError::new(TransportErrorKind::WrongScheme, message)
}

/// Rejects a head with several lengths. If a body follows, hyper does.
pub(super) fn check_lengths(headers: &HeaderMap) -> Result<(), TransportError> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let first = lengths.next();
    if lengths.all(|length| Some(length) == first) {
        return Ok(());
    }
    Err(TransportError::new(TransportErrorKind::Unparseable, SEVERAL_LENGTHS))
}

const SEVERAL_LENGTHS: &str = "the response has several lengths, or a length that is not a number";

/// The first error of a type among `error` and its causes.
fn cause<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut error = Some(error);
    while let Some(current) = error {
        if let Some(found) = current.downcast_ref() {
            return Some(found);
        }
        error = current.source();
    }
    None
}

/// An alert or a handshake of any version since SSL 3.
fn is_tls_record(bytes: &[u8]) -> bool {
    matches!(bytes, [0x15 | 0x16, 3, ..])
}

fn describe(head: &[u8], error: &hyper::Error) -> String {
    let words = error.to_string();
    if words.contains("too large") {
        return format!(
            "the head of the response is larger than 400 KiB or has more than {MOST_HEADERS} headers"
        );
    }
    if words.contains("content-length") {
        return SEVERAL_LENGTHS.to_owned();
    }
    if words.contains("transfer-encoding") {
        return "the response has a transfer encoding that its HTTP version does not allow".to_owned();
    }
    if !error.is_parse() {
        return cause::<io::Error>(error)
            .map_or(words, |cause| format!("the response is malformed: {cause}"));
    }
    if !head.starts_with(b"HTTP/1.") {
        let beginning = head.get(..head.len().min(MOST_SHOWN)).unwrap_or_default().escape_ascii();
        return format!("not an HTTP/1.1 response: it starts with \"{beginning}\"");
    }
    odd_header(head).unwrap_or_else(|| format!("the head of the response is malformed: {words}"))
}

/// Names the invalid header.
fn odd_header(head: &[u8]) -> Option<String> {
    let lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    for line in lines.skip(1).take_while(|line| !line.is_empty()) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return Some(format!("a header of the response has no colon: \"{}\"", shown(line)));
        };
        let (name, value) = line.split_at(colon);
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
            return Some(format!("the response has a header with an invalid name: \"{}\"", shown(name)));
        }
        if let Some(control) = value.iter().find(|byte| byte.is_ascii_control() && **byte != b'\t') {
            let name = shown(name);
            return Some(format!(
                "the response's header {name} contains the control character 0x{control:02x}, which HTTP forbids"
            ));
        }
    }
    None
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn shown(bytes: &[u8]) -> impl std::fmt::Display + '_ {
    bytes.get(..bytes.len().min(MOST_SHOWN)).unwrap_or_default().escape_ascii()
}

/// The maximum length of quoted data.
const MOST_SHOWN: usize = 60;
