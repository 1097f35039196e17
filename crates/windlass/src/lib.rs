//! An Amazon S3 client that is correct, fast and small.
//!
//! ```no_run
//! # async fn example() -> windlass::Result<()> {
//! use windlass::Client;
//!
//! let client = Client::from_env()?;
//! client.put_object("photos", "2026/cat.jpg", "meow").content_type("image/jpeg").await?;
//! let object = client.get_object("photos", "2026/cat.jpg").range(0..1024).await?;
//! println!("{:?}: {:?}", object.head.etag, object.body.bytes().await?);
//! # Ok(())
//! # }
//! ```
//!
//! - [`Client`] sends operations; [`ClientBuilder`] configures it.
//! - [`operations`] has one type for each S3 operation, [`types`] the data types of S3.
//! - [`conveniences`] has common tasks in one call: bulk deletion, files, text, JSON.
//! - [`transfer`] transfers objects of any size in parts.
//! - `adapters::files` (feature `fs`) lists, reads, writes and deletes files of local folders by handle.
//! - [`Error`] has the kind of a failure, its context and a hint.
//! - [`ports`] are traits for external dependencies: transport, credentials, clock, randomness, environment,
//!   files, child processes, observer.
//! - [`unversioned`] has internals for tests of windlass itself, without stability guarantees.
//! - `testing` (feature `testing`) has a test double for each port.

pub mod adapters;
mod body;
mod client;
pub mod config;
pub mod conveniences;
pub mod credentials;
pub mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod operations;
pub mod paths;
pub mod ports;
pub mod protocol;
pub mod resilience;
mod round_trip;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
pub mod transfer;
pub mod types;
pub mod unversioned;

/// The crate `bytes`: content in memory is [`Bytes`](bytes::Bytes) in the API of windlass.
pub use ::bytes;
/// The crate `http`: methods, statuses and headers have its types in the API of windlass.
pub use ::http;

pub use body::{Body, BoxStream, ByteReader, ByteStream};
pub use client::{
    Client, ClientBuilder, Items, Pages, PresignPost, PresignedPost, PresignedRequest, Request, SignedRequest,
};
pub use config::{ChecksumCalculation, ChecksumValidation, IntegritySettings, Timeouts};
pub use error::{Error, ErrorCategory, ErrorKind, Result};
pub use protocol::RequestOptions;
pub use protocol::address::AddressingStyle;
pub use types::Credentials;
