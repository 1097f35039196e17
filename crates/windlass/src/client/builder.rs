//! Builds a client. Settings from code take precedence over the environment, the environment over the profile, and the
//! profile over the defaults.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::address_settings::{AddressSettings, Destination};
use super::state::{ClientState, Learned};
use super::{Client, setting_error};
#[cfg(feature = "http-client")]
use crate::adapters::http_client::Resolve;
use crate::adapters::{LocalFiles, ProcessEnvironment, SystemClock, SystemRandom, TokioSpawner};
use crate::config::{RetryMode, ServiceProfile, Settings};
use crate::credentials::{AnonymousProvider, CachedProvider, StaticProvider, default_chain};
use crate::ports::{
    Clock, CredentialsProvider, Environment, Files, HttpTransport, Observer, Ports, Random, Spawner,
};
use crate::protocol::address::host::is_of_aws;
use crate::protocol::address::{Addressing, AddressingStyle, redacted};
use crate::protocol::signing::SigningKeyCache;
use crate::resilience::{ConcurrencyLimit, RetryQuotas, RetrySettings};
use crate::types::{BucketNameRules, ChecksumAlgorithm, Credentials};
use crate::{ChecksumCalculation, ChecksumValidation, Error, ErrorKind, IntegritySettings, Result, Timeouts};

/// Builds a [`Client`].
///
/// ```
/// use windlass::{Client, Credentials};
///
/// # fn main() -> windlass::Result<()> {
/// let client = Client::builder()
///     .region("us-east-1")
///     .endpoint("http://127.0.0.1:9000")
///     .credentials(Credentials::new("id", "secret"))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until build() is called"]
#[derive(Clone)]
pub struct ClientBuilder {
    address: AddressSettings,
    name_rules: BucketNameRules,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    integrity: PartialIntegrity,
    payload_signing: Option<bool>,
    timeouts: Timeouts,
    retry: RetrySettings,
    max_concurrent_requests: Option<usize>,
    ca_bundle: Option<String>,
    accepts_any_certificate: bool,
    #[cfg(feature = "http-client")]
    connections: PartialConnections,
    profile: Option<String>,
    loads_environment: bool,
    transport: Option<Arc<dyn HttpTransport>>,
    environment: Arc<dyn Environment>,
    files: Arc<dyn Files>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    spawner: Arc<dyn Spawner>,
    observer: Option<Arc<dyn Observer>>,
}

/// Integrity settings from code.
#[derive(Clone, Default)]
struct PartialIntegrity {
    algorithm: Option<ChecksumAlgorithm>,
    calculation: Option<ChecksumCalculation>,
    validation: Option<ChecksumValidation>,
}

