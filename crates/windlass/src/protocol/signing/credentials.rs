//! Who signs: an access key, kept secret.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

/// An access key id with its secret, for a time or for good. Cheap to clone.
///
/// The secret and the token are never shown, and windlass wipes its own copies of them from memory on drop. Copies that
/// others hold are not wiped: those of the caller, of the environment, of the kernel, and the token in requests under way.
///
/// ```
/// use windlass::Credentials;
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI");
/// assert!(!format!("{credentials:?}").contains("wJalr"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(Arc<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    access_key_id: String,
    secret_access_key: Zeroizing<String>,
    session_token: Option<Zeroizing<String>>,
    expiry: Option<SystemTime>,
    source: Cow<'static, str>,
}

impl Credentials {
    /// A key without end.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            access_key_id: access_key_id.into(),
            secret_access_key: Zeroizing::new(secret_access_key.into()),
            session_token: None,
            expiry: None,
            source: "code".into(),
        }))
    }

    /// Adds the token that temporary keys need.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).session_token = Some(Zeroizing::new(token.into()));
        self
    }

    /// States when the key ends.
    #[must_use]
    pub fn with_expiry(mut self, expiry: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).expiry = Some(expiry);
        self
    }

    /// Names where the key came from, for messages: `environment`, `profile dev`.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).source = source.into();
        self
    }

    /// The access key id: not secret, and part of every signed request.
    pub fn access_key_id(&self) -> &str {
        &self.0.access_key_id
    }

    /// The secret access key.
    pub fn secret_access_key(&self) -> &str {
        &self.0.secret_access_key
    }

    /// The session token of temporary keys.
    pub fn session_token(&self) -> Option<&str> {
        self.0.session_token.as_ref().map(|token| token.as_str())
    }

    /// When the key ends; None if it does not.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.0.expiry
    }

    /// Where the key came from.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether both are the same key in memory, which is quicker to tell than whether they are equal.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.0.access_key_id)
            .field("session_token", &self.0.session_token.as_ref().map(|_| "(redacted)"))
            .field("expiry", &self.0.expiry)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}
