//! The port for small files: settings, cached tokens, journals. Object content uses a separate path to disk.

use std::any::Any;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;

use super::BoxFuture;

/// Reads and writes small files.
///
/// Errors are those of the file system: [`NotFound`](io::ErrorKind::NotFound) if a file or its folder does
/// not exist, [`NotADirectory`](io::ErrorKind::NotADirectory) if a path component is a file. An operation
/// that has started may complete after its future is dropped.
///
/// Only [`sync`](Self::sync) makes changes durable: a sync of a file its content, a sync of a folder the
/// names in it (new, renamed, removed). To replace a file atomically, `create` a file under another name in
/// the same folder, `sync` it, `rename` it, and `sync` the folder.
pub trait Files: fmt::Debug + Send + Sync {
    /// Reads a whole file of at most `limit` bytes and blocks the thread, because a client can read its
    /// settings outside a runtime.
    ///
    /// # Errors
    /// [`FileTooLarge`](io::ErrorKind::FileTooLarge) if the file exceeds `limit`.
    fn read_blocking(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;

    /// Reads a whole file of at most `limit` bytes.
    ///
    /// # Errors
    /// [`FileTooLarge`](io::ErrorKind::FileTooLarge) if the file exceeds `limit`.
    fn read<'a>(&'a self, path: &'a Path, limit: usize) -> BoxFuture<'a, io::Result<Vec<u8>>>;

    /// Creates a file with this content, readable and writable only by its owner (mode 0600). Missing folders
    /// are created first (mode 0700). The folders are durable immediately, the file is not. A partially
    /// written file is removed.
    ///
    /// # Errors
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists) if the name is taken. Of several concurrent calls, one
    /// succeeds.
    fn create<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;

    /// Appends `content` to an existing file. After an error or a crash, the file may contain part of it.
    fn append<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;

    /// Makes the content of a file durable, or the names in a folder if the system can sync folders.
    fn sync<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>>;

    /// Renames a file within a file system and atomically replaces an existing file of the new name.
    fn rename<'a>(&'a self, from: &'a Path, to: &'a Path) -> BoxFuture<'a, io::Result<()>>;

    /// Returns the sorted names of the files and folders in a folder.
    fn list<'a>(&'a self, folder: &'a Path) -> BoxFuture<'a, io::Result<Vec<OsString>>>;

    /// Removes a file.
    fn remove<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>>;

    /// Locks a file exclusively, across processes and without waiting. A missing file is created as by
    /// [`create`](Self::create). The lock is advisory: it does not prevent reads and writes. Use a dedicated
    /// lock file that is never replaced or removed: a lock belongs to the file, not to its name, and on some
    /// systems others cannot read a locked file.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if the file is already locked.
    fn lock<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<FileLock>>;
}

/// An exclusive file lock from [`Files::lock`]. It is released on drop or when the process ends.
#[must_use = "a lock is released when it is dropped"]
pub struct FileLock {
    /// Releases the lock on drop.
    _guard: Box<dyn Any + Send + Sync>,
}

impl FileLock {
    /// Creates a lock that dropping `guard` releases.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self { _guard: Box::new(guard) }
    }
}

impl fmt::Debug for FileLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileLock")
    }
}
