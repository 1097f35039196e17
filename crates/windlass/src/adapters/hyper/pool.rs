//! Connections that wait for their next request. The store is pure and told the time; the pool around it
//! adds the lock and the task that closes connections when no further request comes.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::connection::Connection;
use crate::ports::Origin;

pub(super) struct Pool {
    idle: Mutex<Idle<Box<Connection>>>,
}

impl Pool {
    pub(super) fn new(timeout: Duration, max_per_origin: usize) -> Self {
        let idle = Idle { timeout, max_per_origin, by_origin: HashMap::new(), has_reaper: false };
        Self { idle: Mutex::new(idle) }
    }

    /// The connection to `origin` that was used last.
    pub(super) fn take(&self, origin: &Origin, now: Instant) -> Option<Box<Connection>> {
        self.lock().take(origin, now)
    }

    /// Keeps a connection whose exchange is over.
    pub(super) fn put(self: &Arc<Self>, connection: Box<Connection>, now: Instant) {
        let origin = connection.origin().clone();
        let mut idle = self.lock();
        let surplus = idle.put(&origin, connection, now);
        let pause = idle.timeout;
        let runtime = if idle.has_reaper { None } else { tokio::runtime::Handle::try_current().ok() };
        idle.has_reaper |= runtime.is_some();
        drop(idle);
        // Neither under the lock: a runtime that shuts down drops the reaper here, which takes the lock, and
        // closing a socket is a system call.
        if let Some(runtime) = runtime {
            runtime.spawn(Reaper { pool: Arc::downgrade(self) }.run(pause));
        }
        drop(surplus);
    }

    fn lock(&self) -> MutexGuard<'_, Idle<Box<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes connections past their time; ends with the pool or when the pool is empty.
struct Reaper {
    pool: Weak<Pool>,
}

impl Reaper {
    async fn run(self, mut pause: Duration) {
        loop {
            tokio::time::sleep(pause).await;
            let Some(pool) = self.pool.upgrade() else { return };
            let now = Instant::now();
            let mut idle = pool.lock();
            let expired = idle.expire(now);
            let next = idle.next_expiry();
            if next.is_none() {
                idle.has_reaper = false;
            }
            drop(idle);
            drop(expired);
            let Some(next) = next else { return };
            pause = next.saturating_duration_since(now);
        }
    }
}

impl Drop for Reaper {
    /// A runtime that shuts down takes the reaper with it; the next one needs its own.
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.lock().has_reaper = false;
        }
    }
}

/// The store. Each queue is in order of time, the newest at the back.
struct Idle<C> {
    timeout: Duration,
    max_per_origin: usize,
    by_origin: HashMap<Origin, VecDeque<(Instant, C)>>,
    has_reaper: bool,
}

impl<C> Idle<C> {
    fn take(&mut self, origin: &Origin, now: Instant) -> Option<C> {
        let queue = self.by_origin.get_mut(origin)?;
        // The newest is the least likely to be closed by the other side, and the warmest. If it has waited
        // too long, so have all, and the reaper is about to close them.
        let (since, _) = queue.back()?;
        if now.saturating_duration_since(*since) >= self.timeout {
            return None;
        }
        queue.pop_back().map(|(_, connection)| connection)
    }

    /// Gives back the oldest connection if there is one too many.
    fn put(&mut self, origin: &Origin, connection: C, now: Instant) -> Option<C> {
        if self.max_per_origin == 0 {
            return Some(connection);
        }
        if !self.by_origin.contains_key(origin) {
            self.by_origin.insert(origin.clone(), VecDeque::new());
        }
        let queue = self.by_origin.get_mut(origin)?;
        let surplus = if queue.len() >= self.max_per_origin { queue.pop_front() } else { None };
        queue.push_back((now, connection));
        surplus.map(|(_, connection)| connection)
    }

    fn expire(&mut self, now: Instant) -> Vec<C> {
        let mut expired = Vec::new();
        for queue in self.by_origin.values_mut() {
            while let Some((since, _)) = queue.front()
                && now.saturating_duration_since(*since) >= self.timeout
            {
                expired.extend(queue.pop_front().map(|(_, connection)| connection));
            }
        }
        self.by_origin.retain(|_, queue| !queue.is_empty());
        expired
    }

    fn next_expiry(&self) -> Option<Instant> {
        let oldest = self.by_origin.values().filter_map(|queue| queue.front()).map(|(since, _)| *since).min();
        oldest.map(|since| since + self.timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(15);

    fn store(max_per_origin: usize) -> Idle<&'static str> {
        Idle { timeout: TIMEOUT, max_per_origin, by_origin: HashMap::new(), has_reaper: false }
    }

    fn origin(authority: &str) -> Origin {
        Origin { secure: false, authority: authority.into() }
    }

    #[test]
    fn the_newest_goes_out_first_and_only_to_its_origin() {
        let (mut idle, now, here) = (store(8), Instant::now(), origin("here"));
        idle.put(&here, "old", now);
        idle.put(&here, "new", now + Duration::from_secs(1));
        assert_eq!(idle.take(&origin("there"), now), None);
        assert_eq!(idle.take(&Origin { secure: true, ..here.clone() }, now), None);
        assert_eq!(idle.take(&here, now), Some("new"));
        assert_eq!(idle.take(&here, now), Some("old"));
        assert_eq!(idle.take(&here, now), None);
    }

    #[test]
    fn what_waited_too_long_is_not_given_out() {
        let (mut idle, now, here) = (store(8), Instant::now(), origin("here"));
        idle.put(&here, "a", now);
        idle.put(&here, "b", now);
        assert_eq!(idle.take(&here, now + TIMEOUT.saturating_sub(Duration::from_nanos(1))), Some("b"));
        assert_eq!(idle.take(&here, now + TIMEOUT), None);
    }

    #[test]
    fn the_oldest_makes_room() {
        let (mut idle, now, here) = (store(2), Instant::now(), origin("here"));
        assert_eq!(idle.put(&here, "a", now), None);
        assert_eq!(idle.put(&here, "b", now), None);
        assert_eq!(idle.put(&here, "c", now), Some("a"));
        assert_eq!(store(0).put(&here, "d", now), Some("d"));
    }

    #[test]
    fn expiry_closes_the_old_and_names_the_next() {
        let (mut idle, now) = (store(8), Instant::now());
        let later = now + Duration::from_secs(5);
        idle.put(&origin("x"), "old", now);
        idle.put(&origin("y"), "new", later);
        assert_eq!(idle.next_expiry(), Some(now + TIMEOUT));
        assert_eq!(idle.expire(now + TIMEOUT), ["old"]);
        assert_eq!(idle.next_expiry(), Some(later + TIMEOUT));
        assert_eq!(idle.expire(later + TIMEOUT), ["new"]);
        assert_eq!(idle.next_expiry(), None);
        assert!(idle.by_origin.is_empty());
    }
}