/// Transport settings from code.
#[cfg(feature = "http-client")]
#[derive(Clone, Default)]
struct PartialConnections {
    idle_timeout: Option<Duration>,
    max_idle: Option<usize>,
    max_per_host: Option<usize>,
    resolver: Option<Arc<dyn Resolve>>,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            address: AddressSettings::default(),
            name_rules: BucketNameRules::default(),
            credentials: None,
            integrity: PartialIntegrity::default(),
            payload_signing: None,
            timeouts: Timeouts::default(),
            retry: RetrySettings::default(),
            max_concurrent_requests: None,
            ca_bundle: None,
            accepts_any_certificate: false,
            #[cfg(feature = "http-client")]
            connections: PartialConnections::default(),
            profile: None,
            loads_environment: false,
            transport: None,
            environment: Arc::new(ProcessEnvironment),
            files: Arc::new(LocalFiles),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            spawner: Arc::new(TokioSpawner),
            observer: None,
        }
    }

    /// Reads settings that are not set here from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, ...) and from
    /// the profile in `~/.aws/config` and `~/.aws/credentials`.
    pub fn load_environment(mut self) -> Self {
        self.loads_environment = true;
        self
    }

    /// Sets the profile, as `AWS_PROFILE` does, and reads the environment.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self.load_environment()
    }

    /// Sets the region for signatures and for the endpoint, if no endpoint is set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.address.region = Some(region.into());
        self
    }

    /// Sets the endpoint of a service other than AWS: a URL such as `https://s3.example.com:9000`, with an optional
    /// path.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.address.endpoint = Some(url.into());
        self
    }

    /// Ignores endpoints in the environment and the profile.
    pub fn ignore_configured_endpoint_urls(mut self) -> Self {
        self.address.ignores_configured_endpoints = true;
        self
    }

    /// Sets the service profile. By default the host of the endpoint determines it; use [`ServiceProfile::named`] for a
    /// service under a custom host name.
    pub fn service_profile(mut self, profile: ServiceProfile) -> Self {
        self.address.service = Some(profile);
        self
    }

    /// Sets the addressing style of buckets in URLs.
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.address.style = Some(style);
        self
    }

    /// Forces path-style addressing. With `false`, only buckets that do not fit into a host name use it.
    pub fn path_style(self, path: bool) -> Self {
        self.addressing_style(if path { AddressingStyle::Path } else { AddressingStyle::Virtual })
    }

    /// Uses transfer acceleration for buckets that allow it. Requests that create, delete or list buckets go to the
    /// region.
    pub fn use_accelerate_endpoint(mut self, accelerate: bool) -> Self {
        self.address.accelerate = Some(accelerate);
        self
    }

    /// Whether an access point ARN may name a region other than the client's. Allowed by default.
    pub fn use_arn_region(mut self, follow: bool) -> Self {
        self.address.use_arn_region = Some(follow);
        self
    }

    /// Uses dual-stack (IPv4 and IPv6) endpoints of AWS.
    pub fn use_dualstack_endpoint(mut self, dualstack: bool) -> Self {
        self.address.dualstack = Some(dualstack);
        self
    }

    /// Uses FIPS 140 endpoints of AWS.
    pub fn use_fips_endpoint(mut self, fips: bool) -> Self {
        self.address.fips = Some(fips);
        self
    }

    /// Uses the legacy host `s3.amazonaws.com` for us-east-1. Clients without a region start with us-east-1.
    pub fn use_global_endpoint(mut self, global: bool) -> Self {
        self.address.global = Some(global);
        self
    }

    /// Allows plain HTTP to hosts other than localhost. Requests are then readable on the network.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.address.allow_http = allow;
        self
    }

    /// Accepts bucket names by the rules for old and S3-compatible buckets.
    pub fn legacy_bucket_names(mut self, legacy: bool) -> Self {
        self.name_rules = if legacy { BucketNameRules::Legacy } else { BucketNameRules::Strict };
        self
    }

    /// Sets a static access key.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_provider(StaticProvider::new(credentials))
    }

    /// Sets a credential provider. The client caches its credentials, as a [`CachedProvider`] does.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// Sends requests without a signature.
    pub fn anonymous(self) -> Self {
        self.credentials_provider(AnonymousProvider)
    }

    /// Sets the default checksum algorithm of uploads: CRC64NVME unless changed.
    pub fn checksum_algorithm(mut self, algorithm: impl Into<ChecksumAlgorithm>) -> Self {
        self.integrity.algorithm = Some(algorithm.into());
        self
    }

    /// Sets when uploads carry a checksum. By default wherever S3 supports one.
    pub fn checksum_calculation(mut self, when: ChecksumCalculation) -> Self {
        self.integrity.calculation = Some(when);
        self
    }

    /// Sets when downloads are verified. By default wherever S3 has a checksum.
    pub fn checksum_validation(mut self, when: ChecksumValidation) -> Self {
        self.integrity.validation = Some(when);
        self
    }

    /// Sets whether signatures cover the hash of the body. By default they do over plain HTTP only: over TLS the hash
    /// costs a pass over the body and adds no protection to TLS and the checksum.
    pub fn payload_signing(mut self, sign: bool) -> Self {
        self.payload_signing = Some(sign);
        self
    }

    /// Sets all time limits.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets the time limit for opening a connection. 5 s by default; [`Duration::MAX`] disables it.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.connect = limit;
        self
    }

    /// Sets the stall timeout: the time without data while the client waits for the service. 30 s by default;
    /// [`Duration::MAX`] disables it.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.read = limit;
        self
    }

    /// Sets the minimum throughput of a response in bytes per second while the client waits for it, measured over a
    /// minute ([`Timeouts::throughput_grace`]). 100 by default; 0 disables it.
    pub fn min_throughput(mut self, bytes_per_second: u64) -> Self {
        self.timeouts.min_throughput = bytes_per_second;
        self
    }

    /// Sets the time limit until the response headers arrive, including all attempts. Unlimited by default.
    pub fn operation_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.operation = Some(limit);
        self
    }

    /// The time limit of one attempt, from sending the request to the headers of the response; the next attempt follows.
    /// Unlimited by default.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.attempt = Some(limit);
        self
    }

    /// Sets the retry policy.
    pub fn retry(mut self, retry: RetrySettings) -> Self {
        self.retry = retry;
        self
    }

    /// Sets the maximum number of attempts, including the first one; 1 disables retries.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.retry.max_attempts = Some(attempts);
        self
    }

    /// Sets a PEM file with trusted certificates, which replace the system's. It may contain the server's own
    /// certificate.
    pub fn ca_bundle(mut self, path: impl Into<String>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }

    /// Accepts any certificate. **Anyone on the network path can then read and modify all data and impersonate the
    /// service.** Only for tests with a service whose certificate cannot be added to [`ca_bundle`](Self::ca_bundle).
    ///
    /// Bodies are signed, as over plain HTTP; SSE-C keys are not sent; AWS hosts are an error.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.accepts_any_certificate = accept;
        self
    }

    /// Sets the DNS resolver; the system's by default. `localhost` and its subdomains are never looked up.
    #[cfg(feature = "http-client")]
    pub fn resolver(mut self, resolver: impl Resolve + 'static) -> Self {
        self.connections.resolver = Some(Arc::new(resolver));
        self
    }

    /// Sets how long an idle connection is kept. 15 s by default, because S3 closes idle connections after about 20 s.
    #[cfg(feature = "http-client")]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.connections.idle_timeout = Some(limit);
        self
    }

    /// Sets the maximum number of idle connections over all hosts. 128 by default; a new one replaces the oldest.
    #[cfg(feature = "http-client")]
    pub fn max_idle_connections(mut self, limit: usize) -> Self {
        self.connections.max_idle = Some(limit);
        self
    }

    /// Sets the maximum number of open connections per host. 256 by default. Further requests wait for a connection and
    /// fail after [`connect_timeout`](Self::connect_timeout). A response holds its connection until its body is read or
    /// dropped.
    #[cfg(feature = "http-client")]
    pub fn max_connections_per_host(mut self, limit: usize) -> Self {
        self.connections.max_per_host = Some(limit);
        self
    }

    /// Sets the HTTP transport. By default the built-in HTTP client is used. A custom transport has its own settings:
    /// the proxies and the CA bundle of the environment do not apply to it, and the connection settings above cannot be
    /// combined with it.
    pub fn transport(mut self, transport: impl HttpTransport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets the environment to read settings from; the environment of the process by default.
    pub fn environment(mut self, environment: impl Environment + 'static) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// Sets the file system to read settings and certificates from; the system's by default.
    pub fn files(mut self, files: impl Files + 'static) -> Self {
        self.files = Arc::new(files);
        self
    }

    /// Limits the number of requests in flight of the client and its clones; unlimited by default. Further requests
    /// wait in order of arrival and are signed after the wait.
    ///
    /// A streamed response counts until its body ends or is dropped. An interrupted body does not count while it is
    /// resumed. If open responses use up the limit, further requests wait until one of them is read completely.
    pub fn max_concurrent_requests(mut self, limit: usize) -> Self {
        self.max_concurrent_requests = Some(limit);
        self
    }

    /// Sets the clock; the system's by default.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets the source of jitter.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// Sets the spawner of background tasks. By default the tokio runtime that drives the client.
    pub fn spawner(mut self, spawner: impl Spawner + 'static) -> Self {
        self.spawner = Arc::new(spawner);
        self
    }

    /// Sets the [`Observer`] of requests, connections and credentials. A custom transport has its own observer.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::MissingRegion`], [`ErrorKind::InvalidEndpoint`] or [`ErrorKind::InvalidSetting`]; the
    /// error names the setting and its source. Credentials are resolved with the first request.
    pub fn build(self) -> Result<Client> {
        let settings = if self.loads_environment {
            Settings::load(self.environment.as_ref(), self.files.as_ref(), self.profile.as_deref())?
        } else {
            Settings::default()
        };
        refuse_unsupported(&settings)?;
        let Destination { addressing, service, region } = self.address.resolve(&settings)?;
        let defaults = IntegritySettings::default();
        let integrity = IntegritySettings {
            algorithm: self.integrity.algorithm.clone().unwrap_or(defaults.algorithm),
            calculation: (self.integrity.calculation)
                .or_else(|| settings.checksum_calculation.as_ref().map(|when| when.value))
                .unwrap_or(defaults.calculation),
            validation: (self.integrity.validation)
                .or_else(|| settings.checksum_validation.as_ref().map(|when| when.value))
                .unwrap_or(defaults.validation),
        };
        let mut retry = self.retry;
        retry.max_attempts =
            retry.max_attempts.or_else(|| settings.max_attempts.as_ref().map(|attempts| attempts.value));
        if retry.max_attempts == Some(0) {
            return Err(setting_error("max_attempts is 0: set it to 1 or more"));
        }
        if self.max_concurrent_requests == Some(0) {
            return Err(setting_error("max_concurrent_requests is 0: set it to 1 or more"));
        }
        let payload_signing = self
            .payload_signing
            .or_else(|| settings.payload_signing.as_ref().map(|sign| sign.value))
            .or(self.accepts_any_certificate.then_some(true));
        if self.accepts_any_certificate {
            refuse_without_verification(&addressing, payload_signing)?;
        }
        let transport = match &self.transport {
            Some(transport) => {
                self.refuse_beside_transport()?;
                transport.clone()
            }
            None => self.default_transport(&settings)?,
        };
        let ports = Ports {
            transport,
            clock: self.clock,
            random: self.random,
            spawner: self.spawner,
            observer: self.observer,
            environment: self.environment,
            files: self.files,
        };
        let keys = match self.credentials {
            Some(provider) => provider,
            None if self.loads_environment => Arc::new(default_chain(&ports, self.profile)),
            None => {
                let message =
                    "no credentials were given: use credentials(), anonymous() or load_environment()";
                return Err(Error::new(ErrorKind::CredentialsNotFound, message));
            }
        };
        let credentials = CachedProvider::with_ports(keys, &ports);
        Ok(Client {
            state: Arc::new(ClientState {
                addressing,
                region: region.into(),
                name_rules: self.name_rules,
                integrity,
                service,
                payload_signing,
                accepts_any_certificate: self.accepts_any_certificate,
                timeouts: self.timeouts,
                retry,
                ports,
                credentials,
                signing_keys: SigningKeyCache::default(),
                quotas: RetryQuotas::default(),
                concurrency: ConcurrencyLimit::new(self.max_concurrent_requests),
                learned: Learned::default(),
            }),
            options: None,
        })
    }

    /// A custom transport would ignore the settings of the built-in one.
    fn refuse_beside_transport(&self) -> Result<()> {
        #[cfg(feature = "http-client")]
        let connections = [
            ("idle_timeout", self.connections.idle_timeout.is_some()),
            ("max_idle_connections", self.connections.max_idle.is_some()),
            ("max_connections_per_host", self.connections.max_per_host.is_some()),
            ("resolver", self.connections.resolver.is_some()),
        ];
        #[cfg(not(feature = "http-client"))]
        let connections: [(&str, bool); 0] = [];
        let given = [
            ("ca_bundle", self.ca_bundle.is_some()),
            ("danger_accept_invalid_certs", self.accepts_any_certificate),
        ];
        match given.into_iter().chain(connections).find(|(_, given)| *given) {
            Some((setter, _)) => Err(setting_error(format!(
                "{setter} and transport exclude each other: set it on the transport itself"
            ))),
            None => Ok(()),
        }
    }

    #[cfg(feature = "http-client")]
    fn default_transport(&self, settings: &Settings) -> Result<Arc<dyn HttpTransport>> {
        use crate::adapters::http_client::{HttpClient, HttpClientSettings, ProxySettings};
        use crate::config::Sourced;
        let value = |setting: &Option<Sourced<String>>| setting.as_ref().map(|setting| setting.value.clone());
        let bundle = match self.ca_bundle.clone().or_else(|| value(&settings.ca_bundle)) {
            _ if self.accepts_any_certificate => None,
            None => None,
            Some(path) => {
                Some(self.files.read_blocking(path.as_ref(), MOST_OF_A_BUNDLE).map_err(|error| {
                    setting_error(format!("cannot read the CA bundle {path:?}")).with_source(error)
                })?)
            }
        };
        let proxy = ProxySettings {
            http: value(&settings.proxy.http),
            https: value(&settings.proxy.https),
            all: value(&settings.proxy.all),
            no_proxy: value(&settings.proxy.no),
        };
        let defaults = HttpClientSettings::default();
        let connections = &self.connections;
        let transport = HttpClientSettings {
            connect_timeout: self.timeouts.connect,
            ca_bundle: bundle,
            accepts_any_certificate: self.accepts_any_certificate,
            proxy,
            idle_timeout: connections.idle_timeout.unwrap_or(defaults.idle_timeout),
            max_idle_connections: connections.max_idle.unwrap_or(defaults.max_idle_connections),
            max_connections_per_host: connections.max_per_host.unwrap_or(defaults.max_connections_per_host),
            resolver: connections.resolver.clone().unwrap_or(defaults.resolver),
            observer: self.observer.clone(),
            ..HttpClientSettings::default()
        };
        Ok(Arc::new(HttpClient::new(transport)?))
    }

    #[cfg(not(feature = "http-client"))]
    #[expect(
        clippy::unused_self,
        reason = "the transport of the feature `http-client` takes its settings from here"
    )]
    fn default_transport(&self, _: &Settings) -> Result<Arc<dyn HttpTransport>> {
        Err(setting_error("windlass was built without its feature `http-client`: set a transport"))
    }
}

