//! Subcommands, one file each.

pub(crate) mod cat;
mod completions;
mod cp;
mod head;
mod ls;
mod man;
mod mb;
mod mv;
mod presign;
pub(crate) mod put;
mod rb;
mod rm;
mod serve;
mod stat;
mod tag;
mod uploads;

use std::fmt;
use std::pin::Pin;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, FromArgMatches, Subcommand};

use crate::context::Context;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::globals;

/// A subcommand: its options and implementation.
pub(crate) trait Verb: Args + 'static {
    /// The name on the command line.
    const NAME: &'static str;

    /// A one-line description.
    const ABOUT: &'static str;

    /// Runs the subcommand.
    async fn run(self, context: &Context) -> Result<ExitCode, Failure>;
}

/// All subcommands.
const VERBS: [Entry; 16] = [
    Entry::of::<cat::Cat>(),
    Entry::of::<completions::Completions>(),
    Entry::of::<cp::Cp>(),
    Entry::of::<head::Head>(),
    Entry::of::<ls::Ls>(),
    Entry::of::<man::Man>(),
    Entry::of::<mb::Mb>(),
    Entry::of::<mv::Mv>(),
    Entry::of::<presign::Presign>(),
    Entry::of::<put::Put>(),
    Entry::of::<rb::Rb>(),
    Entry::of::<rm::Rm>(),
    Entry::of::<serve::Serve>(),
    Entry::of::<stat::Stat>(),
    Entry::of::<tag::Tag>(),
    Entry::of::<uploads::Uploads>(),
];

/// A parsed subcommand with its options.
pub(crate) struct Command {
    run: Box<dyn for<'c> FnOnce(&'c Context) -> Running<'c>>,
}

type Running<'c> = Pin<Box<dyn Future<Output = Result<ExitCode, Failure>> + 'c>>;

struct Entry {
    name: &'static str,
    about: &'static str,
    options: fn(clap::Command) -> clap::Command,
    read: fn(&ArgMatches) -> Result<Command, clap::Error>,
}

impl Entry {
    const fn of<V: Verb>() -> Self {
        Self { name: V::NAME, about: V::ABOUT, options: options::<V>, read: read::<V> }
    }
}

/// Builds the clap command. Overrides the description, which flattened option groups would replace by their own.
fn options<V: Verb>(command: clap::Command) -> clap::Command {
    globals::shorten(V::augment_args(command).about(V::ABOUT).long_about(None))
}

fn read<V: Verb>(matches: &ArgMatches) -> Result<Command, clap::Error> {
    let verb = V::from_arg_matches(matches)?;
    Ok(Command { run: Box::new(move |context| Box::pin(verb.run(context))) })
}

impl Command {
    /// Runs the subcommand.
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        (self.run)(context).await
    }
}

impl Subcommand for Command {
    /// Adds the subcommands with deferred options: building all of the hundreds of options would dominate short runs.
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        command.subcommands(
            VERBS.map(|verb| clap::Command::new(verb.name).about(verb.about).defer(verb.options)),
        )
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        VERBS.iter().any(|verb| verb.name == name)
    }
}

impl FromArgMatches for Command {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let asked = matches.subcommand();
        let found =
            asked.and_then(|(name, matches)| Some((VERBS.iter().find(|verb| verb.name == name)?, matches)));
        let (verb, matches) = found.ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))?;
        (verb.read)(matches)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command").finish_non_exhaustive()
    }
}
