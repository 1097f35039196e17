//! Several sources, asked in order.

use std::sync::Arc;

use super::{EnvironmentProvider, ProfileProvider};
use crate::ports::{BoxFuture, CredentialsProvider, System};
use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Asks its providers in order; the first that has credentials wins. A provider that has none is passed over,
/// any other error ends the search: credentials that are broken are never replaced by others unasked.
#[derive(Clone, Debug)]
pub struct ChainProvider {
    providers: Vec<Arc<dyn CredentialsProvider>>,
}

impl ChainProvider {
    /// A chain of `providers` in this order.
    pub fn new(providers: Vec<Arc<dyn CredentialsProvider>>) -> Self {
        Self { providers }
    }

    async fn search(&self) -> Result<Option<Credentials>> {
        let mut reasons = Vec::new();
        for provider in &self.providers {
            match provider.credentials().await {
                Err(error) if error.kind() == ErrorKind::CredentialsNotFound => {
                    reasons.push(format!("{}: {error}", provider.name()));
                }
                found_or_broken => return found_or_broken,
            }
        }
        Err(Error::new(ErrorKind::CredentialsNotFound, reasons.join("; ")))
    }
}

impl CredentialsProvider for ChainProvider {
    fn name(&self) -> &'static str {
        "chain"
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(self.search())
    }
}

/// The environment, then the profile. Where code names a profile, that profile alone: somebody who asks for
/// one must not get the keys of another account because they happen to be in the environment.
pub fn default_chain(system: Arc<dyn System>, profile: Option<String>) -> ChainProvider {
    ChainProvider::new(match profile {
        Some(name) => vec![Arc::new(ProfileProvider::new(system).profile(name))],
        None => {
            vec![Arc::new(EnvironmentProvider::new(system.clone())), Arc::new(ProfileProvider::new(system))]
        }
    })
}
