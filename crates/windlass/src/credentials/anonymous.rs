//! Unsigned requests.

use std::borrow::Cow;

use crate::Result;
use crate::ports::{BoxFuture, CredentialsProvider};
use crate::types::Credentials;

/// Sends requests unsigned, for public buckets.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnonymousProvider;

impl CredentialsProvider for AnonymousProvider {
    fn name(&self) -> Cow<'_, str> {
        "anonymous".into()
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(async { Ok(None) })
    }
}
