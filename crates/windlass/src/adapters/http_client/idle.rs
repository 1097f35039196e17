//! The store of idle connections: pure, with the time as an argument. Only the runtime that opened a connection reuses
//! it, because the sockets of a runtime that is not driven never become ready.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crate::ports::Origin;

/// The properties of a connection that the store needs.
pub(super) trait Reusable {
    /// The runtime that drives the socket.
    fn runtime(&self) -> RuntimeId;
}

/// The tokio runtime that drives a socket.
pub(super) type RuntimeId = tokio::runtime::Id;

/// The idle connections of all hosts. Each queue is ordered by time, with the newest at the back.
pub(super) struct Idle<C> {
    timeout: Duration,
    limit: usize,
    count: usize,
    by_origin: HashMap<Origin, VecDeque<(Instant, C)>>,
}

impl<C: Reusable> Idle<C> {
    /// Connections expire after `timeout`; at most `limit` are kept over all hosts.
    pub(super) fn new(timeout: Duration, limit: usize) -> Self {
        Self { timeout, limit, count: 0, by_origin: HashMap::new() }
    }

    /// Takes the newest connection that `runtime` opened to `origin`.
    pub(super) fn take(&mut self, origin: &Origin, runtime: RuntimeId, now: Instant) -> Option<C> {
        let queue = self.by_origin.get_mut(origin)?;
        // The newest is the least likely to be closed by the peer and has the largest congestion window. If it has
        // expired, so have all, and the reaper is about to close them.
        let at = queue.iter().rposition(|(_, connection)| connection.runtime() == runtime)?;
        let (since, _) = queue.get(at)?;
        if now.saturating_duration_since(*since) >= self.timeout {
            return None;
        }
        let (_, connection) = queue.remove(at)?;
        self.count -= 1;
        Some(connection)
    }

    /// Stores a connection. Returns the oldest one of all hosts if the limit is exceeded.
    pub(super) fn put(&mut self, origin: &Origin, connection: C, now: Instant) -> Option<C> {
        if self.limit == 0 {
            return Some(connection);
        }
        let surplus = if self.count >= self.limit { self.take_oldest() } else { None };
        match self.by_origin.get_mut(origin) {
            Some(queue) => queue.push_back((now, connection)),
            None => {
                self.by_origin.insert(origin.clone(), VecDeque::from([(now, connection)]));
            }
        }
        self.count += 1;
        surplus
    }

    /// Takes the oldest connection to `origin` of any runtime.
    pub(super) fn take_oldest_of(&mut self, origin: &Origin) -> Option<C> {
        let queue = self.by_origin.get_mut(origin)?;
        let (_, connection) = queue.pop_front()?;
        if queue.is_empty() {
            self.by_origin.remove(origin);
        }
        self.count -= 1;
        Some(connection)
    }

    fn take_oldest(&mut self) -> Option<C> {
        let oldest = self.by_origin.iter().filter_map(|(origin, queue)| Some((queue.front()?.0, origin)));
        let origin = oldest.min_by_key(|(since, _)| *since)?.1.clone();
        self.take_oldest_of(&origin)
    }

