//! What of S3 goes to the local disk.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use windlass::adapters::files::TargetTree;
use windlass::paths::{FileNameRules, S3Url, file_name, local_path, names_folder, single_path};

use super::{Plan, PlanContext, folder_or_here};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::listing::{self, Found, NOT_UTF8, Selection, encoded_url};
use crate::target::shown;
use crate::transfer::claims::{CaseProbe, Disk, Paths};
use crate::transfer::job::Job;

pub(super) async fn plan(
    from: &S3Url,
    destination: &Path,
    context: PlanContext<'_>,
) -> Result<Plan, Failure> {
    let arguments = context.arguments;
    let selection = Selection::of(from, arguments.recursive, arguments.raw);
    if selection == Selection::One {
        return one(from, destination, context).await;
    }
    let found =
        listing::list(context.client, &from.bucket, &selection, context.filter, &arguments.access.account)
            .await?;
    selection.check_found(found.seen, from)?;
    let tree = TargetTree::new(destination);
    let mut plan = Plan::default();
    for Found { object, relative } in found.objects {
        if let Some(key) = object.encoded_key() {
            plan.skipped.push((encoded_url(&from.bucket, key), NOT_UTF8.to_owned()));
            continue;
        }
        // The marker of a folder has nothing to copy. A move cannot take it along, and has to say so, but for that of
        // the source itself, for which the target folder stands.
        let is_marker = object.key.ends_with('/') && object.size == Some(0);
        if is_marker && (!context.moves || relative.is_empty()) {
            continue;
        }
        let from = S3Url::new(&from.bucket, object.key);
        match place(&relative) {
            Ok(relative) => {
                plan.jobs.push(Job::Download { from, tree: tree.clone(), relative, size: object.size });
            }
            Err(why) => plan.skipped.push((from.to_string(), why)),
        }
    }
    Ok(plan)
}

async fn one(from: &S3Url, destination: &Path, context: PlanContext<'_>) -> Result<Plan, Failure> {
    if from.key.is_empty() {
        return Err(Failure::usage(format!("{from} names a bucket, not an object"))
            .with_hint("give --recursive to copy everything in it"));
    }
    let size = size_if_dry(from, context).await?;
    let existing = fs::metadata(destination);
    let is_folder = existing.as_ref().is_ok_and(Metadata::is_dir);
    // A device or a pipe, also behind a link, as /dev/stderr is one: a file must not take its place.
    if existing.is_ok_and(|existing| !existing.is_file() && !existing.is_dir()) {
        if context.moves {
            let shown = shown(destination);
            return Err(Failure::usage(format!("{shown} is no file: nothing can be moved there")));
        }
        let job = Job::Pour { from: from.clone(), path: destination.to_path_buf(), size };
        return Ok(Plan::of_one(job));
    }
    let takes_name_of_key = is_folder || context.several || names_folder(destination);
    let (root, name) = single_path(destination, is_folder || context.several, file_name(&from.key));
    let root = folder_or_here(root);
    let placed = if !takes_name_of_key {
        // The user chose the name.
        Ok(PathBuf::from(name))
    } else if from.key.ends_with('/') {
        Err("it ends in a slash, as the marker of a folder does".to_owned())
    } else {
        place(file_name(&from.key))
    };
    let relative = placed.map_err(|why| {
        Failure::new(ExitCode::Failed, format!("{from} was skipped: {why}"))
            .with_hint("name the file to write to")
    })?;
    Ok(Plan::of_one(Job::Download { from: from.clone(), tree: TargetTree::new(root), relative, size }))
}

/// A dry run looks at the object, so that it fails where the command would.
async fn size_if_dry(from: &S3Url, context: PlanContext<'_>) -> Result<Option<u64>, Failure> {
    if !context.is_dry_run {
        return Ok(None);
    }
    let request = context.client.head_object(&from.bucket, &from.key);
    let arguments = context.arguments;
    let head = arguments.access.read(request, arguments.version_id.as_deref()).await?;
    Ok(head.content_length)
}

/// Leaves out what cannot have its path beside the others. Whether the file system ignores case is asked only where it
/// matters.
pub(super) fn settle_names(plan: &mut Plan, root: &Path, is_dry_run: bool) {
    settle(plan, root, &Disk { may_write: !is_dry_run });
}

fn settle(plan: &mut Plan, target: &Path, disk: &impl CaseProbe) {
    let refused = |ignores_case: bool| {
        let mut paths = Paths::new(ignores_case);
        let mut refused = Vec::new();
        for (index, job) in plan.jobs.iter().enumerate() {
            if let Job::Download { from, tree, relative, .. } = job
                && let Err(why) = paths.claim(tree.root(), &tree.root().join(relative))
            {
                refused.push((index, from.to_string(), why));
            }
        }
        refused
    };
    let mut left_out = refused(false);
    let folded = refused(true);
    if folded.len() > left_out.len() && disk.ignores_case(target) {
        left_out = folded;
    }
    let mut left_out = left_out.into_iter().peekable();
    let mut index = 0;
    let skipped = &mut plan.skipped;
    plan.jobs.retain(|_| {
        let refused = left_out.next_if(|(refused, _, _)| *refused == index);
        index += 1;
        refused.map(|(_, from, why)| skipped.push((from, why))).is_none()
    });
}

/// The path of a key below the target folder.
fn place(relative: &str) -> Result<PathBuf, String> {
    if relative.ends_with('/') {
        return Err("it ends in a slash, as the marker of a folder does".to_owned());
    }
    local_path(Path::new(""), relative, FileNameRules::native())
        .map_err(|why| format!("it is no safe file name: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ignoring(bool);

    impl CaseProbe for Ignoring {
        fn ignores_case(&self, _: &Path) -> bool {
            self.0
        }
    }

    fn jobs_left(keys: &[&str], ignores_case: bool) -> (usize, Vec<(String, String)>) {
        let root = PathBuf::from("dst");
        let jobs = keys.iter().map(|key| Job::Download {
            from: S3Url::new("b", *key),
            tree: TargetTree::new(&root),
            relative: key.into(),
            size: None,
        });
        let mut plan = Plan { jobs: jobs.collect(), ..Plan::default() };
        settle(&mut plan, &root, &Ignoring(ignores_case));
        (plan.jobs.len(), plan.skipped)
    }

    #[test]
    fn keys_that_would_share_a_file_are_left_out_but_for_the_first() {
        let keys = ["README", "a", "a/b", "readme", "x"];
        let (left, skipped) = jobs_left(&keys, false);
        assert_eq!((left, skipped.len(), skipped[0].0.as_str()), (4, 1, "s3://b/a/b"));
        let (left, skipped) = jobs_left(&keys, true);
        let names: Vec<_> = skipped.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((left, names), (3, vec!["s3://b/a/b", "s3://b/readme"]));
        assert!(skipped[1].1.contains("ignores case"), "{skipped:?}");
    }
}
