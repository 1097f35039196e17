//! File descriptors, which sockets need and whose number is limited.

use std::fmt;
use std::io;

use tokio::net::TcpSocket;

/// The process or the system has no free file descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted(i32);

/// Whether `error` is a lack of descriptors.
pub(super) fn of(error: &io::Error) -> Option<Exhausted> {
    if let Some(exhausted) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return Some(*exhausted);
    }
    error.raw_os_error().filter(|code| CODES.contains(code)).map(Exhausted)
}

/// Whether a lack of descriptors may have caused the failed lookup `error`: resolvers do not report it.
pub(super) fn behind(error: &io::Error) -> Option<Exhausted> {
    of(error).or_else(|| of(&TcpSocket::new_v4().err()?))
}

/// `EMFILE` and `ENFILE`.
#[cfg(unix)]
const CODES: [i32; 2] = [24, 23];

/// `WSAEMFILE`.
#[cfg(not(unix))]
const CODES: [i32; 1] = [10024];

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", io::Error::from_raw_os_error(self.0))
    }
}

impl std::error::Error for Exhausted {}
