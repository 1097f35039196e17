//! What a command copies: every source with its destination, before anything is moved. A listing that is read to
//! its end first cannot meet what the copies write.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use windlass::Client;
use windlass::paths::{
    NameRules, S3Url, file_name, folder_prefix, key_below, local_path, single_key, single_path,
};

use super::job::Job;
use super::{TransferArguments, local_tree};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::listing::{self, Found, Selection};
use crate::target::{Target, shown};

/// Jobs, and what is left out with the reason why.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) jobs: Vec<Job>,
    pub(super) skipped: Vec<(String, String)>,
    /// Whether the command names one object, and not a set that may be of any size.
    pub(super) is_single: bool,
}

/// Looks at the source and works out the destinations.
pub(super) async fn plan(
    client: &Client,
    source: &Target,
    destination: &Target,
    arguments: &TransferArguments,
    moves: bool,
) -> Result<Plan, Failure> {
    match (source, destination) {
        (Target::Local(path), Target::S3(to)) => upload(path, to, arguments, moves).await,
        (Target::S3(from), Target::Local(path)) => download(client, from, path, arguments, moves).await,
        (Target::S3(from), Target::S3(to)) => copy(client, from, to, arguments, moves).await,
        _ => Err(Failure::usage("one of the two has to be s3://...")),
    }
}

async fn upload(
    source: &str,
    to: &S3Url,
    arguments: &TransferArguments,
    moves: bool,
) -> Result<Plan, Failure> {
    let path = PathBuf::from(source);
    let metadata = tokio::fs::metadata(&path).await.map_err(|error| Failure::file(shown(&path), &error))?;
    if moves && !metadata.is_dir() && !metadata.is_file() {
        return Err(Failure::usage(format!("{source} is no file: it cannot be moved")));
    }
    if !metadata.is_dir() {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| Failure::usage(format!("{source} has no name in UTF-8")))?;
        if !arguments.filter.filter.keeps(name) {
            return Ok(Plan::default());
        }
        let key = if arguments.recursive { key_below(&to.key, name) } else { single_key(&to.key, name) };
        let job = Job::Upload { to: S3Url::new(&to.bucket, key), size: metadata.len(), path };
        return Ok(Plan { jobs: vec![job], is_single: true, ..Plan::default() });
    }
    if !arguments.recursive {
        return Err(Failure::usage(format!("{source} is a folder"))
            .with_hint("give --recursive to copy what is in it"));
    }
    let (links, filter) = (arguments.links(), arguments.filter.filter.clone());
    let tree = tokio::task::spawn_blocking(move || local_tree::walk(&path, links, &filter));
    let tree = tree.await.map_err(std::io::Error::other)?;
    let jobs = tree.files.into_iter().map(|file| Job::Upload {
        to: S3Url::new(&to.bucket, key_below(&to.key, &file.relative)),
        path: file.path,
        size: file.size,
    });
    let skipped = tree.skipped.into_iter().map(|(path, why)| (shown(&path), why));
    Ok(Plan { jobs: jobs.collect(), skipped: skipped.collect(), is_single: false })
}

async fn download(
    client: &Client,
    from: &S3Url,
    destination: &str,
    arguments: &TransferArguments,
    moves: bool,
) -> Result<Plan, Failure> {
    let selection = Selection::of(from, arguments.recursive, arguments.raw);
    if selection == Selection::One {
        return download_one(from, destination, moves);
    }
    let found =
        listing::list(client, &from.bucket, &selection, &arguments.filter.filter, &arguments.access.account)
            .await?;
    selection.check_found(found.len(), from)?;
    let root = PathBuf::from(destination);
    let mut plan = Plan::default();
    let mut names = Names::default();
    for Found { object, relative } in found {
        // The marker of a folder has nothing to copy. A move cannot take it along, and has to say so, but for that of
        // the source itself, for which the target folder stands.
        let is_marker = object.key.ends_with('/') && object.size == Some(0);
        if is_marker && (!moves || relative.is_empty()) {
            continue;
        }
        let placed = place(&root, &relative).and_then(|path| names.claim(&root, path));
        let from = S3Url::new(&from.bucket, object.key);
        match placed {
            Ok(path) => plan.jobs.push(Job::Download {
                from,
                root: root.clone(),
                path,
                size: object.size.unwrap_or(0),
            }),
            Err(why) => plan.skipped.push((from.to_string(), why)),
        }
    }
    Ok(plan)
}

fn download_one(from: &S3Url, destination: &str, moves: bool) -> Result<Plan, Failure> {
    if from.key.is_empty() {
        return Err(Failure::usage(format!("{from} names a bucket, not an object"))
            .with_hint("give --recursive to copy everything in it"));
    }
    let existing = std::fs::metadata(destination);
    let is_folder = existing.as_ref().is_ok_and(std::fs::Metadata::is_dir);
    // A device or a pipe, also behind a link, as /dev/stderr is one: a file must not take its place.
    if existing.is_ok_and(|existing| !existing.is_file() && !existing.is_dir()) {
        if moves {
            return Err(Failure::usage(format!("{destination} is no file: nothing can be moved there")));
        }
        let job = Job::Pour { from: from.clone(), path: PathBuf::from(destination) };
        return Ok(Plan { jobs: vec![job], is_single: true, ..Plan::default() });
    }
    let takes_name_of_key = is_folder || destination.ends_with(std::path::is_separator);
    let (root, name) = single_path(destination, is_folder, file_name(&from.key));
    let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
    let placed = if takes_name_of_key && from.key.ends_with('/') {
        Err("it ends in a slash, as the marker of a folder does".to_owned())
    } else {
        place(&root, &name)
    };
    let path = placed.map_err(|why| {
        Failure::new(ExitCode::Failed, format!("{from} was skipped: {why}"))
            .with_hint("name the file to write to")
    })?;
    let job = Job::Download { from: from.clone(), root, path, size: 0 };
    Ok(Plan { jobs: vec![job], is_single: true, ..Plan::default() })
}

