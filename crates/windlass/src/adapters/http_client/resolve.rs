//! Names to addresses. No cache: the system and its resolver have one that knows the names' time to live.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use crate::ports::BoxFuture;

/// Finds the addresses of a host.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// All addresses of `host`, the preferred family first. Called for names only, not for literal addresses.
    ///
    /// # Errors
    /// The name is not known, or nobody could be asked.
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// The resolver of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}
