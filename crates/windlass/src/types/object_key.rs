//! Object keys: opaque bytes to S3, including slashes and dots.

use super::EncodedKey;
use crate::{Error, ErrorKind, Result};

/// An object key that S3 can store: 1 to 1,024 bytes of UTF-8 without NUL. Nothing else is forbidden or
/// normalised: `a//b`, `../c` and ` ` are keys.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html>
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The maximum length of a key, in bytes.
    pub const MAX_LENGTH: usize = 1024;

    /// Validates a key.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidKey`], naming the violated limit.
    pub fn new(key: impl Into<String>) -> Result<Self> {
        let key = key.into();
        check(&key)?;
        Ok(Self(key))
    }

    /// Returns the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for ObjectKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Operations take it where they take a key.
impl From<ObjectKey> for String {
    fn from(key: ObjectKey) -> Self {
        key.0
    }
}

impl From<&ObjectKey> for String {
    fn from(key: &ObjectKey) -> Self {
        key.0.clone()
    }
}

pub(crate) fn check(key: &str) -> Result<()> {
    if let Some(encoded) = EncodedKey::of(key) {
        let message = format!(
            "the bytes of the key {:?} are not UTF-8: windlass lists such keys in encoded form and cannot use them in requests",
            encoded.as_str()
        );
        return Err(Error::new(ErrorKind::InvalidKey, message));
    }
    if key.is_empty() {
        return Err(Error::new(ErrorKind::InvalidKey, "the key is empty: it must have 1 to 1024 bytes"));
    }
    if key.len() > ObjectKey::MAX_LENGTH {
        let message = format!("the key has {} bytes: it must have 1 to 1024 bytes", key.len());
        return Err(Error::new(ErrorKind::InvalidKey, message));
    }
    if key.contains('\0') {
        return Err(Error::new(ErrorKind::InvalidKey, "the key contains NUL"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn any_text_up_to_the_limit_without_nul_is_a_key() {
        for key in [" ", "..", "//", "a/../b", "\u{1}", &"é".repeat(512)] {
            assert!(check(key).is_ok(), "{key:?}");
        }
        for key in ["", "a\0b", &"a".repeat(1025)] {
            assert!(check(key).is_err(), "{key:?}");
        }
    }
}
