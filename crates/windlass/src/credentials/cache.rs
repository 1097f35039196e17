//! Cache of a credentials provider with refresh ahead of expiry and single flight per runtime. It hands out
//! credentials that arrive expired, because only the service knows its own time.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::flight::{Landing, Waiter, flight};
use crate::Result;
use crate::adapters::{SystemClock, SystemRandom, TokioSpawner};
use crate::ports::events::{CredentialsFetchFailed, CredentialsFetched};
use crate::ports::{
    BoxFuture, Clock, CredentialsProvider, Event, Observer, Ports, Random, RuntimeId, Spawner,
};
use crate::types::Credentials;

/// Caches the credentials of another provider. Clones share the cache.
///
/// Concurrent callers of one runtime share one fetch. Credentials are refreshed in the background, with
/// jitter, when a fifth of their lifetime is left, at most 5 minutes before expiry. A failed refresh is
/// retried after 5 to 10 s while the old credentials are valid. Credentials without expiry are kept until
/// they are rejected. Errors are not cached.
///
/// Each client wraps its provider in its own cache. Clients with clones of one `CachedProvider` share the
/// fetches behind it:
///
/// ```
/// use windlass::Client;
/// use windlass::credentials::{CachedProvider, StaticProvider};
/// # use windlass::Credentials;
///
/// # fn main() -> windlass::Result<()> {
/// # let provider = StaticProvider::new(Credentials::new("id", "secret"));
/// let provider = CachedProvider::new(provider);
/// let virginia = Client::builder().region("us-east-1").credentials_provider(provider.clone()).build()?;
/// let ireland = Client::builder().region("eu-west-1").credentials_provider(provider).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CachedProvider {
    shared: Arc<Shared>,
}

struct Shared {
    provider: Arc<dyn CredentialsProvider>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    spawner: Arc<dyn Spawner>,
    observer: Option<Arc<dyn Observer>>,
    held: RwLock<Option<Held>>,
    fetching: Mutex<Fetching>,
}

/// The credentials of the last fetch.
struct Held {
    credentials: Option<Credentials>,
    /// `None` for credentials without expiry.
    renew_at: Option<SystemTime>,
    /// The number of the flight that fetched them.
    flight: u64,
}

#[derive(Default)]
struct Fetching {
    /// The flight of each runtime. A flight only makes progress while its runtime is driven.
    flights: Vec<(RuntimeId, Waiter)>,
    /// The number of flights started.
    begun: u64,
    /// The earliest monotonic time of the next refresh after a failed one.
    not_before: Duration,
}

enum Look {
    Fresh(Option<Credentials>),
    /// Valid, but due for a refresh.
    Ageing(Option<Credentials>),
    Nothing,
}

impl CachedProvider {
    /// Caches the credentials of `provider`, with the system's clock and randomness and the tokio runtime.
    pub fn new(provider: impl CredentialsProvider + 'static) -> Self {
        let random = Arc::new(SystemRandom);
        Self::with(Arc::new(provider), Arc::new(SystemClock), random, Arc::new(TokioSpawner), None)
    }

    /// Caches the credentials of `provider`, with the clock, the randomness and the spawner of `ports`. Each fetch
    /// is reported to their observer.
    pub fn with_ports(provider: Arc<dyn CredentialsProvider>, ports: &Ports) -> Self {
        let (clock, random, spawner) = (ports.clock.clone(), ports.random.clone(), ports.spawner.clone());
        Self::with(provider, clock, random, spawner, ports.observer.clone())
    }

    fn with(
        provider: Arc<dyn CredentialsProvider>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        spawner: Arc<dyn Spawner>,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        let (held, fetching) = (RwLock::default(), Mutex::default());
        Self { shared: Arc::new(Shared { provider, clock, random, spawner, observer, held, fetching }) }
    }

