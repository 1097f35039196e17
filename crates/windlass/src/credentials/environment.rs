//! Credentials in environment variables.

use std::sync::Arc;

use crate::ports::{BoxFuture, CredentialsProvider, System};
use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` (or the older
/// `AWS_SECURITY_TOKEN`). Blank counts as unset; one half of a key without the other is an error.
#[derive(Clone, Debug)]
pub struct EnvironmentProvider {
    system: Arc<dyn System>,
}

impl EnvironmentProvider {
    /// Reads the variables of `system`.
    pub fn new(system: Arc<dyn System>) -> Self {
        Self { system }
    }

    fn read(&self) -> Result<Credentials> {
        let get = |name| self.system.variable(name).filter(|value| !value.trim().is_empty());
        let incomplete = |missing, present| {
            let message = format!("{present} is set, but {missing} is not");
            Err(Error::new(ErrorKind::CredentialsInvalid, message))
        };
        let (key_id, secret) = match (get(KEY_ID), get(SECRET)) {
            (Some(key_id), Some(secret)) => (key_id, secret),
            (Some(_), None) => return incomplete(SECRET, KEY_ID),
            (None, Some(_)) => return incomplete(KEY_ID, SECRET),
            (None, None) => {
                return Err(Error::new(ErrorKind::CredentialsNotFound, format!("{KEY_ID} is not set")));
            }
        };
        let credentials = Credentials::new(key_id, secret).with_source("environment");
        let token = get("AWS_SESSION_TOKEN").or_else(|| get("AWS_SECURITY_TOKEN"));
        Ok(match token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        })
    }
}

impl CredentialsProvider for EnvironmentProvider {
    fn name(&self) -> &'static str {
        "environment"
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(async { self.read().map(Some) })
    }
}

const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
