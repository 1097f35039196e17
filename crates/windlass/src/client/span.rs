//! The events of one request: `Started`, the attempts and `Finished`. Nothing is measured or allocated without an
//! observer.
//!
//! A [`Span`] has one owner at a time: the future of the request, then the stream of its content. Dropping it ends the
//! request, so `Finished` is sent exactly once on every path.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use super::ClientState;
use super::context::AttemptContext;
use super::report::Report;
use crate::ports::events::{
    AttemptFinished, AttemptStarted, Finished, Outcome, RequestInfo, ResponseStarted, Started,
};
use crate::ports::{ByteCounter, Clock, Event, HttpBody, HttpRequest, Observer};
use crate::protocol::Target;
use crate::round_trip::{OpenResponse, UploadProgress};
use crate::{Error, Result};

/// The events of one request; empty without an observer. Reports the request as cancelled if it is dropped before it
/// finishes.
#[derive(Default)]
pub(super) struct Span(Option<Box<Observed>>);

struct Observed {
    observer: Arc<dyn Observer>,
    clock: Arc<dyn Clock>,
    id: u64,
    operation: &'static str,
    bucket: Box<str>,
    key: Box<str>,
    started: Duration,
    attempts: u32,
    /// The bytes that all attempts except the last have sent.
    sent_before: u64,
    last_upload: Upload,
    received: ByteCounter,
    time_to_first_byte: Option<Duration>,
    /// The slot for the span of a streamed response.
    content: Option<oneshot::Sender<Span>>,
}

/// The body of an attempt.
enum Upload {
    Whole(u64),
    Counted(UploadProgress),
}

/// Ids are unique over all clients, because several can share an observer.
static REQUESTS: AtomicU64 = AtomicU64::new(0);

impl Span {
    /// Starts a request. `parent` is the request that caused it.
    pub(super) fn begin(
        state: &ClientState,
        operation: &'static str,
        target: Target<'_>,
        parent: Option<u64>,
    ) -> Self {
        let Some(observer) = &state.ports.observer else { return Self(None) };
        let observed = Box::new(Observed {
            observer: observer.clone(),
            clock: state.ports.clock.clone(),
            id: REQUESTS.fetch_add(1, Ordering::Relaxed) + 1,
            operation,
            bucket: target.bucket().into(),
            key: target.key().into(),
            started: state.ports.clock.monotonic(),
            attempts: 0,
            sent_before: 0,
            last_upload: Upload::Whole(0),
            received: ByteCounter::default(),
            time_to_first_byte: None,
            content: None,
        });
        observer.on_event(&Event::Started(Started { request: observed.info(), parent }));
        Self(Some(observed))
    }

    /// The id of the request; None without an observer.
    pub(super) fn id(&self) -> Option<u64> {
        self.0.as_ref().map(|observed| observed.id)
    }

    /// Another attempt is about to be sent.
    pub(super) fn attempt(&mut self, number: u32, body: &HttpBody, progress: &UploadProgress) {
        let Some(observed) = &mut self.0 else { return };
        observed.attempts = number;
        observed.sent_before += observed.last_upload.bytes();
        observed.last_upload = match body {
            HttpBody::Bytes(bytes) => Upload::Whole(bytes.len() as u64),
            HttpBody::Stream { .. } => Upload::Counted(progress.clone()),
        };
    }

    /// The counter for the bytes of responses.
    pub(super) fn received(&self) -> Option<ByteCounter> {
        self.0.as_ref().map(|observed| observed.received.clone())
    }

    /// An attempt ended.
    pub(super) fn attempted(&mut self, report: &Report) {
        if let (Some(observed), Some(first_byte)) = (&mut self.0, report.first_byte) {
            observed.time_to_first_byte = Some(first_byte.saturating_sub(observed.started));
        }
    }

    /// The span inside of the content stream; set when the response is accepted.
    pub(super) fn content(&mut self) -> ContentSpan {
        let Some(observed) = &mut self.0 else { return ContentSpan::Held(Self(None)) };
        let (sender, receiver) = oneshot::channel();
        observed.content = Some(sender);
        ContentSpan::Expected(receiver)
    }

    /// The response is accepted: the request has succeeded, or continues as the stream of its content.
    pub(super) fn accept(&mut self) {
        let Some(observed) = &mut self.0 else { return };
        let Some(content) = observed.content.take() else { return self.finish(Outcome::Success) };
        if let Err(mut span) = content.send(std::mem::take(self)) {
            // The operation did not return the stream.
            span.finish(Outcome::Success);
        }
    }

    /// The request has ended.
    pub(super) fn end<T>(&mut self, result: &Result<T>) {
        self.finish(result.as_ref().map_or_else(Outcome::Failure, |_| Outcome::Success));
    }

