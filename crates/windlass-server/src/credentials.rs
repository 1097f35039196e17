//! The key pairs that the server knows.

use std::collections::HashMap;
use std::fmt;

use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Error, S3ErrorCode, S3Result};

/// Access key ids with their secrets and session tokens.
#[derive(Clone, Default)]
pub(crate) struct Credentials(HashMap<String, Pair>);

/// The secret of one access key id, and its session token if it is temporary.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Credentials {
    pub(crate) fn insert(&mut self, id: String, secret: String, token: Option<String>) {
        self.0.insert(id, Pair { secret, token });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Pair> {
        self.0.get(id)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[async_trait::async_trait]
impl S3Auth for Credentials {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.get(access_key) {
            Some(pair) => Ok(SecretKey::from(pair.secret.as_str())),
            None => Err(S3Error::new(S3ErrorCode::InvalidAccessKeyId)),
        }
    }
}
