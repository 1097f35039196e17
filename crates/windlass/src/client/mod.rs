//! The client: where operations, protocol and ports meet. [`exchange`](self) is the one main loop in which
//! every request is addressed, signed, sent, judged, and retried or returned.

mod address_settings;
mod again;
mod buffered;
mod builder;
mod encryption;
mod exchange;
mod judge;
mod lessons;
mod pages;
mod payload;
mod post_policy;
mod presign;
mod presign_post;
mod reconcile;
mod recovery;
mod redirect;
mod request;
mod response_body;
mod resume;
mod stored_checksum;
mod subresource;
mod transport_failure;
mod trial;
mod watched;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use crate::config::ServiceProfile;
use crate::credentials::CachedProvider;
use crate::operations::{Operation, SentBody};
use crate::ports::{BoxFuture, Clock, Event, HttpRequest, HttpTransport, Observer, Random, Spawner, Warning};
use crate::protocol::address::{Addressing, is_arn};
use crate::protocol::signing::SigningKeyCache;
use crate::protocol::{Draft, Target};
use crate::resilience::{RetryQuotas, RetrySettings};
use crate::types::{ChecksumAlgorithm, bucket_name, object_key};
use crate::{ChecksumCalculation, Error, ErrorKind, IntegritySettings, Result, Timeouts};

use exchange::Kind;

pub use builder::ClientBuilder;
pub use pages::{Items, Pages};
pub use presign::PresignedRequest;
pub use presign_post::{PresignPost, PresignedPost};
pub use request::Request;

/// A client of one S3 service. Cheap to clone: clones share connections, credentials and what was learnt.
///
/// ```no_run
/// # async fn example() -> windlass::Result<()> {
/// let client = windlass::Client::from_env()?;
/// client.put_object("photos", "cat.jpg", "meow").content_type("image/jpeg").await?;
/// let object = client.get_object("photos", "cat.jpg").await?;
/// assert_eq!(object.body.bytes().await?, "meow");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<ClientState>,
}

pub(crate) struct ClientState {
    addressing: Addressing,
    region: String,
    name_rules: bucket_name::BucketNameRules,
    integrity: IntegritySettings,
    service: ServiceProfile,
    /// Whether the service was seen to refuse checksums.
    checksums_refused: AtomicBool,
    /// Whether the service was seen to refuse `Expect: 100-continue`.
    expect_refused: AtomicBool,
    /// Whether the service was seen to refuse `DeleteObjects`.
    delete_objects_refused: AtomicBool,
    /// What the service was found to know.
    subresources: subresource::Subresources,
    payload_signing: Option<bool>,
    /// Whether anybody can pose as the service.
    accepts_any_certificate: bool,
    timeouts: Timeouts,
    retry: RetrySettings,
    credentials: CachedProvider,
    transport: Arc<dyn HttpTransport>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    observer: Option<Arc<dyn Observer>>,
    spawner: Arc<dyn Spawner>,
    signing_keys: SigningKeyCache,
    quotas: RetryQuotas,
    /// Regions that answers named for buckets.
    bucket_regions: RwLock<HashMap<String, Arc<str>>>,
    /// How far the service's clock is ahead of ours, in seconds.
    clock_offset: AtomicI64,
}

impl Client {
    /// A client with the settings of the environment and of the profile in `~/.aws`.
    ///
    /// # Errors
    /// A setting is wrong, or no region is configured.
    #[cfg(feature = "hyper")]
    pub fn from_env() -> Result<Self> {
        Self::builder().load_environment().build()
    }

    /// Starts a client with no settings but those given to the builder.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Sends an operation and waits for its answer; `client.get_object("b", "k").await` does the same.
    ///
    /// # Errors
    /// See [`ErrorKind`]; the error names the operation, bucket and key.
    pub async fn send<O: Operation>(&self, operation: O) -> Result<O::Output> {
        self.run(&operation).await
    }

