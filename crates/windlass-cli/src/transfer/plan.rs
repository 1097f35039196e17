//! The plan of a transfer: all sources with their destinations. Listings are complete before the first copy, so they
//! cannot include files and objects that the copies write.

mod copy;
mod download;
mod upload;

use std::path::PathBuf;

use windlass::Client;
use windlass::paths::{
    Filter, KeyPattern, Overlap, S3Url, check_moves, check_objects_in_place, repeated_targets,
};

use super::TransferArguments;
use super::job::Job;
use super::local_pattern::LocalPattern;
use crate::failure::Failure;
use crate::target::Target;

/// Jobs, and skipped sources with the reason.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) jobs: Vec<Job>,
    pub(super) skipped: Vec<(String, String)>,
    /// Failures to inspect sources.
    pub(super) failed: Vec<Failure>,
    /// Whether the command names a single object rather than a set.
    pub(super) is_single: bool,
    /// The number of followed symbolic links that lead out of their source.
    pub(super) links_outside: u64,
    /// Objects that are already at the destination of their move.
    pub(super) in_place: Vec<S3Url>,
}

/// A source on the command line.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) target: Target,
    /// The pattern of a local path with wildcards.
    pub(super) pattern: Option<LocalPattern>,
}

/// Inputs of the plan other than the sources.
#[derive(Clone, Copy)]
pub(super) struct PlanContext<'a> {
    pub(super) client: &'a Client,
    pub(super) arguments: &'a TransferArguments,
    pub(super) filter: &'a Filter,
    pub(super) moves: bool,
    pub(super) is_dry_run: bool,
    /// Whether there are several sources, so that the destination is a folder.
    pub(super) several: bool,
}

impl Source {
    /// Interprets a source. A local path that exists is taken literally.
    pub(super) fn of(target: Target, raw: bool) -> Self {
        let pattern = match &target {
            Target::Local(path) if !raw && path.symlink_metadata().is_err() => LocalPattern::of(path),
            _ => None,
        };
        Self { target, pattern }
    }

    /// Whether the source may select any number of files or objects.
    pub(super) fn is_many(&self, arguments: &TransferArguments) -> bool {
        arguments.recursive
            || self.pattern.is_some()
            || matches!(&self.target, Target::S3(url) if !arguments.raw && KeyPattern::is_pattern(&url.key))
    }
}

/// Inspects the sources and determines the destinations.
pub(super) async fn plan(
    sources: &[Source],
    destination: &Target,
    context: PlanContext<'_>,
) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let mut paths = Vec::new();
    for source in sources {
        let found = match (&source.target, destination) {
            (Target::Local(path), Target::S3(to)) => {
                upload::plan(path, source.pattern.as_ref(), to, context).await
            }
            (Target::S3(from), Target::Local(path)) => {
                paths.push(path);
                download::plan(from, path, context).await
            }
            (Target::S3(from), Target::S3(to)) => copy::plan(from, to, context).await,
            _ => Err(Failure::usage("the source or the destination must be an s3:// URL")),
        };
        match found {
            Ok(found) => plan.add(found),
            // A failure of one source among several does not stop the others.
            Err(failure) if context.several && !failure.is_usage() && !failure.is_final => {
                plan.failed.push(failure);
            }
            Err(failure) => return Err(failure),
        }
    }
    plan.is_single &= !context.several;
    if let Some(root) = paths.first() {
        download::leave_out_collisions(&mut plan, root, context.is_dry_run).await?;
    }
    if context.several {
        plan.leave_out_repeated_targets();
    }
    if context.moves {
        plan.refuse_overlap(context.arguments.no_overwrite)?;
    }
    Ok(plan)
}

impl Plan {
    fn of_one(job: Job) -> Self {
        Self { jobs: vec![job], is_single: true, ..Self::default() }
    }

    fn add(&mut self, other: Self) {
        self.jobs.extend(other.jobs);
        self.skipped.extend(other.skipped);
        self.failed.extend(other.failed);
        self.is_single = other.is_single;
        self.links_outside += other.links_outside;
        self.in_place.extend(other.in_place);
    }

    /// Skips jobs that would overwrite the copy of another source.
    fn leave_out_repeated_targets(&mut self) {
        let targets = self.jobs.iter().enumerate().filter_map(|(index, job)| Some((index, job.target()?)));
        let (indices, targets): (Vec<usize>, Vec<&S3Url>) = targets.unzip();
        let repeated = repeated_targets(targets.iter().copied()).into_iter();
        let refused = repeated.filter_map(|position| {
            let why = format!("another source has the same destination {}", targets.get(position)?);
            Some((*indices.get(position)?, why))
        });
        self.leave_out(refused.collect());
    }

    /// Skips the jobs at ascending positions, with the reasons.
    fn leave_out(&mut self, refused: Vec<(usize, String)>) {
        let mut refused = refused.into_iter().peekable();
        let mut index = 0;
        let skipped = &mut self.skipped;
        self.jobs.retain(|job| {
            let refused = refused.next_if(|(refused, _)| *refused == index);
            index += 1;
            refused.map(|(_, why)| skipped.push((job.source(), why))).is_none()
        });
    }

    /// Refuses moves onto a source of another move, and onto an object that is in place unless it is kept.
    fn refuse_overlap(&self, keeps_existing: bool) -> Result<(), Failure> {
        let moves = || {
            self.jobs.iter().filter_map(|job| match job {
                Job::Copy { from, to, .. } => Some((from, to)),
                _ => None,
            })
        };
        let refused = |overlap: Overlap, hint| Failure::usage(overlap.to_string()).with_hint(hint);
        check_moves(moves()).map_err(|overlap| refused(overlap, copy::COPY_INSTEAD))?;
        match check_objects_in_place(moves(), &self.in_place) {
            Err(overlap) if !keeps_existing => {
                Err(refused(overlap, "pass --no-overwrite to leave both objects in place"))
            }
            _ => Ok(()),
        }
    }
}

impl Job {
    /// The destination in S3.
    fn target(&self) -> Option<&S3Url> {
        match self {
            Self::Copy { to, .. } | Self::Drain { to, .. } | Self::Upload { to, .. } => Some(to),
            Self::Download { .. } | Self::Pour { .. } => None,
        }
    }

    /// The source as displayed.
    pub(super) fn source(&self) -> String {
        match self {
            Self::Copy { from, .. } | Self::Download { from, .. } | Self::Pour { from, .. } => {
                from.to_string()
            }
            Self::Drain { path, .. } => crate::target::shown(path),
            Self::Upload { file, .. } => crate::target::shown(&file.path()),
        }
    }
}

/// Returns the folder, or `.` for an empty path.
fn folder_or_here(path: PathBuf) -> PathBuf {
    if path.as_os_str().is_empty() { PathBuf::from(".") } else { path }
}
