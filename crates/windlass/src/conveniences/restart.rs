//! Restarts reads whose content is handed over as a whole: where a body breaks and cannot be resumed, no caller has seen the
//! beginning.

use crate::error::RetryClass;
use crate::operations::{GetObject, GetObjectOutput};
use crate::resilience::RetrySession;
use crate::{Client, Error, ErrorKind, Result};

/// Reads an object with `read`, again from the start while the client's attempts last.
pub(super) async fn read_with<T>(
    client: &Client,
    get: &GetObject,
    mut read: impl AsyncFnMut(GetObjectOutput) -> Result<T>,
) -> Result<T> {
    let mut session = RetrySession::default();
    let mut attempts = 0;
    loop {
        let read = match client.run(get).await {
            Ok(object) => read(object).await,
            // The client has tried as often as it may.
            Err(error) if attempts == 0 => return Err(error),
            Err(error) => {
                attempts += error.attempts();
                return Err(error.with_attempts(attempts));
            }
        };
        let error = match read {
            Ok(output) => {
                client.retried(&session, &get.bucket);
                return Ok(output);
            }
            Err(error) => error,
        };
        attempts += error.attempts();
        let again = class(&error).filter(|_| attempts > 0 && attempts < client.max_attempts());
        let Some(class) = again else { return Err(error.with_attempts(attempts)) };
        if !client.wait_to_retry(&mut session, &get.bucket, class).await {
            return Err(error.with_attempts(attempts));
        }
    }
}

/// Reads an object into memory.
#[cfg(feature = "json")]
pub(super) async fn bytes(client: &Client, get: &GetObject) -> Result<bytes::Bytes> {
    read_with(client, get, async |object| object.body.bytes().await).await
}

/// A resumption that met another object, or something else than the rest, is over; the object is not.
fn class(error: &Error) -> Option<RetryClass> {
    let resumed = matches!(error.kind(), ErrorKind::InvalidResponse | ErrorKind::PreconditionFailed);
    error.retry_class().or_else(|| resumed.then_some(RetryClass::Transient))
}
