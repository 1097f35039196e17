//! `--raw` for subcommands that always take keys literally, so that scripts can pass it to every subcommand.

/// An option without effect.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct RawArgument {
    /// Take the key literally (always the case for this command)
    #[arg(long = "raw")]
    _raw: bool,
}
