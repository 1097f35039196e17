//! The content of objects as a stream: checks length, checksum and throughput, and resumes after an interruption. The
//! stream holds the permit of its request until it ends or is dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt as _;
use http::header::{CONTENT_LENGTH, CONTENT_RANGE};
use http::{HeaderMap, HeaderValue};

use super::context::AttemptContext;
use super::exchange::Exchange;
use super::report::Received;
use super::resume::{Content, Resumed, Resumption};
use super::span::ContentSpan;
use crate::body::{ByteStream, PromisedLength};
use crate::ports::events::{ChecksumUnusable, Outcome};
use crate::ports::{BoxFuture, Event};
use crate::protocol::checksum::{self, Checksum};
use crate::protocol::{Draft, Response};
use crate::resilience::Permit;
use crate::round_trip::{OpenResponse, StallGuard};
use crate::types::{ByteRange, ChecksumAlgorithm, ContentRange};
use crate::{ChecksumValidation, Error, ErrorKind, Result};

/// Converts a received response; content is streamed.
///
/// # Errors
/// Fails if the response does not have the requested range or contradicts itself.
pub(super) fn response(exchange: &mut Exchange<'_>, received: Received) -> Result<Response> {
    let (open, permit) = match received {
        Received::Whole(response) => return Ok(response),
        Received::Open(open, permit) => (open, permit),
    };
    let context = exchange.context();
    let AttemptContext { state, draft, kind, number, .. } = context;
    let length = length_of(&open.headers)?;
    let resumption = Resumption::of(state, draft, number, &open.headers, length);
    let OpenResponse { status, headers, body, .. } = open;
    let mut response = Response::buffered(status, headers, Bytes::new());
    check_range(draft, &response)?;
    let asked = draft.headers.contains_key("x-amz-checksum-mode");
    let verify = asked || state.integrity.validation == ChecksumValidation::WhenSupported;
    let checksum = verify
        .then(|| verifiable_checksum(context, &response))
        .flatten()
        .and_then(|(algorithm, value)| Some((Checksum::new(&algorithm)?, algorithm, value)));
    let stream = ContentStream {
        source: ContentSource::Network(body, permit),
        resumption,
        attempts: number,
        received: 0,
        length: length.map(PromisedLength::new),
        checksum,
        span: exchange.span.content(),
        content: Content {
            operation: kind.name,
            bucket: draft.target.bucket().into(),
            key: draft.target.key().into(),
        },
    };
    let verified = stream.checksum.is_some();
    let body = ByteStream::new(stream, length);
    response.set_stream(if verified { body.verified() } else { body });
    Ok(response)
}

/// The expected number of bytes, from the length, the range, or both if they agree.
fn length_of(headers: &HeaderMap) -> Result<Option<u64>> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let length: Option<u64> = text(CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let range = text(CONTENT_RANGE).and_then(|range| range.parse::<ContentRange>().ok());
    match (length, range.and_then(ContentRange::length)) {
        (Some(length), Some(of_range)) if length != of_range => {
            let message = format!("the response should have a range of {of_range} bytes, but has {length}");
            Err(Error::new(ErrorKind::InvalidResponse, message))
        }
        (length, of_range) => Ok(length.or(of_range)),
    }
}

/// A service without support for ranges returns the whole object, and a faulty one returns another range.
fn check_range(draft: &Draft<'_>, response: &Response) -> Result<()> {
    let header = draft.headers.get(http::header::RANGE).and_then(|value| value.to_str().ok());
    // Other forms, such as several ranges, are not checked.
    let Some(asked) = header.and_then(|header| header.parse::<ByteRange>().ok()) else { return Ok(()) };
    let came = response.text("content-range");
    let fits = match came.as_deref().map(str::parse) {
        None => {
            // Any range of an empty object is the whole object.
            let is_all = |length| length == 0 || asked.is_all_of(length);
            let all =
                asked == ByteRange::From(0) || response.number(CONTENT_LENGTH.as_str()).is_some_and(is_all);
            all && response.status() != 206
        }
        Some(Ok(ContentRange { bytes: Some((first, last)), size: Some(size) })) => {
            asked.within(size) == Some((first, last))
        }
        Some(Ok(ContentRange { bytes: Some((first, last)), size: None })) => asked.may_be(first, last),
        Some(_) => false,
    };
    if fits {
        return Ok(());
    }
    let came = came.as_deref().unwrap_or("the whole object");
    let message = format!("requested the range {asked}, received {came}");
    Err(Error::new(ErrorKind::InvalidResponse, message))
}

