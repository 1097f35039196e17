//! The connection pool: reuses idle connections, limits the open connections per host, and queues requests beyond the
//! limit. It closes expired idle connections.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::connection::Connection;
use super::idle::{Idle, Reusable as _, RuntimeId};
use super::place::{Place, Places};
use crate::ports::Origin;
use crate::ports::events::CloseReason;

pub(super) struct Pool {
    state: Mutex<State>,
    per_host: usize,
}

/// While the lock is held, the pool drops no connection and wakes no task. A dropped connection returns its permit, and
/// a runtime that shuts down drops the tasks that are woken or spawned on it; both take the lock.
struct State {
    idle: Idle<Box<Connection>>,
    /// The hosts with open connections.
    hosts: HashMap<Origin, Host>,
    /// The number of queued requests over all hosts.
    queued: usize,
    /// The runtimes with a reaper. Each runtime has its own, because other runtimes may not be driven.
    reapers: Vec<RuntimeId>,
}

#[derive(Default)]
struct Host {
    open: usize,
    queue: VecDeque<Waiter>,
    /// The number of served requests of the queue.
    served: u64,
}

struct Waiter {
    runtime: RuntimeId,
    reuses: bool,
    sender: oneshot::Sender<Grant>,
}

/// The means to send a request.
pub(super) enum Grant {
    /// An idle connection.
    Connection(Box<Connection>),
    /// A permit to open a connection.
    Place(Place),
}

/// The immediate result of a request for a connection.
pub(super) enum Admission {
    Granted(Grant),
    /// The host has the maximum number of connections.
    Queued(Queued),
}

/// A place in the queue of a host.
pub(super) struct Queued {
    pool: Weak<Pool>,
    receiver: oneshot::Receiver<Grant>,
}

/// The requester of a connection.
#[derive(Clone, Copy)]
pub(super) struct Applicant<'a> {
    pub(super) origin: &'a Origin,
    pub(super) runtime: RuntimeId,
    /// Whether an idle connection is acceptable.
    pub(super) reuses: bool,
}

impl Pool {
    pub(super) fn new(idle_timeout: Duration, max_idle: usize, per_host: usize) -> Self {
        let idle = Idle::new(idle_timeout, max_idle);
        let state = State { idle, hosts: HashMap::new(), queued: 0, reapers: Vec::new() };
        Self { state: Mutex::new(state), per_host }
    }

    /// Takes the most recently used idle connection to `origin`.
    pub(super) fn take(&self, origin: &Origin, runtime: RuntimeId, now: Instant) -> Option<Box<Connection>> {
        self.lock().idle.take(origin, runtime, now)
    }

    /// Returns an idle connection, a permit to open one, or a place in the queue for either.
    pub(super) fn admit(self: &Arc<Self>, applicant: Applicant<'_>, now: Instant) -> Admission {
        let Applicant { origin, runtime, reuses } = applicant;
        let mut state = self.lock();
        if reuses && let Some(connection) = state.idle.take(origin, runtime, now) {
            return Admission::Granted(Grant::Connection(connection));
        }
        if !state.hosts.contains_key(origin) {
            state.hosts.insert(origin.clone(), Host::default());
        }
        if let Some(host) = state.hosts.get_mut(origin)
            && host.open < self.per_host
        {
            host.open += 1;
            return Admission::Granted(Grant::Place(self.place(origin)));
        }
        // An idle connection of another runtime makes room.
        let useless = state.idle.take_oldest_of(origin);
        let receiver = if useless.is_none() { Some(state.enqueue(applicant)) } else { None };
        drop(state);
        match (
            receiver,
            useless.and_then(|mut connection| {
                connection.set_close_reason(CloseReason::Evicted);
                connection.give_place()
            }),
        ) {
            (_, Some(place)) => Admission::Granted(Grant::Place(place)),
            (Some(receiver), None) => Admission::Queued(Queued { pool: Arc::downgrade(self), receiver }),
            (None, None) => Admission::Queued(self.enqueue(applicant)),
        }
    }

    /// Joins the queue of a host.
    pub(super) fn enqueue(self: &Arc<Self>, applicant: Applicant<'_>) -> Queued {
        let receiver = self.lock().enqueue(applicant);
        Queued { pool: Arc::downgrade(self), receiver }
    }

    /// The number of times that the queue of `origin` has moved.
    pub(super) fn served(&self, origin: &Origin) -> u64 {
        self.lock().hosts.get(origin).map_or(0, |host| host.served)
    }

    /// Stores a connection after its exchange, or passes it to the first request in the queue.
    pub(super) fn put(self: &Arc<Self>, mut connection: Box<Connection>, now: Instant) {
        connection.set_close_reason(CloseReason::TransportDropped);
        let origin = connection.origin().clone();
        loop {
            let mut state = self.lock();
            let Some(waiter) = state.next_waiter(&origin) else {
                return self.keep(state, &origin, connection, now);
            };
            drop(state);
            if !waiter.reuses || waiter.runtime != connection.runtime() {
                // The first request in the queue cannot use the connection, but its permit.
                let place = connection.give_place();
                close([connection], CloseReason::Evicted);
                // If the first request is gone, dropping the permit serves the next one.
                drop(place.map(|place| waiter.sender.send(Grant::Place(place))));
                return;
            }
            match waiter.sender.send(Grant::Connection(connection)) {
                Err(Grant::Connection(returned)) => connection = returned,
                Ok(()) | Err(Grant::Place(_)) => return,
            }
        }
    }

