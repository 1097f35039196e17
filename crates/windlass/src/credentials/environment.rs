//! Credentials from environment variables.

use std::borrow::Cow;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::characters::{CharacterSet, check};
use crate::ports::{BoxFuture, CredentialsProvider, Environment};
use crate::protocol::timestamp::parse_date;
use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` (or the older
/// `AWS_SECURITY_TOKEN`) and the expiry in `AWS_CREDENTIAL_EXPIRATION`, as `aws configure export-credentials`
/// writes it. Values are trimmed, and a blank value counts as unset. An access key id without its secret, or
/// the reverse, is an error.
#[derive(Clone, Debug)]
pub struct EnvironmentProvider {
    environment: Arc<dyn Environment>,
}

impl EnvironmentProvider {
    /// Reads the variables of `environment`.
    pub fn new(environment: Arc<dyn Environment>) -> Self {
        Self { environment }
    }

    fn read(&self) -> Result<Credentials> {
        let get = |name| {
            let value = Zeroizing::new(self.environment.variable(name)?);
            Some(Zeroizing::new(value.trim().to_owned())).filter(|value| !value.is_empty())
        };
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
        check(KEY_ID, &key_id, CharacterSet::Header)?;
        check(SECRET, &secret, CharacterSet::Line)?;
        let mut credentials = Credentials::new(key_id.as_str(), secret.as_str()).with_source("environment");
        let token =
            ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"].into_iter().find_map(|name| Some((name, get(name)?)));
        if let Some((name, token)) = token {
            check(name, &token, CharacterSet::Header)?;
            credentials = credentials.with_session_token(token.as_str());
        }
        if let Some(text) = get(EXPIRATION) {
            let Some(expiry) = parse_date(&text) else {
                let message = format!(
                    "{EXPIRATION} is {:?}: expected a time such as 2026-11-23T10:37:30Z",
                    text.as_str()
                );
                return Err(Error::new(ErrorKind::CredentialsInvalid, message));
            };
            credentials = credentials.with_expiry(expiry);
        }
        Ok(credentials)
    }
}

impl CredentialsProvider for EnvironmentProvider {
    fn name(&self) -> Cow<'_, str> {
        "environment".into()
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(async { self.read().map(Some) })
    }
}

const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
