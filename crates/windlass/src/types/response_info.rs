//! What every response says about itself.

use super::RequestCharged;
use crate::protocol::Response;

/// What every answer carries: the ids by which AWS support finds the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseInfo {
    /// The HTTP status.
    pub status: u16,
    /// `x-amz-request-id`.
    pub request_id: Option<String>,
    /// `x-amz-id-2`.
    pub extended_request_id: Option<String>,
    /// Set where the requester was charged.
    pub request_charged: Option<RequestCharged>,
}

impl ResponseInfo {
    pub(crate) fn from_reply(response: &Response) -> Self {
        Self {
            status: response.status(),
            request_id: response.text("x-amz-request-id"),
            extended_request_id: response.text("x-amz-id-2"),
            request_charged: response.word("x-amz-request-charged"),
        }
    }
}