    pub(super) fn fail(&mut self, error: &Error) {
        self.finish(Outcome::Failure(error));
    }

    pub(super) fn finish(&mut self, outcome: Outcome<'_>) {
        if let Some(observed) = self.0.take() {
            observed.finish(outcome);
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.finish(Outcome::Cancelled);
    }
}

impl Observed {
    fn info(&self) -> RequestInfo<'_> {
        RequestInfo { id: self.id, operation: self.operation, bucket: &self.bucket, key: &self.key }
    }

    fn finish(&self, outcome: Outcome<'_>) {
        self.observer.on_event(&Event::Finished(Finished {
            request: self.info(),
            outcome,
            attempts: self.attempts,
            bytes_sent: self.sent_before + self.last_upload.bytes(),
            bytes_received: self.received.get(),
            time_to_first_byte: self.time_to_first_byte,
            elapsed: self.clock.monotonic().saturating_sub(self.started),
        }));
    }
}

impl Upload {
    fn bytes(&self) -> u64 {
        match self {
            Self::Whole(bytes) => *bytes,
            Self::Counted(progress) => progress.taken(),
        }
    }
}

/// The span of a request with a streamed response.
pub(super) enum ContentSpan {
    /// The response is not accepted yet.
    Expected(oneshot::Receiver<Span>),
    Held(Span),
}

impl ContentSpan {
    /// The span; empty if the response was not accepted.
    pub(super) fn take(&mut self) -> Span {
        match std::mem::replace(self, Self::Held(Span::default())) {
            Self::Expected(mut receiver) => receiver.try_recv().unwrap_or_default(),
            Self::Held(span) => span,
        }
    }
}

/// The events of one attempt; empty without an observer. Reports the attempt as cancelled if it is dropped before it
/// finishes.
pub(super) struct AttemptSpan<'a>(Option<ObservedAttempt<'a>>);

struct ObservedAttempt<'a> {
    observer: &'a dyn Observer,
    context: AttemptContext<'a>,
    region: Arc<str>,
    started: Duration,
}

impl<'a> AttemptSpan<'a> {
    /// The attempt is passed to the transport.
    pub(super) fn begin(context: AttemptContext<'a>, region: &Arc<str>, request: &HttpRequest) -> Self {
        let Some(observer) = &context.state.ports.observer else { return Self(None) };
        let started = context.state.ports.clock.monotonic();
        observer.on_event(&Event::AttemptStarted(AttemptStarted {
            request: context.info(),
            attempt: context.number,
            region,
            upload: request.hints.bytes_sent.as_ref(),
        }));
        Self(Some(ObservedAttempt { observer: &**observer, context, region: region.clone(), started }))
    }

    pub(super) fn finish<T>(mut self, result: &Result<T>, report: &Report) {
        if let Some(attempt) = self.0.take() {
            let outcome = result.as_ref().map_or_else(Outcome::Failure, |_| Outcome::Success);
            attempt.finish(outcome, report);
        }
    }
}

impl Drop for AttemptSpan<'_> {
    fn drop(&mut self) {
        if let Some(attempt) = self.0.take() {
            attempt.finish(Outcome::Cancelled, &Report::default());
        }
    }
}

impl ObservedAttempt<'_> {
    fn finish(&self, outcome: Outcome<'_>, report: &Report) {
        let now = self.context.state.ports.clock.monotonic();
        self.observer.on_event(&Event::AttemptFinished(AttemptFinished {
            request: self.context.info(),
            attempt: self.context.number,
            outcome,
            status: report.status,
            region: &self.region,
            connection: report.connection,
            elapsed: now.saturating_sub(self.started),
            time_to_first_byte: report.first_byte.map(|at| at.saturating_sub(self.started)),
        }));
    }
}

impl<'a> AttemptContext<'a> {
    /// The request, for events.
    pub(super) fn info(&self) -> RequestInfo<'a> {
        let (bucket, key) = (self.draft.target.bucket(), self.draft.target.key());
        RequestInfo { id: self.request_id, operation: self.kind.name, bucket, key }
    }

    /// Reports the response head of the attempt that started at `started`, and keeps it in the report.
    pub(super) fn head_came(self, started: Duration, response: &OpenResponse, report: &mut Report) {
        let Some(observer) = &self.state.ports.observer else { return };
        let now = self.state.ports.clock.monotonic();
        let status = response.status.as_u16();
        report.status = Some(status);
        report.connection = response.connection;
        report.first_byte = Some(now);
        observer.on_event(&Event::ResponseStarted(ResponseStarted {
            request: self.info(),
            attempt: self.number,
            status,
            elapsed: now.saturating_sub(started),
            connection: response.connection,
        }));
    }
}