    /// The request as it would be sent first: addressed, payload and signed, but not sent. For whoever wants to
    /// look at it or send it by other means.
    ///
    /// # Errors
    /// Those that [`send`](Self::send) has before it sends.
    pub async fn sign<O: Operation>(&self, operation: O) -> Result<HttpRequest> {
        let mut draft = operation.draft();
        self.check(&mut draft).map_err(|error| named(error, O::NAME, draft.target))?;
        let mut exchange = exchange::Exchange::new(&self.shared, &draft, Kind::of::<O>());
        exchange.prepare().await.map_err(|error| named(error, O::NAME, draft.target))
    }

    /// Makes `operation` a request of this client, as `client.get_object(..)` and its like do.
    pub fn request<O: Operation>(&self, operation: O) -> Request<O> {
        Request::new(self.clone(), operation)
    }

    /// A URL with which anybody can send `operation` until `expires` has passed; see [`Request::presign`].
    ///
    /// Nothing is sent, so nothing is found out: a presigned write of tags, sent to a service that does not know tags,
    /// may replace the object.
    ///
    /// # Errors
    /// The time is out of bounds, or there are no credentials.
    pub async fn presign<O: Operation>(&self, operation: O, expires: Duration) -> Result<PresignedRequest> {
        self.presigned(&operation, expires).await
    }

    /// The region that requests are signed for until a bucket turns out to be elsewhere.
    pub fn region(&self) -> &str {
        &self.shared.region
    }

    /// Where requests that name no bucket go: the endpoint that was set, or that of the region.
    ///
    /// # Errors
    /// There can be no host of AWS for the region.
    pub fn service_url(&self) -> Result<String> {
        let draft = Draft::get(Target::Service);
        let address = self.shared.addressing.resolve(&self.shared.region, &draft)?;
        let scheme = if address.secure { "https" } else { "http" };
        Ok(format!("{scheme}://{}{}", address.authority, address.path))
    }

    /// The checksum that uploads carry where the call does not choose one; None where they carry none.
    pub(crate) fn default_checksum(&self) -> Option<&ChecksumAlgorithm> {
        let settings = &self.shared.integrity;
        let wanted = settings.calculation == ChecksumCalculation::WhenSupported;
        let taken =
            self.shared.service.checksum_headers && !self.shared.checksums_refused.load(Ordering::Relaxed);
        (wanted && taken).then_some(&settings.algorithm)
    }

    /// The same for parts of which nothing is known yet: None where a stream that can be read only once could not carry the
    /// checksum, since a service refuses a part without the checksum that the upload announced.
    pub(crate) fn default_checksum_of_any_body(&self) -> Option<&ChecksumAlgorithm> {
        let shared = &self.shared;
        let secure = shared.addressing.endpoint.as_ref().is_none_or(|endpoint| endpoint.secure);
        let sign_content = shared.payload_signing.unwrap_or(!secure);
        self.default_checksum().filter(|_| payload::takes_trailers(&shared.service, sign_content))
    }

    /// Whether [`spawn`](Self::spawn) can start work from here.
    pub(crate) fn check_runtime(&self) -> Result<()> {
        self.shared.spawner.runtime().map(|_| ())
    }

    /// Tells the observer of something that the caller should know.
    pub(crate) fn warn(&self, operation: &'static str, bucket: &str, key: &str, warning: &Warning) {
        self.shared.observe(&Event::Warning { operation, bucket, key, warning });
    }

    /// Whether objects are deleted many at a time.
    pub(crate) fn deletes_together(&self) -> bool {
        self.shared.service.delete_objects && !self.shared.delete_objects_refused.load(Ordering::Relaxed)
    }

    /// Remembers that the service has no `DeleteObjects`.
    pub(crate) fn delete_one_by_one(&self, bucket: &str) {
        if !self.shared.delete_objects_refused.swap(true, Ordering::Relaxed) {
            self.shared.observe(&Event::DeleteObjectsRefused { bucket });
        }
    }

