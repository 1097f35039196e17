//! Configuration and construction of a server.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use s3s::S3Result;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::host::{S3Host, VirtualHost};
use s3s::service::S3ServiceBuilder;

use crate::clock::{Clock, SystemClock};
use crate::credentials::Credentials;
use crate::faults::Faults;
use crate::gate::Gate;
use crate::recorder::Requests;
use crate::s3::{Operations, Verified};
use crate::server::Server;
use crate::service::{Inner, Service};
use crate::store::{FolderStore, MemoryStore, Store};
use crate::target;

/// Builds a server. Defaults: objects in memory, region `us-east-1`, the key pair `windlass` and
/// `windlass-secret`, a free port of 127.0.0.1, the domain `s3.localhost` and the system clock.
#[must_use]
pub struct ServerBuilder {
    folder: Option<PathBuf>,
    credentials: Credentials,
    region: String,
    address: String,
    domains: Vec<String>,
    clock: Option<Arc<dyn Clock>>,
    recorded: usize,
}

// In this file, so that a running server does not depend on its builder.
impl Server {
    /// Returns a builder with the defaults.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            folder: None,
            credentials: Credentials::default(),
            region: "us-east-1".to_owned(),
            address: "127.0.0.1:0".to_owned(),
            domains: Vec::new(),
            clock: None,
            recorded: 1000,
        }
    }
}

impl ServerBuilder {
    /// Stores objects in memory. They are lost when the server stops.
    pub fn memory(mut self) -> Self {
        self.folder = None;
        self
    }

    /// Stores objects in a folder, across restarts. The folder is created if it is missing; otherwise it must
    /// be empty or an existing store. Only one server at a time can use it.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folder = Some(path.into());
        self
    }

    /// Adds a key pair. The first one replaces the default pair.
    pub fn credentials(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.credentials.insert(id.into(), secret.into(), None);
        self
    }

    /// Adds a temporary key pair. Its requests must carry the session token.
    pub fn session_credentials(
        mut self,
        id: impl Into<String>,
        secret: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        self.credentials.insert(id.into(), secret.into(), Some(token.into()));
        self
    }

    /// Sets the region that requests must be signed for.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the address to listen on. Port 0 selects a free port.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// Adds a domain for virtual-hosted addressing: `BUCKET.domain`, with any port. The first one replaces
    /// the default domain.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domains.push(domain.into());
        self
    }

    /// Sets the clock that dates objects, validates signatures and times injected delays.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sets how many requests are recorded; older ones are dropped. Default: 1,000.
    pub fn record(mut self, requests: usize) -> Self {
        self.recorded = requests;
        self
    }

    /// Builds the server without a listener.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be opened: with [`io::ErrorKind::ResourceBusy`] if another server uses
    /// it, with [`io::ErrorKind::AlreadyExists`] if it holds other files.
    pub fn build(self) -> io::Result<Service> {
        let store: Arc<dyn Store> = match &self.folder {
            Some(path) => Arc::new(FolderStore::open(path)?),
            None => Arc::new(MemoryStore::default()),
        };
        let mut credentials = self.credentials;
        if credentials.is_empty() {
            credentials.insert("windlass".to_owned(), "windlass-secret".to_owned(), None);
        }
        let mut domains = self.domains;
        if domains.is_empty() {
            domains.push("s3.localhost".to_owned());
        }
        let has_own_clock = self.clock.is_some();
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock));
        let operations = Operations { store, clock: clock.clone(), region: self.region.clone() };

        // Each request passes through s3s twice: see `s3/verified.rs`.
        let mut dispatch = S3ServiceBuilder::new(operations.clone());
        dispatch.set_host(Domains(domains.clone()));
        let mut verify = S3ServiceBuilder::new(operations.clone());
        verify.set_host(Domains(domains.clone()));
        verify.set_auth(credentials.clone());
        verify.set_route(Verified { operations: operations.clone(), inner: dispatch.build() });
        let mut config = S3Config::default();
        // The gate checks times against the server's own clock.
        config.presigned_url_max_skew_time_secs = u32::MAX;
        verify.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));

        Ok(Service(Arc::new(Inner {
            gate: Gate { region: self.region, credentials, clock: clock.clone(), has_own_clock },
            s3: verify.build(),
            operations,
            domains,
            clock,
            faults: Faults::default(),
            requests: Requests::new(self.recorded),
            next_id: AtomicU64::new(0),
        })))
    }

    /// Builds the server and starts to listen. Must be called on a tokio runtime.
    ///
    /// # Errors
    ///
    /// The errors of [`build`](Self::build), and a failure to bind the address.
    pub async fn start(self) -> io::Result<Server> {
        let address = self.address.clone();
        Server::listen(self.build()?, &address).await
    }
}

impl std::fmt::Debug for ServerBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ServerBuilder")
            .field("folder", &self.folder)
            .field("credentials", &self.credentials)
            .field("region", &self.region)
            .field("address", &self.address)
            .field("domains", &self.domains)
            .field("recorded", &self.recorded)
            .finish_non_exhaustive()
    }
}

/// Tells s3s which hosts contain a bucket name. All others are addressed by path.
struct Domains(Vec<String>);

impl S3Host for Domains {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let named = VirtualHost::new(host);
        Ok(match target::bucket_of_host(host, &self.0) {
            Some(bucket) => named.with_bucket(bucket),
            None => named,
        })
    }
}
