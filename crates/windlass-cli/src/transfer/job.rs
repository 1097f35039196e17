//! One copy: up, down or within S3. A move deletes its source last, and only when the copy is there.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use windlass::operations::{CopyObject, GetObjectOutput};
use windlass::paths::S3Url;
use windlass::transfer::LARGEST_PART;
use windlass::types::{CopySource, ETag};
use windlass::{ByteStream, Client, ErrorKind, Request};

use super::place::{Place, Publication};
use crate::access_arguments::{AccessArguments, ChecksumMode};
use crate::command::put;
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::object_arguments::{ObjectArguments, guess_type};
use crate::output::escape;
use crate::progress::Progress;
use crate::target::shown;

/// What is copied where.
#[derive(Clone, Debug)]
pub(super) enum Job {
    /// `etag` is that of the source as it was looked at.
    Copy {
        from: S3Url,
        to: S3Url,
        size: u64,
        etag: Option<ETag>,
    },
    /// `path` lies below `root`, which must not be left; `size` is 0 where it is not known yet.
    Download {
        from: S3Url,
        root: PathBuf,
        path: PathBuf,
        size: u64,
    },
    /// `path` is a device or a pipe that the command names: it is written to as it is.
    Pour {
        from: S3Url,
        path: PathBuf,
    },
    Upload {
        path: PathBuf,
        to: S3Url,
        size: u64,
    },
}

/// How a copy ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is there; so many bytes.
    Done(u64),
    /// Something was there already, and was to be kept.
    Kept,
}

/// What copies have in common.
#[derive(Debug)]
pub(super) struct Copier {
    pub(super) client: Client,
    pub(super) moves: bool,
    pub(super) object: ObjectArguments,
    pub(super) access: AccessArguments,
    pub(super) checksum: ChecksumMode,
    /// How the sources of copies between buckets are read.
    pub(super) copy_source: AccessArguments,
    /// The version of the one source.
    pub(super) version_id: Option<String>,
    pub(super) metadata_directive: Option<String>,
    pub(super) guess_type: bool,
    pub(super) keep_existing: bool,
}

impl Job {
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Copy { size, .. } | Self::Download { size, .. } | Self::Upload { size, .. } => *size,
            Self::Pour { .. } => 0,
        }
    }

    fn ends(&self) -> (String, String) {
        match self {
            Self::Copy { from, to, .. } => (from.to_string(), to.to_string()),
            Self::Download { from, path, .. } | Self::Pour { from, path } => (from.to_string(), shown(path)),
            Self::Upload { path, to, .. } => (shown(path), to.to_string()),
        }
    }

    fn verb(&self, moves: bool) -> &'static str {
        match self {
            _ if moves => "move",
            Self::Copy { .. } => "copy",
            Self::Download { .. } | Self::Pour { .. } => "download",
            Self::Upload { .. } => "upload",
        }
    }

    /// `upload: a to s3://b/a`
    pub(super) fn text(&self, moves: bool) -> String {
        let (from, to) = self.ends();
        format!("{}: {} to {}", self.verb(moves), escape(&from), escape(&to))
    }

    pub(super) fn json(&self, moves: bool, event: &str, size: u64) -> Value {
        let (from, to) = self.ends();
        json!({"event": event, "operation": self.verb(moves), "source": from, "destination": to, "size": size})
    }
}

impl Copier {
    /// Carries out one job.
    pub(super) async fn carry_out(&self, job: &Job, progress: &Progress) -> Result<Outcome, Failure> {
        match job {
            Job::Copy { from, to, size, etag } => self.copy(from, to, *size, etag.as_ref(), progress).await,
            Job::Download { from, root, path, size } => {
                self.download(from, root, path, *size, progress).await
            }
            Job::Pour { from, path } => self.pour(from, path, progress).await,
            Job::Upload { path, to, .. } => self.upload(path, to, progress).await,
        }
    }

    async fn upload(&self, path: &Path, to: &S3Url, progress: &Progress) -> Result<Outcome, Failure> {
        let failed = |error: std::io::Error| Failure::file(shown(path), &error);
        let before = tokio::fs::metadata(path).await.map_err(failed)?;
        let guessed = self.guess_type.then(|| guess_type(&shown(path))).flatten();
        let body = put::content_of(path, &before).await?;
        let mut request = self.client.put_object(&to.bucket, &to.key, body);
        if self.keep_existing {
            request = request.if_none_match("*");
        }
        let uploaded = match self.object.upload(request, &self.access, guessed, progress).await {
            Ok(uploaded) => uploaded,
            Err(error) if self.keep_existing && error.kind() == ErrorKind::PreconditionFailed => {
                return Ok(Outcome::Kept);
            }
            Err(error) => return Err(error.into()),
        };
        if self.moves {
            let after = tokio::fs::metadata(path).await.map_err(failed)?;
            if after.len() != before.len() || after.modified().ok() != before.modified().ok() {
                let message = format!("{} changed after it was copied, and was not deleted", shown(path));
                return Err(Failure::new(ExitCode::Failed, message));
            }
            tokio::fs::remove_file(path).await.map_err(failed)?;
        }
        Ok(Outcome::Done(uploaded.size))
    }

