//! The address and the signer of a draft, for requests that are sent, signed or presigned.

use std::sync::Arc;
use std::time::SystemTime;

use super::ClientState;
use crate::Result;
use crate::config::ServiceProfile;
use crate::protocol::address::Address;
use crate::protocol::signing::{SigningScope, SigningTime};
use crate::protocol::{Draft, encode};
use crate::types::Credentials;

/// All inputs of a signature except the headers and the payload.
pub(super) struct SigningContext<'a> {
    /// None for anonymous requests.
    pub(super) credentials: Option<Credentials>,
    pub(super) address: Address<'a>,
    /// The canonical query; sent in the form in which it is signed.
    pub(super) query: String,
    /// The service's time, with the known clock skew.
    pub(super) now: SystemTime,
    pub(super) time: SigningTime,
    /// None for anonymous requests.
    pub(super) scope: Option<Arc<SigningScope>>,
}

impl<'a> SigningContext<'a> {
    /// Resolves credentials, address and scope for `draft`. Nothing waits between this call and the signature.
    /// `clock_offset` overrides the learned clock skew, in seconds.
    ///
    /// # Errors
    /// Fails if there are no usable credentials or no host for the draft.
    pub(super) async fn resolve(
        state: &'a ClientState,
        draft: &Draft<'a>,
        region: &'a str,
        clock_offset: Option<i64>,
    ) -> Result<Self> {
        let now = || clock_offset.map_or_else(|| state.now(), |offset| state.now_with(offset));
        let credentials = state.credentials.get(now()).await?;
        let address = state.addressing.resolve(region, draft)?;
        let query = canonical_query(draft, &state.service);
        let now = now();
        let time = SigningTime::new(now);
        let scope =
            credentials.as_ref().map(|keys| state.signing_keys.scope(keys, time, address.region, "s3"));
        Ok(Self { credentials, address, query, now, time, scope })
    }
}

/// Whether the service supports encoded keys in this list.
fn takes_encoding(draft: &Draft<'_>, service: &ServiceProfile) -> bool {
    let lists = |what: &str| draft.query.iter().any(|(name, _)| *name == what);
    service.encoded_lists
        && (service.encoded_markers || !lists("versions"))
        && (service.encoded_uploads || !lists("uploads"))
}

/// The query in the order and encoding in which it is signed and sent.
fn canonical_query(draft: &Draft<'_>, service: &ServiceProfile) -> String {
    let extra = draft.extra_query();
    if draft.query.is_empty() && extra.is_empty() {
        return String::new();
    }
    let leave_out = !takes_encoding(draft, service);
    let own = || draft.query.iter().filter(|(name, _)| !(leave_out && *name == ENCODING_TYPE));
    let mut query = String::with_capacity(own().map(|(name, value)| name.len() + value.len() + 8).sum());
    if extra.is_empty()
        && own().is_sorted_by(|(one, _), (other, _)| one < other)
        && own().all(|(name, _)| is_plain(name))
    {
        for (name, value) in own() {
            push_separator(&mut query);
            query.push_str(name);
            query.push('=');
            encode::push_query_of_listed(&mut query, value);
        }
        return query;
    }
    let encoded = |name: &str, value: &str| {
        let mut encoded = String::with_capacity(value.len() + 8);
        encode::push_query_of_listed(&mut encoded, value);
        (encode::query(name), encoded)
    };
    let own = own().map(|(name, value)| encoded(name, value));
    let mut pairs: Vec<(String, String)> =
        own.chain(extra.iter().map(|(name, value)| encoded(name, value))).collect();
    pairs.sort_unstable();
    for (name, value) in &pairs {
        push_separator(&mut query);
        query.push_str(name);
        query.push('=');
        query.push_str(value);
    }
    query
}

fn push_separator(query: &mut String) {
    if !query.is_empty() {
        query.push('&');
    }
}

/// Whether a name needs no encoding.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

const ENCODING_TYPE: &str = "encoding-type";
