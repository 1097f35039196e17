//! The context of an attempt: the operation, its draft and the client.

use std::sync::Arc;

use super::ClientState;
use crate::operations::{Expectation, Operation};
use crate::protocol::Draft;

/// The properties of an operation that the exchange needs.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) streams: bool,
    pub(super) expects: Expectation,
}

impl Kind {
    pub(super) fn of<O: Operation>() -> Self {
        Self { name: O::NAME, streams: O::STREAMS, expects: O::EXPECTS }
    }
}

/// The request that an attempt belongs to.
#[derive(Clone, Copy)]
pub(super) struct AttemptContext<'a> {
    pub(super) state: &'a Arc<ClientState>,
    pub(super) draft: &'a Draft<'a>,
    pub(super) kind: Kind,
    /// Counts from 1.
    pub(super) number: u32,
    /// The id of the request in events; 0 without an observer.
    pub(super) request_id: u64,
}