    async fn download(
        &self,
        from: &S3Url,
        root: &Path,
        path: &Path,
        planned: u64,
        progress: &Progress,
    ) -> Result<Outcome, Failure> {
        if self.keep_existing && tokio::fs::symlink_metadata(path).await.is_ok() {
            return Ok(Outcome::Kept);
        }
        let object = self.open(from, planned, progress).await?;
        let failed = |error: std::io::Error| Failure::file(shown(path), &error);
        let (root, place) = (root.to_path_buf(), path.to_path_buf());
        let place = tokio::task::spawn_blocking(move || Place::prepare(&root, &place));
        let place = place.await.map_err(std::io::Error::other)?.map_err(failed)?;
        let file = File::from_std(place.file().map_err(failed)?);
        let written = write(object.body, file, path, progress).await?;
        let publication = Publication {
            modified: object.head.last_modified,
            keep_existing: self.keep_existing,
            // The source is about to go.
            on_disk: self.moves,
        };
        let published = tokio::task::spawn_blocking(move || place.publish(publication));
        if !published.await.map_err(std::io::Error::other)?.map_err(failed)? {
            return Ok(Outcome::Kept);
        }
        self.delete_moved(from, &self.access, object.head.etag.as_ref()).await?;
        Ok(Outcome::Done(written))
    }

    async fn pour(&self, from: &S3Url, path: &Path, progress: &Progress) -> Result<Outcome, Failure> {
        if self.keep_existing {
            return Ok(Outcome::Kept);
        }
        let object = self.open(from, 0, progress).await?;
        let file = File::options().write(true).open(path).await;
        let file = file.map_err(|error| Failure::file(shown(path), &error))?;
        Ok(Outcome::Done(write(object.body, file, path, progress).await?))
    }

    async fn open(
        &self,
        from: &S3Url,
        planned: u64,
        progress: &Progress,
    ) -> Result<GetObjectOutput, Failure> {
        let request = self.client.get_object(&from.bucket, &from.key);
        let request = self.access.read(request, self.version_id.as_deref());
        let object = self.checksum.of(request).await?;
        if planned == 0 {
            progress.expect(object.head.content_length.unwrap_or(0));
        }
        Ok(object)
    }

    async fn copy(
        &self,
        from: &S3Url,
        to: &S3Url,
        size: u64,
        etag: Option<&ETag>,
        progress: &Progress,
    ) -> Result<Outcome, Failure> {
        let mut source = CopySource::new(&from.bucket, &from.key);
        source.version_id.clone_from(&self.version_id);
        let request = self.client.copy_object(source, &to.bucket, &to.key);
        let directive = self.metadata_directive.as_deref();
        let mut request = self.object.copy(request, &self.copy_source, &self.access, directive);
        if self.keep_existing {
            request = request.if_none_match("*");
        }
        if let (true, Some(etag)) = (self.moves, etag) {
            request = request.copy_source_if_match(etag.clone());
        }
        let told = progress.clone();
        let in_parts =
            |request: Request<CopyObject>| request.in_parts().on_progress(move |bytes| told.add(bytes));
        let outcome = match self.object.part_size {
            Some(bytes) if size > bytes => in_parts(request).part_size(bytes).await.map(drop),
            None if size > LARGEST_PART => in_parts(request).await.map(drop),
            _ => request.await.map(|_| progress.add(size)),
        };
        match outcome {
            Ok(()) => {}
            Err(error) if self.keep_existing && error.kind() == ErrorKind::PreconditionFailed => {
                return Ok(Outcome::Kept);
            }
            Err(error) => return Err(error.into()),
        }
        self.delete_moved(from, &self.copy_source, etag).await?;
        Ok(Outcome::Done(size))
    }

    /// Deletes the source of a move, if it is still the one that was copied.
    async fn delete_moved(
        &self,
        from: &S3Url,
        access: &AccessArguments,
        copied: Option<&ETag>,
    ) -> Result<(), Failure> {
        if !self.moves {
            return Ok(());
        }
        let delete = || access.account.of(self.client.delete_object(&from.bucket, &from.key));
        let Some(copied) = copied else {
            delete().await?;
            return Ok(());
        };
        let deleted = match delete().if_match(copied.clone()).await {
            // Not every service knows this condition, or tags as others see them.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotImplemented | ErrorKind::PreconditionFailed) =>
            {
                match access.read(self.client.head_object(&from.bucket, &from.key), None).await {
                    Ok(head) if head.etag.as_ref() == Some(copied) => delete().await,
                    Ok(_) => {
                        let message = format!("{from} changed after it was copied, and was not deleted");
                        return Err(Failure::new(ExitCode::Failed, message));
                    }
                    Err(error) => Err(error),
                }
            }
            deleted => deleted,
        };
        match deleted {
            // Somebody else was faster, or an attempt of ours whose answer was lost.
            Err(error) if error.kind() == ErrorKind::ObjectNotFound => Ok(()),
            deleted => Ok(deleted.map(drop)?),
        }
    }
}

/// Writes all of a body to a file, and gives the number of bytes.
async fn write(
    mut body: ByteStream,
    mut file: File,
    path: &Path,
    progress: &Progress,
) -> Result<u64, Failure> {
    let failed = |error: std::io::Error| Failure::file(shown(path), &error);
    let mut written = 0;
    while let Some(chunk) = body.try_next().await? {
        file.write_all(&chunk).await.map_err(failed)?;
        written += chunk.len() as u64;
        progress.add(chunk.len() as u64);
    }
    file.flush().await.map_err(failed)?;
    Ok(written)
}
