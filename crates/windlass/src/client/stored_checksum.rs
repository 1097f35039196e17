//! Compares the checksum that a service returns for stored content with the one that was sent.

use http::HeaderMap;

use crate::{Error, ErrorKind, Result};

/// Rejects a response with another checksum than the body had. A composite value, or a value with the wrong length for
/// its algorithm, is not comparable.
///
/// `sent` returns the header and the value that were sent. It is called only if the response has a checksum.
pub(super) fn compare(
    headers: &HeaderMap,
    sent: impl FnOnce() -> Option<(&'static str, String)>,
) -> Result<()> {
    let states_one = headers.keys().any(|name| name.as_str().starts_with(PREFIX));
    if !states_one || headers.get(TYPE).is_some_and(|kind| kind == "COMPOSITE") {
        return Ok(());
    }
    let Some((name, sent)) = sent() else { return Ok(()) };
    let stored = headers.get(name).and_then(|value| value.to_str().ok());
    match (name.strip_prefix(PREFIX), stored) {
        (Some(algorithm), Some(stored)) if stored.len() == sent.len() && stored != sent => {
            let algorithm = algorithm.to_ascii_uppercase();
            let message =
                format!("the service stored other content: its {algorithm} is {stored}, and {sent} was sent");
            Err(Error::new(ErrorKind::ChecksumMismatch, message).with_retry_class(None))
        }
        _ => Ok(()),
    }
}

const PREFIX: &str = "x-amz-checksum-";
const TYPE: &str = "x-amz-checksum-type";
