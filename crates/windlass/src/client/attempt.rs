//! One attempt at a request: signed, not sent yet, and independent of the exchange that prepared it. Two attempts can
//! be in flight at once.
//!
//! S3 requests are sent only here.

use std::pin::pin;
use std::sync::Arc;

use super::context::AttemptContext;
use super::deadline::Deadline;
use super::judge;
use super::payload::Fingerprint;
use super::report::{Attempted, Received, Report, SentWith};
use super::span::AttemptSpan;
use super::{encryption, stored_checksum, subresource};
use crate::Result;
use crate::operations::Expectation;
use crate::ports::{ByteCounter, HttpRequest};
use crate::resilience::Permit;
use crate::round_trip::{self, StallLimits, UploadProgress};

/// A request that is signed and ready to be sent.
pub(super) struct Attempt<'a> {
    pub(super) context: AttemptContext<'a>,
    pub(super) request: HttpRequest,
    pub(super) progress: UploadProgress,
    pub(super) fingerprint: Option<Arc<Fingerprint>>,
    pub(super) sent_with: SentWith,
    /// Counts the bytes of the response if there is an observer.
    pub(super) received: Option<ByteCounter>,
    pub(super) deadline: Deadline,
    pub(super) permit: Permit,
}

impl Attempt<'_> {
    /// Sends the request and checks its response. The content of an object is not read; every other body is read
    /// completely.
    pub(super) async fn send(self) -> Attempted {
        let Self { context, request, progress, fingerprint, sent_with, received, deadline, permit } = self;
        let span = AttemptSpan::begin(context, &sent_with.region, &request);
        let mut report = Report { sent_with, ..Report::default() };
        let limit = context.state.timeouts_of(context.draft).attempt;
        let outcome = {
            let exchange =
                context.exchange(request, &progress, fingerprint.as_deref(), received, permit, &mut report);
            deadline.bound_attempt(context.state, limit, pin!(exchange)).await
        };
        span.finish(&outcome, &report);
        Attempted { outcome, report }
    }
}

impl AttemptContext<'_> {
    async fn exchange(
        self,
        request: HttpRequest,
        progress: &UploadProgress,
        fingerprint: Option<&Fingerprint>,
        received: Option<ByteCounter>,
        permit: Permit,
        report: &mut Report,
    ) -> Result<Received> {
        let Self { state, draft, kind, .. } = self;
        let clock = &state.ports.clock;
        let limits = StallLimits::from(&state.timeouts_of(draft));
        let started = clock.monotonic();
        let sending = round_trip::send(&*state.ports.transport, clock, limits, started, request, progress);
        let mut response = sending.await.map_err(|failure| {
            report.stale_connection = failure.stale_connection;
            failure.error
        })?;
        self.head_came(started, &response, report);
        response.body.count_in(received);
        subresource::refuse_the_object(&state.service, draft, kind.name, &response)?;
        if kind.streams && response.status.is_success() {
            judge::confirm(kind, draft, response.status, &response.headers, &[])?;
            return Ok(Received::Open(response, permit));
        }
        let whole = response.collect(draft.largest_response).await?;
        let response = judge::judge(whole, kind, draft, &mut report.findings)?;
        encryption::check(self, response.headers(), response.body())?;
        if kind.expects == Expectation::Stored {
            let trailer = &report.sent_with.trailer;
            stored_checksum::compare(response.headers(), || trailer.get().or_else(|| fingerprint?.guard()))?;
        }
        Ok(Received::Whole(subresource::read_silence(&state.service, kind.name, response)))
    }
}
