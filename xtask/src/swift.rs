//! Starts Swift (of `OpenStack`) with its S3 gateway; the work is in `servers/start_swift.py`.

use std::process::Command;
use std::time::Duration;

use crate::environment::Environment;
use crate::kept_process::KeptProcess;
use crate::servers::Endpoint;
use crate::{Result, workspace};

/// Starts it and waits until it answers.
pub(crate) fn start(environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
    attempt(environment).map_err(|error| format!("Swift does not start: {error}"))
}

fn attempt(environment: &Environment) -> Result<(KeptProcess, Endpoint)> {
    let folder = environment.data_folder("swift")?;
    let python = environment.program("python");
    let mut command = Command::new(&python);
    command
        .arg(workspace::server_file("start_swift.py"))
        .arg(&folder)
        .arg(environment.certificate("server.pem"))
        .arg(environment.certificate("server.key"));
    let log = environment.logs().join("swift.log");
    let process = KeptProcess::start(&python, &[folder], log, &command)?;
    let (http, https) = process.announcement(Duration::from_mins(1), ports)?;
    let endpoint = Endpoint {
        name: "SWIFT",
        http,
        https,
        access_key: "test:tester",
        secret_key: "testing",
        region: "us-east-1",
    };
    Ok((process, endpoint))
}

/// Reads the line `ready HTTP_PORT HTTPS_PORT`.
fn ports(line: &str) -> Option<(u16, u16)> {
    let (http, https) = line.strip_prefix("ready ")?.split_once(' ')?;
    Some((http.parse().ok()?, https.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::ports;

    #[test]
    fn only_the_announcement_gives_ports() {
        assert_eq!(ports("ready 40001 40002"), Some((40_001, 40_002)));
        assert_eq!(ports("ready soon enough"), None);
        assert_eq!(ports("object-server 40001 40002"), None);
    }
}
