//! Starts servers from scripts in `servers/`, each in one process with ports that the system chooses: Swift
//! (of `OpenStack`) with its S3 gateway, and `LocalStack`.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::endpoint::Endpoint;
use crate::environment::Environment;
use crate::kept_process::KeptProcess;
use crate::{Result, workspace};

/// A server that announces its ports.
struct Announcing {
    /// The name in environment variables.
    name: &'static str,
    script: &'static str,
    python: PathBuf,
    access_key: &'static str,
    secret_key: &'static str,
}

/// Starts Swift and waits until it is ready.
pub(crate) fn swift(environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
    let swift = Announcing {
        name: "SWIFT",
        script: "start_swift.py",
        python: environment.program("python"),
        access_key: "test:tester",
        secret_key: "testing",
    };
    swift.start(environment)
}

/// Starts `LocalStack` and waits until it is ready.
pub(crate) fn localstack(environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
    let localstack = Announcing {
        name: "LOCALSTACK",
        script: "start_localstack.py",
        python: environment.localstack_python(),
        access_key: "test",
        secret_key: "test",
    };
    localstack.start(environment)
}

impl Announcing {
    fn start(&self, environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
        self.attempt(environment).map_err(|error| format!("failed to start {}: {error}", self.name))
    }

    fn attempt(&self, environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
        let name = self.name.to_lowercase();
        let folder = environment.data_folder(&name)?;
        let mut command = Command::new(&self.python);
        command
            .arg(workspace::server_file(self.script))
            .arg(&folder)
            .arg(environment.certificate("server.pem"))
            .arg(environment.certificate("server.key"));
        let log = environment.logs().join(format!("{name}.log"));
        let process = KeptProcess::start(&self.python, &[folder], log, &command)?;
        let (http, https) = process.announcement(Duration::from_mins(1), ports)?;
        let endpoint = Endpoint {
            name: self.name,
            http,
            https,
            access_key: self.access_key,
            secret_key: self.secret_key,
            region: "us-east-1",
        };
        Ok((process, endpoint))
    }
}

/// Parses the line `ready HTTP_PORT HTTPS_PORT`.
fn ports(line: &str) -> Option<(u16, u16)> {
    let (http, https) = line.strip_prefix("ready ")?.split_once(' ')?;
    Some((http.parse().ok()?, https.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn only_the_announcement_is_parsed() {
        assert_eq!(ports("ready 40001 40002"), Some((40_001, 40_002)));
        assert_eq!(ports("ready soon enough"), None);
        assert_eq!(ports("object-server 40001 40002"), None);
    }
}
