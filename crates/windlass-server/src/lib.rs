//! A strict local S3 server for development and tests, in memory or in a folder.
//!
//! It verifies what the common fakes accept unchecked: signatures and the headers that they cover, presigned
//! URLs and their expiry, checksums and trailers, conditional requests. It can inject faults.
//!
//! # A server on a port
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use windlass_server::{Action, Fault, Server};
//!
//! let server = Server::builder().memory().credentials("id", "secret").start().await?;
//! // The first read is throttled; point any S3 client at `server.endpoint()`.
//! server.faults().add(Fault::new(Action::Status { status: 503, code: "SlowDown" }).operation("GetObject").times(1));
//! assert!(server.endpoint().starts_with("http://127.0.0.1:"));
//! assert_eq!(server.requests().count(), 0);
//! server.shutdown().await;
//! # Ok::<(), std::io::Error>(())
//! # })?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # A server without a listener
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use windlass_server::{Body, Server};
//!
//! let service = Server::builder().memory().build()?;
//! let request = http::Request::get("/bucket/key").header("host", "127.0.0.1").body(Body::empty()).unwrap();
//! let response = service.call(request).await.expect("no fault is set");
//! assert_eq!(response.status(), 403, "the request is unsigned");
//! # Ok::<(), std::io::Error>(())
//! # })?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! The README of the crate lists the supported operations and the limits.

#![forbid(unsafe_code)]

mod body;
mod builder;
mod clock;
mod connection;
mod credentials;
mod date;
mod encode;
mod faults;
mod form;
mod framing;
mod gate;
mod operation;
mod recorder;
mod refusal;
mod response;
mod s3;
mod server;
mod service;
mod socket_body;
mod spoiled_body;
mod store;
mod target;

pub use body::{Body, BodyError};
pub use builder::ServerBuilder;
pub use clock::{Clock, ManualClock, SystemClock};
pub use faults::{Action, Fault, Faults};
pub use recorder::{RecordedRequest, Requests};
pub use server::Server;
pub use service::{ConnectionReset, Service};

/// Runs the examples of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
