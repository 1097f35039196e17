//! Static credentials in a profile of the files in `~/.aws`.

use std::borrow::Cow;
use std::sync::Arc;

use super::characters::{CharacterSet, check};
use crate::config::{ActiveProfile, Properties};
use crate::ports::{BoxFuture, CredentialsProvider, Environment, Files};
use crate::types::Credentials;
use crate::{Error, ErrorKind, Result};

/// Reads `aws_access_key_id`, `aws_secret_access_key` and `aws_session_token` of a profile. A profile with
/// another source of credentials (a role, single sign-on, a program) is an error that names the source.
#[derive(Clone, Debug)]
pub struct ProfileProvider {
    environment: Arc<dyn Environment>,
    files: Arc<dyn Files>,
    profile: Option<String>,
}

impl ProfileProvider {
    /// Reads the profile in `AWS_PROFILE`, else `default`.
    pub fn new(environment: Arc<dyn Environment>, files: Arc<dyn Files>) -> Self {
        Self { environment, files, profile: None }
    }

    /// Reads this profile.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    async fn read(&self) -> Result<Credentials> {
        let (environment, files) = (self.environment.as_ref(), self.files.as_ref());
        let profile = ActiveProfile::load(environment, files, self.profile.as_deref()).await?;
        let name = &profile.name;
        let Some(properties) = profile.properties() else {
            let stray = profile.stray_line().map(|line| format!("; {line}")).unwrap_or_default();
            let message = format!("profile {name:?} does not exist in the files of ~/.aws{stray}");
            let named = name != "default";
            let kind = if named { ErrorKind::CredentialsInvalid } else { ErrorKind::CredentialsNotFound };
            return Err(Error::new(kind, message));
        };
        keys_of(properties, name)
    }
}

fn keys_of(profile: &Properties, name: &str) -> Result<Credentials> {
    let get = |key: &str| profile.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let invalid = |message| Err(Error::new(ErrorKind::CredentialsInvalid, message));
    if let Some(property) = BEFORE_KEYS.iter().find(|property| get(property).is_some()) {
        return invalid(format!("profile {name:?} uses {property}, which windlass does not support yet"));
    }
    let (key_id, secret) = match (get(KEY_ID), get(SECRET)) {
        (Some(key_id), Some(secret)) => (key_id, secret),
        (Some(_), None) => return invalid(format!("profile {name:?} has {KEY_ID} but no {SECRET}")),
        (None, Some(_)) => return invalid(format!("profile {name:?} has {SECRET} but no {KEY_ID}")),
        (None, None) => {
            let message = format!("profile {name:?} has no {KEY_ID}");
            return Err(Error::new(ErrorKind::CredentialsNotFound, message));
        }
    };
    let property = |key: &str| format!("{key} of profile {name:?}");
    check(&property(KEY_ID), key_id, CharacterSet::Header)?;
    check(&property(SECRET), secret, CharacterSet::Line)?;
    let credentials = Credentials::new(key_id, secret).with_source(format!("profile {name}"));
    let token =
        ["aws_session_token", "aws_security_token"].into_iter().find_map(|key| Some((key, get(key)?)));
    let Some((key, token)) = token else { return Ok(credentials) };
    check(&property(key), token, CharacterSet::Header)?;
    Ok(credentials.with_session_token(token))
}

impl CredentialsProvider for ProfileProvider {
    fn name(&self) -> Cow<'_, str> {
        match &self.profile {
            Some(name) => format!("profile {name}").into(),
            None => "profile".into(),
        }
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(async { self.read().await.map(Some) })
    }
}

const KEY_ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

/// The properties that take precedence over keys of the same profile, which are then often the source keys of
/// a role.
const BEFORE_KEYS: [&str; 7] = [
    "role_arn",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "login_session",
    "credential_process",
];