/// The checksum that covers exactly the bytes of the body, if windlass can compute it.
fn verifiable_checksum(
    context: AttemptContext<'_>,
    response: &Response,
) -> Option<(ChecksumAlgorithm, String)> {
    // Some services send the checksum of the whole object with a range.
    if (response.status() == 206 || response.headers().contains_key(CONTENT_RANGE)) && !holds_all(response) {
        return None;
    }
    let checksums = response.checksums();
    for (algorithm, value) in checksums.iter().filter(|(_, value)| !checksums.is_composite(value)) {
        if checksum::fits(algorithm, value) {
            return Some((algorithm.clone(), value.to_owned()));
        }
        let request = context.info();
        context.state.observe(&Event::ChecksumUnusable(ChecksumUnusable { request, algorithm, value }));
    }
    None
}

/// Whether a range covers the whole object.
fn holds_all(response: &Response) -> bool {
    let came = response.text("content-range").and_then(|came| came.parse::<ContentRange>().ok());
    came.is_some_and(|came| came.is_whole())
}

/// The content of an object: checks the promised length and the checksum from S3, and resumes after an interruption.
struct ContentStream {
    source: ContentSource,
    /// The state for resuming; None if that is not possible.
    resumption: Option<Resumption>,
    /// The number of requests for this content so far.
    attempts: u32,
    received: u64,
    /// None if the response does not state a length.
    length: Option<PromisedLength>,
    checksum: Option<(Checksum, ChecksumAlgorithm, String)>,
    span: ContentSpan,
    content: Content,
}

/// The source of the bytes.
enum ContentSource {
    Network(StallGuard, #[expect(dead_code, reason = "held until the content ends")] Permit),
    /// The request for the rest is in flight.
    Resuming(BoxFuture<'static, Result<Resumed>>),
    Ended,
}

impl ContentStream {
    fn account(&mut self, chunk: &Bytes) -> Result<()> {
        self.received += chunk.len() as u64;
        if let Some(length) = &mut self.length {
            length.count(chunk)?;
        }
        if let Some((checksum, ..)) = &mut self.checksum {
            checksum.update(chunk);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.length.map_or(Ok(()), PromisedLength::end)?;
        let Some((checksum, algorithm, expected)) = self.checksum.take() else { return Ok(()) };
        let actual = checksum.finish();
        if actual == expected {
            return Ok(());
        }
        let message = format!("checksum mismatch: {algorithm} of the content is {actual}, S3 has {expected}");
        Err(Error::new(ErrorKind::ChecksumMismatch, message))
    }

    fn poll_source(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        loop {
            match &mut self.source {
                ContentSource::Network(body, _) => {
                    let Poll::Ready(item) = body.poll_next_unpin(context) else { return Poll::Pending };
                    let item = match item {
                        Some(Ok(chunk)) => Some(self.account(&chunk).map(|()| chunk)),
                        // All promised bytes have arrived, so the end of the connection does not matter.
                        Some(Err(error)) if self.length.is_none_or(|length| length.left() > 0) => {
                            Some(Err(error))
                        }
                        Some(Err(_)) | None => self.end().err().map(Err),
                    };
                    match item {
                        Some(Err(error)) if error.is_retryable() => {
                            let Some(resumption) = self.resumption.take() else {
                                return Poll::Ready(Some(Err(error)));
                            };
                            // Release the permit first: with a limit of one, the request for the rest needs it.
                            self.source = ContentSource::Ended;
                            let asked = resumption.resume(
                                self.content.clone(),
                                self.received,
                                error,
                                self.span.take(),
                            );
                            self.source = ContentSource::Resuming(asked);
                        }
                        item => return Poll::Ready(item),
                    }
                }
                ContentSource::Resuming(asked) => {
                    let Poll::Ready(outcome) = asked.as_mut().poll(context) else { return Poll::Pending };
                    let Resumed { body, permit, next, span } = match outcome {
                        Ok(resumed) => resumed,
                        Err(error) => return Poll::Ready(Some(Err(error))),
                    };
                    self.source = ContentSource::Network(body, permit);
                    self.attempts = next.attempts();
                    self.span = ContentSpan::Held(span);
                    self.resumption = Some(next);
                }
                ContentSource::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl Stream for ContentStream {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Poll::Ready(item) = self.poll_source(context) else { return Poll::Pending };
        let item = item.map(|item| {
            item.map_err(|error| {
                let error = if error.attempts() == 0 { error.with_attempts(self.attempts) } else { error };
                self.content.named(error)
            })
        });
        match &item {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                self.source = ContentSource::Ended;
                self.span.take().fail(error);
            }
            None => {
                self.source = ContentSource::Ended;
                self.span.take().finish(Outcome::Success);
            }
        }
        Poll::Ready(item)
    }
}

impl Drop for ContentStream {
    /// A reader with all bytes need not poll for the end.
    fn drop(&mut self) {
        if self.length.is_some_and(|length| length.left() == 0) {
            self.span.take().finish(Outcome::Success);
        }
    }
}
