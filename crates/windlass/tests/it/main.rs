//! What windlass promises, shown at its public API: one module a capability. Faults come from a scripted
//! transport in virtual time; behaviour of S3 from the strict server of this workspace; and three independent
//! servers show that neither lies.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that fails says so by panicking"
)]

mod addressing;
mod archive;
mod bodies;
mod bounds;
mod checksums;
mod clock;
mod compatibility;
mod composite;
mod concurrency;
mod configuration;
mod configurations;
mod confirmed;
mod conveniences;
mod copy;
mod customer_key;
mod cut_off;
mod delete_many;
mod descriptors;
mod errors;
mod etags;
mod events;
mod files;
mod flipped_bytes;
mod hostile_peers;
mod hostile_xml;
mod integrity;
mod interop;
mod lenient;
mod listed_keys;
mod lists;
mod loopback;
mod metadata;
mod moved_source;
mod multipart;
mod one_path;
mod presign;
mod presign_post;
mod processes;
mod ranges;
mod real_servers;
mod reconcile;
mod regions;
mod request_options;
mod requests;
mod restart;
mod resume;
mod retry;
mod runtimes;
mod secrets;
mod server;
mod service_quirks;
mod signed_request;
mod signing;
mod tagging;
mod tidy;
mod unverified;
mod upload;
mod versions;
