//! Restarts interrupted reads that cannot be resumed. This is only possible where the caller gets the content
//! as a whole.

use crate::error::RetryClass;
use crate::operations::{GetObject, GetObjectOutput};
use crate::resilience::RetrySession;
use crate::{Client, Error, ErrorKind, Result};

/// Reads an object with `read` and restarts it within the client's number of attempts.
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
            // All attempts are used.
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

/// Returns the retry class for a restart. A failed resumption, for example because the object has changed,
/// can be restarted.
fn class(error: &Error) -> Option<RetryClass> {
    let resumed = matches!(error.kind(), ErrorKind::InvalidResponse | ErrorKind::PreconditionFailed);
    error.retry_class().or_else(|| resumed.then_some(RetryClass::Transient))
}
