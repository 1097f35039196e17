//! The connections of a transport: idle ones are reused, the number of open ones to each host is limited, and requests
//! beyond the limit wait in a queue. The pool closes idle connections when their time is over.

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

/// While the lock is held, nothing that the pool holds is dropped and no task is woken: a connection gives its place
/// back when it is dropped, and a runtime that shuts down drops the tasks that are woken or spawned. Both take the lock.
struct State {
    idle: Idle<Box<Connection>>,
    /// The hosts to which connections are open.
    hosts: HashMap<Origin, Host>,
    /// How many places in the queues are taken, over all hosts.
    queued: usize,
    /// The runtimes on which a reaper runs. Each runtime has its own, because others may not be driven.
    reapers: Vec<RuntimeId>,
}

#[derive(Default)]
struct Host {
    open: usize,
    queue: VecDeque<Waiter>,
    /// How many requests of the queue were served.
    served: u64,
}

struct Waiter {
    runtime: RuntimeId,
    reuses: bool,
    sender: oneshot::Sender<Grant>,
}

/// What a request gets to be sent over.
pub(super) enum Grant {
    /// An idle connection.
    Connection(Box<Connection>),
    /// The permission to open a connection.
    Place(Place),
}

/// What the pool has for a request at once.
pub(super) enum Admission {
    Granted(Grant),
    /// The host has as many connections as it may.
    Queued(Queued),
}

/// A place in the queue of a host.
pub(super) struct Queued {
    pool: Weak<Pool>,
    receiver: oneshot::Receiver<Grant>,
}

/// Who asks for a connection.
#[derive(Clone, Copy)]
pub(super) struct Applicant<'a> {
    pub(super) origin: &'a Origin,
    pub(super) runtime: RuntimeId,
    /// Whether an idle connection will do.
    pub(super) reuses: bool,
}

impl Pool {
    pub(super) fn new(idle_timeout: Duration, max_idle: usize, per_host: usize) -> Self {
        let idle = Idle::new(idle_timeout, max_idle);
        let state = State { idle, hosts: HashMap::new(), queued: 0, reapers: Vec::new() };
        Self { state: Mutex::new(state), per_host }
    }

    /// The idle connection to `origin` that was used last.
    pub(super) fn take(&self, origin: &Origin, runtime: RuntimeId, now: Instant) -> Option<Box<Connection>> {
        self.lock().idle.take(origin, runtime, now)
    }

    /// An idle connection, the permission to open one, or a place in the queue for either.
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
        // An idle connection that does not serve here makes room.
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

    /// How often the queue of `origin` has moved.
    pub(super) fn served(&self, origin: &Origin) -> u64 {
        self.lock().hosts.get(origin).map_or(0, |host| host.served)
    }

    /// Keeps a connection whose exchange is over, or hands it to the first in the queue.
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
                // The connection does not serve the first in the queue; its place does.
                let place = connection.give_place();
                close([connection], CloseReason::Evicted);
                // Where the first has gone away, dropping the place serves the next.
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

    /// Closes all idle connections, for the sake of their file descriptors; how many there were.
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

/// Closes connections that no request uses. The lock is not held.
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

    /// Takes the first out of the queue of `origin`.
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
    /// Gives a place to the first in the queue, or frees it.
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
    /// What another request gave back; None if the pool is gone.
    pub(super) async fn granted(&mut self) -> Option<Grant> {
        (&mut self.receiver).await.ok()
    }

    /// The same; None also when the queue of `origin` has not moved for `limit`.
    pub(super) async fn granted_within(&mut self, origin: &Origin, limit: Duration) -> Option<Grant> {
        loop {
            let served = self.pool.upgrade()?.served(origin);
            match timeout(limit, self.granted()).await {
                Ok(grant) => return grant,
                // The queue moves: those in front are served first.
                Err(_) if self.pool.upgrade()?.served(origin) > served => {}
                Err(_) => return None,
            }
        }
    }
}

impl Drop for Queued {
    /// A connection that was granted in the last moment serves the next.
    fn drop(&mut self) {
        self.receiver.close();
        if let Ok(Grant::Connection(connection)) = self.receiver.try_recv()
            && let Some(pool) = self.pool.upgrade()
        {
            pool.put(connection, Instant::now());
        }
    }
}

/// Closes the connections that are past their time, whichever runtime opened them; ends with the pool or when the
/// pool is empty.
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
    /// A runtime that shuts down takes its reaper with it, and its sockets become useless.
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
