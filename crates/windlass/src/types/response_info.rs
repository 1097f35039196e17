//! Properties that all responses have.

use super::RequestCharged;
use crate::protocol::Response;

/// Status and ids of a response. AWS support needs the ids to find the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseInfo {
    /// The HTTP status.
    pub status: u16,
    /// `x-amz-request-id`.
    pub request_id: Option<String>,
    /// `x-amz-id-2`.
    pub extended_request_id: Option<String>,
    /// Set if the requester was charged.
    pub request_charged: Option<RequestCharged>,
}

impl ResponseInfo {
    pub(crate) fn from_response(response: &Response) -> Self {
        let mut info = Self { status: response.status(), ..Self::default() };
        for (name, value) in response.header_texts() {
            match name {
                "x-amz-id-2" => info.extended_request_id = Some(value.text()),
                "x-amz-request-charged" => info.request_charged = Some(value.word()),
                "x-amz-request-id" => info.request_id = Some(value.text()),
                _ => {}
            }
        }
        info
    }
}
