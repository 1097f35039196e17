//! What windlass needs from the world, as small traits: an HTTP transport, credentials, a clock, randomness,
//! environment variables, small files, other programs, a place to spawn tasks, an observer. The adapters for production
//! are in [`adapters`](crate::adapters), the doubles for tests in `testing`.

mod clock;
mod credentials;
mod environment;
pub mod events;
mod files;
mod http;
mod observer;
mod processes;
mod random;
mod set;
mod spawner;

use std::future::Future;
use std::pin::Pin;

pub use self::http::{
    ByteCounter, ConnectionInfo, HttpBody, HttpRequest, HttpResponse, HttpTransport, Origin, ResponseStream,
    TransportError, TransportErrorKind, TransportHints,
};
pub use clock::Clock;
pub use credentials::CredentialsProvider;
pub use environment::Environment;
pub use events::Event;
pub use files::{FileLock, Files};
pub use observer::{Observer, Warning};
pub use processes::{ProcessCommand, ProcessOutput, Processes};
pub use random::Random;
pub use set::Ports;
pub use spawner::{RuntimeId, Spawner};

/// A future on the heap, as the ports return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