    /// Takes all expired connections.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<C> {
        let timeout = self.timeout;
        self.take_where(|since, _| now.saturating_duration_since(since) >= timeout)
    }

    /// Takes all connections that `runtime` opened.
    pub(super) fn take_runtime(&mut self, runtime: RuntimeId) -> Vec<C> {
        self.take_where(|_, connection| connection.runtime() == runtime)
    }

    /// Takes all connections.
    pub(super) fn take_all(&mut self) -> Vec<C> {
        self.take_where(|_, _| true)
    }

    fn take_where(&mut self, mut wanted: impl FnMut(Instant, &C) -> bool) -> Vec<C> {
        let mut taken = Vec::new();
        for queue in self.by_origin.values_mut() {
            for _ in 0..queue.len() {
                let Some((since, connection)) = queue.pop_front() else { break };
                if wanted(since, &connection) {
                    taken.push(connection);
                } else {
                    queue.push_back((since, connection));
                }
            }
        }
        self.by_origin.retain(|_, queue| !queue.is_empty());
        self.count -= taken.len();
        taken
    }

    /// The time until the next connection expires; None if the store is empty.
    pub(super) fn next_expiry(&self, now: Instant) -> Option<Duration> {
        let fronts = self.by_origin.values().filter_map(|queue| queue.front());
        let oldest = fronts.map(|(since, _)| *since).min()?;
        Some(self.timeout.saturating_sub(now.saturating_duration_since(oldest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(15);

    #[derive(Debug, PartialEq)]
    struct Named(&'static str, RuntimeId);

    impl Reusable for Named {
        fn runtime(&self) -> RuntimeId {
            self.1
        }
    }

    /// The names of the connections of one runtime.
    struct Bench {
        idle: Idle<Named>,
        runtime: RuntimeId,
        now: Instant,
    }

    impl Bench {
        fn new(limit: usize) -> Self {
            let runtime = runtime();
            Self { idle: Idle::new(TIMEOUT, limit), runtime: runtime.handle().id(), now: Instant::now() }
        }

        fn put(&mut self, host: &str, name: &'static str, second: u64) -> Option<&'static str> {
            let now = self.now + Duration::from_secs(second);
            self.idle.put(&origin(host), Named(name, self.runtime), now).map(|surplus| surplus.0)
        }

        fn take(&mut self, host: &str, after: Duration) -> Option<&'static str> {
            self.idle.take(&origin(host), self.runtime, self.now + after).map(|taken| taken.0)
        }
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().unwrap()
    }

    fn origin(authority: &str) -> Origin {
        Origin { secure: false, authority: authority.into() }
    }

    fn names(connections: Vec<Named>) -> Vec<&'static str> {
        connections.into_iter().map(|connection| connection.0).collect()
    }

    #[test]
    fn the_newest_connection_of_the_origin_is_reused_first() {
        let mut bench = Bench::new(8);
        bench.put("here", "old", 0);
        bench.put("here", "new", 1);
        let secure = Origin { secure: true, ..origin("here") };
        assert_eq!(bench.take("there", Duration::ZERO), None);
        assert_eq!(bench.idle.take(&secure, bench.runtime, bench.now), None);
        assert_eq!(bench.take("here", Duration::ZERO), Some("new"));
        assert_eq!(bench.take("here", Duration::ZERO), Some("old"));
        assert_eq!(bench.take("here", Duration::ZERO), None);
    }

    #[test]
    fn a_connection_is_reused_only_by_the_runtime_that_opened_it() {
        let (one, two) = (runtime(), runtime());
        let (one, two) = (one.handle().id(), two.handle().id());
        let (mut idle, now, here) = (Idle::new(TIMEOUT, 8), Instant::now(), origin("here"));
        for connection in [Named("a", one), Named("b", two), Named("c", two)] {
            idle.put(&here, connection, now);
        }
        assert_eq!(idle.take(&here, one, now), Some(Named("a", one)));
        assert_eq!(idle.take(&here, one, now), None);
        assert_eq!(names(idle.take_runtime(two)), ["b", "c"]);
        assert_eq!(idle.next_expiry(now), None);
    }

    #[test]
    fn an_expired_connection_is_not_reused() {
        let mut bench = Bench::new(8);
        bench.put("here", "a", 0);
        bench.put("here", "b", 0);
        assert_eq!(bench.take("here", TIMEOUT.saturating_sub(Duration::from_nanos(1))), Some("b"));
        assert_eq!(bench.take("here", TIMEOUT), None);
    }

    #[test]
    fn the_oldest_connection_of_all_hosts_is_evicted() {
        let mut bench = Bench::new(3);
        assert_eq!(bench.put("y", "second", 1), None);
        assert_eq!(bench.put("x", "first", 0), None);
        assert_eq!(bench.put("y", "third", 2), None);
        assert_eq!(bench.put("z", "fourth", 3), Some("first"));
        assert_eq!(bench.put("z", "fifth", 4), Some("second"));
        assert_eq!(bench.take("y", Duration::ZERO), Some("third"));
        assert_eq!(bench.put("y", "sixth", 5), None, "a place is free");
        assert_eq!(bench.put("z", "seventh", 6), Some("fourth"));
        assert!(!bench.idle.by_origin.contains_key(&origin("x")), "no empty queue is left behind");
        assert_eq!(Bench::new(0).put("x", "any", 0), Some("any"));
    }

    #[test]
    fn expiry_closes_old_connections_and_returns_the_next_time() {
        let mut bench = Bench::new(8);
        let later = Duration::from_secs(5);
        bench.put("x", "old", 0);
        bench.put("y", "new", 5);
        assert_eq!(bench.idle.next_expiry(bench.now), Some(TIMEOUT));
        assert_eq!(names(bench.idle.expire(bench.now + TIMEOUT)), ["old"]);
        assert_eq!(bench.idle.next_expiry(bench.now + TIMEOUT), Some(later));
        assert_eq!(names(bench.idle.expire(bench.now + later + TIMEOUT)), ["new"]);
        assert_eq!(bench.idle.next_expiry(bench.now), None);
        assert!(bench.idle.by_origin.is_empty());
    }

    #[test]
    fn the_longest_timeout_never_expires() {
        let mut idle = Idle::new(Duration::MAX, 8);
        let (runtime, now) = (runtime().handle().id(), Instant::now());
        idle.put(&origin("x"), Named("a", runtime), now);
        assert!(idle.expire(now + Duration::from_secs(1 << 30)).is_empty());
        assert!(idle.next_expiry(now).unwrap() > Duration::from_secs(1 << 40));
        assert_eq!(names(idle.take_all()), ["a"]);
    }
}