    /// Returns the credentials to sign with at `now` by the service's clock. `None` sends requests unsigned.
    pub(crate) async fn get(&self, now: SystemTime) -> Result<Option<Credentials>> {
        // Every request passes here first, so this also rejects calls outside a runtime.
        let runtime = self.shared.spawner.runtime()?;
        match self.shared.look(now) {
            Look::Fresh(credentials) => Ok(credentials),
            Look::Ageing(credentials) => {
                self.shared.renew(runtime, now);
                Ok(credentials)
            }
            // Boxed to keep the future of a request small; fetches are rare.
            Look::Nothing => Box::pin(self.fetch(runtime, now)).await,
        }
    }

    async fn fetch(&self, runtime: RuntimeId, now: SystemTime) -> Result<Option<Credentials>> {
        let (waiter, task) = {
            let mut fetching = self.shared.fetching();
            match fetching.flight_of(runtime) {
                Some(waiter) => (waiter.clone(), None),
                None => match self.shared.look(now) {
                    // Another caller's flight has landed since the first look.
                    Look::Fresh(credentials) | Look::Ageing(credentials) => return Ok(credentials),
                    Look::Nothing => {
                        let (waiter, task) = self.shared.begin(&mut fetching, runtime, now, false);
                        (waiter, Some(task))
                    }
                },
            }
        };
        if let Some(task) = task {
            self.shared.spawner.spawn(task);
        }
        waiter.outcome().await
    }
}

impl CredentialsProvider for CachedProvider {
    /// The name of the inner provider.
    fn name(&self) -> Cow<'_, str> {
        self.shared.provider.name()
    }

    fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
        Box::pin(async { self.get(self.shared.clock.now()).await })
    }

    /// Drops the credentials and rejects them at the inner provider. They are used again only if it returns
    /// them again.
    fn reject(&self, credentials: &Credentials) {
        let mut held = self.shared.held.write().unwrap_or_else(PoisonError::into_inner);
        // A late rejection of old credentials must not drop newer ones.
        held.take_if(|held| held.credentials.as_ref().is_some_and(|ours| ours.is_same(credentials)));
        drop(held);
        self.shared.provider.reject(credentials);
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

    /// Starts a refresh in the background, unless one is in flight or has just failed.
    fn renew(self: &Arc<Self>, runtime: RuntimeId, now: SystemTime) {
        let task = {
            let mut fetching = self.fetching();
            let idle = fetching.flight_of(runtime).is_none();
            let due = idle && self.clock.monotonic() >= fetching.not_before;
            // A refresh by another thread may have landed since the last look.
            if !due || !matches!(self.look(now), Look::Ageing(_)) {
                return;
            }
            self.begin(&mut fetching, runtime, now, true).1
        };
        self.spawner.spawn(task);
    }

    /// Prepares a fetch as its own task, so that dropping a waiter does not cancel it. The caller spawns it
    /// after releasing the lock: a runtime that shuts down drops the task immediately, and dropping it takes
    /// the lock.
    fn begin(
        self: &Arc<Self>,
        fetching: &mut Fetching,
        runtime: RuntimeId,
        now: SystemTime,
        is_renewal: bool,
    ) -> (Waiter, BoxFuture<'static, ()>) {
        let (landing, waiter) = flight();
        fetching.begun += 1;
        fetching.flights.push((runtime, waiter.clone()));
        let number = fetching.begun;
        let ending = Ending { shared: self.clone(), runtime, number, landing: Some(landing) };
        let task = async move {
            let outcome = ending.shared.provider.credentials().await;
            ending.shared.tell(&outcome, is_renewal);
            ending.end(outcome, now);
        };
        (waiter, Box::pin(task))
    }

    /// Stores the credentials of the flight `number`, unless a later flight has already landed.
    fn keep(&self, credentials: Option<Credentials>, number: u64, now: SystemTime) {
        let expiry = credentials.as_ref().and_then(Credentials::expiry);
        let renew_at = expiry.map(|expiry| {
            let lifetime = expiry.duration_since(now).unwrap_or_default();
            let ahead = (lifetime / 5).min(MAX_AHEAD);
            let jitter = (ahead / 5).mul_f64(self.random.unit().clamp(0.0, 1.0));
            expiry.checked_sub(ahead + jitter).unwrap_or(now)
        });
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.as_ref().is_none_or(|held| held.flight < number) {
            *held = Some(Held { credentials, renew_at, flight: number });
        }
    }

    /// Tells the observer how a fetch ended.
    fn tell(&self, outcome: &Result<Option<Credentials>>, is_renewal: bool) {
        let Some(observer) = &self.observer else { return };
        let name = self.provider.name();
        let provider = &*name;
        observer.on_event(&match outcome {
            Ok(credentials) => {
                let expires_at = credentials.as_ref().and_then(Credentials::expiry);
                Event::CredentialsFetched(CredentialsFetched { provider, expires_at, is_renewal })
            }
            Err(error) => {
                Event::CredentialsFetchFailed(CredentialsFetchFailed { provider, error, is_renewal })
            }
        });
    }

    fn fetching(&self) -> MutexGuard<'_, Fetching> {
        self.fetching.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a fetch exactly once, even if its task is dropped or panics.
struct Ending {
    shared: Arc<Shared>,
    runtime: RuntimeId,
    number: u64,
    landing: Option<Landing>,
}

impl Fetching {
    fn flight_of(&self, runtime: RuntimeId) -> Option<&Waiter> {
        self.flights.iter().find(|(of, _)| *of == runtime).map(|(_, waiter)| waiter)
    }

    fn landed(&mut self, runtime: RuntimeId) {
        self.flights.retain(|(of, _)| *of != runtime);
    }
}

impl Ending {
    fn end(mut self, outcome: Result<Option<Credentials>>, now: SystemTime) {
        let shared = &self.shared;
        let not_before = match &outcome {
            Ok(credentials) => {
                shared.keep(credentials.clone(), self.number, now);
                Duration::ZERO
            }
            Err(_) => {
                shared.clock.monotonic() + MIN_PAUSE.mul_f64(1.0 + shared.random.unit().clamp(0.0, 1.0))
            }
        };
        let mut fetching = shared.fetching();
        fetching.landed(self.runtime);
        fetching.not_before = not_before;
        drop(fetching);
        if let Some(landing) = self.landing.take() {
            landing.land(outcome);
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if self.landing.is_some() {
            self.shared.fetching().landed(self.runtime);
        }
    }
}

impl fmt::Debug for CachedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.shared.held.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("CachedProvider")
            .field("provider", &self.shared.provider.name())
            .field("credentials", &held.as_ref().and_then(|held| held.credentials.as_ref()))
            .finish_non_exhaustive()
    }
}

