//! The prerequisites of the test servers and independent clients: Python environments and server
//! certificates. Installed into `target/servers`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::once::once;
use crate::virtual_environment::VirtualEnvironment;
use crate::{Result, workspace};

/// The installed environment.
pub(crate) struct Environment {
    servers: PathBuf,
    /// All packages except LocalStack.
    general: VirtualEnvironment,
    /// LocalStack requires older releases of the shared packages.
    localstack: VirtualEnvironment,
}

impl Environment {
    /// Opens the environment and installs missing or outdated parts.
    pub(crate) fn installed() -> Result<Self> {
        let servers = workspace::target().join("servers");
        let this = Self {
            general: VirtualEnvironment::new(servers.join("environment"), "requirements.txt"),
            localstack: VirtualEnvironment::new(servers.join("localstack"), "requirements-localstack.txt"),
            servers,
        };
        let describe = |error: std::io::Error| format!("cannot use {}: {error}", this.servers.display());
        fs::create_dir_all(this.logs()).map_err(describe)?;
        // Concurrent runs must not install at the same time. Dropping the file releases the lock.
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

    /// Returns the path of an installed program, for example `python`. Programs of LocalStack are separate.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.general.program(name)
    }

    /// Returns the Python of LocalStack.
    pub(crate) fn localstack_python(&self) -> PathBuf {
        self.localstack.program("python")
    }

    /// Returns the path of a certificate file: `ca.pem`, `server.pem`, `server.key`.
    pub(crate) fn certificate(&self, name: &str) -> PathBuf {
        self.servers.join("certificates").join(name)
    }

    /// Returns the folder of the servers' logs.
    pub(crate) fn logs(&self) -> PathBuf {
        self.servers.join("logs")
    }

    /// Creates an empty folder for the data of a server: in memory if that supports the needs of the servers,
    /// since they sync every write to disk.
    pub(crate) fn data_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = format!("windlass-{name}-{}", std::process::id());
        let mut refusal = String::new();
        for parent in [Path::new("/dev/shm"), &std::env::temp_dir()] {
            let folder = parent.join(&folder);
            if !parent.is_dir() || fs::create_dir(&folder).is_err() {
                continue;
            }
            // Swift stores metadata in extended attributes, which tmpfs on older kernels lacks.
            let test = "import os, sys; os.setxattr(sys.argv[1], 'user.test', b'')";
            match Command::new(self.program("python")).args(["-c", test]).arg(&folder).output() {
                Ok(output) if output.status.success() => return Ok(folder),
                Ok(output) => refusal = String::from_utf8_lossy(&output.stderr).trim().into(),
                Err(error) => refusal = error.to_string(),
            }
            // Only an empty folder is left if this fails.
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
