//! Time limits of a client.

use std::time::Duration;

/// How long things may take. None of them ends a transfer that still moves, but for `attempt` and
/// `operation`. [`Duration::MAX`] is no
/// limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// Until a connection stands, TLS included. 5 s by default.
    pub connect: Duration,
    /// How long nothing may move while the client waits for the service: for the next piece of a request to be
    /// taken, for the answer to begin, for the next piece of it. 30 s by default.
    pub read: Duration,
    /// How many bytes a second of a response have to come, measured over the time that the client waits for it. 100 by
    /// default, which is less than the slowest lines carry; 0 turns it off. Time in which the caller does not read does not count.
    pub min_throughput: u64,
    /// Over how much time of waiting the throughput is measured. 60 s by default.
    pub throughput_grace: Duration,
    /// Until the answer's headers are there, retries and waits between them included. None by default.
    pub operation: Option<Duration>,
    /// The time limit of one attempt, from sending the request to the headers of the response; the next attempt follows.
    /// None by default.
    pub attempt: Option<Duration>,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            min_throughput: 100,
            throughput_grace: Duration::from_secs(60),
            operation: None,
            attempt: None,
        }
    }
}
