//! The server as its clients see it, in process and over sockets.

mod buckets;
mod checksums;
mod faults;
mod gate;
mod keys;
mod lists;
mod objects;
mod signer;
mod sockets;
