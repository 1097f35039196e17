//! Environment variables and the home folder.

use std::fmt;
use std::path::PathBuf;

/// The environment of the program: settings and credentials are read through it, so that a test gives them without
/// changing its own process.
pub trait Environment: fmt::Debug + Send + Sync {
    /// The value of an environment variable; None if it is not set or not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// The user's home folder.
    fn home(&self) -> Option<PathBuf>;
}
