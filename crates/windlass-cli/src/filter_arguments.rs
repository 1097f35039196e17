//! `--include` and `--exclude` in command-line order, which clap's derive does not keep.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use windlass::paths::{Filter, FilterRule, S3Url};

use crate::failure::Failure;
use crate::output::Output;

/// The filter built from the options.
#[derive(Clone, Debug, Default)]
pub(crate) struct FilterArguments {
    filter: Filter,
}

impl FilterArguments {
    pub(crate) fn is_empty(&self) -> bool {
        self.filter.is_empty()
    }

    /// Returns the filter. Warns of each pattern that cannot match a relative name.
    ///
    /// # Errors
    /// An `--include` before every `--exclude` is refused, since tools disagree about its meaning.
    pub(crate) fn filter(&self, output: Output) -> Result<&Filter, Failure> {
        self.refuse_leading_include()?;
        for rule in self.filter.rules() {
            let (option, pattern) = words(rule);
            if names_no_relative_path(pattern) {
                let text = format!(
                    "{option} {pattern} cannot match: patterns apply to names relative to the source, such as 2026/cat.jpg"
                );
                output.warn("pattern", None, &text);
            }
        }
        Ok(&self.filter)
    }

    fn refuse_leading_include(&self) -> Result<(), Failure> {
        let rules = self.filter.rules();
        let Some((FilterRule::Include(first), _)) = rules.split_first() else { return Ok(()) };
        let is_include = |rule: &&FilterRule| matches!(rule, FilterRule::Include(_));
        let others: Vec<&FilterRule> = rules.iter().skip_while(is_include).collect();
        let mut all = "to include everything, omit it".to_owned();
        if !others.is_empty() {
            all = format!("to include everything else too, write {}", spelled(others.into_iter()));
        }
        let only = spelled(std::iter::once(&FilterRule::Exclude("*".to_owned())).chain(rules));
        Err(Failure::usage(format!("--include {first} before every --exclude is ambiguous"))
            .with_hint(format!("to include only matches, write {only}; {all}")))
    }
}

fn words(rule: &FilterRule) -> (&'static str, &str) {
    match rule {
        FilterRule::Include(pattern) => ("--include", pattern),
        FilterRule::Exclude(pattern) => ("--exclude", pattern),
        _ => ("", ""),
    }
}

/// Formats rules as shell arguments.
fn spelled<'r>(rules: impl Iterator<Item = &'r FilterRule>) -> String {
    let words = rules.map(|rule| {
        let (option, pattern) = words(rule);
        format!("{option} '{}'", pattern.replace('\'', r"'\''"))
    });
    words.collect::<Vec<_>>().join(" ")
}

fn names_no_relative_path(pattern: &str) -> bool {
    let starts = ["/", "./", "../", "~/"];
    starts.iter().any(|start| pattern.starts_with(start))
        || S3Url::is_one(pattern)
        || std::path::Path::new(pattern).is_absolute()
}

fn option(id: &'static str, help: &'static str) -> Arg {
    Arg::new(id).long(id).value_name("PATTERN").action(ArgAction::Append).help(help)
}

impl Args for FilterArguments {
    fn augment_args(command: Command) -> Command {
        command
            .arg(option("exclude", "Exclude names that match, relative to the source; the last match wins"))
            .arg(option("include", "Include names that match, overriding any preceding --exclude"))
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
