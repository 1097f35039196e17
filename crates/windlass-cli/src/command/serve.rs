//! `serve`: runs a local S3 server for development and tests.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;
use windlass_server::Server;

use super::Verb;
use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::secret;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  windlass serve
  windlass serve ./objects --listen 127.0.0.1:9000
  windlass serve --access-key dev --secret-key env:DEV_SECRET

Writes its endpoint to standard output, and runs until Ctrl-C.")]
pub(crate) struct Serve {
    /// Folder for the objects; in memory by default
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: String,

    /// Access key id that clients use; windlass by default
    #[arg(long, value_name = "ID", requires = "secret_key")]
    access_key: Option<String>,

    /// Secret access key: file://PATH, env:NAME, or the secret itself, which is visible to other users of the machine;
    /// windlass-secret by default
    #[arg(long, value_name = "SECRET", requires = "access_key", value_parser = secret::resolve_text)]
    secret_key: Option<String>,
}

const DEFAULT_ID: &str = "windlass";
const DEFAULT_SECRET: &str = "windlass-secret";
const DEFAULT_REGION: &str = "us-east-1";

impl Verb for Serve {
    const NAME: &'static str = "serve";
    const ABOUT: &'static str = "Run a local S3 server, in memory or over a folder";

    async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        if context.is_local() {
            return Err(
                Failure::usage("--local cannot be combined with serve").with_hint("use `windlass serve DIR`")
            );
        }
        let region = context.region().unwrap_or(DEFAULT_REGION);
        let id = self.access_key.as_deref().unwrap_or(DEFAULT_ID);
        let secret = self.secret_key.as_deref().unwrap_or(DEFAULT_SECRET);
        let mut builder = Server::builder().listen(&self.listen).region(region).credentials(id, secret);
        if let Some(folder) = &self.folder {
            builder = builder.folder(folder);
        }
        let started = builder.start().await;
        let server = started.map_err(|error| {
            let over = self.folder.map_or_else(String::new, |folder| format!(" over {}", folder.display()));
            let what = format!("failed to start the server{over} at {}", self.listen);
            Failure::new(ExitCode::Failed, format!("{what}: {error}"))
        })?;
        let endpoint = server.endpoint();
        // A secret chosen by the user is not printed.
        let shown = if self.secret_key.is_some() { "as given" } else { DEFAULT_SECRET };
        let text = format!("listening on {endpoint} region {region} access key {id} secret key {shown}");
        context.output.data(&text, &json!({"endpoint": endpoint, "region": region, "access_key": id}))?;
        std::io::stdout().flush()?;
        std::future::pending::<()>().await;
        Ok(ExitCode::Success)
    }
}
