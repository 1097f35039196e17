//! Setting up a client: what is given in code goes before the environment, the environment before the profile,
//! the profile before the defaults.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use super::{Client, IntegritySettings, Shared, Timeouts, setting_error};
use crate::adapters::{ProcessSystem, SystemClock, SystemRandom, TokioSpawner};
use crate::config::{Provider, RetryMode, Settings, Sourced};
use crate::credentials::{AnonymousProvider, CredentialsCache, StaticProvider, default_chain};
use crate::ports::{Clock, CredentialsProvider, HttpTransport, Observer, Random, Spawner, System};
use crate::protocol::address::{Addressing, AddressingStyle, CustomEndpoint, is_region, redacted};
use crate::protocol::signing::SigningKeyCache;
use crate::resilience::{RetryQuotas, RetrySettings};
use crate::types::{ChecksumAlgorithm, Credentials, NameRules};
use crate::{ChecksumCalculation, ChecksumValidation, Error, ErrorKind, Result};

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
    region: Option<String>,
    endpoint: Option<String>,
    style: Option<AddressingStyle>,
    allow_http: bool,
    name_rules: NameRules,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    integrity: PartialIntegrity,
    provider: Option<Provider>,
    payload_signing: Option<bool>,
    timeouts: Timeouts,
    retry: RetrySettings,
    ca_bundle: Option<String>,
    profile: Option<String>,
    environment: bool,
    transport: Option<Arc<dyn HttpTransport>>,
    system: Arc<dyn System>,
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

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            region: None,
            endpoint: None,
            style: None,
            allow_http: false,
            name_rules: NameRules::default(),
            credentials: None,
            integrity: PartialIntegrity::default(),
            provider: None,
            payload_signing: None,
            timeouts: Timeouts::default(),
            retry: RetrySettings::default(),
            ca_bundle: None,
            profile: None,
            environment: false,
            transport: None,
            system: Arc::new(ProcessSystem),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            spawner: Arc::new(TokioSpawner),
            observer: None,
        }
    }

    /// Reads what is not set here from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, ...) and from the
    /// profile in `~/.aws/config` and `~/.aws/credentials`.
    pub fn load_environment(mut self) -> Self {
        self.environment = true;
        self
    }

    /// Chooses the profile, as `AWS_PROFILE` does, and reads the environment.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self.load_environment()
    }

    /// The region that requests are signed for, and whose endpoint is used where none is set.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// A service other than AWS: a URL such as `https://s3.example.com:9000`, with a path where it has one.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// What the service takes that the endpoint names. By default its host tells; a service under a name of one's
    /// own is chosen with [`Provider::named`].
    pub fn provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// How the bucket is put into the URL.
    pub fn addressing_style(mut self, style: AddressingStyle) -> Self {
        self.style = Some(style);
        self
    }

    /// Puts the bucket into the path, always or (with `false`) only where the host cannot hold it.
    pub fn path_style(self, path: bool) -> Self {
        self.addressing_style(if path { AddressingStyle::Path } else { AddressingStyle::Virtual })
    }

    /// Allows plain HTTP to hosts other than this machine. Requests are then readable on the way.
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.allow_http = allow;
        self
    }

    /// Takes bucket names by the rules for old and S3-compatible buckets.
    pub fn legacy_bucket_names(mut self, legacy: bool) -> Self {
        self.name_rules = if legacy { NameRules::Legacy } else { NameRules::Strict };
        self
    }

    /// A key to sign with.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.credentials_provider(StaticProvider::new(credentials))
    }

    /// A source of keys to sign with.
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

    /// Until a connection stands. 5 s by default.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.connect = limit;
        self
    }

    /// How long nothing may move while the client waits for the service. 30 s by default.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.read = limit;
        self
    }

    /// Until the answer's headers are there, all attempts included. Unlimited by default.
    pub fn operation_timeout(mut self, limit: Duration) -> Self {
        self.timeouts.operation = Some(limit);
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

    /// A file of certificates (PEM) that are trusted instead of the system's.
    pub fn ca_bundle(mut self, path: impl Into<String>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }

    /// What sends HTTP requests. By default hyper does, over the connections of this client.
    pub fn transport(mut self, transport: impl HttpTransport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The environment and files from which settings are read. By default those of the process.
    pub fn system(mut self, system: impl System + 'static) -> Self {
        self.system = Arc::new(system);
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

    /// Somebody who watches requests.
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
        let settings = if self.environment {
            Settings::load(self.system.as_ref(), self.profile.as_deref())?
        } else {
            Settings::default()
        };
        refuse_unsupported(&settings)?;
        let endpoint = match self.endpoint.as_deref().or_else(|| value(settings.endpoint_url.as_ref())) {
            Some(url) => Some(self.endpoint_of(url)?),
            None => None,
        };
        let region = self.region.clone().or_else(|| value(settings.region.as_ref()).map(str::to_owned));
        let region = match region {
            // The old name of the region that stood for all.
            Some(region) if region == "aws-global" => "us-east-1".to_owned(),
            Some(region) => region,
            // A service of one's own seldom has regions, and then calls the one it has by this name.
            None if endpoint.is_some() => "us-east-1".to_owned(),
            None => return Err(Error::new(ErrorKind::MissingRegion, "no region is configured")),
        };
        if !is_region(&region) {
            return Err(setting_error(format!("{region:?} cannot be a region")));
        }
        let provider = self.provider.clone().unwrap_or_else(|| match &endpoint {
            Some(endpoint) => Provider::for_host(endpoint.host()),
            None => Provider::default(),
        });
        let style = self.style.or_else(|| settings.addressing_style.as_ref().map(|style| style.value));
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
        let transport = match &self.transport {
            Some(transport) => transport.clone(),
            None => self.default_transport(&settings)?,
        };
        let keys = match &self.credentials {
            Some(provider) => provider.clone(),
            None if self.environment => Arc::new(default_chain(self.system.clone(), self.profile.clone())),
            None => {
                let message =
                    "no credentials were given: use credentials(), anonymous() or load_environment()";
                return Err(Error::new(ErrorKind::CredentialsNotFound, message));
            }
        };
        let credentials =
            CredentialsCache::new(keys, self.clock.clone(), self.random.clone(), self.spawner.clone());
        Ok(Client {
            shared: Arc::new(Shared {
                addressing: Addressing { endpoint, style: style.unwrap_or(provider.addressing_style) },
                region,
                name_rules: self.name_rules,
                integrity,
                provider,
                checksums_refused: AtomicBool::new(false),
                payload_signing: self
                    .payload_signing
                    .or_else(|| settings.payload_signing.as_ref().map(|sign| sign.value)),
                timeouts: self.timeouts,
                retry,
                credentials,
                transport,
                clock: self.clock,
                random: self.random,
                observer: self.observer,
                signing_keys: SigningKeyCache::default(),
                quotas: RetryQuotas::default(),
                bucket_regions: RwLock::default(),
                clock_offset: AtomicI64::default(),
            }),
        })
    }

    fn endpoint_of(&self, url: &str) -> Result<CustomEndpoint> {
        let endpoint = CustomEndpoint::parse(url)?;
        if endpoint.secure || self.allow_http || endpoint.is_loopback() {
            return Ok(endpoint);
        }
        let message = format!(
            "{} is plain HTTP to another machine, where everybody on the way reads along: use https, or allow it \
             with allow_http(true) or --allow-http",
            redacted(url)
        );
        Err(Error::new(ErrorKind::InvalidEndpoint, message))
    }

    #[cfg(feature = "hyper")]
    fn default_transport(&self, settings: &Settings) -> Result<Arc<dyn HttpTransport>> {
        use crate::adapters::hyper::{HyperTransport, ProxySettings, TransportSettings};
        let bundle = self.ca_bundle.as_deref().or_else(|| value(settings.ca_bundle.as_ref()));
        let bundle = match bundle {
            None => None,
            Some(path) => Some(self.system.read(path.as_ref()).map_err(|error| {
                setting_error(format!("the CA bundle {path:?} cannot be read")).with_source(error)
            })?),
        };
        let proxy = ProxySettings {
            http: value(settings.proxy.http.as_ref()).map(str::to_owned),
            https: value(settings.proxy.https.as_ref()).map(str::to_owned),
            all: value(settings.proxy.all.as_ref()).map(str::to_owned),
            no_proxy: value(settings.proxy.no.as_ref()).map(str::to_owned),
        };
        let transport = TransportSettings {
            connect_timeout: self.timeouts.connect,
            ca_bundle: bundle,
            proxy,
            ..TransportSettings::default()
        };
        Ok(Arc::new(HyperTransport::new(transport)?))
    }

    #[cfg(not(feature = "hyper"))]
    fn default_transport(&self, _: &Settings) -> Result<Arc<dyn HttpTransport>> {
        Err(setting_error("windlass was built without its feature `hyper`: give a transport"))
    }
}

fn value(setting: Option<&Sourced<String>>) -> Option<&str> {
    setting.map(|setting| setting.value.as_str())
}

/// What the user asked for and windlass cannot do is refused, not ignored.
fn refuse_unsupported(settings: &Settings) -> Result<()> {
    let flags = [
        ("dual-stack endpoints", &settings.use_dualstack_endpoint),
        ("FIPS endpoints", &settings.use_fips_endpoint),
        ("transfer acceleration", &settings.use_accelerate_endpoint),
    ];
    for (what, flag) in flags {
        if let Some(flag) = flag.as_ref().filter(|flag| flag.value) {
            return Err(setting_error(format!("{what} are not supported yet ({})", flag.source)));
        }
    }
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
            .field("region", &self.region)
            .field("endpoint", &self.endpoint.as_deref().map(redacted))
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}
