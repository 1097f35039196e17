//! Global options.

use std::path::PathBuf;

use clap::ValueEnum;
use windlass::AddressingStyle;
use windlass::config::ServiceProfile;

use crate::output::Output;

/// Options of all subcommands.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Globals {
    /// Profile in ~/.aws/config and ~/.aws/credentials
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Region of the service
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,

    /// Endpoint of a service other than AWS
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,

    /// Service profile, if the host name does not imply it (seaweedfs, minio, ceph, ...)
    #[arg(long, global = true, value_name = "NAME", value_parser = provider)]
    pub(crate) provider: Option<ServiceProfile>,

    /// Send requests without a signature
    #[arg(long, global = true)]
    pub(crate) no_sign_request: bool,

    /// Trust these certificates (PEM) instead of the system's
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca_bundle: Option<String>,

    /// Accept any certificate (insecure: allows impersonation of the service); refused for AWS
    #[arg(long, global = true, conflicts_with = "ca_bundle")]
    pub(crate) no_verify_ssl: bool,

    /// Allow unencrypted HTTP to other machines
    #[arg(long, global = true)]
    pub(crate) allow_http: bool,

    /// Same as --addressing-style path
    #[arg(long, global = true, conflicts_with = "addressing_style")]
    pub(crate) path_style: bool,

    /// Put the bucket in the path or in the host name
    #[arg(long, global = true, value_name = "STYLE")]
    pub(crate) addressing_style: Option<Addressing>,

    /// Allow bucket names outside today's S3 rules, such as Upper_case
    #[arg(long, global = true)]
    pub(crate) legacy_bucket_names: bool,

    /// Maximum number of attempts for each request
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_attempts: Option<u32>,

    /// Connect timeout in seconds; 0 means no limit
    #[arg(long, global = true, alias = "cli-connect-timeout", value_name = "SECONDS")]
    pub(crate) connect_timeout: Option<u64>,

    /// Stall timeout in seconds; 0 means no limit
    #[arg(long, global = true, alias = "cli-read-timeout", value_name = "SECONDS")]
    pub(crate) read_timeout: Option<u64>,

    /// Use an embedded server over this folder; writes create missing buckets
    #[arg(long, global = true, value_name = "DIR",
          conflicts_with_all = ["endpoint_url", "profile", "provider", "no_sign_request", "ca_bundle", "no_verify_ssl", "addressing_style", "path_style"])]
    pub(crate) local: Option<PathBuf>,

    /// Write JSON lines, including errors
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Write only requested data and the error that ends the command
    #[arg(long, global = true)]
    pub(crate) quiet: bool,

    /// Write only errors
    #[arg(long, global = true)]
    pub(crate) only_show_errors: bool,

    /// Do not show a progress bar
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,

    /// Show what would be done without changing anything
    #[arg(long, global = true, alias = "dry-run")]
    pub(crate) dryrun: bool,

    /// Report retries and redirects on standard error
    #[arg(long, global = true)]
    pub(crate) verbose: bool,

    /// Also report every response on standard error
    #[arg(long, global = true)]
    pub(crate) debug: bool,
}

/// Global options in the help of each subcommand; `windlass --help` lists all.
const SHOWN_EVERYWHERE: [&str; 8] =
    ["profile", "region", "endpoint_url", "local", "json", "quiet", "dryrun", "verbose"];

/// Hides all but the most common global options in the help of a subcommand.
pub(crate) fn shorten(command: clap::Command) -> clap::Command {
    command.mut_args(|option| {
        let id = option.get_id().as_str();
        if option.get_help_heading() != Some(HEADING) {
            option
        } else if SHOWN_EVERYWHERE.contains(&id) {
            option.help_heading("Global options (`windlass --help` lists all)")
        } else {
            option.hide(true)
        }
    })
}

const HEADING: &str = "Global options";

impl Globals {
    /// The output format and verbosity.
    pub(crate) fn output(&self) -> Output {
        Output { json: self.json, errors_only: self.only_show_errors || self.quiet, quiet: self.quiet }
    }
}

/// The values of the AWS setting `addressing_style`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Addressing {
    // No doc comments: they would double the lines in `--help`. `Auto` is virtual-hosted where possible.
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
    ServiceProfile::named(name).ok_or_else(|| format!("unknown service, expected one of {}", known()))
}
