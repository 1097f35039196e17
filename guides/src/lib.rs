//! Runs the Rust snippets of the README and the guides as doctests, each against an in-memory server with a few objects
//! that is configured through the environment.

use std::error::Error;
use std::fmt::Debug;
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use tokio::process::Command;
use tokio::time::timeout;
use windlass::Client;
use windlass_server::Server;

include!(concat!(env!("OUT_DIR"), "/snippets.rs"));

/// The result of a snippet.
pub type Outcome = Result<(), Box<dyn Error>>;

/// The variable that marks the process that runs the snippet.
const INSIDE: &str = "WINDLASS_GUIDES_INSIDE";

/// The time limit of a snippet. It takes milliseconds, but the machine may be busy.
const LONGEST_SNIPPET: Duration = Duration::from_mins(1);

/// Runs a snippet that uses `client`.
///
/// # Panics
/// The snippet fails.
pub fn snippet<F: Future<Output = Outcome>>(snippet: impl FnOnce(Client) -> F) {
    program(|| {
        runtime().block_on(async {
            let client = Client::from_env()?;
            snippet(client).await
        })
    });
}

/// Runs a whole program, in a new process because it reads the environment.
///
/// # Panics
/// The program fails.
#[expect(clippy::expect_used, reason = "a doctest fails by a panic")]
pub fn program<E: Debug>(main: impl FnOnce() -> Result<(), E>) {
    if env::var_os(INSIDE).is_some() {
        main().expect("the snippet succeeds");
        return;
    }
    let folder = tempfile::tempdir().expect("there is a temporary folder");
    let status = runtime().block_on(async {
        let server = Server::builder().memory().credentials("id", "secret").start().await?;
        let mut again = Command::new(env::current_exe()?);
        again.args(env::args_os().skip(1)).env(INSIDE, "1").stdin(Stdio::null()).current_dir(folder.path());
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
            again.env_remove(name);
        }
        again
            .env("HOME", folder.path())
            .env("AWS_ENDPOINT_URL", server.endpoint())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "id")
            .env("AWS_SECRET_ACCESS_KEY", "secret");
        fs::write(folder.path().join("report.pdf"), "a report")?;
        fill(&server.endpoint()).await?;
        // A snippet that hangs must not block the others.
        let status = timeout(LONGEST_SNIPPET, again.kill_on_drop(true).status()).await;
        Ok::<_, Box<dyn Error>>(status.map_err(|_| "the snippet timed out")??)
    });
    let status = status.expect("the snippet can be run");
    assert!(status.success(), "{status}");
}

/// Creates the buckets and objects that the guides mention.
async fn fill(endpoint: &str) -> Result<(), windlass::Error> {
    let client = Client::builder()
        .endpoint(endpoint)
        .region("us-east-1")
        .credentials(windlass::Credentials::new("id", "secret"))
        .build()?;
    for bucket in ["photos", "reports"] {
        client.create_bucket(bucket).await?;
    }
    for key in ["cat.jpg", "2026/cat.jpg", "2026/dog.jpg"] {
        client.put_object("photos", key, vec![7; 4096]).await?;
    }
    Ok(())
}

#[expect(clippy::expect_used, reason = "without a runtime no doctest can run")]
fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().expect("there is a runtime")
}
