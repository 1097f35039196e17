//! Access keys.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use zeroize::Zeroizing;

/// An access key id with its secret, permanent or temporary. Cheap to clone.
///
/// Debug output omits the secret and the token, and windlass wipes its own copies from memory on drop. Other
/// copies are not wiped: those of the caller, the environment and the kernel, and the token in requests in
/// flight.
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
    /// Creates permanent credentials.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            access_key_id: access_key_id.into(),
            secret_access_key: Zeroizing::new(secret_access_key.into()),
            session_token: None,
            expiry: None,
            source: "code".into(),
        }))
    }

    /// Sets the session token, which temporary credentials require.
    #[must_use]
    pub fn with_session_token(mut self, token: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.0).session_token = Some(Zeroizing::new(token.into()));
        self
    }

    /// Sets the time at which the credentials expire.
    #[must_use]
    pub fn with_expiry(mut self, expiry: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).expiry = Some(expiry);
        self
    }

    /// Sets the source of the credentials for messages: `environment`, `profile dev`.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).source = source.into();
        self
    }

    /// Returns the access key id. It is not secret, and part of every signed request.
    pub fn access_key_id(&self) -> &str {
        &self.0.access_key_id
    }

    /// Returns the secret access key.
    pub fn secret_access_key(&self) -> &str {
        &self.0.secret_access_key
    }

    /// Returns the session token of temporary credentials.
    pub fn session_token(&self) -> Option<&str> {
        self.0.session_token.as_ref().map(|token| token.as_str())
    }

    /// Returns the time at which the credentials expire; `None` if they do not.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.0.expiry
    }

    /// Returns the source of the credentials.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether both share memory, a faster check than equality.
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
