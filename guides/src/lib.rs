//! Every Rust snippet of the README and the guides as a doctest, and what runs it: a server in memory with a few objects,
//! in whose environment the snippet finds what a user's would have.

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

/// How a snippet ends.
pub type Outcome = Result<(), Box<dyn Error>>;

/// Set in the process that runs the snippet.
const INSIDE: &str = "WINDLASS_GUIDES_INSIDE";

/// A snippet takes milliseconds; the machine may be busy.
const LONGEST_SNIPPET: Duration = Duration::from_mins(1);

/// Runs a few lines that have a `client`.
///
/// # Panics
/// When they fail.
pub fn snippet<F: Future<Output = Outcome>>(snippet: impl FnOnce(Client) -> F) {
    program(|| {
        runtime().block_on(async {
            let client = Client::from_env()?;
            snippet(client).await
        })
    });
}

/// Runs a whole program. It reads the environment, so it gets a process of its own.
///
/// # Panics
/// When it fails.
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
        // One that waits for ever must not hold up the others.
        let status = timeout(LONGEST_SNIPPET, again.kill_on_drop(true).status()).await;
        Ok::<_, Box<dyn Error>>(status.map_err(|_| "the snippet does not end")??)
    });
    let status = status.expect("the snippet can be run");
    assert!(status.success(), "{status}");
}

/// The buckets and objects that the guides speak of.
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
