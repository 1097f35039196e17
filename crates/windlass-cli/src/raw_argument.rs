//! `--raw` where keys are taken literally anyway, so that a script can give it to every verb.

/// Accepted everywhere: it says what is so without it.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct RawArgument {
    /// Take the key literally, as this command does without it
    #[arg(long = "raw")]
    _raw: bool,
}
