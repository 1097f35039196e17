//! What windlass needs from the world, as small traits: an HTTP transport, credentials, a clock,
//! randomness, the machine's environment and files, a place to spawn tasks, an observer. The adapters
//! for production are in [`adapters`](crate::adapters), the doubles for tests in `testing`.

mod clock;
mod credentials;
mod http;
mod observer;
mod random;
mod spawner;
mod system;

use std::future::Future;
use std::pin::Pin;

pub use self::http::{
    ByteCounter, HttpBody, HttpRequest, HttpResponse, HttpTransport, Origin, ResponseStream, TransportError,
    TransportErrorKind,
};
pub use clock::Clock;
pub use credentials::CredentialsProvider;
pub use observer::{Event, Observer, Warning};
pub use random::Random;
pub use spawner::{RuntimeId, Spawner};
pub use system::System;

/// A future on the heap, as the ports return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
