//! What an attempt has shown: its outcome, and what recovery and the observer have to know of it.

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
