//! The environment port.

use std::fmt;
use std::path::PathBuf;

/// Environment variables and the home directory. Settings and credentials are read through it, so that tests
/// do not change the environment of their process.
pub trait Environment: fmt::Debug + Send + Sync {
    /// The value of an environment variable. `None` if it is not set or not UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// The home directory of the user.
    fn home(&self) -> Option<PathBuf>;
}
