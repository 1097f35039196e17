//! DNS resolution. No cache: the system's resolver has one that respects the time to live.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::ports::BoxFuture;

/// Resolves host names.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// Returns all addresses of `host`, the preferred family first. Called for names only, not for literal addresses.
    ///
    /// # Errors
    /// Fails if the name does not exist or no name server responds.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}
