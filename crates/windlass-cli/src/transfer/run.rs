//! Concurrent execution of copies. A failure does not stop the other copies unless they would all fail in the same way.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;
use windlass::paths::format_size;

use super::job::{Copier, Job, Outcome};
use super::plan::Plan;
use crate::context::Context;
use crate::exit_code::{ExitCode, Outcomes};
use crate::failure::Failure;
use crate::progress::Progress;

/// The copier and its concurrency.
pub(super) struct Worker {
    pub(super) concurrency: usize,
    pub(super) copier: Arc<Copier>,
}

/// Counts of outcomes.
#[derive(Debug, Default)]
struct Tally {
    done: u64,
    bytes: u64,
    kept: u64,
    skipped: u64,
    failed: u64,
    links_outside: u64,
    verdict: Outcomes,
}

/// Executes a plan.
pub(super) async fn run(plan: Plan, worker: Worker, context: &Context) -> Result<ExitCode, Failure> {
    let mut tally =
        Tally { skipped: plan.skipped.len() as u64, links_outside: plan.links_outside, ..Tally::default() };
    for (name, why) in &plan.skipped {
        context.output.warn("skipped", Some(name), &format!("skipped {name}: {why}"));
    }
    for failure in &plan.failed {
        context.output.error(failure, None, None);
        tally.failed += 1;
        tally.verdict.failed(failure.code);
    }
    if !plan.in_place.is_empty() {
        let number = plan.in_place.len();
        let verb = if number == 1 { "object is" } else { "objects are" };
        context.output.note(&format!("{number} {verb} already at the destination"));
    }
    let moves = worker.copier.moves;
    if context.is_dry_run() {
        for job in &plan.jobs {
            let text = format!("(dryrun) {}", job.text(moves));
            context.output.done(&text, &job.json(moves, "dryrun", job.size()))?;
        }
        return Ok(tally.status());
    }
    let progress = context.progress();
    progress.expect(plan.jobs.iter().filter_map(Job::size).sum());
    let (first, rest): (Vec<Job>, Vec<Job>) =
        plan.jobs.into_iter().partition(|job| moves && job.goes_first());
    let mut left = 0;
    let mut last_words = None;
    for jobs in [first, rest] {
        let mut waiting = jobs.into_iter();
        let mut running = JoinSet::new();
        loop {
            while last_words.is_none() && running.len() < worker.concurrency {
                let Some(job) = waiting.next() else { break };
                let (copier, progress) = (Arc::clone(&worker.copier), progress.clone());
                running.spawn(async move {
                    let outcome = copier.carry_out(&job, &progress).await;
                    (job, outcome)
                });
            }
            let Some(finished) = running.join_next().await else { break };
            let (job, outcome) = finished.map_err(std::io::Error::other)?;
            match outcome {
                Err(failure) if plan.is_single => return Err(failure),
                outcome => {
                    if let Some(failure) = tally.add(&job, outcome, moves, context, &progress)? {
                        last_words.get_or_insert(failure);
                    }
                }
            }
        }
        left += waiting.count() as u64;
    }
    progress.finish();
    if let Some(failure) = last_words {
        failure.report(context.output);
        if left > 0 {
            let text = format!("{left} more {} not attempted", if left == 1 { "was" } else { "were" });
            context.output.warn("not_tried", None, &text);
        }
        tally.skipped += left;
    }
    if !plan.is_single {
        tally.write(context)?;
    }
    Ok(tally.status())
}

impl Tally {
    /// Counts and reports an outcome. Returns a failure that the remaining jobs would share.
    fn add(
        &mut self,
        job: &Job,
        outcome: Result<Outcome, Failure>,
        moves: bool,
        context: &Context,
        progress: &Progress,
    ) -> Result<Option<Failure>, Failure> {
        match outcome {
            Ok(Outcome::Done(bytes)) => {
                self.done += 1;
                self.verdict.went_well();
                self.bytes += bytes;
                let json = job.json(moves, "done", Some(bytes));
                progress.aside(|| context.output.done(&job.text(moves), &json))?;
            }
            Ok(Outcome::Kept) => {
                self.kept += 1;
                self.verdict.went_well();
                let text = format!("kept existing: {}", job.text(moves));
                progress.aside(|| context.output.note(&text));
            }
            Err(failure) => {
                self.verdict.failed(failure.code);
                self.failed += 1;
                if failure.is_final {
                    return Ok(Some(failure));
                }
                let (what, source) = (job.text(moves), job.source());
                progress.aside(|| context.output.error(&failure, Some(&what), Some(&source)));
            }
        }
        Ok(None)
    }

    fn status(&self) -> ExitCode {
        match self.verdict.status() {
            ExitCode::Success if self.skipped > 0 => ExitCode::Failed,
            status => status,
        }
    }

    fn write(&self, context: &Context) -> Result<(), Failure> {
        if context.output.json {
            let summary = json!({
                "event": "summary",
                "done": self.done,
                "bytes": self.bytes,
                "kept": self.kept,
                "skipped": self.skipped,
                "failed": self.failed,
                "links_outside": self.links_outside,
            });
            context.output.done("", &summary)?;
            return Ok(());
        }
        let rest = [(self.kept, "kept"), (self.skipped, "skipped"), (self.failed, "failed")];
        let rest =
            rest.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let links = match self.links_outside {
            0 => None,
            1 => Some("1 link leads out of the source".to_owned()),
            number => Some(format!("{number} links lead out of the source")),
        };
        let done = format!("{} done, {}", self.done, format_size(self.bytes));
        let words = std::iter::once(done).chain(rest).chain(links);
        context.output.note(&words.collect::<Vec<_>>().join(", "));
        Ok(())
    }
}
