//! Tests of the server through its clients, in process and over sockets.

#![expect(
    clippy::expect_used,
    clippy::format_push_string,
    clippy::unwrap_used,
    reason = "a failing helper fails its test"
)]

mod archives;
mod buckets;
mod checksums;
mod configurations;
mod encryption;
mod faults;
mod forms;
mod gate;
mod keys;
mod lists;
mod locks;
mod multipart;
mod objects;
mod places;
mod signer;
mod sockets;
mod tagging;
mod versions;
