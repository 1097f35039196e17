//! The credentials port.

use std::borrow::Cow;
use std::fmt;

use super::BoxFuture;
use crate::Result;
use crate::types::Credentials;

/// A source of credentials. The client wraps it in a [`CachedProvider`](crate::credentials::CachedProvider),
/// which caches credentials until shortly before they expire, and shares one fetch among concurrent requests.
///
/// On an error of kind [`CredentialsNotFound`](crate::ErrorKind::CredentialsNotFound) a chain continues with
/// the next provider; any other error ends it.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// A short name of the source for messages, such as `environment` or `profile dev`.
    fn name(&self) -> Cow<'_, str>;

    /// Fetches credentials. `None` sends requests unsigned.
    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>>;

    /// Reports that the service rejected `credentials` of this provider. A provider that caches credentials
    /// drops them and fetches new ones on the next call. Does nothing by default.
    fn reject(&self, credentials: &Credentials) {
        let _ = credentials;
    }
}
