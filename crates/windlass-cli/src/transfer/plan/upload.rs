//! Plans of uploads.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use windlass::adapters::files::{LINKED_FOLDER, Links, SourceFile, SourceTree};
use windlass::paths::{S3Url, key_below, single_key};

use super::{Plan, PlanContext};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::target::shown;
use crate::transfer::job::Job;
use crate::transfer::local_pattern::LocalPattern;

pub(super) async fn plan(
    path: &Path,
    pattern: Option<&LocalPattern>,
    to: &S3Url,
    context: PlanContext<'_>,
) -> Result<Plan, Failure> {
    if let Some(pattern) = pattern {
        let root = &pattern.root;
        fs::metadata(root).map_err(|error| Failure::file(shown(root), &error))?;
        return tree(root, pattern.names.clone(), path, to, context).await;
    }
    let failed = |error| Failure::file(shown(path), &error);
    let is_link = is_link(path);
    if is_link && context.arguments.no_follow_symlinks {
        return Ok(Plan::default());
    }
    let metadata = fs::metadata(path).map_err(failed)?;
    if context.moves && !metadata.is_dir() && !metadata.is_file() {
        return Err(Failure::usage(format!("cannot move {}: not a regular file", shown(path))));
    }
    if !metadata.is_dir() {
        return one(path, &metadata, to, context).await;
    }
    if !context.arguments.recursive {
        let why = "it is a folder";
        if context.several {
            return Ok(Plan {
                skipped: vec![(shown(path), format!("{why} (pass --recursive to copy its content)"))],
                ..Plan::default()
            });
        }
        return Err(Failure::usage(format!("{} is a folder", shown(path)))
            .with_hint("pass --recursive to copy its content"));
    }
    tree(path, Vec::new(), path, to, context).await
}

async fn one(
    path: &Path,
    metadata: &Metadata,
    to: &S3Url,
    context: PlanContext<'_>,
) -> Result<Plan, Failure> {
    let arguments = context.arguments;
    let is_folder = context.several || arguments.recursive;
    let takes_name = is_folder || to.key.is_empty() || to.key.ends_with('/');
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !context.filter.keeps(&name) {
        return Ok(Plan::default());
    }
    if takes_name && (name.is_empty() || path.file_name().is_some_and(|name| name.to_str().is_none())) {
        let failure = Failure::new(
            ExitCode::Failed,
            format!("the name of {} is not UTF-8, which keys must be", shown(path)),
        );
        return Err(failure.with_hint("give the full key of the destination"));
    }
    let key = if is_folder { key_below(&to.key, &name) } else { single_key(&to.key, &name) };
    let to = S3Url::new(&to.bucket, key);
    if !metadata.is_file() {
        return Ok(Plan::of_one(Job::Drain { path: path.to_path_buf(), to }));
    }
    let file =
        SourceFile::at(path, links_of(context)).await.map_err(|error| Failure::file(shown(path), &error))?;
    Ok(Plan::of_one(Job::Upload { file, to }))
}

/// Plans the files below `root` that match. `named` is the source as given on the command line.
async fn tree(
    root: &Path,
    names: Vec<String>,
    named: &Path,
    to: &S3Url,
    context: PlanContext<'_>,
) -> Result<Plan, Failure> {
    let is_pattern = !names.is_empty();
    if context.moves && is_link(&without_separator(root)) {
        if context.filter.keeps_nothing_below("") {
            return Ok(Plan::default());
        }
        return Ok(Plan { skipped: vec![(shown(root), LINKED_FOLDER.to_owned())], ..Plan::default() });
    }
    let found = SourceTree::list(root, names, links_of(context), context.filter.clone()).await?;
    // A skipped linked folder may be the intended match, so it is reported instead of this error.
    if is_pattern && !found.is_match && found.skipped.is_empty() {
        return Err(Failure::new(ExitCode::NotFound, format!("no files match {}", shown(named))));
    }
    let skipped = found.skipped.into_iter().map(|(path, why)| (shown(&path), why)).collect();
    let jobs = found.files.into_iter().map(|file| {
        let to = S3Url::new(&to.bucket, key_below(&to.key, file.relative()));
        Job::Upload { file, to }
    });
    Ok(Plan { jobs: jobs.collect(), skipped, links_outside: found.links_outside, ..Plan::default() })
}

fn links_of(context: PlanContext<'_>) -> Links {
    if context.arguments.no_follow_symlinks {
        Links::LeaveOut
    } else if context.moves {
        Links::FollowToFiles
    } else {
        Links::Follow
    }
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

/// Removes a trailing separator, with which a link would resolve to its target folder.
fn without_separator(path: &Path) -> PathBuf {
    path.components().as_path().to_path_buf()
}
