//! Scripts that test `windlass serve` with independent clients.

use std::process::Command;
use std::time::Duration;

use crate::environment::Environment;
use crate::kept_process::KeptProcess;
use crate::{Result, workspace};

/// A Python script that is run with `--endpoint --access-key --secret-key --region` and exits with 0 on
/// success. It can use the packages of `servers/requirements.txt` and the standard library.
pub(crate) struct Script {
    /// The name in the summary.
    pub(crate) name: &'static str,
    /// The path within the workspace. A missing script is reported, but is not a failure.
    pub(crate) file: &'static str,
    store: Store,
}

/// The store of the server.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Store {
    Folder,
    Memory,
}

/// All scripts.
pub(crate) const SCRIPTS: &[Script] = &[
    script(
        "boto3 against windlass serve",
        "crates/windlass-server/tests/interop/boto3_client.py",
        Store::Memory,
    ),
    script(
        "boto3 against windlass serve DIR",
        "crates/windlass-server/tests/interop/boto3_client.py",
        Store::Folder,
    ),
    script(
        "aws-cli against windlass serve",
        "crates/windlass-server/tests/interop/aws_cli.py",
        Store::Memory,
    ),
    script(
        "s5cmd against windlass serve DIR",
        "crates/windlass-server/tests/interop/s5cmd_client.py",
        Store::Folder,
    ),
    script(
        "rclone against windlass serve DIR",
        "crates/windlass-server/tests/interop/rclone_client.py",
        Store::Folder,
    ),
];

const fn script(name: &'static str, file: &'static str, store: Store) -> Script {
    Script { name, file, store }
}

impl Script {
    /// Whether the script exists.
    pub(crate) fn exists(&self) -> bool {
        workspace::root().join(self.file).is_file()
    }

    /// Runs the script against a new server. The command must be built.
    pub(crate) fn run(&self, environment: &Environment) -> Result<()> {
        let folder = environment.data_folder("serve")?;
        let mut serve = Command::new(workspace::built("windlass"));
        serve.args(["serve", "--listen", "127.0.0.1:0"]);
        if self.store == Store::Folder {
            // The folder is removed at the end.
            serve.arg("objects");
        }
        serve.args(["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY, "--region", REGION]);
        let python = environment.program("python");
        let server = KeptProcess::start(&python, &[folder], environment.logs().join("serve.log"), &serve)?;
        let endpoint = server.announcement(Duration::from_secs(30), endpoint)?;
        let mut client = Command::new(&python);
        client.arg(workspace::root().join(self.file)).args(["--endpoint", &endpoint]);
        client.args(["--access-key", ACCESS_KEY, "--secret-key", SECRET_KEY, "--region", REGION]);
        workspace::run(&mut client)
    }
}

/// Finds `http://127.0.0.1:PORT` in a line.
fn endpoint(line: &str) -> Option<String> {
    const HOST: &str = "http://127.0.0.1:";
    let (_, rest) = line.split_once(HOST)?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty()).then(|| format!("{HOST}{port}"))
}

const ACCESS_KEY: &str = "windlass-access";
const SECRET_KEY: &str = "windlass/secret+0123456789";
const REGION: &str = "us-east-1";

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn the_endpoint_is_found_within_a_line() {
        let line = "serving on http://127.0.0.1:40001/ (in memory)";
        assert_eq!(endpoint(line).as_deref(), Some("http://127.0.0.1:40001"));
        assert_eq!(endpoint("serving on http://127.0.0.1:"), None);
        assert_eq!(endpoint("starting"), None);
    }
}
