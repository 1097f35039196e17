//! A write whose answer was lost and that was refused when it was repeated: was it refused because of itself?
//! The object is looked at, and the answer is success, the refusal, or that nobody can tell.

use super::Client;
use crate::operations::{Operation, OwnEffect, Recognised, SentBody};
use crate::{Error, ErrorKind, Result};

pub(super) async fn settle<O: Operation>(
    client: &Client,
    operation: &O,
    refusal: Error,
    sent: &SentBody,
) -> Result<O::Output> {
    let look = match operation.own_effect(&refusal) {
        OwnEffect::None => return Err(refusal),
        OwnEffect::Done(output) => return Ok(output),
        OwnEffect::Look(look) => look,
    };
    match client.pursue(&*look).await.map_err(|given_up| given_up.error) {
        Ok(found) => match operation.recognise(found, sent) {
            Recognised::Own(output) => Ok(output),
            Recognised::Foreign => Err(refusal),
            Recognised::Unclear => Err(unknown(&refusal, None)),
        },
        // What was written would be there.
        Err(error) if error.is_not_found() => Err(refusal),
        Err(error) => Err(unknown(&refusal, Some(error))),
    }
}

fn unknown(refusal: &Error, cause: Option<Error>) -> Error {
    let message = format!(
        "an attempt to write was not answered, the next was refused ({}), and the object does not tell whether the first \
         took effect",
        refusal.code().unwrap_or_else(|| refusal.kind().summary())
    );
    let error = Error::new(ErrorKind::OutcomeUnknown, message)
        .with_operation(refusal.operation().unwrap_or_default())
        .with_target(refusal.bucket().unwrap_or_default(), refusal.key().unwrap_or_default())
        .with_attempts(refusal.attempts());
    match cause {
        Some(cause) => error.with_source(cause),
        None => error,
    }
}
