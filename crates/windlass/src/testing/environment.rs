//! An in-memory environment, and a machine with environment and files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::MemoryFiles;
use crate::ports::Environment;

/// Environment variables in memory. The home directory is the variable `HOME`.
#[derive(Clone, Debug, Default)]
pub struct MapEnvironment {
    variables: BTreeMap<String, String>,
}

impl MapEnvironment {
    /// Sets an environment variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }
}

impl Environment for MapEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn home(&self) -> Option<PathBuf> {
        self.variables.get("HOME").map(PathBuf::from)
    }
}

/// The environment and the files to load settings from.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Machine {
    /// The environment variables.
    pub environment: MapEnvironment,
    /// The files.
    pub files: MemoryFiles,
}

impl Machine {
    /// Sets an environment variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment = self.environment.variable(name, value);
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        self.files = self.files.file(path, content);
        self
    }
}