/// The content of a CA bundle.
#[cfg(feature = "http-client")]
const MOST_OF_A_BUNDLE: usize = 16 * 1024 * 1024;

/// Without verified certificates anyone can impersonate the service: AWS hosts are rejected and bodies are signed.
fn refuse_without_verification(addressing: &Addressing, payload_signing: Option<bool>) -> Result<()> {
    let what = "a client that accepts any certificate (danger_accept_invalid_certs(true))";
    if addressing.endpoint.as_ref().is_none_or(|endpoint| is_of_aws(endpoint.host())) {
        return Err(setting_error(format!(
            "{what} cannot be used with AWS: set another endpoint, or verify certificates"
        )));
    }
    if payload_signing == Some(false) {
        return Err(setting_error(format!("{what} always signs bodies: remove payload_signing")));
    }
    Ok(())
}

/// Unsupported settings are errors and not ignored.
fn refuse_unsupported(settings: &Settings) -> Result<()> {
    match &settings.retry_mode {
        Some(mode) if mode.value == RetryMode::Adaptive => {
            Err(setting_error(format!("the retry mode adaptive is not supported yet ({})", mode.source)))
        }
        _ => Ok(()),
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("region", &self.address.region)
            .field("endpoint", &self.address.endpoint.as_deref().map(redacted))
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
