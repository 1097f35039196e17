//! Static credentials from code.

use std::borrow::Cow;

use crate::Result;
use crate::ports::{BoxFuture, CredentialsProvider};
use crate::types::Credentials;

/// Returns fixed credentials.
#[derive(Clone, Debug)]
pub struct StaticProvider {
    credentials: Credentials,
}

impl StaticProvider {
    /// Creates a provider that always returns `credentials`.
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials }
    }
}

impl CredentialsProvider for StaticProvider {
    fn name(&self) -> Cow<'_, str> {
        "static".into()
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(async { Ok(Some(self.credentials.clone())) })
    }
}
