//! Plans of downloads.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use windlass::adapters::files::{CaseProbe, TargetTree};
use windlass::paths::{FileNameRules, S3Url, file_name, local_path, names_folder, single_path};

use super::{Plan, PlanContext, folder_or_here};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::listing::{self, Found, NOT_UTF8, Selection, encoded_url};
use crate::target::shown;
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
        // Folder markers have no content to copy. A move cannot move a marker and reports it, except for the marker of
        // the source itself, which becomes the target folder.
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
            .with_hint("pass --recursive to copy all objects in it"));
    }
    let size = size_if_dry(from, context).await?;
    let existing = fs::metadata(destination);
    let is_folder = existing.as_ref().is_ok_and(Metadata::is_dir);
    // A device or pipe, possibly behind a link like /dev/stderr, must not be replaced by a file.
    if existing.is_ok_and(|existing| !existing.is_file() && !existing.is_dir()) {
        if context.moves {
            let shown = shown(destination);
            return Err(Failure::usage(format!("cannot move to {shown}: not a regular file")));
        }
        let job = Job::Pour { from: from.clone(), path: destination.to_path_buf(), size };
        return Ok(Plan::of_one(job));
    }
    let takes_name_of_key = is_folder || context.several || names_folder(destination);
    let (root, name) = single_path(destination, is_folder || context.several, file_name(&from.key));
    let root = folder_or_here(root);
    let placed = if !takes_name_of_key {
        // The user chose the name, so it is used as given.
        Ok(PathBuf::from(name))
    } else if from.key.ends_with('/') {
        Err("the key ends in a slash, like a folder marker".to_owned())
    } else {
        place(file_name(&from.key))
    };
    let relative = placed.map_err(|why| {
        Failure::new(ExitCode::Failed, format!("{from} was skipped: {why}"))
            .with_hint("give the name of the target file")
    })?;
    Ok(Plan::of_one(Job::Download { from: from.clone(), tree: TargetTree::new(root), relative, size }))
}

/// Returns the size of the object in a dry run, which fails like the command would if the object is missing.
async fn size_if_dry(from: &S3Url, context: PlanContext<'_>) -> Result<Option<u64>, Failure> {
    if !context.is_dry_run {
        return Ok(None);
    }
    let request = context.client.head_object(&from.bucket, &from.key);
    let arguments = context.arguments;
    let head = arguments.access.read(request, arguments.version_id.as_deref()).await?;
    Ok(head.content_length)
}

/// Skips downloads whose paths collide with earlier ones.
pub(super) async fn leave_out_collisions(
    plan: &mut Plan,
    root: &Path,
    is_dry_run: bool,
) -> Result<(), Failure> {
    let downloads = plan.jobs.iter().enumerate().filter_map(|(index, job)| match job {
        Job::Download { relative, .. } => Some((index, relative.as_path())),
        _ => None,
    });
    let (indices, paths): (Vec<usize>, Vec<&Path>) = downloads.unzip();
    let probe = if is_dry_run { CaseProbe::Look } else { CaseProbe::Write };
    let collisions = TargetTree::new(root).collisions(&paths, probe).await?;
    let refused =
        collisions.into_iter().filter_map(|(position, why)| Some((*indices.get(position)?, why.to_string())));
    plan.leave_out(refused.collect());
    Ok(())
}

/// Returns the path of a key below the target folder.
fn place(relative: &str) -> Result<PathBuf, String> {
    if relative.ends_with('/') {
        return Err("the key ends in a slash, like a folder marker".to_owned());
    }
    local_path(Path::new(""), relative, FileNameRules::native())
        .map_err(|why| format!("the key is not a safe file name: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_keys_with_colliding_paths_only_the_first_is_kept() {
        let folder = std::env::temp_dir();
        let jobs = ["a", "b", "a/b", "a"].into_iter().map(|key| Job::Download {
            from: S3Url::new("b", key),
            tree: TargetTree::new(&folder),
            relative: key.into(),
            size: None,
        });
        let pour = Job::Pour { from: S3Url::new("b", "p"), path: "p".into(), size: None };
        let mut plan = Plan { jobs: std::iter::once(pour).chain(jobs).collect(), ..Plan::default() };
        leave_out_collisions(&mut plan, &folder, true).await.unwrap();
        let left: Vec<_> = plan.jobs.iter().map(Job::source).collect();
        assert_eq!(left, ["s3://b/p", "s3://b/a", "s3://b/b"]);
        let skipped: Vec<_> = plan.skipped.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(skipped, ["s3://b/a/b", "s3://b/a"]);
    }
}
