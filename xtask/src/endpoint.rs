//! Where a test finds a server.

/// The domain under which every server knows buckets as hosts (`BUCKET.s3.localhost`).
pub(crate) const VIRTUAL_HOST: &str = "s3.localhost";

/// How a test reaches one of the servers.
pub(crate) struct Endpoint {
    /// As in the names of the variables.
    pub(crate) name: &'static str,
    pub(crate) http: u16,
    pub(crate) https: u16,
    pub(crate) access_key: &'static str,
    pub(crate) secret_key: &'static str,
    pub(crate) region: &'static str,
}