async fn copy(
    client: &Client,
    from: &S3Url,
    to: &S3Url,
    arguments: &TransferArguments,
    moves: bool,
) -> Result<Plan, Failure> {
    let selection = Selection::of(from, arguments.recursive, arguments.raw);
    let source = arguments.copy_source();
    if selection == Selection::One {
        if from.key.is_empty() {
            return Err(Failure::usage(format!("{from} names a bucket, not an object"))
                .with_hint("give --recursive to copy everything in it"));
        }
        let to = S3Url::new(&to.bucket, single_key(&to.key, file_name(&from.key)));
        if moves && to == *from {
            return Err(Failure::usage(format!("{from} cannot be moved onto itself")));
        }
        if moves && to.key == from.key && may_be_one(from, &to) {
            return Err(Failure::usage(format!("{from} cannot be moved to {to}: both may be one object"))
                .with_hint(COPY_INSTEAD));
        }
        let request = client.head_object(&from.bucket, &from.key);
        let head = source.read(request, arguments.version_id.as_deref()).await?;
        let size = head.content_length.unwrap_or(0);
        let job = Job::Copy { from: from.clone(), to, size, etag: head.etag.clone() };
        return Ok(Plan { jobs: vec![job], is_single: true, ..Plan::default() });
    }
    if moves {
        refuse_overlap(from, to, &selection)?;
    }
    let found =
        listing::list(client, &from.bucket, &selection, &arguments.filter.filter, &source.account).await?;
    selection.check_found(found.len(), from)?;
    let mut plan = Plan::default();
    for Found { object, relative } in found {
        let from = S3Url::new(&from.bucket, object.key);
        let to = S3Url::new(&to.bucket, key_below(&to.key, &relative));
        if to.key.is_empty() {
            plan.skipped
                .push((from.to_string(), "nothing is left of its key for the destination".to_owned()));
        } else {
            plan.jobs.push(Job::Copy { from, to, size: object.size.unwrap_or(0), etag: object.etag });
        }
    }
    Ok(plan)
}

/// A move within one prefix could write over a source that waits for its own move.
fn refuse_overlap(from: &S3Url, to: &S3Url, selection: &Selection) -> Result<(), Failure> {
    let source = match selection {
        Selection::Matching(pattern) => {
            let prefix = pattern.list_prefix();
            prefix.get(..prefix.rfind('/').map_or(0, |slash| slash + 1)).unwrap_or_default().to_owned()
        }
        _ => folder_prefix(&from.key),
    };
    let destination = folder_prefix(&to.key);
    let overlap = source.starts_with(&destination) || destination.starts_with(&source);
    if overlap && may_be_one(from, to) {
        let may = if from.bucket == to.bucket { "lies" } else { "may lie" };
        return Err(Failure::usage(format!("{from} cannot be moved to {to}: one {may} within the other"))
            .with_hint(COPY_INSTEAD));
    }
    Ok(())
}

const COPY_INSTEAD: &str = "copy it, look at the copy, and delete the source";

/// Whether the buckets of two URLs are one, or can be: an access point stands for a bucket that its name does not tell.
fn may_be_one(a: &S3Url, b: &S3Url) -> bool {
    let is_access_point =
        |url: &S3Url| url.bucket.starts_with("arn:") || ALIASES.iter().any(|end| url.bucket.ends_with(end));
    a.bucket == b.bucket || is_access_point(a) || is_access_point(b)
}

/// The ends of the aliases of access points, which no other bucket has.
const ALIASES: [&str; 3] = ["-s3alias", "--ol-s3", "--op-s3"];

fn place(root: &Path, relative: &str) -> Result<PathBuf, String> {
    if relative.ends_with('/') {
        return Err("it ends in a slash, as the marker of a folder does".to_owned());
    }
    local_path(root, relative, NameRules::native()).map_err(|why| format!("it is no safe file name: {why}"))
}

/// The paths that are taken, so that a key `a` beside a key `a/b` is noticed before either is written.
#[derive(Default)]
struct Names {
    files: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
}

impl Names {
    fn claim(&mut self, root: &Path, path: PathBuf) -> Result<PathBuf, String> {
        if self.folders.contains(&path) {
            return Err("another key needs a folder of that name".to_owned());
        }
        let above = path.ancestors().skip(1).take_while(|folder| *folder != root);
        if above.clone().any(|folder| self.files.contains(folder)) {
            return Err("another key is a file where this one needs a folder".to_owned());
        }
        self.folders.extend(above.map(Path::to_path_buf));
        self.files.insert(path.clone());
        Ok(path)
    }
}
