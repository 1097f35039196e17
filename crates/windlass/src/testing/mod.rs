//! Test doubles of the ports, for tests of windlass and of programs that use it (feature `testing`).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use windlass::testing::{self, MockTransport};
//!
//! let transport = MockTransport::new();
//! transport.response(503, "<Error><Code>SlowDown</Code></Error>").response(200, "hello");
//! let client = testing::client(&transport);
//!
//! let object = client.get_object("bucket", "key").await?;
//! assert_eq!(object.body.bytes().await?, "hello");
//! assert_eq!(transport.requests().len(), 2);
//! # windlass::Result::<()>::Ok(())
//! # }).unwrap();
//! ```

mod clock;
mod environment;
mod files;
mod observer;
mod processes;
mod random;
mod transport;

use std::sync::Arc;

use crate::adapters::TokioSpawner;
use crate::ports::Ports;
use crate::{Client, ClientBuilder, Credentials};

pub use clock::ManualClock;
pub use environment::{Machine, MapEnvironment};
pub use files::MemoryFiles;
pub use observer::RecordingObserver;
pub use processes::MockProcesses;
pub use random::FixedRandom;
pub use transport::{MockTransport, RecordedRequest};

/// Returns ports that are all test doubles, as in [`client_builder`], except the spawner, which is tokio's.
pub fn ports(transport: &MockTransport) -> Ports {
    Ports {
        transport: Arc::new(transport.clone()),
        clock: Arc::new(ManualClock::default()),
        random: Arc::new(FixedRandom(1.0)),
        spawner: Arc::new(TokioSpawner),
        observer: None,
        environment: Arc::new(MapEnvironment::default()),
        files: Arc::new(MemoryFiles::default()),
    }
}

/// Returns a builder with test doubles: `transport`, a manual clock at 2026-01-01T00:00:00Z, jitter of 1 and
/// an empty machine. The region is `us-east-1` and the key is fixed.
pub fn client_builder(transport: &MockTransport) -> ClientBuilder {
    Client::builder()
        .region("us-east-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
        .transport(transport.clone())
        .clock(ManualClock::default())
        .random(FixedRandom(1.0))
        .environment(MapEnvironment::default())
        .files(MemoryFiles::default())
}

/// Builds the client of [`client_builder`].
///
/// # Panics
/// Never: the settings are valid.
#[expect(clippy::expect_used, reason = "the settings are fixed and valid")]
pub fn client(transport: &MockTransport) -> Client {
    client_builder(transport).build().expect("the settings of the doubles are valid")
}
