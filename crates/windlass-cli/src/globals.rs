//! The options that all subcommands share.

use std::path::PathBuf;

use clap::ValueEnum;
use windlass::AddressingStyle;
use windlass::config::Provider;

/// Options that every subcommand takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Use this profile of ~/.aws/config and ~/.aws/credentials
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Sign for this region
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,

    /// Use a service other than AWS
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,

    /// What the service takes: the name of its entry, where its host does not tell (seaweedfs, minio, ceph, ...)
    #[arg(long, global = true, value_name = "NAME", value_parser = provider)]
    pub(crate) provider: Option<Provider>,

    /// Send requests without a signature
    #[arg(long, global = true)]
    pub(crate) no_sign_request: bool,

    /// Trust these certificates (PEM) instead of the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_bundle: Option<String>,

    /// Accept any certificate: whoever is on the way can pose as the service. For trials only; never for AWS
    #[arg(long, global = true, conflicts_with = "ca_bundle")]
    pub(crate) no_verify_ssl: bool,

    /// Allow plain HTTP to other machines; everybody on the way can read along
    #[arg(long, global = true)]
    pub(crate) allow_http: bool,

    /// Put the bucket into the path; short for --addressing-style path
    #[arg(long, global = true, conflicts_with = "addressing_style")]
    pub(crate) path_style: bool,

    /// Where the bucket goes: into the path or before the host
    #[arg(long, global = true, value_name = "STYLE")]
    pub(crate) addressing_style: Option<Addressing>,

    /// Allow names of buckets that are older than today's rules, or those of another service: Upper_case
    #[arg(long, global = true)]
    pub(crate) legacy_bucket_names: bool,

    /// Send a request at most this often
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_attempts: Option<u32>,

    /// Seconds until a connection must stand; 0 is no limit
    #[arg(long, global = true, alias = "cli-connect-timeout", value_name = "SECONDS")]
    pub(crate) connect_timeout: Option<u64>,

    /// Seconds for which nothing may move; 0 is no limit
    #[arg(long, global = true, alias = "cli-read-timeout", value_name = "SECONDS")]
    pub(crate) read_timeout: Option<u64>,

    /// Run against a server of this process over a folder; buckets that are written to are created
    #[arg(long, global = true, value_name = "DIR",
          conflicts_with_all = ["endpoint_url", "profile", "provider", "no_sign_request", "ca_bundle", "no_verify_ssl", "addressing_style", "path_style"])]
    pub(crate) local: Option<PathBuf>,

    /// Write lines of JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Write nothing but the data asked for and the error that ends the command
    #[arg(long, global = true)]
    pub(crate) quiet: bool,

    /// Write only errors
    #[arg(long, global = true)]
    pub(crate) only_show_errors: bool,

    /// Show no progress bar
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,

    /// Say what would be done and change nothing
    #[arg(long, global = true, alias = "dry-run")]
    pub(crate) dryrun: bool,

    /// Tell of retries and redirections on standard error
    #[arg(long, global = true)]
    pub(crate) verbose: bool,

    /// Tell of every answer on standard error as well
    #[arg(long, global = true)]
    pub(crate) debug: bool,
}

/// The words of the AWS settings for where the bucket goes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Addressing {
    /// Before the host where it can stand there
    Auto,
    /// Into the path
    Path,
    /// Before the host
    Virtual,
}

impl Addressing {
    pub(crate) fn style(self) -> AddressingStyle {
        match self {
            Self::Auto => AddressingStyle::Auto,
            Self::Path => AddressingStyle::Path,
            Self::Virtual => AddressingStyle::Virtual,
        }
    }
}

fn provider(name: &str) -> Result<Provider, String> {
    let known = || Provider::names().collect::<Vec<_>>().join(", ");
    Provider::named(name).ok_or_else(|| format!("there is no entry of this name; there are {}", known()))
}
