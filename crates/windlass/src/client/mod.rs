//! The client combines operations, protocol and ports. [`exchange`](self) has the loop in which every request is
//! addressed, signed, sent, checked, and retried or returned.

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

/// A client of one S3 service. Clones are cheap and share connections, credentials and learned regions.
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
    /// The call options of this clone, for all requests of the call.
    options: Option<Arc<RequestOptions>>,
}

impl Client {
    /// Builds a client with the settings of the environment and of the profile in `~/.aws`.
    ///
    /// # Errors
    /// Fails if a setting is invalid or no region is configured.
    #[cfg(feature = "http-client")]
    pub fn from_env() -> Result<Self> {
        Self::builder().load_environment().build()
    }

    /// Returns a builder without settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Sends an operation and returns its output; `client.get_object("b", "k").await` is equivalent.
    ///
    /// # Errors
    /// See [`ErrorKind`]; the error names the operation, bucket and key.
    pub async fn send<O: Operation>(&self, operation: O) -> Result<O::Output> {
        self.run(&operation).await
    }

    /// Addresses and signs a request without sending it. The result equals the first attempt of [`send`](Self::send).
    ///
    /// # Errors
    /// The errors of [`send`](Self::send) before the request is sent.
    pub async fn sign<O: Operation>(&self, operation: O) -> Result<SignedRequest> {
        let mut draft = self.draft(&operation);
        self.check(&mut draft).map_err(|error| named(error, O::NAME, draft.target))?;
        let mut unobserved = Span::default();
        let mut exchange = Exchange::new(&self.state, &draft, Kind::of::<O>(), &mut unobserved);
        // The request is not sent, so it needs no permit.
        let attempt = exchange.prepare(Permit::unlimited()).await;
        let attempt = attempt.map_err(|error| named(error, O::NAME, draft.target))?;
        Ok(SignedRequest::new(attempt.request))
    }

    /// Turns `operation` into a request of this client, as `client.get_object(..)` does.
    pub fn request<O: Operation>(&self, operation: O) -> Request<O> {
        Request::new(self.clone(), operation)
    }

    /// Returns a URL with which anyone can send `operation` until `expires` has passed; see [`Request::presign`].
    ///
    /// Nothing is sent, so windlass cannot check the service: a presigned write of tags may replace the object on a
    /// service without tags.
    ///
    /// # Errors
    /// Fails if the time is out of range or there are no credentials.
    pub async fn presign<O: Operation>(&self, operation: O, expires: Duration) -> Result<PresignedRequest> {
        self.presigned(&operation, expires).await
    }

    /// The region for signatures, until a bucket turns out to be in another one.
    pub fn region(&self) -> &str {
        &self.state.region
    }

    /// The endpoint of requests without a bucket: the configured one or that of the region.
    ///
    /// # Errors
    /// Fails if the region has no AWS host.
    pub fn service_url(&self) -> Result<String> {
        let draft = Draft::get(Target::Service);
        let address = self.state.addressing.resolve(&self.state.region, &draft)?;
        let scheme = if address.secure { "https" } else { "http" };
        Ok(format!("{scheme}://{}{}", address.authority, address.path))
    }

    /// The default checksum algorithm of uploads; None if they carry no checksum.
    pub(crate) fn default_checksum(&self) -> Option<&ChecksumAlgorithm> {
        let settings = &self.state.integrity;
        let wanted = settings.calculation == ChecksumCalculation::WhenSupported;
        let taken = self.state.service.checksum_headers
            && !self.state.learned.checksums_refused.load(Ordering::Relaxed);
        (wanted && taken).then_some(&settings.algorithm)
    }

    /// The default checksum algorithm of parts with unknown bodies. None if a stream that can be read only once cannot
    /// carry the checksum: a service rejects a part without the checksum that the upload declared.
    pub(crate) fn default_checksum_of_any_body(&self) -> Option<&ChecksumAlgorithm> {
        let state = &self.state;
        let secure = state.addressing.endpoint.as_ref().is_none_or(|endpoint| endpoint.secure);
        let sign_content = state.payload_signing.unwrap_or(!secure);
        self.default_checksum().filter(|_| payload::takes_trailers(&state.service, sign_content))
    }

    /// Whether [`spawn`](Self::spawn) works in this context.
    pub(crate) fn check_runtime(&self) -> Result<()> {
        self.state.ports.spawner.runtime().map(|_| ())
    }

    /// Sends a warning for the caller to the observer.
    pub(crate) fn warn(&self, operation: &'static str, bucket: &str, key: &str, warning: &Warning) {
        self.state.observe(&Event::Warning(Warned { request_id: None, operation, bucket, key, warning }));
    }

    /// Whether `DeleteObjects` is used.
    pub(crate) fn deletes_together(&self) -> bool {
        self.state.service.delete_objects
            && !self.state.learned.delete_objects_refused.load(Ordering::Relaxed)
    }

    /// Records that the service lacks `DeleteObjects`.
    pub(crate) fn delete_one_by_one(&self, bucket: &str) {
        if !self.state.learned.delete_objects_refused.swap(true, Ordering::Relaxed) {
            self.state.observe(&Event::DeleteObjectsRefused(DeleteObjectsRefused { bucket }));
        }
    }

    /// The maximum number of attempts per request.
    pub(crate) fn max_attempts(&self) -> u32 {
        self.state.retry_settings(self.options.as_deref()).max_attempts.unwrap_or(3)
    }

    /// Spawns a task that continues after the caller's future is dropped.
    pub(crate) fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.state.ports.spawner.spawn(task);
    }

    /// The service profile.
    pub fn service_profile(&self) -> &ServiceProfile {
        &self.state.service
    }

    /// The configured endpoint; None if the region determines it.
    pub fn endpoint(&self) -> Option<String> {
        self.state.addressing.endpoint.as_ref().map(crate::protocol::address::CustomEndpoint::url)
    }

    /// A clone with modified call options.
    fn with_option(mut self, change: impl FnOnce(&mut RequestOptions)) -> Self {
        change(Arc::make_mut(self.options.get_or_insert_default()));
        self
    }

    /// A clone with the same call options for requests to another bucket with this owner.
    pub(crate) fn expecting_bucket_owner(&self, account_id: Option<&str>) -> Self {
        if self.options.is_none() && account_id.is_none() {
            return self.clone();
        }
        self.clone().with_option(|options| options.expected_bucket_owner = account_id.map(str::to_owned))
    }

    /// The request of an operation with the call options.
    fn draft<'a, O: Operation>(&'a self, operation: &'a O) -> Draft<'a> {
        let mut draft = operation.draft();
        if let Some(options) = &self.options {
            draft.set_options(options);
        }
        draft
    }

    /// Rejects invalid requests before anything is sent.
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
        // ARNs are checked when they are resolved.
        if is_arn(bucket) { Ok(()) } else { bucket_name::check(bucket, self.state.name_rules) }
    }
}

/// An SSE-C key must not be sent to an impostor.
fn refuse_keys(draft: &Draft<'_>) -> Result<()> {
    if draft.headers.keys().all(|name| !name.as_str().ends_with("server-side-encryption-customer-key")) {
        return Ok(());
    }
    let message = "SSE-C keys are not sent to a service without a verified certificate \
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

/// An error in an argument of the client.
pub(crate) fn setting_error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidSetting, message)
}
