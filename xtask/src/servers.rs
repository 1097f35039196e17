//! The real servers for the interoperation tests, and the environment variables with their addresses.
//! CONTRIBUTING.md lists them.

use std::ffi::OsString;

use crate::endpoint::Endpoint;
use crate::environment::Environment;
use crate::kept_process::KeptProcess;
use crate::{Result, announcing, seaweedfs};

/// `cargo xtask servers`: starts the servers and keeps them until Ctrl-C or the end of standard input.
pub(crate) fn run() -> Result<()> {
    let servers = Servers::start()?;
    for (name, value) in servers.variables() {
        println!("export {name}='{}'", value.to_string_lossy());
    }
    println!("# running until Ctrl-C or the end of standard input");
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).map_err(|error| error.to_string())?;
    Ok(())
}

/// The running servers. Dropping this stops them.
pub(crate) struct Servers {
    pub(crate) environment: Environment,
    // Stopped by their `Drop`.
    _processes: Vec<KeptProcess>,
    endpoints: Vec<Endpoint>,
}

impl Servers {
    /// Installs the servers if needed, starts them and waits until they are ready.
    pub(crate) fn start() -> Result<Self> {
        let environment = Environment::installed()?;
        let starts = [seaweedfs::start, announcing::swift, announcing::localstack];
        let started = std::thread::scope(|scope| {
            let of = &environment;
            let threads = starts.map(|start| scope.spawn(move || start(of)));
            let panicked = |_| Err("the thread that starts a server panicked".into());
            threads.map(|thread| thread.join().unwrap_or_else(panicked))
        });
        let started: Vec<_> = started.into_iter().collect::<Result<_>>()?;
        let (processes, endpoints) = started.into_iter().unzip();
        Ok(Self { environment, _processes: processes, endpoints })
    }

    /// Returns the environment variables for the tests.
    pub(crate) fn variables(&self) -> Vec<(String, OsString)> {
        let mut all = Vec::new();
        for it in &self.endpoints {
            let mut add = |name: &str, value: String| {
                all.push((format!("WINDLASS_TEST_{}_{name}", it.name), OsString::from(value)));
            };
            add("ENDPOINT", format!("http://127.0.0.1:{}", it.http));
            add("TLS_ENDPOINT", format!("https://127.0.0.1:{}", it.https));
            add("ACCESS_KEY", it.access_key.into());
            add("SECRET_KEY", it.secret_key.into());
            add("REGION", it.region.into());
        }
        all.push(("WINDLASS_TEST_CA_BUNDLE".into(), self.environment.certificate("ca.pem").into()));
        all.push(("WINDLASS_TEST_PYTHON".into(), self.environment.program("python").into()));
        // Without this variable, tests skip missing servers; with it they fail.
        all.push(("WINDLASS_TEST_REQUIRE_SERVERS".into(), "1".into()));
        all
    }
}
