//! Credentials that the program gives.

use std::borrow::Cow;

use crate::Result;
use crate::ports::{BoxFuture, CredentialsProvider};
use crate::types::Credentials;

/// Gives the credentials that it was made with.
#[derive(Clone, Debug)]
pub struct StaticProvider {
    credentials: Credentials,
}

impl StaticProvider {
    /// Gives `credentials`, always.
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
