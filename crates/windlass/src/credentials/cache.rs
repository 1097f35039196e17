//! What stands between a client and its provider: credentials are kept, renewed ahead of their end in the
//! background, and fetched once however many requests wait. It does not judge credentials: ones that come
//! expired are handed out, since only the service knows its own time.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::flight::{Landing, Waiter, flight};
use crate::Result;
use crate::ports::{Clock, CredentialsProvider, Random, Spawner};
use crate::types::Credentials;

/// The credentials of one client.
pub(crate) struct CredentialsCache {
    shared: Arc<Shared>,
}

struct Shared {
    provider: Arc<dyn CredentialsProvider>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    spawner: Arc<dyn Spawner>,
    held: RwLock<Option<Held>>,
    fetching: Mutex<Fetching>,
}

/// What was fetched last.
struct Held {
    credentials: Option<Credentials>,
    /// None for credentials without end.
    renew_at: Option<SystemTime>,
}

#[derive(Default)]
struct Fetching {
    flight: Option<Waiter>,
    /// After a failed renewal, on the monotonic clock.
    not_before: Duration,
}

enum Look {
    Fresh(Option<Credentials>),
    /// Still valid, but to be renewed.
    Ageing(Option<Credentials>),
    Nothing,
}

impl CredentialsCache {
    pub(crate) fn new(
        provider: Arc<dyn CredentialsProvider>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        spawner: Arc<dyn Spawner>,
    ) -> Self {
        let (held, fetching) = (RwLock::default(), Mutex::default());
        Self { shared: Arc::new(Shared { provider, clock, random, spawner, held, fetching }) }
    }

    /// The credentials to sign with at `now`; None for requests without a signature.
    pub(crate) async fn get(&self, now: SystemTime) -> Result<Option<Credentials>> {
        match self.shared.look(now) {
            Look::Fresh(credentials) => Ok(credentials),
            Look::Ageing(credentials) => {
                self.shared.renew(now);
                Ok(credentials)
            }
            // On the heap, so that the future of a request does not carry what it almost never needs.
            Look::Nothing => Box::pin(self.fetch(now)).await,
        }
    }

    /// The service refused `credentials`: they are not given out again unless the provider insists on them.
    pub(crate) fn reject(&self, credentials: &Credentials) {
        let mut held = self.shared.held.write().unwrap_or_else(PoisonError::into_inner);
        // Only the very ones: a late refusal of old ones must not cost those that were fetched since.
        held.take_if(|held| held.credentials.as_ref().is_some_and(|ours| ours.is_same(credentials)));
    }

    async fn fetch(&self, now: SystemTime) -> Result<Option<Credentials>> {
        let waiter = {
            let mut fetching = self.shared.fetching();
            match &fetching.flight {
                Some(waiter) => waiter.clone(),
                None => match self.shared.look(now) {
                    // Somebody else's flight landed since the first look.
                    Look::Fresh(credentials) | Look::Ageing(credentials) => return Ok(credentials),
                    Look::Nothing => self.shared.start(&mut fetching, now),
                },
            }
        };
        waiter.outcome().await
    }
}

impl Shared {
    fn look(&self, now: SystemTime) -> Look {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = &*held else { return Look::Nothing };
        let Some(renew_at) = held.renew_at else { return Look::Fresh(held.credentials.clone()) };
        if now < renew_at {
            return Look::Fresh(held.credentials.clone());
        }
        let valid = held.credentials.as_ref().and_then(Credentials::expiry).is_none_or(|expiry| now < expiry);
        if valid { Look::Ageing(held.credentials.clone()) } else { Look::Nothing }
    }

    /// Fetches in the background, unless that is going on or has just failed.
    fn renew(self: &Arc<Self>, now: SystemTime) {
        let mut fetching = self.fetching();
        let due = fetching.flight.is_none() && self.clock.monotonic() >= fetching.not_before;
        // Another thread's renewal may have landed since this one looked.
        if due && matches!(self.look(now), Look::Ageing(_)) {
            self.start(&mut fetching, now);
        }
    }

    /// Starts a fetch as a task of its own: a waiter that is dropped must not take it along.
    fn start(self: &Arc<Self>, fetching: &mut Fetching, now: SystemTime) -> Waiter {
        let (landing, waiter) = flight();
        fetching.flight = Some(waiter.clone());
        let ending = Ending { shared: self.clone(), landing: Some(landing) };
        self.spawner.spawn(Box::pin(async move {
            let outcome = ending.shared.provider.credentials().await;
            ending.end(outcome, now);
        }));
        waiter
    }

    fn keep(&self, credentials: Option<Credentials>, now: SystemTime) {
        let expiry = credentials.as_ref().and_then(Credentials::expiry);
        let renew_at = expiry.map(|expiry| {
            let lifetime = expiry.duration_since(now).unwrap_or_default();
            let ahead = (lifetime / 5).min(MOST_AHEAD);
            let jitter = (ahead / 5).mul_f64(self.random.unit().clamp(0.0, 1.0));
            expiry.checked_sub(ahead + jitter).unwrap_or(now)
        });
        let held = Held { credentials, renew_at };
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }

    fn fetching(&self) -> MutexGuard<'_, Fetching> {
        self.fetching.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a fetch once, also when its task is dropped or panics.
struct Ending {
    shared: Arc<Shared>,
    landing: Option<Landing>,
}

impl Ending {
    fn end(mut self, outcome: Result<Option<Credentials>>, now: SystemTime) {
        let shared = &self.shared;
        let not_before = match &outcome {
            Ok(credentials) => {
                shared.keep(credentials.clone(), now);
                Duration::ZERO
            }
            Err(_) => {
                shared.clock.monotonic() + SHORTEST_PAUSE.mul_f64(1.0 + shared.random.unit().clamp(0.0, 1.0))
            }
        };
        *shared.fetching() = Fetching { flight: None, not_before };
        if let Some(landing) = self.landing.take() {
            landing.land(outcome);
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if self.landing.is_some() {
            self.shared.fetching().flight = None;
        }
    }
}

impl fmt::Debug for CredentialsCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.shared.held.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("CredentialsCache")
            .field("provider", &self.shared.provider.name())
            .field("credentials", &held.as_ref().and_then(|held| held.credentials.as_ref()))
            .finish_non_exhaustive()
    }
}

/// Credentials are renewed a fifth of their lifetime ahead of their end, and at most this.
const MOST_AHEAD: Duration = Duration::from_secs(5 * 60);

/// After a failed renewal of credentials that are still valid; up to twice this, by chance.
const SHORTEST_PAUSE: Duration = Duration::from_secs(5);
