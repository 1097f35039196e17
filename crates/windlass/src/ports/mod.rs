//! Traits for the external dependencies of windlass: HTTP transport, credentials, clock, randomness,
//! environment variables, small files, child processes, task spawner, observer. Production adapters are in
//! [`adapters`](crate::adapters), test doubles in `testing`.

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

/// A boxed future, the return type of asynchronous port methods.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
