//! Endpoints of the test servers.

/// The domain of virtual-hosted addressing on every server (`BUCKET.s3.localhost`).
pub(crate) const VIRTUAL_HOST: &str = "s3.localhost";

/// The address of a test server.
pub(crate) struct Endpoint {
    /// The name in environment variables.
    pub(crate) name: &'static str,
    pub(crate) http: u16,
    pub(crate) https: u16,
    pub(crate) access_key: &'static str,
    pub(crate) secret_key: &'static str,
    pub(crate) region: &'static str,
}
