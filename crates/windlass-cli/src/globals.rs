//! The options that all subcommands share.

use std::path::PathBuf;

use clap::ValueEnum;
use windlass::AddressingStyle;
use windlass::config::ServiceProfile;

use crate::output::Output;

/// Options that every subcommand takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = HEADING)]
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

    /// Name the service, where its host does not tell (seaweedfs, minio, ceph, ...)
    #[arg(long, global = true, value_name = "NAME", value_parser = provider)]
    pub(crate) provider: Option<ServiceProfile>,

    /// Send requests without a signature
    #[arg(long, global = true)]
    pub(crate) no_sign_request: bool,

    /// Trust these certificates (PEM) instead of the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_bundle: Option<String>,

    /// Accept any certificate: anybody on the way can pose as the service; never for AWS
    #[arg(long, global = true, conflicts_with = "ca_bundle")]
    pub(crate) no_verify_ssl: bool,

    /// Allow plain HTTP to other machines, which everybody on the way can read
    #[arg(long, global = true)]
    pub(crate) allow_http: bool,

    /// Put the bucket into the path; short for --addressing-style path
    #[arg(long, global = true, conflicts_with = "addressing_style")]
    pub(crate) path_style: bool,

    /// Where the bucket goes: in the path or before the host
    #[arg(long, global = true, value_name = "STYLE")]
    pub(crate) addressing_style: Option<Addressing>,

    /// Allow bucket names of other times and services, such as Upper_case
    #[arg(long, global = true)]
    pub(crate) legacy_bucket_names: bool,

    /// Send a request at most this often
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_attempts: Option<u32>,

    /// Seconds until a connection must be open; 0 is no limit
    #[arg(long, global = true, alias = "cli-connect-timeout", value_name = "SECONDS")]
    pub(crate) connect_timeout: Option<u64>,

    /// Seconds for which nothing may move; 0 is no limit
    #[arg(long, global = true, alias = "cli-read-timeout", value_name = "SECONDS")]
    pub(crate) read_timeout: Option<u64>,

    /// Use a server in this process over a folder; writes create their bucket
    #[arg(long, global = true, value_name = "DIR",
          conflicts_with_all = ["endpoint_url", "profile", "provider", "no_sign_request", "ca_bundle", "no_verify_ssl", "addressing_style", "path_style"])]
    pub(crate) local: Option<PathBuf>,

    /// Write lines of JSON, errors too
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Write only the data asked for and the error that ends the command
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

    /// Report retries and redirections on standard error
    #[arg(long, global = true)]
    pub(crate) verbose: bool,

    /// Report every response on standard error as well
    #[arg(long, global = true)]
    pub(crate) debug: bool,
}

/// The options that the help of every subcommand shows; `windlass --help` shows all of them.
const SHOWN_EVERYWHERE: [&str; 8] =
    ["profile", "region", "endpoint_url", "local", "json", "quiet", "dryrun", "verbose"];

/// Makes one short block of the options of all subcommands in the help of one.
pub(crate) fn shorten(command: clap::Command) -> clap::Command {
    command.mut_args(|option| {
        let id = option.get_id().as_str();
        if option.get_help_heading() != Some(HEADING) {
            option
        } else if SHOWN_EVERYWHERE.contains(&id) {
            option.help_heading("Global options (`windlass --help` has all)")
        } else {
            option.hide(true)
        }
    })
}

const HEADING: &str = "Global options";

impl Globals {
    /// How and how much is written.
    pub(crate) fn output(&self) -> Output {
        Output { json: self.json, errors_only: self.only_show_errors || self.quiet, quiet: self.quiet }
    }
}

/// The words of the AWS settings for where the bucket goes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Addressing {
    // No documentation, which would spread `--help` over two lines an option. `Auto` is before the host where it can be.
    Auto,
    Path,
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

fn provider(name: &str) -> Result<ServiceProfile, String> {
    let known = || ServiceProfile::names().collect::<Vec<_>>().join(", ");
    ServiceProfile::named(name)
        .ok_or_else(|| format!("there is no entry of this name; there are {}", known()))
}
