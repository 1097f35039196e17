//! The result of an attempt: its outcome, and facts for recovery and the observer.

use std::sync::Arc;
use std::time::Duration;

use super::judge::Findings;
use super::payload::SentTrailer;
use crate::ports::ConnectionInfo;
use crate::protocol::Response;
use crate::resilience::Permit;
use crate::round_trip::OpenResponse;
use crate::types::Credentials;
use crate::{Error, Result};

/// Properties of the request that recovery needs.
#[derive(Default)]
pub(super) struct SentWith {
    pub(super) region: Arc<str>,
    pub(super) credentials: Option<Credentials>,
    /// The request carried a checksum header that the caller did not set.
    pub(super) checksum_unasked: bool,
    /// The body waited for `100 Continue`.
    pub(super) expects_continue: bool,
    pub(super) trailer: SentTrailer,
}

/// A finished attempt.
pub(super) struct Attempted {
    pub(super) outcome: Result<Received>,
    pub(super) report: Report,
}

/// A successful response.
pub(super) enum Received {
    /// The body has been read.
    Whole(Response),
    /// The content has not been read. It owns the permit.
    Open(OpenResponse, Permit),
}

/// Facts about an attempt beside its outcome.
#[derive(Default)]
pub(super) struct Report {
    pub(super) sent_with: SentWith,
    pub(super) stale_connection: bool,
    pub(super) findings: Findings,
    /// The response head; only with an observer.
    pub(super) status: Option<u16>,
    pub(super) connection: Option<ConnectionInfo>,
    /// The arrival of the response head on the monotonic clock; only with an observer.
    pub(super) first_byte: Option<Duration>,
}

impl Attempted {
    /// An attempt that could not be prepared.
    pub(super) fn unsent(error: Error) -> Self {
        Self { outcome: Err(error), report: Report::default() }
    }
}
