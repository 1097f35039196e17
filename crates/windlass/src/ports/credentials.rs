//! Where credentials come from.

use std::borrow::Cow;
use std::fmt;

use super::BoxFuture;
use crate::Result;
use crate::types::Credentials;

/// Gives credentials. The client asks through a [`CachedProvider`](crate::credentials::CachedProvider): it keeps what it
/// gets until shortly before its expiry, and asks once however many requests wait.
///
/// An error of kind [`CredentialsNotFound`](crate::ErrorKind::CredentialsNotFound) means "not here" and lets a
/// chain go on; any other stops it.
pub trait CredentialsProvider: fmt::Debug + Send + Sync {
    /// The source in a few words for messages, such as `environment` or `profile dev`.
    fn name(&self) -> Cow<'_, str>;

    /// Fetches credentials; None stands for requests without a signature.
    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>>;

    /// Tells that the service refused `credentials` that this provider gave. A provider that keeps credentials drops
    /// these and fetches others when it is asked next. Does nothing by default.
    fn reject(&self, credentials: &Credentials) {
        let _ = credentials;
    }
}
