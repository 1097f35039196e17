//! The status of a name in the file system.

use std::time::SystemTime;

use super::platform::Identity;

/// The file type of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    /// A pipe, a device or a socket.
    Other,
}

/// The status of a file or folder. Equal statuses mean that nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) kind: Kind,
    pub(super) identity: Identity,
    /// Size in bytes.
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
    /// Time of the last change of any kind, in seconds and nanoseconds; zero if the system has none.
    pub(super) changed: (i64, i64),
    /// The permission bits, on Unix.
    pub(super) permissions: u32,
}
