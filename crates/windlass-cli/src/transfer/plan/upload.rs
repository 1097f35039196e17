//! What of the local disk goes to S3.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use windlass::paths::{S3Url, key_below, single_key};

use super::{Plan, PlanContext, folder_or_here};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::target::shown;
use crate::transfer::job::Job;
use crate::transfer::local_pattern::LocalPattern;
use crate::transfer::local_tree::{self, LINKED_FOLDER, Links};

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
        return Err(Failure::usage(format!("{} is no file: it cannot be moved", shown(path))));
    }
    if !metadata.is_dir() {
        return one(path, &metadata, to, context);
    }
    if !context.arguments.recursive {
        let why = "it is a folder";
        if context.several {
            return Ok(Plan {
                skipped: vec![(shown(path), format!("{why} (--recursive copies what is in it)"))],
                ..Plan::default()
            });
        }
        return Err(Failure::usage(format!("{} is a folder", shown(path)))
            .with_hint("give --recursive to copy what is in it"));
    }
    tree(path, Vec::new(), path, to, context).await
}

fn one(path: &Path, metadata: &Metadata, to: &S3Url, context: PlanContext<'_>) -> Result<Plan, Failure> {
    let arguments = context.arguments;
    let is_folder = context.several || arguments.recursive;
    let takes_name = is_folder || to.key.is_empty() || to.key.ends_with('/');
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !context.filter.keeps(&name) {
        return Ok(Plan::default());
    }
    if takes_name && (name.is_empty() || path.file_name().is_some_and(|name| name.to_str().is_none())) {
        let failure =
            Failure::new(ExitCode::Failed, format!("the name of {} is not UTF-8, and keys are", shown(path)));
        return Err(failure.with_hint("give the whole key of the destination"));
    }
    let key = if is_folder { key_below(&to.key, &name) } else { single_key(&to.key, &name) };
    Ok(Plan::of_one(Job::Upload {
        root: folder_or_here(path.parent().map(Path::to_path_buf).unwrap_or_default()),
        path: path.to_path_buf(),
        real: if context.moves && is_link(path) { fs::canonicalize(path).ok() } else { None },
        to: S3Url::new(&to.bucket, key),
        // What a pipe or a device will give is not known.
        size: metadata.is_file().then_some(metadata.len()),
    }))
}

/// All that lies below `root` and matches; `named` is how the command line says it.
async fn tree(
    root: &Path,
    names: Vec<String>,
    named: &Path,
    to: &S3Url,
    context: PlanContext<'_>,
) -> Result<Plan, Failure> {
    let links = if context.arguments.no_follow_symlinks {
        Links::LeaveOut
    } else if context.moves {
        Links::FollowToFiles
    } else {
        Links::Follow
    };
    let is_pattern = !names.is_empty();
    if context.moves && is_link(&without_separator(root)) {
        if context.filter.keeps_nothing_below("") {
            return Ok(Plan::default());
        }
        return Ok(Plan { skipped: vec![(shown(root), LINKED_FOLDER.to_owned())], ..Plan::default() });
    }
    let (filter, start) = (context.filter.clone(), root.to_path_buf());
    let found = tokio::task::spawn_blocking(move || local_tree::walk(&start, &names, links, &filter));
    let found = found.await.map_err(std::io::Error::other)?;
    // A linked folder that a move does not enter may be what the pattern means: it is named.
    if is_pattern && !found.is_match && found.skipped.is_empty() {
        return Err(Failure::new(
            ExitCode::NotFound,
            format!("there is nothing that {} stands for", shown(named)),
        ));
    }
    let mut skipped: Vec<_> = found.skipped.into_iter().map(|(path, why)| (shown(&path), why)).collect();
    let mut jobs = Vec::new();
    for file in found.files {
        let real =
            if context.moves && file.is_link { fs::canonicalize(&file.path).map(Some) } else { Ok(None) };
        match real {
            Ok(real) => jobs.push(Job::Upload {
                root: root.to_path_buf(),
                to: S3Url::new(&to.bucket, key_below(&to.key, &file.relative)),
                path: file.path,
                real,
                size: Some(file.size),
            }),
            Err(error) => skipped.push((shown(&file.path), error.to_string())),
        }
    }
    Ok(Plan { jobs, skipped, links_outside: found.links_outside, ..Plan::default() })
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
}

/// With a separator at its end, a link is the folder that it leads to.
fn without_separator(path: &Path) -> PathBuf {
    path.components().as_path().to_path_buf()
}
