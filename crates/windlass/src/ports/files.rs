//! Small files: settings, cached tokens, journals. Bodies of objects have their own way to disk.

use std::any::Any;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::Path;

use super::BoxFuture;

/// Reads and writes small files.
///
/// Errors are those of the file system: [`NotFound`](io::ErrorKind::NotFound) where a file or its folder does not
/// exist, [`NotADirectory`](io::ErrorKind::NotADirectory) where a file stands in place of a folder. Work that has
/// started may run to its end although its future is dropped.
///
/// What survives a crash is exactly what [`sync`](Self::sync) has made durable: the content of a file by a sync of the
/// file, the names in a folder (new, renamed, removed) by a sync of the folder. A file is replaced without ever being
/// seen in part by `create` under another name in the same folder, `sync` of that file, `rename`, and `sync` of the
/// folder.
pub trait Files: fmt::Debug + Send + Sync {
    /// Reads a whole file of at most `limit` bytes, on the thread of the caller: a client is built outside of a runtime
    /// as well, and reads its settings then.
    ///
    /// # Errors
    /// [`FileTooLarge`](io::ErrorKind::FileTooLarge) for a file of more bytes.
    fn read_blocking(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>>;

    /// Reads a whole file of at most `limit` bytes.
    ///
    /// # Errors
    /// [`FileTooLarge`](io::ErrorKind::FileTooLarge) for a file of more bytes.
    fn read<'a>(&'a self, path: &'a Path, limit: usize) -> BoxFuture<'a, io::Result<Vec<u8>>>;

    /// Creates a file with this content that only its owner can read and write (mode 0600). Missing folders are created
    /// first (mode 0700); those are durable at once, the file is not. A file that cannot be written whole is removed.
    ///
    /// # Errors
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists) where the name is taken: of several callers one succeeds.
    fn create<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;

    /// Adds `content` at the end of a file that exists. After an error, or a crash, a part of it may be there.
    fn append<'a>(&'a self, path: &'a Path, content: &'a [u8]) -> BoxFuture<'a, io::Result<()>>;

    /// Makes the content of a file durable, or the names in a folder where the system can sync folders.
    fn sync<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>>;

    /// Gives a file another name on the same file system, and replaces a file that has this name, in one step.
    fn rename<'a>(&'a self, from: &'a Path, to: &'a Path) -> BoxFuture<'a, io::Result<()>>;

    /// The names of the files and folders in a folder, sorted.
    fn list<'a>(&'a self, folder: &'a Path) -> BoxFuture<'a, io::Result<Vec<OsString>>>;

    /// Removes a file.
    fn remove<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<()>>;

    /// Locks a file against others that lock it, within the process and outside, without waiting; creates it as
    /// [`create`](Self::create) does where it is missing. The lock is advisory: it stops no reads and writes. Lock a file
    /// that serves for nothing else and stays: a lock does not follow a name that another file replaces, and on
    /// some systems others cannot read the content of a locked file.
    ///
    /// # Errors
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where another lock is held.
    fn lock<'a>(&'a self, path: &'a Path) -> BoxFuture<'a, io::Result<FileLock>>;
}

/// An exclusive lock on a file, from [`Files::lock`]. It is released when it is dropped or the process ends.
#[must_use = "a lock is released when it is dropped"]
pub struct FileLock {
    /// Its drop releases the lock.
    _guard: Box<dyn Any + Send + Sync>,
}

impl FileLock {
    /// A lock that is released by the drop of `guard`.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self { _guard: Box::new(guard) }
    }
}

impl fmt::Debug for FileLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileLock")
    }
}
