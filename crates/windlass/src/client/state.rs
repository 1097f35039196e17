//! The state that all clones of a client share: settings, ports, and learned facts about buckets and the service.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::subresource;
use crate::config::ServiceProfile;
use crate::credentials::CachedProvider;
use crate::ports::{Event, Ports};
use crate::protocol::Draft;
use crate::protocol::address::{Addressing, bucket_name};
use crate::protocol::signing::SigningKeyCache;
use crate::resilience::{ConcurrencyLimit, RetryQuotas, RetrySettings};
use crate::{Error, ErrorKind, IntegritySettings, RequestOptions, Timeouts};

pub(crate) struct ClientState {
    pub(super) addressing: Addressing,
    pub(super) region: Arc<str>,
    pub(super) name_rules: bucket_name::BucketNameRules,
    pub(super) integrity: IntegritySettings,
    pub(super) service: ServiceProfile,
    pub(super) payload_signing: Option<bool>,
    /// Anyone on the network path can impersonate the service.
    pub(super) accepts_any_certificate: bool,
    pub(super) timeouts: Timeouts,
    pub(super) retry: RetrySettings,
    pub(super) ports: Ports,
    pub(super) credentials: CachedProvider,
    pub(super) signing_keys: SigningKeyCache,
    pub(super) quotas: RetryQuotas,
    pub(super) concurrency: ConcurrencyLimit,
    pub(super) learned: Learned,
}

/// Facts learned from responses.
#[derive(Default)]
pub(super) struct Learned {
    /// The service rejected checksums.
    pub(super) checksums_refused: AtomicBool,
    /// The service rejected `Expect: 100-continue`.
    pub(super) expect_refused: AtomicBool,
    /// The service rejected `DeleteObjects`.
    pub(super) delete_objects_refused: AtomicBool,
    /// The subresources that the service supports beside those of its profile.
    pub(super) subresources: subresource::Subresources,
    /// The regions of buckets.
    bucket_regions: RwLock<HashMap<String, Arc<str>>>,
    /// The offset of the service's clock from the local one, in seconds.
    clock_offset: AtomicI64,
}

/// The maximum number of learned regions. A program that visits more buckets hardly needs a region twice.
const MOST_REGIONS: usize = 10_000;

impl ClientState {
    /// The time limits of a request.
    pub(super) fn timeouts_of(&self, draft: &Draft<'_>) -> Timeouts {
        let Some(options) = draft.options else { return self.timeouts };
        let mut timeouts = self.timeouts;
        timeouts.attempt = options.attempt_timeout.or(timeouts.attempt);
        timeouts.operation = options.operation_timeout.or(timeouts.operation);
        timeouts.read = options.read_timeout.unwrap_or(timeouts.read);
        timeouts
    }

    /// The retry settings for calls with these options.
    pub(super) fn retry_settings(&self, options: Option<&RequestOptions>) -> RetrySettings {
        let limit = options.and_then(|options| options.max_attempts);
        RetrySettings { max_attempts: limit.or(self.retry.max_attempts), ..self.retry }
    }

    /// The service's time: the local time with the learned offset.
    pub(super) fn now(&self) -> SystemTime {
        self.now_with(self.learned.clock_offset.load(Ordering::Relaxed))
    }

    /// The local time plus `offset` seconds.
    pub(super) fn now_with(&self, offset: i64) -> SystemTime {
        let now = self.ports.clock.now();
        let distance = Duration::from_secs(offset.unsigned_abs());
        let corrected = if offset < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
        corrected.unwrap_or(now)
    }

    pub(super) fn learn_clock(&self, offset: i64) {
        self.learned.clock_offset.store(offset, Ordering::Relaxed);
    }

    /// The region for the signature: the learned region of the bucket, else the client's.
    pub(super) fn region_of(&self, draft: &Draft<'_>) -> Arc<str> {
        let known = if draft.keeps_region { None } else { self.known_region(draft.target.bucket()) };
        known.unwrap_or_else(|| self.region.clone())
    }

    fn known_region(&self, bucket: &str) -> Option<Arc<str>> {
        self.learned.bucket_regions.read().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned()
    }

    pub(super) fn learn_region(&self, bucket: &str, region: &Arc<str>) {
        let mut regions = self.learned.bucket_regions.write().unwrap_or_else(PoisonError::into_inner);
        if regions.len() >= MOST_REGIONS {
            regions.clear();
        }
        regions.insert(bucket.to_owned(), region.clone());
    }

    /// A deleted bucket may be created in another region.
    pub(super) fn forget_region(&self, bucket: &str) {
        self.learned.bucket_regions.write().unwrap_or_else(PoisonError::into_inner).remove(bucket);
    }

    /// Adds a hint if the endpoint already contains the bucket.
    pub(super) fn with_hint_at_endpoint(&self, error: Error) -> Error {
        use ErrorKind::{AccessDenied, BucketNotFound, ObjectNotFound, SignatureMismatch};
        let Some(endpoint) = &self.addressing.endpoint else { return error };
        if !matches!(error.kind(), AccessDenied | BucketNotFound | ObjectNotFound | SignatureMismatch) {
            return error;
        }
        match error.bucket().and_then(|bucket| endpoint.without_bucket_name(bucket)) {
            Some(plain) => {
                let remark = format!(
                    "the endpoint {} already contains the bucket: use {plain} as the endpoint",
                    endpoint.url()
                );
                error.with_remark(&remark)
            }
            None => error,
        }
    }

    pub(super) fn observe(&self, event: &Event<'_>) {
        self.ports.observe(event);
    }
}