/// The maximum time before expiry at which credentials are refreshed.
const MAX_AHEAD: Duration = Duration::from_secs(5 * 60);

/// The minimum delay after a failed refresh of valid credentials. Jitter adds up to as much again.
const MIN_PAUSE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::UNIX_EPOCH;

    use futures_util::FutureExt;

    use super::*;
    use crate::testing::{FixedRandom, ManualClock, RecordingObserver};
    use crate::{Error, ErrorKind};

    /// Returns the given results in order and then repeats the last. The second member records rejected keys.
    #[derive(Debug)]
    struct Script(Mutex<(VecDeque<Result<Credentials, &'static str>>, usize)>, Mutex<Vec<String>>);

    impl CredentialsProvider for Script {
        fn name(&self) -> Cow<'_, str> {
            "script".into()
        }

        fn credentials(&self) -> BoxFuture<'_, Result<Option<Credentials>>> {
            let mut script = self.0.lock().unwrap();
            script.1 += 1;
            let next = if script.0.len() > 1 { script.0.pop_front() } else { script.0.front().cloned() };
            let outcome = next.unwrap().map(Some).map_err(|message| {
                Error::new(ErrorKind::CredentialsInvalid, message)
                    .with_source(std::io::Error::other("the cause"))
            });
            Box::pin(std::future::ready(outcome))
        }

        fn reject(&self, credentials: &Credentials) {
            self.1.lock().unwrap().push(credentials.access_key_id().to_owned());
        }
    }

    /// Queues tasks until they are run. The second member is the runtime of the caller.
    #[derive(Default)]
    struct Tasks(Mutex<Vec<BoxFuture<'static, ()>>>, AtomicU64);

    impl fmt::Debug for Tasks {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Tasks")
        }
    }

    impl Spawner for Tasks {
        fn spawn(&self, task: BoxFuture<'static, ()>) {
            self.0.lock().unwrap().push(task);
        }

        fn runtime(&self) -> Result<RuntimeId> {
            Ok(RuntimeId::new(self.1.load(Ordering::Relaxed)))
        }
    }

    struct Bench {
        script: Arc<Script>,
        tasks: Arc<Tasks>,
        clock: ManualClock,
        cache: CachedProvider,
        observer: RecordingObserver,
    }

    impl Bench {
        fn new(jitter: f64, script: impl IntoIterator<Item = Result<Credentials, &'static str>>) -> Self {
            let script = Arc::new(Script(Mutex::new((script.into_iter().collect(), 0)), Mutex::default()));
            let (tasks, clock) = (Arc::new(Tasks::default()), ManualClock::new(at(0)));
            let random = Arc::new(FixedRandom(jitter));
            let observer = RecordingObserver::default();
            let told: Option<Arc<dyn Observer>> = Some(Arc::new(observer.clone()));
            let cache =
                CachedProvider::with(script.clone(), Arc::new(clock.clone()), random, tasks.clone(), told);
            Self { script, tasks, clock, cache, observer }
        }

        /// Makes later calls on this runtime.
        fn on_runtime(&self, number: u64) {
            self.tasks.1.store(number, Ordering::Relaxed);
        }

        /// Runs the spawned tasks and returns their number.
        fn run(&self) -> usize {
            let tasks = std::mem::take(&mut *self.tasks.0.lock().unwrap());
            let count = tasks.len();
            for task in tasks {
                task.now_or_never().unwrap();
            }
            count
        }

        fn fetches(&self) -> usize {
            self.script.0.lock().unwrap().1
        }

        /// The access key that a request gets immediately, or `None` if it must wait.
        fn ready(&self, second: u64) -> Option<String> {
            self.cache
                .get(at(second))
                .now_or_never()
                .map(|got| got.unwrap().unwrap().access_key_id().to_owned())
        }

        /// The result of a request that waits for the fetch that it starts.
        fn fetched(&self, second: u64) -> Result<Credentials> {
            let mut waiting = Box::pin(self.cache.get(at(second)));
            assert!((&mut waiting).now_or_never().is_none());
            assert_eq!(self.run(), 1);
            waiting.now_or_never().unwrap().map(Option::unwrap)
        }
    }

    fn at(second: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000 + second)
    }

    fn key(id: &str, end: u64) -> Credentials {
        Credentials::new(id, "hush").with_session_token("hush").with_expiry(at(end))
    }

    #[test]
    fn fetches_and_refreshes_are_reported_to_the_observer() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600)), Err("no"), Ok(key("B", 7200))]);
        bench.fetched(0).unwrap();
        for second in [3400, 3420] {
            bench.clock.advance(Duration::from_secs(20));
            bench.ready(second);
            bench.run();
        }
        let events = bench.observer.events();
        let has = |at: usize, texts: &[&str]| texts.iter().all(|text| events[at].contains(text));
        assert!(has(0, &["CredentialsFetched", "\"script\"", "expires_at: Some", "is_renewal: false"]));
        assert!(has(1, &["CredentialsFetchFailed", "\"script\"", "\"no\"", "is_renewal: true"]));
        assert!(has(2, &["CredentialsFetched", "is_renewal: true"]));
        assert!(events.iter().all(|event| !event.contains("hush")) && events.len() == 3, "{events:#?}");
    }

    #[test]
    fn concurrent_callers_share_one_fetch() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600))]);
        let mut waiting: Vec<_> = (0..10).map(|_| Box::pin(bench.cache.get(at(0)))).collect();
        assert!(waiting.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
        assert_eq!(bench.run(), 1);
        for waiting in waiting {
            assert_eq!(waiting.now_or_never().unwrap().unwrap().unwrap().access_key_id(), "A");
        }
        assert_eq!(bench.ready(1).unwrap(), "A");
        assert_eq!(bench.fetches(), 1);
    }

    /// No caller waits for a runtime that is not driven (loonfs#209).
    #[test]
    fn each_runtime_has_its_own_fetch() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600)), Ok(key("B", 3600))]);
        let mut first = Box::pin(bench.cache.get(at(0)));
        assert!((&mut first).now_or_never().is_none());
        let undriven = std::mem::take(&mut *bench.tasks.0.lock().unwrap());
        bench.on_runtime(1);
        assert_eq!(bench.fetched(0).unwrap().access_key_id(), "A");
        assert_eq!(bench.ready(1).unwrap(), "A");
        // The first runtime is driven again. Its late result does not replace newer credentials.
        for task in undriven {
            task.now_or_never().unwrap();
        }
        assert_eq!(first.now_or_never().unwrap().unwrap().unwrap().access_key_id(), "B");
        assert_eq!(bench.ready(2).unwrap(), "A");
    }

    #[test]
    fn a_refresh_on_an_idle_runtime_does_not_block_the_others() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600)), Ok(key("B", 9999))]);
        bench.fetched(0).unwrap();
        assert_eq!(bench.ready(3500).unwrap(), "A");
        let _undriven = std::mem::take(&mut *bench.tasks.0.lock().unwrap());
        bench.on_runtime(1);
        assert_eq!(bench.ready(3500).unwrap(), "A");
        assert_eq!(bench.run(), 1);
        assert_eq!(bench.ready(3500).unwrap(), "B");
    }

    /// A spawner without a runtime.
    #[derive(Debug)]
    struct Nowhere;

    impl Spawner for Nowhere {
        fn spawn(&self, _: BoxFuture<'static, ()>) {
            panic!("no runtime to spawn on");
        }

        fn runtime(&self) -> Result<RuntimeId> {
            Err(Error::new(ErrorKind::NoRuntime, "nowhere"))
        }
    }

    #[test]
    fn without_a_runtime_nothing_is_fetched() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600))]);
        let (clock, random) = (Arc::new(bench.clock), Arc::new(FixedRandom(0.0)));
        let cache = CachedProvider::with(bench.script.clone(), clock, random, Arc::new(Nowhere), None);
        let error = cache.get(at(0)).now_or_never().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoRuntime);
        assert_eq!(bench.script.0.lock().unwrap().1, 0);
    }

    #[test]
    fn dropping_a_waiter_does_not_cancel_the_fetch() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600))]);
        let mut first = Box::pin(bench.cache.get(at(0)));
        let mut second = Box::pin(bench.cache.get(at(0)));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        drop(first);
        assert_eq!(bench.run(), 1);
        assert_eq!(second.now_or_never().unwrap().unwrap().unwrap().access_key_id(), "A");
        assert_eq!(bench.fetches(), 1);
    }

    #[test]
    fn credentials_are_refreshed_in_the_background_before_they_expire() {
        for (jitter, lifetime, renewal) in
            [(0.0, 3600, 3300), (1.0, 3600, 3240), (0.0, 50, 40), (1.0, 50, 38)]
        {
            let bench = Bench::new(jitter, [Ok(key("A", lifetime)), Ok(key("B", 9999))]);
            bench.fetched(0).unwrap();
            assert_eq!(bench.ready(renewal - 1).unwrap(), "A");
            assert_eq!(bench.run(), 0, "refreshed before {renewal}");
            assert_eq!(bench.ready(renewal).unwrap(), "A");
            assert_eq!(bench.ready(renewal).unwrap(), "A");
            assert_eq!(bench.run(), 1, "refreshed once at {renewal}");
            assert_eq!(bench.ready(renewal).unwrap(), "B");
        }
    }

    #[test]
    fn a_failed_refresh_keeps_the_old_credentials_and_is_retried_after_a_pause() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600)), Err("down")]);
        bench.fetched(0).unwrap();
        assert_eq!(bench.ready(3300).unwrap(), "A");
        assert_eq!(bench.run(), 1);
        bench.clock.advance(MIN_PAUSE / 2);
        assert_eq!(bench.ready(3400).unwrap(), "A");
        assert_eq!(bench.run(), 0);
        bench.clock.advance(MIN_PAUSE / 2);
        assert_eq!(bench.ready(3599).unwrap(), "A");
        assert_eq!(bench.run(), 1);
        assert_eq!(bench.fetched(3600).unwrap_err().message(), "down");
    }

    #[test]
    fn the_pause_after_a_failed_refresh_is_at_most_doubled_by_jitter() {
        for (random, pause) in [(0.0, 1.0), (0.5, 1.5), (1.0, 2.0), (7.0, 2.0), (-7.0, 1.0)] {
            let bench = Bench::new(random, [Ok(key("A", 10_000)), Err("down")]);
            bench.fetched(0).unwrap();
            bench.ready(9_900);
            assert_eq!(bench.run(), 1);
            bench.clock.advance(MIN_PAUSE.mul_f64(pause).saturating_sub(Duration::from_millis(1)));
            bench.ready(9_900);
            assert_eq!(bench.run(), 0, "{random}");
            bench.clock.advance(Duration::from_millis(1));
            bench.ready(9_900);
            assert_eq!(bench.run(), 1, "{random}");
        }
    }

    #[test]
    fn jitter_keeps_a_refresh_within_bounds() {
        for (random, renewal) in [(7.0, 3240), (-7.0, 3300)] {
            let bench = Bench::new(random, [Ok(key("A", 3600))]);
            bench.fetched(0).unwrap();
            bench.ready(renewal - 1);
            assert_eq!(bench.run(), 0, "{random}");
            bench.ready(renewal);
            assert_eq!(bench.run(), 1, "{random}");
        }
    }

    #[test]
    fn a_failure_reaches_all_waiters_and_is_not_cached() {
        let bench = Bench::new(0.0, [Err("down"), Ok(key("A", 3600))]);
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(bench.cache.get(at(0)))).collect();
        assert!(waiting.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
        assert_eq!(bench.run(), 1);
        for waiting in waiting {
            let error = waiting.now_or_never().unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::CredentialsInvalid);
            assert_eq!(error.to_string(), "down: the cause");
            let cause = std::error::Error::source(&error).unwrap();
            assert!(cause.downcast_ref::<std::io::Error>().is_some(), "the cause comes from the provider");
        }
        assert_eq!(bench.fetched(0).unwrap().access_key_id(), "A");
    }

    #[test]
    fn rejected_credentials_are_fetched_again_and_used_if_returned_again() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600))]);
        let first = bench.fetched(0).unwrap();
        bench.cache.reject(&first);
        let again = bench.fetched(1).unwrap();
        assert_eq!(again.access_key_id(), "A");
        assert_eq!(bench.ready(2).unwrap(), "A");
    }

    #[test]
    fn a_late_rejection_of_old_credentials_has_no_effect() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600)), Ok(key("B", 3600))]);
        let old = bench.fetched(0).unwrap();
        bench.cache.reject(&old);
        bench.fetched(1).unwrap();
        bench.cache.reject(&old);
        assert_eq!(bench.ready(2).unwrap(), "B");
    }

    #[test]
    fn credentials_without_expiry_are_kept() {
        let bench = Bench::new(0.0, [Ok(Credentials::new("A", "hush"))]);
        bench.fetched(0).unwrap();
        assert_eq!(bench.ready(1_000_000_000).unwrap(), "A");
        assert_eq!(bench.run(), 0);
    }

    #[test]
    fn credentials_that_arrive_expired_are_used_and_not_cached() {
        let bench = Bench::new(0.0, [Ok(key("A", 0)), Ok(key("B", 3600))]);
        assert_eq!(bench.fetched(10).unwrap().access_key_id(), "A");
        assert_eq!(bench.fetched(11).unwrap().access_key_id(), "B");
    }

    #[test]
    fn a_dropped_fetch_fails_its_waiters_and_the_next_call_fetches_again() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600))]);
        let mut waiting = Box::pin(bench.cache.get(at(0)));
        assert!((&mut waiting).now_or_never().is_none());
        bench.tasks.0.lock().unwrap().clear();
        let error = waiting.now_or_never().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CredentialsRefreshFailed);
        assert_eq!(bench.fetched(0).unwrap().access_key_id(), "A");
    }

    /// A spawner that drops tasks, like a runtime that shuts down.
    #[derive(Debug)]
    struct DropsTasks;

    impl Spawner for DropsTasks {
        fn spawn(&self, task: BoxFuture<'static, ()>) {
            drop(task);
        }
    }

    #[test]
    fn a_spawner_that_drops_tasks_causes_no_deadlock() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600))]);
        let (clock, random) = (Arc::new(bench.clock), Arc::new(FixedRandom(0.0)));
        let cache = CachedProvider::with(bench.script, clock, random, Arc::new(DropsTasks), None);
        let error = cache.get(at(0)).now_or_never().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CredentialsRefreshFailed);
    }

    #[test]
    fn the_cache_has_the_name_of_its_provider_and_clones_share_credentials() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600)), Ok(key("B", 7200))]);
        let (one, two) = (bench.cache.clone(), bench.cache.clone());
        assert_eq!(one.name(), "script");
        let mut waiting = [one.credentials(), two.credentials()];
        assert!(waiting.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
        assert_eq!(bench.run(), 1);
        for waiting in waiting {
            assert_eq!(waiting.now_or_never().unwrap().unwrap().unwrap().access_key_id(), "A");
        }
        // The credentials expire by the clock.
        bench.clock.advance(Duration::from_secs(3600));
        assert!(one.credentials().now_or_never().is_none());
        assert_eq!(bench.run(), 1);
        assert_eq!(two.credentials().now_or_never().unwrap().unwrap().unwrap().access_key_id(), "B");
    }

    #[test]
    fn a_rejection_reaches_the_provider_through_all_caches() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600)), Ok(key("B", 3600))]);
        let first = bench.fetched(0).unwrap();
        let (clock, random) = (Arc::new(bench.clock.clone()), Arc::new(FixedRandom(0.0)));
        let outer =
            CachedProvider::with(Arc::new(bench.cache.clone()), clock, random, bench.tasks.clone(), None);
        let fetched = |outer: &CachedProvider| {
            let mut waiting = outer.credentials();
            assert!((&mut waiting).now_or_never().is_none());
            // The outer cache fetches from the inner one in its own task.
            let mut outer_fetch = bench.tasks.0.lock().unwrap().pop().unwrap();
            let inner_waits = (&mut outer_fetch).now_or_never().is_none();
            assert_eq!(bench.run(), usize::from(inner_waits));
            if inner_waits {
                outer_fetch.now_or_never().unwrap();
            }
            waiting.now_or_never().unwrap().unwrap().unwrap()
        };
        assert_eq!(fetched(&outer), first);
        outer.reject(&first);
        assert_eq!(*bench.script.1.lock().unwrap(), ["A"]);
        assert_eq!(fetched(&outer).access_key_id(), "B");
        // A late rejection is passed on, and neither cache drops its credentials.
        outer.reject(&first);
        assert_eq!(outer.credentials().now_or_never().unwrap().unwrap().unwrap().access_key_id(), "B");
        assert_eq!(bench.ready(1).unwrap(), "B");
    }

    #[test]
    fn debug_shows_no_secrets() {
        let bench = Bench::new(0.0, [Ok(key("A", 3600))]);
        bench.fetched(0).unwrap();
        let shown = format!("{:?}", bench.cache);
        assert!(shown.contains("script") && shown.contains("\"A\"") && !shown.contains("hush"), "{shown}");
    }
}
