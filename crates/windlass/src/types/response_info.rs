//! What every request may say about the account, and what every answer says about itself.

use super::{RequestCharged, RequestPayer};
use crate::protocol::{Draft, Response};

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

/// Whose bucket it must be, and who pays: two settings that nearly every operation takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccountOptions {
    /// The account id that must own the bucket; the request is refused otherwise.
    pub expected_bucket_owner: Option<String>,
    /// Set to agree to pay for a request to a requester-pays bucket.
    pub request_payer: Option<RequestPayer>,
}

impl AccountOptions {
    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        draft.set_header("x-amz-expected-bucket-owner", self.expected_bucket_owner.as_deref());
        draft.set_header("x-amz-request-payer", self.request_payer.as_ref().map(RequestPayer::as_str));
    }
}
