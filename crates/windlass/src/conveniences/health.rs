//! Whether a client can work with a bucket.

use std::time::Duration;

use crate::{Client, Result};

/// What was found when a client's way to its bucket was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// How long the answer took, retries included.
    pub latency: Duration,
    /// The bucket's region, where the service tells.
    pub region: Option<String>,
}

impl Client {
    /// Tries the whole way once: settings, credentials, network, TLS, signature, and that the bucket is there and may be
    /// used (by `HeadBucket`, which reads nothing).
    ///
    /// # Errors
    /// What does not work, see [`ErrorKind`](crate::ErrorKind) and [`suggestion`](crate::Error::suggestion).
    pub async fn health_check(&self, bucket: impl Into<String>) -> Result<Health> {
        let begun = self.monotonic();
        let head = self.head_bucket(bucket).await?;
        Ok(Health { latency: self.monotonic().saturating_sub(begun), region: head.bucket_region })
    }
}
