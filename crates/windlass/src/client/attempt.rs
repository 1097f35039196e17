//! One attempt of a request: signed, not sent yet, and independent of the exchange that made it. Two attempts can be in
//! flight at once.
//!
//! S3 requests are sent here and nowhere else.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::deadline::Deadline;
use super::exchange::Kind;
use super::judge::{self, Findings};
use super::payload::{Fingerprint, SentTrailer};
use super::span::AttemptSpan;
use super::{ClientState, encryption, stored_checksum, subresource};
use crate::operations::Expectation;
use crate::ports::{ByteCounter, ConnectionInfo, HttpRequest};
use crate::protocol::{Draft, Response};
use crate::resilience::Permit;
use crate::round_trip::{self, OpenResponse, StallLimits, UploadProgress};
use crate::types::Credentials;
use crate::{Error, Result};

/// A request that is signed and ready to be sent.
pub(super) struct Attempt<'a> {
    pub(super) context: AttemptContext<'a>,
    pub(super) request: HttpRequest,
    pub(super) progress: UploadProgress,
    pub(super) fingerprint: Option<Arc<Fingerprint>>,
    pub(super) sent_with: SentWith,
    /// Counts the bytes of the response where there is an observer.
    pub(super) received: Option<ByteCounter>,
    pub(super) deadline: Deadline,
    pub(super) permit: Permit,
}

/// What an attempt is an attempt of.
#[derive(Clone, Copy)]
pub(super) struct AttemptContext<'a> {
    pub(super) state: &'a Arc<ClientState>,
    pub(super) draft: &'a Draft<'a>,
    pub(super) kind: Kind,
    /// Counts from 1.
    pub(super) number: u32,
    /// The number of the request in events; 0 without an observer.
    pub(super) request_id: u64,
}

/// What recovery has to know of the request.
#[derive(Default)]
pub(super) struct SentWith {
    pub(super) region: Arc<str>,
    pub(super) credentials: Option<Credentials>,
    /// The request carried a checksum header that the caller did not ask for.
    pub(super) checksum_unasked: bool,
    /// The body waited for `100 Continue`.
    pub(super) expects_continue: bool,
    pub(super) trailer: SentTrailer,
}

/// An attempt that has ended.
pub(super) struct Attempted {
    pub(super) outcome: Result<Received>,
    pub(super) report: Report,
}

/// The response of a success.
pub(super) enum Received {
    /// The body was read to its end.
    Whole(Response),
    /// The content is still to come. The permit belongs to it.
    Open(OpenResponse, Permit),
}

/// What an attempt has shown beyond its outcome.
#[derive(Default)]
pub(super) struct Report {
    pub(super) sent_with: SentWith,
    pub(super) stale_connection: bool,
    pub(super) findings: Findings,
    /// Of the response, and only where there is an observer.
    pub(super) status: Option<u16>,
    pub(super) connection: Option<ConnectionInfo>,
    /// When the head of the response came, on the clock that only goes forward. Only where there is an observer.
    pub(super) first_byte: Option<Duration>,
}

impl Attempted {
    /// An attempt that could not be prepared.
    pub(super) fn unsent(error: Error) -> Self {
        Self { outcome: Err(error), report: Report::default() }
    }
}

impl Attempt<'_> {
    /// Sends the request and judges its response. The content of an object is still to come then; everything else is read
    /// to its end.
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
