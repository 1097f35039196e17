//! The client: where operations, protocol and ports meet. [`exchange`](self) is the one main loop in which
//! every request is addressed, signed, sent, judged, and retried or returned.

mod address_settings;
mod again;
mod attempt;
mod builder;
mod context;
mod deadline;
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
mod report;
mod request;
mod request_options;
mod response_body;
mod resume;
mod run;
mod signed_request;
mod signing_context;
mod span;
mod state;
mod stored_checksum;
mod subresource;
mod trial;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::config::ServiceProfile;
use crate::operations::Operation;
use crate::ports::events::{DeleteObjectsRefused, Warned};
use crate::ports::{BoxFuture, Event, Warning};
use crate::protocol::address::is_arn;
use crate::protocol::{Draft, Target};
use crate::resilience::Permit;
use crate::types::{ChecksumAlgorithm, bucket_name, object_key};
use crate::{ChecksumCalculation, Error, ErrorKind, RequestOptions, Result};

use context::Kind;
use exchange::Exchange;
use span::Span;
pub(crate) use state::ClientState;

pub use builder::ClientBuilder;
pub use pages::{Items, Pages};
pub use presign::PresignedRequest;
pub use presign_post::{PresignPost, PresignedPost};
pub use request::Request;
pub use signed_request::SignedRequest;

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
    state: Arc<ClientState>,
    /// The options of the call for which this clone sends requests. All requests of the call carry them.
    options: Option<Arc<RequestOptions>>,
}

impl Client {
    /// A client with the settings of the environment and of the profile in `~/.aws`.
    ///
    /// # Errors
    /// A setting is wrong, or no region is configured.
    #[cfg(feature = "http-client")]
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

    /// Addresses and signs a request without sending it, as [`send`](Self::send) does for the first attempt.
    ///
    /// # Errors
    /// Those that [`send`](Self::send) has before it sends.
    pub async fn sign<O: Operation>(&self, operation: O) -> Result<SignedRequest> {
        let mut draft = self.draft(&operation);
        self.check(&mut draft).map_err(|error| named(error, O::NAME, draft.target))?;
        let mut unobserved = Span::default();
        let mut exchange = Exchange::new(&self.state, &draft, Kind::of::<O>(), &mut unobserved);
        // It is not sent, so it waits for nobody.
        let attempt = exchange.prepare(Permit::unlimited()).await;
        let attempt = attempt.map_err(|error| named(error, O::NAME, draft.target))?;
        Ok(SignedRequest::new(attempt.request))
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
        &self.state.region
    }

    /// Where requests that name no bucket go: the endpoint that was set, or that of the region.
    ///
    /// # Errors
    /// There can be no host of AWS for the region.
    pub fn service_url(&self) -> Result<String> {
        let draft = Draft::get(Target::Service);
        let address = self.state.addressing.resolve(&self.state.region, &draft)?;
        let scheme = if address.secure { "https" } else { "http" };
        Ok(format!("{scheme}://{}{}", address.authority, address.path))
    }

    /// The checksum that uploads carry where the call does not choose one; None where they carry none.
    pub(crate) fn default_checksum(&self) -> Option<&ChecksumAlgorithm> {
        let settings = &self.state.integrity;
        let wanted = settings.calculation == ChecksumCalculation::WhenSupported;
        let taken = self.state.service.checksum_headers
            && !self.state.learned.checksums_refused.load(Ordering::Relaxed);
        (wanted && taken).then_some(&settings.algorithm)
    }

    /// The same for parts of which nothing is known yet: None where a stream that can be read only once could not carry the
    /// checksum, since a service refuses a part without the checksum that the upload announced.
    pub(crate) fn default_checksum_of_any_body(&self) -> Option<&ChecksumAlgorithm> {
        let state = &self.state;
        let secure = state.addressing.endpoint.as_ref().is_none_or(|endpoint| endpoint.secure);
        let sign_content = state.payload_signing.unwrap_or(!secure);
        self.default_checksum().filter(|_| payload::takes_trailers(&state.service, sign_content))
    }

    /// Whether [`spawn`](Self::spawn) can start work from here.
    pub(crate) fn check_runtime(&self) -> Result<()> {
        self.state.ports.spawner.runtime().map(|_| ())
    }

    /// Tells the observer of something that the caller should know.
    pub(crate) fn warn(&self, operation: &'static str, bucket: &str, key: &str, warning: &Warning) {
        self.state.observe(&Event::Warning(Warned { request_id: None, operation, bucket, key, warning }));
    }

    /// Whether objects are deleted many at a time.
    pub(crate) fn deletes_together(&self) -> bool {
        self.state.service.delete_objects
            && !self.state.learned.delete_objects_refused.load(Ordering::Relaxed)
    }

    /// Remembers that the service has no `DeleteObjects`.
    pub(crate) fn delete_one_by_one(&self, bucket: &str) {
        if !self.state.learned.delete_objects_refused.swap(true, Ordering::Relaxed) {
            self.state.observe(&Event::DeleteObjectsRefused(DeleteObjectsRefused { bucket }));
        }
    }

    /// How often a request is sent at most.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.state.retry_settings(self.options.as_deref()).max_attempts.unwrap_or(3)
    }

    /// Starts work that goes on when the caller's future is dropped.
    pub(crate) fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.state.ports.spawner.spawn(task);
    }

    /// What the service takes, by its entry.
    pub fn service_profile(&self) -> &ServiceProfile {
        &self.state.service
    }

    /// The endpoint that was set; None where that of the region is used.
    pub fn endpoint(&self) -> Option<String> {
        self.state.addressing.endpoint.as_ref().map(crate::protocol::address::CustomEndpoint::url)
    }

    /// This client with changed options for the requests that it sends.
    fn with_option(mut self, change: impl FnOnce(&mut RequestOptions)) -> Self {
        change(Arc::make_mut(self.options.get_or_insert_default()));
        self
    }

    /// This client with the same options for requests to another bucket, which has this owner.
    pub(crate) fn expecting_bucket_owner(&self, account_id: Option<&str>) -> Self {
        if self.options.is_none() && account_id.is_none() {
            return self.clone();
        }
        self.clone().with_option(|options| options.expected_bucket_owner = account_id.map(str::to_owned))
    }

    /// The request of an operation, with the options of the call.
    fn draft<'a, O: Operation>(&'a self, operation: &'a O) -> Draft<'a> {
        let mut draft = operation.draft();
        if let Some(options) = &self.options {
            draft.set_options(options);
        }
        draft
    }

    /// Refuses what can be known to be refused before anything is sent.
    fn check(&self, draft: &mut Draft<'_>) -> Result<()> {
        draft.take_refusal()?;
        if self.state.accepts_any_certificate {
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
        if is_arn(bucket) { Ok(()) } else { bucket_name::check(bucket, self.state.name_rules) }
    }
}

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
            .field("region", &self.state.region)
            .field("endpoint", &self.endpoint())
            .field("credentials", &self.state.credentials)
            .finish_non_exhaustive()
    }
}

/// An error for what was given to the client, not to one operation.
pub(crate) fn setting_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidSetting, message)
}
