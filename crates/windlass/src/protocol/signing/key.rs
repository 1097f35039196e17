//! The signing key: derived once for each secret, day, region and service, then cached.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Credentials, SigningTime};
use crate::protocol::encode;

/// A derived key, valid for one day, region and service.
#[derive(Clone)]
pub struct SigningKey {
    /// The HMAC state after the key was processed. Each signature starts from a copy.
    mac: Hmac<Sha256>,
    bytes: Zeroizing<[u8; 32]>,
}

impl SigningKey {
    /// Derives the key. `date` is `YYYYMMDD`.
    pub fn derive(secret_access_key: &str, date: &str, region: &str, service: &str) -> Self {
        let secret = Zeroizing::new(format!("AWS4{secret_access_key}"));
        let mut bytes = hmac(secret.as_bytes(), date.as_bytes());
        for part in [region, service, "aws4_request"] {
            bytes = hmac(&*bytes, part.as_bytes());
        }
        Self { mac: keyed(&*bytes), bytes }
    }

    /// Returns the bytes of the key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Signs `text` and returns the signature in lower-case hexadecimal digits.
    pub fn sign(&self, text: &[u8]) -> String {
        let mut mac = self.mac.clone();
        mac.update(text);
        encode::hex(&mac.finalize().into_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    Hmac::new_from_slice(key).expect("any key length is valid")
}

fn hmac(key: &[u8], text: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut mac = keyed(key);
    mac.update(text);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// A key and its scope.
#[derive(Debug)]
pub(crate) struct SigningScope {
    pub(crate) credentials: Credentials,
    pub(crate) key: SigningKey,
    /// `20130524/us-east-1/s3/aws4_request`.
    pub(crate) text: String,
    region: String,
    service: String,
}

impl SigningScope {
    pub(crate) fn new(credentials: &Credentials, time: SigningTime, region: &str, service: &str) -> Self {
        Self {
            credentials: credentials.clone(),
            key: SigningKey::derive(credentials.secret_access_key(), time.date(), region, service),
            text: format!("{}/{region}/{service}/aws4_request", time.date()),
            region: region.to_owned(),
            service: service.to_owned(),
        }
    }

    fn is_for(&self, credentials: &Credentials, time: SigningTime, region: &str, service: &str) -> bool {
        self.credentials.is_same(credentials)
            && self.text.get(..8) == Some(time.date())
            && self.region == region
            && self.service == service
    }
}

/// The most recently used keys, newest first, so that most requests derive none.
#[derive(Debug, Default)]
pub(crate) struct SigningKeyCache(RwLock<Vec<Arc<SigningScope>>>);

/// A client rarely uses more regions at a time.
const CACHED_KEYS: usize = 8;

impl SigningKeyCache {
    pub(crate) fn scope(
        &self,
        credentials: &Credentials,
        time: SigningTime,
        region: &str,
        service: &str,
    ) -> Arc<SigningScope> {
        let fits = |scope: &&Arc<SigningScope>| scope.is_for(credentials, time, region, service);
        if let Some(scope) = self.0.read().unwrap_or_else(PoisonError::into_inner).iter().find(fits) {
            return scope.clone();
        }
        let scope = Arc::new(SigningScope::new(credentials, time, region, service));
        let mut cached = self.0.write().unwrap_or_else(PoisonError::into_inner);
        cached.retain(|old| !(old.region == scope.region && old.service == scope.service));
        cached.truncate(CACHED_KEYS - 1);
        cached.insert(0, scope.clone());
        scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    /// The example of the AWS General Reference, "Derive a signing key".
    #[test]
    fn the_published_example() {
        let key =
            SigningKey::derive("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam");
        let expected = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
        assert_eq!(encode::hex(key.as_bytes()), expected);
    }

    #[test]
    fn a_key_is_derived_once_for_its_scope() {
        let cache = SigningKeyCache::default();
        let credentials = Credentials::new("id", "secret");
        let day = |n: u64| SigningTime::new(UNIX_EPOCH + Duration::from_secs(86_400 * n));
        let first = cache.scope(&credentials, day(1), "us-east-1", "s3");
        assert!(Arc::ptr_eq(&first, &cache.scope(&credentials, day(1), "us-east-1", "s3")));
        assert!(!Arc::ptr_eq(&first, &cache.scope(&credentials, day(2), "us-east-1", "s3")));
        assert!(!Arc::ptr_eq(&first, &cache.scope(&credentials, day(1), "eu-west-1", "s3")));
        let other = Credentials::new("id", "another secret");
        assert!(!Arc::ptr_eq(&first, &cache.scope(&other, day(1), "us-east-1", "s3")));
    }
}
