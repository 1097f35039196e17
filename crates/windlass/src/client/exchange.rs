//! One request across its attempts. [`admit`](Exchange::admit) waits for a permit, [`prepare`](Exchange::prepare)
//! builds an [`Attempt`] from the draft, and after a failure [`recover`](Exchange::recover) (recovery.rs) decides
//! whether to try again. The loop is in run.rs.
//!
//! Each attempt is addressed and signed anew, after all waits.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::ClientState;
use super::attempt::Attempt;
use super::context::{AttemptContext, Kind};
use super::deadline::Deadline;
use super::payload::{self, Fingerprint};
use super::report::SentWith;
use super::signing_context::SigningContext;
use super::span::Span;
use crate::operations::Expectation;
use crate::ports::{HttpRequest, Origin, TransportHints};
use crate::protocol::Draft;
use crate::protocol::signing::{ChunkSigner, SignInput, SigningScope, sign_headers};
use crate::resilience::{Permit, RetrySession};
use crate::{ChecksumValidation, Error, ErrorKind, Result};

/// A request and its state across attempts.
pub(super) struct Exchange<'a> {
    pub(super) state: &'a Arc<ClientState>,
    pub(super) draft: &'a Draft<'a>,
    pub(super) kind: Kind,
    pub(super) deadline: Deadline,
    /// The number of prepared attempts.
    pub(super) attempts: u32,
    pub(super) retries: RetrySession,
    pub(super) corrections: Corrections,
    pub(super) trial: Trial,
    /// Computed once for all attempts.
    pub(super) fingerprint: Option<Arc<Fingerprint>>,
    /// The trailing checksum of an earlier attempt.
    pub(super) sent_trailer: Option<(&'static str, String)>,
    /// Whether an attempt may have taken effect although its response was lost.
    pub(super) outcome_unknown: bool,
    /// The events for the observer.
    pub(super) span: &'a mut Span,
}

/// The causes that were corrected. Each is corrected at most once.
#[derive(Default)]
pub(super) struct Corrections {
    pub(super) region: bool,
    pub(super) clock: bool,
    pub(super) credentials: bool,
    pub(super) connection: bool,
    pub(super) digest: bool,
    pub(super) checksum: bool,
    pub(super) expect: bool,
}

/// Values that only the next attempts are signed with.
#[derive(Default)]
pub(super) struct Trial {
    pub(super) region: Option<Arc<str>>,
    /// The offset of the service's clock from the local one, in seconds.
    pub(super) clock: Option<i64>,
    /// Whether the clock is suspected without a statement of the service.
    pub(super) clock_is_a_guess: bool,
    /// The error that named the region.
    pub(super) cause: Option<Error>,
}

impl<'a> Exchange<'a> {
    pub(super) fn new(
        state: &'a Arc<ClientState>,
        draft: &'a Draft<'a>,
        kind: Kind,
        span: &'a mut Span,
    ) -> Self {
        Self {
            state,
            draft,
            kind,
            deadline: Deadline::of(state, draft),
            attempts: 0,
            retries: RetrySession::default(),
            corrections: Corrections::default(),
            trial: Trial::default(),
            fingerprint: None,
            sent_trailer: None,
            outcome_unknown: false,
            span,
        }
    }

    /// An exchange for the rest of an interrupted response, after `attempts` attempts.
    pub(super) fn resuming(
        state: &'a Arc<ClientState>,
        draft: &'a Draft<'a>,
        operation: &'static str,
        attempts: u32,
        retries: RetrySession,
        span: &'a mut Span,
    ) -> Self {
        let kind = Kind { name: operation, streams: true, expects: Expectation::Object };
        Self { attempts, retries, ..Self::new(state, draft, kind, span) }
    }

    /// Waits for a permit to send the request. The permit belongs to one attempt; an open response keeps it until its
    /// body ends or is dropped.
    pub(super) async fn admit(&self) -> Permit {
        self.state.concurrency.admit().await
    }

    /// Builds one attempt from the draft: resolves credentials and address, prepares the payload and signs the request.
    ///
    /// # Errors
    /// Fails if there are no usable credentials, no host, or an unreadable body.
    pub(super) async fn prepare(&mut self, permit: Permit) -> Result<Attempt<'a>> {
        let (state, draft) = (self.state, self.draft);
        let region = self.trial.region.clone().unwrap_or_else(|| state.region_of(draft));
        let context = SigningContext::resolve(state, draft, &region, self.trial.clock).await?;
        let region =
            if context.address.region == &*region { region.clone() } else { context.address.region.into() };
        let (address, scope) = (context.address, context.scope);

