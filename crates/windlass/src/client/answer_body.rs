//! The way out of the main loop for bodies of answers: buffered within bounds, or streamed with their
//! length, checksum and pace watched.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::StreamExt as _;

use super::judge::Answer;
use super::transport_failure::transport_error;
use super::{ChecksumValidation, Shared};
use crate::body::ByteStream;
use crate::ports::{BoxFuture, Clock, HttpResponse, ResponseStream};
use crate::protocol::checksum::Checksum;
use crate::protocol::{Draft, Reply};
use crate::types::ChecksumAlgorithm;
use crate::{Error, ErrorKind, Result};

/// The most that is buffered of an answer: a list of 1,000 keys of 1 KiB, all escaped, has 10 MiB.
const MOST_BUFFERED: usize = 64 << 20;

/// Reads a body to its end.
pub(super) async fn buffered(shared: &Shared, response: HttpResponse) -> Result<Answer> {
    let HttpResponse { status, headers, body } = response;
    let promised = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
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

/// Hands a body on while it comes.
pub(super) fn streamed(
    shared: &Arc<Shared>,
    draft: &Draft<'_>,
    operation: &'static str,
    response: HttpResponse,
) -> Result<Reply> {
    let HttpResponse { status, headers, body } = response;
    let mut reply = Reply::buffered(status, headers, Bytes::new());
    check_range(draft, &reply)?;
    let length = reply.number("content-length");
    let asked = draft.headers.get("x-amz-checksum-mode").is_some();
    let verify = asked || shared.integrity.validation == ChecksumValidation::WhenSupported;
    let checksum = verify
        .then(|| verifiable_checksum(&reply))
        .flatten()
        .and_then(|(algorithm, value)| Some((Checksum::new(&algorithm)?, algorithm, value)));
    let stream = AnswerStream {
        body: Watched::new(body, shared.clock.clone(), shared.timeouts.read),
        left: length,
        checksum,
        operation,
        bucket: draft.target.bucket().into(),
        key: draft.target.key().into(),
        ended: false,
    };
    reply.set_stream(ByteStream::new(stream, length));
    Ok(reply)
}

/// A service that does not know ranges answers with the whole object, and one that errs with another part.
fn check_range(draft: &Draft<'_>, reply: &Reply) -> Result<()> {
    let asked = draft.headers.get(http::header::RANGE).and_then(|value| value.to_str().ok());
    let Some((first, last)) = asked.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')) else {
        return Ok(());
    };
    let wrong = |what: &str| {
        let message = format!("the range bytes={first}-{last} was asked for, and {what} came");
        Err(Error::new(ErrorKind::InvalidResponse, message))
    };
    let Some(came) = reply.text("content-range") else {
        // All of the object is what was asked for, whatever the service calls it.
        let all = first == "0" && last.is_empty();
        return if all { Ok(()) } else { wrong("the whole object") };
    };
    let begins = came.strip_prefix("bytes ").and_then(|range| range.split('-').next());
    match (begins.and_then(|n| n.trim().parse::<u64>().ok()), first.parse::<u64>()) {
        (Some(begins), Ok(first)) if begins != first => wrong(&came),
        _ => Ok(()),
    }
}

/// The checksum that covers exactly the bytes of the body, if there is one that windlass computes.
fn verifiable_checksum(reply: &Reply) -> Option<(ChecksumAlgorithm, String)> {
    use ChecksumAlgorithm::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
    // Some services send the whole object's value with a part of it, too.
    if (reply.status() == 206 || reply.headers().contains_key(http::header::CONTENT_RANGE))
        && !holds_all(reply)
    {
        return None;
    }
    let checksums = reply.checksums();
    [Crc64Nvme, Crc32c, Crc32, Sha256, Sha1].into_iter().find_map(|algorithm| {
        // A composite value covers the parts' values: it ends in "-N".
        let value = checksums.get(&algorithm).filter(|value| !value.contains('-'))?.to_owned();
        Some((algorithm, value))
    })
}

/// Whether a range is all of the object.
fn holds_all(reply: &Reply) -> bool {
    let came = reply.text("content-range").unwrap_or_default();
    let Some((range, size)) = came.strip_prefix("bytes ").and_then(|came| came.split_once('/')) else {
        return false;
    };
    let last = size.parse::<u64>().ok().and_then(|size| size.checked_sub(1));
    last.is_some_and(|last| range == format!("0-{last}"))
}

/// A body that must not fall silent. Only the time in which windlass waits counts.
struct Watched {
    body: ResponseStream,
    clock: Arc<dyn Clock>,
    limit: Duration,
    waiting: Option<BoxFuture<'static, ()>>,
}

impl Watched {
    fn new(body: ResponseStream, clock: Arc<dyn Clock>, limit: Duration) -> Self {
        Self { body, clock, limit, waiting: None }
    }
}

impl Stream for Watched {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Poll::Ready(item) = this.body.as_mut().poll_next(context) {
            this.waiting = None;
            return Poll::Ready(item.map(|item| item.map_err(transport_error)));
        }
        let waiting = this.waiting.get_or_insert_with(|| this.clock.deadline(this.limit));
        if waiting.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        let message = format!("no byte of the answer came for {:?}", this.limit);
        Poll::Ready(Some(Err(Error::new(ErrorKind::Stalled, message))))
    }
}

/// The content of an object: as long as promised, and with the checksum that S3 named.
struct AnswerStream {
    body: Watched,
    left: Option<u64>,
    checksum: Option<(Checksum, ChecksumAlgorithm, String)>,
    operation: &'static str,
    bucket: Box<str>,
    key: Box<str>,
    ended: bool,
}

impl AnswerStream {
    fn account(&mut self, chunk: &Bytes) -> Result<()> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(chunk.len() as u64).ok_or_else(|| {
                Error::new(ErrorKind::IncompleteBody, "more bytes came than the answer promised")
            })?;
        }
        if let Some((checksum, ..)) = &mut self.checksum {
            checksum.update(chunk);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some(left) = self.left.filter(|left| *left > 0) {
            let message = format!("the content ended {left} bytes early");
            return Err(Error::new(ErrorKind::IncompleteBody, message));
        }
        let Some((checksum, algorithm, expected)) = self.checksum.take() else { return Ok(()) };
        let actual = checksum.finish();
        if actual == expected {
            return Ok(());
        }
        let message = format!("the content's {algorithm} is {actual}, and S3 stored {expected}");
        Err(Error::new(ErrorKind::ChecksumMismatch, message))
    }
}

impl Stream for AnswerStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let Poll::Ready(item) = self.body.poll_next_unpin(context) else { return Poll::Pending };
        let item = match item {
            Some(Ok(chunk)) => Some(self.account(&chunk).map(|()| chunk)),
            Some(Err(error)) => Some(Err(error)),
            None => self.end().err().map(Err),
        };
        self.ended = !matches!(item, Some(Ok(_)));
        Poll::Ready(item.map(|item| {
            item.map_err(|error| error.with_operation(self.operation).with_target(&self.bucket, &self.key))
        }))
    }
}
