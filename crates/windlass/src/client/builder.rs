//! Setting up a client: what is given in code goes before the environment, the environment before the profile,
//! the profile before the defaults.

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

/// Settings of a client that is not there yet.
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

/// Integrity settings as far as they were given in code.
#[derive(Clone, Default)]
struct PartialIntegrity {
    algorithm: Option<ChecksumAlgorithm>,
    calculation: Option<ChecksumCalculation>,
    validation: Option<ChecksumValidation>,
}

/// Settings of the transport as far as they were given in code.
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

    /// Reads what is not set here from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, ...) and from the
    /// profile in `~/.aws/config` and `~/.aws/credentials`.
    pub fn load_environment(mut self) -> Self {
        self.loads_environment = true;
        self
    }

    /// Chooses the profile, as `AWS_PROFILE` does, and reads the environment.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self.load_environment()
    }

    /// The region that requests are signed for, and whose endpoint is used where none is set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.address.region = Some(region.into());
        self
    }

    /// A service other than AWS: a URL such as `https://s3.example.com:9000`, with a path where it has one.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.address.endpoint = Some(url.into());
        self
    }

    /// Takes no endpoint from the environment and the profile, only from code.
    pub fn ignore_configured_endpoint_urls(mut self) -> Self {
        self.address.ignores_configured_endpoints = true;
        self
    }

    /// What the service takes that the endpoint names. By default its host tells; a service under a name of one's
    /// own is chosen with [`ServiceProfile::named`].
    pub fn service_profile(mut self, profile: ServiceProfile) -> Self {
        self.address.service = Some(profile);
        self
    }

    /// How the bucket is put into the URL.
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.address.style = Some(style);
        self
    }

    /// Puts the bucket into the path, always or (with `false`) only where the host cannot hold it.
    pub fn path_style(self, path: bool) -> Self {
        self.addressing_style(if path { AddressingStyle::Path } else { AddressingStyle::Virtual })
    }

    /// Reaches buckets by way of the edge of AWS that is nearest (transfer acceleration), where the bucket allows it.
    /// Requests that make, delete or list buckets go to the region as ever.
    pub fn use_accelerate_endpoint(mut self, accelerate: bool) -> Self {
        self.address.accelerate = Some(accelerate);
        self
    }

    /// Whether an access point that is named by its ARN may be in another region than the client's. It may by default.
    pub fn use_arn_region(mut self, follow: bool) -> Self {
        self.address.use_arn_region = Some(follow);
        self
    }

    /// Uses hosts of AWS that have IPv6 addresses too.
    pub fn use_dualstack_endpoint(mut self, dualstack: bool) -> Self {
        self.address.dualstack = Some(dualstack);
        self
    }

    /// Uses hosts of AWS whose cryptography is validated (FIPS 140).
    pub fn use_fips_endpoint(mut self, fips: bool) -> Self {
        self.address.fips = Some(fips);
        self
    }

    /// Reaches us-east-1 at `s3.amazonaws.com`, as old clients do. Without a region the client begins there.
    pub fn use_global_endpoint(mut self, global: bool) -> Self {
        self.address.global = Some(global);
        self
    }

    /// Allows plain HTTP to hosts other than this machine. Requests are then readable on the way.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.address.allow_http = allow;
        self
    }

    /// Takes bucket names by the rules for old and S3-compatible buckets.
    pub fn legacy_bucket_names(mut self, legacy: bool) -> Self {
        self.name_rules = if legacy { BucketNameRules::Legacy } else { BucketNameRules::Strict };
        self
    }

    /// A key to sign with.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_provider(StaticProvider::new(credentials))
    }

    /// A source of keys to sign with. The client keeps what it gives, as a [`CachedProvider`] does.
    pub fn credentials_provider(mut self, provider: impl CredentialsProvider + 'static) -> Self {
        self.credentials = Some(Arc::new(provider));
        self
    }

    /// Sends requests without a signature.
    pub fn anonymous(self) -> Self {
        self.credentials_provider(AnonymousProvider)
    }

    /// The checksum that uploads carry where the call does not choose one. CRC64NVME by default.
    pub fn checksum_algorithm(mut self, algorithm: impl Into<ChecksumAlgorithm>) -> Self {
        self.integrity.algorithm = Some(algorithm.into());
        self
    }

    /// When uploads carry a checksum. Wherever S3 takes one by default.
    pub fn checksum_calculation(mut self, when: ChecksumCalculation) -> Self {
        self.integrity.calculation = Some(when);
        self
    }

    /// When downloads are verified. Wherever S3 has a checksum by default.
    pub fn checksum_validation(mut self, when: ChecksumValidation) -> Self {
        self.integrity.validation = Some(when);
        self
    }

    /// Whether the hash of a body is part of its signature. By default it is over plain HTTP, and not over TLS,
    /// where it would cost a pass over the body and guard nothing that TLS and the checksum do not.
    pub fn payload_signing(mut self, sign: bool) -> Self {
        self.payload_signing = Some(sign);
        self
    }

    /// How long things may take.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Until a connection stands. 5 s by default; [`Duration::MAX`] is no limit.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.connect = limit;
        self
    }

    /// How long nothing may move while the client waits for the service. 30 s by default; [`Duration::MAX`] is no limit.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.read = limit;
        self
    }

    /// How many bytes a second of a response have to come while the client waits for them, measured over a minute
    /// ([`Timeouts::throughput_grace`]). 100 by default; 0 turns it off.
    pub fn min_throughput(mut self, bytes_per_second: u64) -> Self {
        self.timeouts.min_throughput = bytes_per_second;
        self
    }

    /// Until the answer's headers are there, all attempts included. Unlimited by default.
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

    /// How often and how patiently requests are repeated.
    pub fn retry(mut self, retry: RetrySettings) -> Self {
        self.retry = retry;
        self
    }

    /// The number of attempts, the first included; 1 turns retries off.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.retry.max_attempts = Some(attempts);
        self
    }

    /// A file of certificates (PEM) that are trusted instead of the system's. Beside authorities it may hold the
    /// certificate of the server itself.
    pub fn ca_bundle(mut self, path: impl Into<String>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }

    /// Accepts any certificate. **Anyone on the network path can then read and change everything and pose as
    /// the service.** For trials with a service whose certificate cannot be put into [`ca_bundle`](Self::ca_bundle).
    ///
    /// Bodies are signed, as over plain HTTP; keys for SSE-C are not sent; hosts of AWS are refused.
    pub fn danger_accept_invalid_certs(mut self, accept: bool) -> Self {
        self.accepts_any_certificate = accept;
        self
    }

    /// What finds the addresses of hosts. By default the system does. `localhost` and the names under it are never
    /// looked up.
    #[cfg(feature = "http-client")]
    pub fn resolver(mut self, resolver: impl Resolve + 'static) -> Self {
        self.connections.resolver = Some(Arc::new(resolver));
        self
    }

    /// How long an unused connection is kept. 15 s by default, because S3 closes after about 20 s.
    #[cfg(feature = "http-client")]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.connections.idle_timeout = Some(limit);
        self
    }

    /// How many unused connections are kept, over all hosts. 128 by default; the oldest is closed for a new one.
    #[cfg(feature = "http-client")]
    pub fn max_idle_connections(mut self, limit: usize) -> Self {
        self.connections.max_idle = Some(limit);
        self
    }

    /// How many connections to one host are open at once. 256 by default. Requests beyond that wait for a connection,
    /// and fail where none becomes free for [`connect_timeout`](Self::connect_timeout): a response holds its connection
    /// until its body is read to the end or dropped.
    #[cfg(feature = "http-client")]
    pub fn max_connections_per_host(mut self, limit: usize) -> Self {
        self.connections.max_per_host = Some(limit);
        self
    }

    /// What sends HTTP requests. By default the built-in HTTP client does, over the connections of this client. A
    /// transport has settings of its own: proxies and the CA bundle of the environment are not applied to it, and the
    /// setters above that tune connections exclude it.
    pub fn transport(mut self, transport: impl HttpTransport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The environment from which settings are read. By default that of the process.
    pub fn environment(mut self, environment: impl Environment + 'static) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// The files from which settings and certificates are read. By default those of the machine.
    pub fn files(mut self, files: impl Files + 'static) -> Self {
        self.files = Arc::new(files);
        self
    }

    /// Limits how many requests of the client and its clones are in flight at once; unlimited by default. Further requests
    /// wait their turn before they are signed, in the order in which they came.
    ///
    /// A streamed response counts until its body has ended or is dropped. A body that is interrupted does not count while
    /// it is resumed. With the limit reached by open responses, a request waits until one of them is read to its end.
    pub fn max_concurrent_requests(mut self, limit: usize) -> Self {
        self.max_concurrent_requests = Some(limit);
        self
    }

    /// The clock. By default that of the machine.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The source of jitter.
    pub fn random(mut self, random: impl Random + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// What runs tasks in the background. By default the tokio runtime on which the client is used.
    pub fn spawner(mut self, spawner: impl Spawner + 'static) -> Self {
        self.spawner = Arc::new(spawner);
        self
    }

    /// Is told of requests, connections and credentials; see [`Observer`]. A transport that is given has its own observer.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`ErrorKind::MissingRegion`], [`ErrorKind::InvalidEndpoint`] or [`ErrorKind::InvalidSetting`], naming the
    /// setting and where it came from. Credentials are looked for with the first request.
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
            return Err(setting_error("max_attempts is 0: a request is sent once at least"));
        }
        if self.max_concurrent_requests == Some(0) {
            return Err(setting_error("max_concurrent_requests is 0: no request could be sent"));
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

    /// What was set for the transport that windlass has would be ignored by another.
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
                    setting_error(format!("the CA bundle {path:?} cannot be read")).with_source(error)
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
        Err(setting_error("windlass was built without its feature `http-client`: give a transport"))
    }
}

/// The bytes of a CA bundle.
#[cfg(feature = "http-client")]
const MOST_OF_A_BUNDLE: usize = 16 * 1024 * 1024;

/// Where anybody can pose as the service, AWS is not spoken to, and bodies are part of the signature.
fn refuse_without_verification(addressing: &Addressing, payload_signing: Option<bool>) -> Result<()> {
    let what = "a client that accepts any certificate (danger_accept_invalid_certs(true))";
    if addressing.endpoint.as_ref().is_none_or(|endpoint| is_of_aws(endpoint.host())) {
        return Err(setting_error(format!(
            "{what} does not speak to AWS: name another endpoint, or let certificates be verified"
        )));
    }
    if payload_signing == Some(false) {
        return Err(setting_error(format!("{what} signs bodies: leave payload_signing out")));
    }
    Ok(())
}

/// What the user asked for and windlass cannot do is refused, not ignored.
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
