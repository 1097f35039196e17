//! The context of a subcommand: client settings, output, and the server of `--local`.

use std::io::IsTerminal as _;
use std::time::Duration;

use windlass::config::ServiceProfile;
use windlass::{Client, Credentials, ErrorKind};
use windlass_server::Server;

use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::globals::Globals;
use crate::observer::Narrator;
use crate::output::Output;
use crate::progress::Progress;
use crate::tasks::Tasks;
use crate::watch::Watch;

/// Shared state of the subcommands.
pub(crate) struct Context {
    globals: Globals,
    local: Option<Server>,
    tasks: Tasks,
    pub(crate) output: Output,
    pub(crate) watch: Watch,
}

impl Context {
    pub(crate) async fn new(globals: Globals, tasks: Tasks) -> Result<Self, Failure> {
        let output = globals.output();
        if globals.no_verify_ssl {
            // --quiet does not hide this warning.
            Output { quiet: false, ..output }.warn("not_verified", None, NOT_VERIFIED);
        }
        let local = match &globals.local {
            None => None,
            Some(folder) => {
                let mut builder = Server::builder().folder(folder).credentials(LOCAL_ID, LOCAL_SECRET);
                if let Some(region) = &globals.region {
                    builder = builder.region(region);
                }
                let started = builder.start().await;
                let what = format!("failed to start the server over {}", folder.display());
                Some(started.map_err(|error| Failure::new(ExitCode::Failed, format!("{what}: {error}")))?)
            }
        };
        Ok(Self { globals, local, tasks, output, watch: Watch::new() })
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.globals.dryrun
    }

    /// The region from the command line.
    pub(crate) fn region(&self) -> Option<&str> {
        self.globals.region.as_deref()
    }

    pub(crate) fn is_local(&self) -> bool {
        self.local.is_some()
    }

    /// An empty progress bar, drawn only on a terminal and if the options allow it.
    pub(crate) fn progress(&self) -> Progress {
        Progress::new(self.shows_progress(), self.watch.clone())
    }

    fn shows_progress(&self) -> bool {
        let wanted = !self.globals.no_progress && !self.output.errors_only && !self.output.json;
        wanted && std::io::stderr().is_terminal()
    }

    /// Builds the client from the options, the environment and the profile.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let globals = &self.globals;
        let mut builder = Client::builder().spawner(self.tasks.clone());
        if let Some(server) = &self.local {
            builder = builder
                .endpoint(server.endpoint())
                .region(globals.region.as_deref().unwrap_or("us-east-1"))
                .path_style(true)
                .credentials(Credentials::new(LOCAL_ID, LOCAL_SECRET));
            if let Some(service) = ServiceProfile::named("windlass") {
                builder = builder.service_profile(service);
            }
        } else {
            builder = builder.load_environment();
        }
        if let Some(profile) = &globals.profile {
            builder = builder.profile(profile);
        }
        if let (Some(region), None) = (&globals.region, &self.local) {
            builder = builder.region(region);
        }
        if let Some(url) = &globals.endpoint_url {
            builder = builder.endpoint(url);
        }
        if let Some(provider) = &globals.provider {
            builder = builder.service_profile(provider.clone());
        }
        if globals.no_sign_request {
            builder = builder.anonymous();
        }
        if let Some(path) = &globals.ca_bundle {
            builder = builder.ca_bundle(path);
        }
        if globals.no_verify_ssl {
            builder = builder.danger_accept_invalid_certs(true);
        }
        if globals.path_style {
            builder = builder.path_style(true);
        }
        if let Some(style) = globals.addressing_style {
            builder = builder.addressing_style(style.style());
        }
        if let Some(attempts) = globals.max_attempts {
            builder = builder.max_attempts(attempts);
        }
        if let Some(seconds) = globals.connect_timeout {
            builder = builder.connect_timeout(limit(seconds));
        }
        if let Some(seconds) = globals.read_timeout {
            builder = builder.read_timeout(limit(seconds));
        }
        builder = builder.observer(Narrator {
            every_answer: globals.debug,
            is_verbose: globals.verbose || globals.debug,
            output: self.output,
            watch: self.watch.clone(),
        });
        builder = builder.legacy_bucket_names(globals.legacy_bucket_names);
        Ok(builder.allow_http(globals.allow_http).build()?)
    }

    /// Checks during a dry run that the bucket exists. AccessDenied passes, since permission to write does not imply
    /// permission for HeadBucket.
    pub(crate) async fn look_at_bucket(&self, client: &Client, bucket: &str) -> Result<(), Failure> {
        match client.head_bucket(bucket).await {
            Err(error) if error.kind() == ErrorKind::AccessDenied => Ok(()),
            looked => Ok(looked.map(drop)?),
        }
    }

    /// With `--local`, creates a missing bucket before a write. A dry run checks that the bucket exists.
    pub(crate) async fn prepare_write(&self, client: &Client, bucket: &str) -> Result<(), Failure> {
        match (self.is_local(), self.is_dry_run()) {
            (true, false) => {}
            (false, true) => return self.look_at_bucket(client, bucket).await,
            _ => return Ok(()),
        }
        match client.head_bucket(bucket).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BucketNotFound => {
                client.create_bucket(bucket).await?;
                self.output.note(&format!("created bucket {bucket}"));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the server of `--local`, to be shut down.
    pub(crate) fn into_local(self) -> Option<Server> {
        self.local
    }
}

/// A timeout in seconds; 0 means no limit, as in the AWS CLI.
fn limit(seconds: u64) -> Duration {
    if seconds == 0 { Duration::MAX } else { Duration::from_secs(seconds) }
}

const NOT_VERIFIED: &str = "certificates are not verified (--no-verify-ssl): anyone on the network path can read and \
                            change all data";

/// The credentials of `--local`. They need no secrecy: the server listens on loopback while the command runs.
const LOCAL_ID: &str = "windlass";
const LOCAL_SECRET: &str = "windlass-secret";
