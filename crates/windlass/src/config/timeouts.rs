//! Timeouts of a client.

use std::time::Duration;

/// The timeouts of a client. Only `attempt` and `operation` can end a transfer that makes progress.
/// [`Duration::MAX`] means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// The time to establish a connection, including TLS. 5 s by default.
    pub connect: Duration,
    /// The stall timeout: the longest time without progress while the client sends the request, waits for the
    /// response or reads its body. 30 s by default.
    pub read: Duration,
    /// The minimum throughput of a response body in bytes per second, below that of the slowest links. Time
    /// in which the caller does not read does not count. 100 by default; 0 disables the check.
    pub min_throughput: u64,
    /// The waiting time over which the throughput is measured. 60 s by default.
    pub throughput_grace: Duration,
    /// The time limit of a call until the response headers arrive, including retries and the delays between
    /// them. `None` by default.
    pub operation: Option<Duration>,
    /// The time limit of one attempt, from sending the request to the response headers. An attempt that
    /// exceeds it is retried. `None` by default.
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
