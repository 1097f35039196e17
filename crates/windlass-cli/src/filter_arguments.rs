//! `--include` and `--exclude` in the order in which they stand on the command line, which clap's derive loses.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use windlass::paths::{Filter, FilterRule};

/// The filter that the options amount to.
#[derive(Clone, Debug, Default)]
pub(crate) struct FilterArguments {
    pub(crate) filter: Filter,
}

fn option(id: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).value_name("PATTERN").action(ArgAction::Append).help(help)
}

impl Args for FilterArguments {
    fn augment_args(command: Command) -> Command {
        command
            .arg(option("exclude", "Leave out what matches, relative to the source; the last match wins"))
            .arg(option("include", "Take what matches in spite of an --exclude before it"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FilterArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut rules: Vec<(usize, FilterRule)> = Vec::new();
        for (id, rule) in [
            ("exclude", FilterRule::Exclude as fn(String) -> FilterRule),
            ("include", FilterRule::Include as fn(String) -> FilterRule),
        ] {
            let places = matches.indices_of(id).into_iter().flatten();
            let patterns = matches.get_many::<String>(id).into_iter().flatten();
            rules.extend(places.zip(patterns.map(|pattern| rule(pattern.clone()))));
        }
        rules.sort_by_key(|(place, _)| *place);
        Ok(Self { filter: Filter::new(rules.into_iter().map(|(_, rule)| rule)) })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
