//! Health check of a client and a bucket.

use std::time::Duration;

use crate::{Client, Result};

/// The result of a health check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// The time until the response, including retries.
    pub latency: Duration,
    /// The region of the bucket, if the service sends it.
    pub region: Option<String>,
}

impl Client {
    /// Checks settings, credentials, network, TLS and signature, and that the bucket exists and is
    /// accessible, with one `HeadBucket` call.
    ///
    /// # Errors
    /// The first failure; see [`ErrorKind`](crate::ErrorKind) and [`suggestion`](crate::Error::suggestion).
    pub async fn health_check(&self, bucket: impl Into<String>) -> Result<Health> {
        let begun = self.monotonic();
        let head = self.head_bucket(bucket).await?;
        Ok(Health { latency: self.monotonic().saturating_sub(begun), region: head.bucket_region })
    }
}
