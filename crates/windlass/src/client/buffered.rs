//! Answers that are read to their end before they are looked at: all but the content of objects. Within bounds.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::header::CONTENT_LENGTH;

use super::Shared;
use super::judge::Answer;
use super::watched::Watched;
use crate::ports::HttpResponse;
use crate::{Error, ErrorKind, Result};

/// The most that is buffered of an answer: a list of 1,000 keys of 1 KiB, all escaped, has 10 MiB.
const MOST_BUFFERED: usize = 64 << 20;

/// Reads a body to its end.
pub(super) async fn read(shared: &Shared, response: HttpResponse) -> Result<Answer> {
    let HttpResponse { status, headers, body } = response;
    let promised =
        headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    let mut body = Watched::new(body, shared.clock.clone(), shared.timeouts.read);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            // A refusal is told by its head: S3 may close before its words are through.
            Err(_) if !status.is_success() => break,
            Err(error) => return Err(error),
        };
        if first.len() + rest.len() + chunk.len() > MOST_BUFFERED {
            if !status.is_success() {
                break;
            }
            let message = format!("the answer is larger than {MOST_BUFFERED} bytes");
            return Err(Error::new(ErrorKind::InvalidResponse, message));
        }
        if first.is_empty() && rest.is_empty() {
            first = chunk;
            continue;
        }
        if rest.is_empty() {
            rest.reserve(promised.min(MOST_BUFFERED).max(first.len() + chunk.len()));
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body: if rest.is_empty() { first } else { rest.freeze() } })
}
