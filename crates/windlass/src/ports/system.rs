//! The machine: its environment and its files of settings.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Reads environment variables and small files. Settings and credentials come through here, so that a test
/// gives them without touching the machine.
pub trait System: fmt::Debug + Send + Sync {
    /// The value of an environment variable; None if it is not set or not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// The user's home folder.
    fn home(&self) -> Option<PathBuf>;

    /// The content of a small file.
    ///
    /// # Errors
    /// Those of the file system; [`io::ErrorKind::NotFound`] where there is no such file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}