    fn keep(
        self: &Arc<Self>,
        mut state: MutexGuard<'_, State>,
        origin: &Origin,
        connection: Box<Connection>,
        now: Instant,
    ) {
        let watched = state.reapers.contains(&connection.runtime());
        let surplus = state.idle.put(origin, connection, now);
        let runtime = if watched { None } else { Handle::try_current().ok() };
        let runtime = runtime.filter(|runtime| !state.reapers.contains(&runtime.id()));
        let reaper = runtime.and_then(|runtime| Some((state.idle.next_expiry(now)?, runtime)));
        if let Some((_, runtime)) = &reaper {
            state.reapers.push(runtime.id());
        }
        drop(state);
        if let Some((pause, runtime)) = reaper {
            let reaper = Reaper { pool: Arc::downgrade(self), runtime: runtime.id(), ended: false };
            runtime.spawn(reaper.run(pause));
        }
        close(surplus, CloseReason::Evicted);
    }

    /// Closes all idle connections to free their file descriptors; returns their number.
    pub(super) fn close_idle(&self) -> usize {
        let closed = self.lock().idle.take_all();
        let count = closed.len();
        close(closed, CloseReason::Evicted);
        count
    }

    pub(super) fn per_host(&self) -> usize {
        self.per_host
    }

    fn place(self: &Arc<Self>, origin: &Origin) -> Place {
        Place::new(self, origin.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes unused connections. The lock is not held.
fn close(connections: impl IntoIterator<Item = Box<Connection>>, reason: CloseReason) {
    for mut connection in connections {
        connection.set_close_reason(reason);
    }
}

impl State {
    fn enqueue(&mut self, applicant: Applicant<'_>) -> oneshot::Receiver<Grant> {
        let (sender, receiver) = oneshot::channel();
        let Self { hosts, queued, .. } = self;
        if let Some(host) = hosts.get_mut(applicant.origin) {
            while host.queue.front().is_some_and(|waiter| waiter.sender.is_closed()) {
                host.queue.pop_front();
                *queued -= 1;
            }
            host.queue.push_back(Waiter { runtime: applicant.runtime, reuses: applicant.reuses, sender });
            *queued += 1;
        }
        receiver
    }

    /// Takes the first request out of the queue of `origin`.
    fn next_waiter(&mut self, origin: &Origin) -> Option<Waiter> {
        if self.queued == 0 {
            return None;
        }
        let host = self.hosts.get_mut(origin)?;
        let waiter = host.queue.pop_front()?;
        self.queued -= 1;
        host.served += 1;
        Some(waiter)
    }

    fn free(&mut self, origin: &Origin) {
        if let Some(host) = self.hosts.get_mut(origin) {
            host.open -= 1;
            if host.open == 0 {
                self.hosts.remove(origin);
            }
        }
    }
}

impl Places for Pool {
    /// Passes a permit to the first request in the queue, or frees it.
    fn release(self: Arc<Self>, origin: &Origin) {
        let mut grant = None;
        loop {
            let mut state = self.lock();
            let Some(waiter) = state.next_waiter(origin) else {
                state.free(origin);
                drop(state);
                if let Some(Grant::Place(place)) = grant {
                    place.forget();
                }
                return;
            };
            drop(state);
            let offer = grant.take().unwrap_or_else(|| Grant::Place(self.place(origin)));
            match waiter.sender.send(offer) {
                Ok(()) => return,
                Err(returned) => grant = Some(returned),
            }
        }
    }
}

impl Queued {
    /// Waits for a connection or permit of another request; None if the pool is gone.
    pub(super) async fn granted(&mut self) -> Option<Grant> {
        (&mut self.receiver).await.ok()
    }

    /// The same; None also if the queue of `origin` has not moved for `limit`.
    pub(super) async fn granted_within(&mut self, origin: &Origin, limit: Duration) -> Option<Grant> {
        loop {
            let served = self.pool.upgrade()?.served(origin);
            match timeout(limit, self.granted()).await {
                Ok(grant) => return grant,
                // The queue moves: requests in front are served first.
                Err(_) if self.pool.upgrade()?.served(origin) > served => {}
                Err(_) => return None,
            }
        }
    }
}

impl Drop for Queued {
    /// Passes on a connection that was granted at the last moment.
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(Grant::Connection(connection)) = self.receiver.try_recv()
            && let Some(pool) = self.pool.upgrade()
        {
            pool.put(connection, Instant::now());
        }
    }
}

/// Closes expired connections of every runtime; ends when the pool is dropped or empty.
struct Reaper {
    pool: Weak<Pool>,
    runtime: RuntimeId,
    ended: bool,
}

impl Reaper {
    async fn run(mut self, mut pause: Duration) {
        loop {
            tokio::time::sleep(pause).await;
            let Some(pool) = self.pool.upgrade() else { return };
            let now = Instant::now();
            let mut state = pool.lock();
            let expired = state.idle.expire(now);
            let next = state.idle.next_expiry(now);
            if next.is_none() {
                state.reapers.retain(|runtime| *runtime != self.runtime);
                self.ended = true;
            }
            drop(state);
            close(expired, CloseReason::IdleTimeout);
            let Some(next) = next else { return };
            pause = next;
        }
    }
}

impl Drop for Reaper {
    /// A runtime that shuts down stops its reaper, and its sockets become unusable.
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if let Some(pool) = self.pool.upgrade() {
            let mut state = pool.lock();
            state.reapers.retain(|runtime| *runtime != self.runtime);
            let lost = state.idle.take_runtime(self.runtime);
            drop(state);
            close(lost, CloseReason::RuntimeEnded);
        }
    }
}