        let mut headers = HeaderMap::with_capacity(draft.headers.len() + OWN_HEADERS);
        headers.extend(draft.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        headers.insert(HOST, header_value(&address.authority)?);
        if draft.verify
            && state.integrity.validation == ChecksumValidation::WhenSupported
            && state.service.checksum_headers
        {
            headers.insert(X_AMZ_CHECKSUM_MODE, HeaderValue::from_static("ENABLED"));
        }
        let way = payload::Way {
            secure: address.secure,
            signed: scope.is_some(),
            checksums_refused: self.corrections.checksum
                || state.learned.checksums_refused.load(Ordering::Relaxed),
        };
        let payload = payload::protect(state, draft, way, &mut self.fingerprint, &mut headers).await?;
        let checksum_unasked = payload.checksum_unasked;
        // Without this header an `aws-chunked` body would be stored with its chunk headers.
        if scope.is_some() || payload.is_framed() {
            headers.insert(X_AMZ_CONTENT_SHA256, payload.hash_header()?);
        }
        let mut chunk_signer = None;
        if let Some(scope) = &scope {
            headers.insert(X_AMZ_DATE, header_value(context.time.as_str())?);
            insert_token(&mut headers, scope)?;
            let input = SignInput {
                method: draft.method.as_str(),
                path: &address.path,
                query: &context.query,
                headers: &headers,
                added: draft.extra_headers(),
                payload_hash: &payload.hash,
            };
            let (authorization, signature) = sign_headers(&input, scope, context.time);
            if payload.signs_chunks() {
                chunk_signer = Some(ChunkSigner::from_scope(scope.clone(), context.time, signature));
            }
            let mut value = HeaderValue::from_maybe_shared(bytes::Bytes::from(authorization))
                .map_err(unfit_for_a_header)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let mut path_and_query = address.path;
        if !context.query.is_empty() {
            path_and_query.push('?');
            path_and_query.push_str(&context.query);
        }
        let opened = payload.open(chunk_signer).await?;
        let expects_continue = state.service.expect_continue
            && !draft.body.is_replayable()
            && !self.corrections.expect
            && !state.learned.expect_refused.load(Ordering::Relaxed);
        let request = HttpRequest {
            method: draft.method.clone(),
            origin: Origin { secure: address.secure, authority: address.authority.into() },
            path_and_query,
            headers,
            body: opened.body,
            hints: TransportHints {
                bytes_sent: opened.progress.counter(),
                expect_continue: expects_continue,
                // A body that can be sent only once must not use a connection that may be dead.
                fresh_connection: self.corrections.connection || !draft.body.is_replayable(),
            },
        };
        self.attempts += 1;
        self.span.attempt(self.attempts, &request.body, &opened.progress);
        Ok(Attempt {
            context: self.context(),
            request,
            progress: opened.progress,
            fingerprint: self.fingerprint.clone(),
            sent_with: SentWith {
                region,
                credentials: context.credentials,
                checksum_unasked,
                expects_continue,
                trailer: opened.sent_trailer,
            },
            received: self.span.received(),
            deadline: self.deadline,
            permit,
        })
    }

    /// The number of the last attempt.
    pub(super) fn context(&self) -> AttemptContext<'a> {
        AttemptContext {
            state: self.state,
            draft: self.draft,
            kind: self.kind,
            number: self.attempts,
            request_id: self.span.id().unwrap_or_default(),
        }
    }

    /// The name and value of the checksum header of the body.
    pub(super) fn sent_checksum(&self) -> Option<(&'static str, String)> {
        self.sent_trailer.clone().or_else(|| self.fingerprint.as_ref()?.guard())
    }
}

/// Headers that windlass adds to a request.
const OWN_HEADERS: usize = 8;

const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const X_AMZ_CHECKSUM_MODE: HeaderName = HeaderName::from_static("x-amz-checksum-mode");
const X_AMZ_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");
const X_AMZ_SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

fn insert_token(headers: &mut HeaderMap, scope: &SigningScope) -> Result<()> {
    if let Some(token) = scope.credentials.session_token() {
        let mut value = header_value(token)?;
        value.set_sensitive(true);
        headers.insert(X_AMZ_SECURITY_TOKEN, value);
    }
    Ok(())
}

fn header_value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(unfit_for_a_header)
}

fn unfit_for_a_header(error: http::header::InvalidHeaderValue) -> Error {
    let message = "the credentials or the host contain characters that a header cannot contain";
    Error::new(ErrorKind::CredentialsInvalid, message).with_source(error)
}
