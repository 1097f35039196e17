//! Customer-provided encryption keys (SSE-C).
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html>

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::Encryption;
use crate::protocol::Draft;
use crate::{Error, ErrorKind, Result};

/// A 256-bit key with which S3 encrypts an object and which it does not store. Every read needs it again.
///
/// Debug output omits the key, and windlass wipes its own copy from memory on drop. Copies of the caller and
/// in requests in flight are not wiped.
#[derive(Clone)]
pub struct CustomerKey {
    algorithm: String,
    key: Zeroizing<Vec<u8>>,
    md5: Option<String>,
}

impl CustomerKey {
    /// Creates an AES-256 key of 32 bytes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for another length.
    pub fn aes256(key: &[u8]) -> Result<Self> {
        if key.len() != 32 {
            let message = format!("an SSE-C key must have 32 bytes, not {}", key.len());
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        Ok(Self::with_algorithm("AES256", key))
    }

    /// Creates a key of any length for an algorithm of an S3-compatible service.
    pub fn with_algorithm(algorithm: impl Into<String>, key: &[u8]) -> Self {
        Self { algorithm: algorithm.into(), key: Zeroizing::new(key.to_vec()), md5: None }
    }

    /// Sets the key's MD5 in base64 instead of computing it.
    #[must_use]
    pub fn with_md5(mut self, md5: impl Into<String>) -> Self {
        self.md5 = Some(md5.into());
        self
    }

    /// Whether S3 reports this key as the one that it used.
    pub(crate) fn is_confirmed_by(&self, encryption: &Encryption) -> bool {
        let md5 = encryption.sse_customer_key_md5.as_ref();
        encryption.sse_customer_algorithm.as_ref() == Some(&self.algorithm)
            && md5.is_none_or(|md5| *md5 == self.digest())
    }

    fn digest(&self) -> String {
        self.md5.clone().unwrap_or_else(|| STANDARD.encode(Md5::digest(&*self.key)))
    }

    pub(crate) fn write(&self, draft: &mut Draft<'_>) {
        self.write_with(
            draft,
            [
                "x-amz-server-side-encryption-customer-algorithm",
                "x-amz-server-side-encryption-customer-key",
                "x-amz-server-side-encryption-customer-key-md5",
            ],
        );
    }

    pub(crate) fn write_for_copy_source(&self, draft: &mut Draft<'_>) {
        self.write_with(
            draft,
            [
                "x-amz-copy-source-server-side-encryption-customer-algorithm",
                "x-amz-copy-source-server-side-encryption-customer-key",
                "x-amz-copy-source-server-side-encryption-customer-key-md5",
            ],
        );
    }

    fn write_with(&self, draft: &mut Draft<'_>, [algorithm, key, md5]: [&'static str; 3]) {
        let digest = self.digest();
        draft.set_header(algorithm, Some(&self.algorithm));
        draft.set_sensitive_header(key, STANDARD.encode(&*self.key));
        draft.set_header(md5, Some(digest));
    }
}

impl fmt::Debug for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}
