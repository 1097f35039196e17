//! Responses that are read to their end before they are looked at: all but the content of objects. Within bounds.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::header::CONTENT_LENGTH;

use super::ClientState;
use super::judge::Answer;
use super::watched::Watched;
use crate::ports::HttpResponse;
use crate::{Error, ErrorKind, Result};

/// The most that is read of an error.
const LARGEST_ERROR: usize = 64 << 10;

/// Reads a body to its end, or of an error as much as says what is wrong.
pub(super) async fn read(shared: &ClientState, response: HttpResponse, largest: usize) -> Result<Answer> {
    let HttpResponse { status, headers, body } = response;
    let largest = if status.is_success() { largest } else { LARGEST_ERROR };
    let promised =
        headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    let mut body = Watched::new(body, shared.clock.clone(), shared.timeouts);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            // A refusal is told by its head: S3 may close before its words are through.
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(error),
        };
        let room = largest - first.len() - rest.len();
        if chunk.len() > room {
            if status.is_success() {
                let message =
                    format!("the response is larger than {largest} bytes, the most that is read of it");
                return Err(Error::new(ErrorKind::InvalidResponse, message).with_status(status.as_u16()));
            }
            rest.extend_from_slice(&std::mem::take(&mut first));
            rest.extend_from_slice(chunk.get(..room).unwrap_or_default());
            break;
        }
        if first.is_empty() && rest.is_empty() {
            first = chunk;
            continue;
        }
        if rest.is_empty() {
            rest.reserve(promised.min(largest).max(first.len() + chunk.len()));
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body: if rest.is_empty() { first } else { rest.freeze() } })
}
