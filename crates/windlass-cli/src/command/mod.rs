//! The subcommands, one file each.

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

/// A subcommand: its options, and what it does.
pub(crate) trait Verb: Args + 'static {
    /// How it is called.
    const NAME: &'static str;

    /// What it does, in a line.
    const ABOUT: &'static str;

    /// Does it.
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

/// A subcommand that was asked for, with its options.
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

/// What the groups of options say of themselves is not what the subcommand does.
fn options<V: Verb>(command: clap::Command) -> clap::Command {
    globals::shorten(V::augment_args(command).about(V::ABOUT).long_about(None))
}

fn read<V: Verb>(matches: &ArgMatches) -> Result<Command, clap::Error> {
    let verb = V::from_arg_matches(matches)?;
    Ok(Command { run: Box::new(move |context| Box::pin(verb.run(context))) })
}

impl Command {
    /// Carries it out.
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        (self.run)(context).await
    }
}

impl Subcommand for Command {
    /// The options of a subcommand are only made when it is asked for: there are hundreds, and a command lives for
    /// milliseconds.
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