    /// How often a request is sent at most.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.shared.retry.max_attempts.unwrap_or(3)
    }

    /// Starts work that goes on when the caller's future is dropped.
    pub(crate) fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.shared.spawner.spawn(task);
    }

    /// What the service takes, by its entry.
    pub fn service_profile(&self) -> &ServiceProfile {
        &self.shared.service
    }

    /// The endpoint that was set; None where that of the region is used.
    pub fn endpoint(&self) -> Option<String> {
        self.shared.addressing.endpoint.as_ref().map(crate::protocol::address::CustomEndpoint::url)
    }

    /// Sends an operation until it succeeds or is given up; what an attempt may have done unheard is found out.
    pub(crate) async fn run<O: Operation>(&self, operation: &O) -> Result<O::Output> {
        match self.pursue(operation).await {
            Ok(output) => Ok(output),
            Err(given_up) => self.reconciled(operation, given_up).await,
        }
    }

    async fn reconciled<O: Operation>(&self, operation: &O, given_up: GivenUp) -> Result<O::Output> {
        let outcome = match given_up {
            GivenUp { error, unheard: None } => Err(error),
            GivenUp { error, unheard: Some(unheard) } => {
                reconcile::reconcile(self, operation, error, *unheard).await
            }
        };
        outcome.map_err(|error| self.shared.with_hint_at_endpoint(error))
    }

    /// As [`run`](Self::run), and says with which checksum the body went: the header's name and its value.
    pub(crate) async fn run_with_checksum<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<(O::Output, Option<(&'static str, String)>)> {
        let mut checksum = None;
        match self.pursue_with(operation, Some(&mut checksum)).await {
            Ok(output) => Ok((output, checksum)),
            Err(given_up) => Ok((self.reconciled(operation, given_up).await?, None)),
        }
    }

    async fn pursue<O: Operation>(&self, operation: &O) -> Result<O::Output, GivenUp> {
        self.pursue_with(operation, None).await
    }

    /// The shell around the main loop: the only part of it that exists once for each operation.
    async fn pursue_with<O: Operation>(
        &self,
        operation: &O,
        checksum: Option<&mut Option<(&'static str, String)>>,
    ) -> Result<O::Output, GivenUp> {
        let mut draft = operation.draft();
        self.check(&mut draft).map_err(|error| named(error, O::NAME, draft.target))?;
        if let Some(name) =
            draft.written_subresource().filter(|name| !self.service_profile().subresources.contains(name))
        {
            self.guard(&draft, name, O::NAME)
                .await
                .map_err(|given_up| named(given_up.error, O::NAME, draft.target))?;
        }
        let mut exchange = exchange::Exchange::new(&self.shared, &draft, Kind::of::<O>());
        loop {
            let reply = exchange.answer().await.and_then(|answered| {
                response_body::reply(&self.shared, &draft, O::NAME, exchange.attempts, answered)
            });
            match reply.and_then(|reply| operation.parse(reply)) {
                Ok(output) => {
                    exchange.succeeded();
                    if let Some(checksum) = checksum {
                        *checksum = exchange.sent_checksum();
                    }
                    return Ok(output);
                }
                Err(error) => {
                    if let Err(error) = exchange.recover(named(error, O::NAME, draft.target)).await {
                        return Err(GivenUp { error, unheard: exchange.unheard() });
                    }
                }
            }
        }
    }

    /// Refuses what can be known to be refused before anything is sent.
    fn check(&self, draft: &mut Draft<'_>) -> Result<()> {
        draft.take_refusal()?;
        if self.shared.accepts_any_certificate {
            refuse_keys(draft)?;
        }
        match draft.target {
            Target::Service => Ok(()),
            Target::Bucket(bucket) => self.check_bucket(bucket),
            Target::Object { bucket, key } => {
                self.check_bucket(bucket)?;
                object_key::check(key)
            }
        }
    }

    fn check_bucket(&self, bucket: &str) -> Result<()> {
        // What an ARN names is checked where it is resolved.
        if is_arn(bucket) { Ok(()) } else { bucket_name::check(bucket, self.shared.name_rules) }
    }
}

/// Why a request was given up.
struct GivenUp {
    error: Error,
    /// An attempt that may have taken effect although its response was lost.
    unheard: Option<Box<Unheard>>,
}

/// Attempts of a write whose fate is unknown.
struct Unheard {
    sent: SentBody,
    /// When the first of them began, on the clock that only goes forward.
    since: Duration,
}

impl From<Error> for GivenUp {
    fn from(error: Error) -> Self {
        Self { error, unheard: None }
    }
}

impl ClientState {
    /// The service's time: ours, corrected by what was learnt.
    fn now(&self) -> SystemTime {
        self.now_with(self.clock_offset.load(Ordering::Relaxed))
    }

    /// Our time, corrected by so many seconds.
    fn now_with(&self, offset: i64) -> SystemTime {
        let now = self.clock.now();
        let distance = Duration::from_secs(offset.unsigned_abs());
        let corrected = if offset < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
        corrected.unwrap_or(now)
    }

    /// The region that is known of the bucket of a request; None where the client's own is to be used.
    fn region_for(&self, draft: &Draft<'_>) -> Option<Arc<str>> {
        if draft.keeps_region { None } else { self.region_of(draft.target.bucket()) }
    }

    fn region_of(&self, bucket: &str) -> Option<Arc<str>> {
        self.bucket_regions.read().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned()
    }

    fn learn_region(&self, bucket: &str, region: &str) {
        let mut regions = self.bucket_regions.write().unwrap_or_else(PoisonError::into_inner);
        // Somebody who walks through very many buckets forgets the early ones.
        if regions.len() >= MOST_REGIONS {
            regions.clear();
        }
        regions.insert(bucket.to_owned(), region.into());
    }

    /// A bucket that is gone may come back elsewhere.
    fn forget_region(&self, bucket: &str) {
        self.bucket_regions.write().unwrap_or_else(PoisonError::into_inner).remove(bucket);
    }

    /// What is not found, or refused, may be so because the endpoint contains the bucket and the request names it again.
    fn with_hint_at_endpoint(&self, error: Error) -> Error {
        use ErrorKind::{AccessDenied, BucketNotFound, ObjectNotFound, SignatureMismatch};
        let Some(endpoint) = &self.addressing.endpoint else { return error };
        if !matches!(error.kind(), AccessDenied | BucketNotFound | ObjectNotFound | SignatureMismatch) {
            return error;
        }
        match error.bucket().and_then(|bucket| endpoint.without_bucket_name(bucket)) {
            Some(plain) => {
                let remark = format!(
                    "the endpoint {} already contains the bucket: try {plain} as the endpoint",
                    endpoint.url()
                );
                error.with_remark(&remark)
            }
            None => error,
        }
    }

    fn observe(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.on_event(event);
        }
    }
}

const MOST_REGIONS: usize = 10_000;

/// An SSE-C key must not reach an impostor.
fn refuse_keys(draft: &Draft<'_>) -> Result<()> {
    if draft.headers.keys().all(|name| !name.as_str().ends_with("server-side-encryption-customer-key")) {
        return Ok(());
    }
    let message = "a key for SSE-C is not sent to a service whose certificate is not verified \
                   (danger_accept_invalid_certs(true))";
    Err(Error::new(ErrorKind::InvalidArgument, message))
}

fn named(error: Error, operation: &'static str, target: Target<'_>) -> Error {
    error.with_operation(operation).with_target(target.bucket(), target.key())
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("region", &self.shared.region)
            .field("endpoint", &self.endpoint())
            .field("credentials", &self.shared.credentials)
            .finish_non_exhaustive()
    }
}

/// An error for what was given to the client, not to one operation.
pub(crate) fn setting_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidSetting, message)
}
