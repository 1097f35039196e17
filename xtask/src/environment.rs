//! What the test servers and the independent clients need: their Python environments, and the certificates
//! that the servers show. Installed into `target/servers`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::once::once;
use crate::virtual_environment::VirtualEnvironment;
use crate::{Result, workspace};

/// All that is installed.
pub(crate) struct Environment {
    servers: PathBuf,
    /// Everything but LocalStack.
    general: VirtualEnvironment,
    /// LocalStack wants older releases of what the others share.
    localstack: VirtualEnvironment,
}

impl Environment {
    /// Opens the environment, after installing what is missing or out of date.
    pub(crate) fn installed() -> Result<Self> {
        let servers = workspace::target().join("servers");
        let this = Self {
            general: VirtualEnvironment::new(servers.join("environment"), "requirements.txt"),
            localstack: VirtualEnvironment::new(servers.join("localstack"), "requirements-localstack.txt"),
            servers,
        };
        let describe = |error: std::io::Error| format!("cannot use {}: {error}", this.servers.display());
        fs::create_dir_all(this.logs()).map_err(describe)?;
        // Two runs side by side must not install over each other. Unlocked when it is dropped.
        let lock = File::create(this.servers.join("lock")).map_err(describe)?;
        lock.lock().map_err(describe)?;

        let (general, localstack) = thread::scope(|scope| {
            let localstack = scope.spawn(|| this.localstack.install());
            let general = this.general.install();
            (
                general,
                localstack
                    .join()
                    .unwrap_or_else(|_| Err("the thread that installs LocalStack panicked".into())),
            )
        });
        general.and(localstack)?;
        this.make_certificates()?;
        Ok(this)
    }

    /// An installed program that is no part of LocalStack, `python` for one.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.general.program(name)
    }

    /// The Python that has LocalStack.
    pub(crate) fn localstack_python(&self) -> PathBuf {
        self.localstack.program("python")
    }

    /// A file of the certificates: `ca.pem`, `server.pem`, `server.key`.
    pub(crate) fn certificate(&self, name: &str) -> PathBuf {
        self.servers.join("certificates").join(name)
    }

    /// Where the servers' logs go.
    pub(crate) fn logs(&self) -> PathBuf {
        self.servers.join("logs")
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

    fn make_certificates(&self) -> Result<()> {
        let folder = self.servers.join("certificates");
        let script = workspace::server_file("make_certificates.py");
        once(&folder, &script, || {
            workspace::run(Command::new(self.program("python")).arg(&script).arg(&folder))
        })
    }
}
