//! A single copy: upload, download or within S3. A move deletes its source last, once the copy is confirmed.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use windlass::adapters::files::{Durability, Publication, Published, Removal, SourceFile, TargetTree};
use windlass::operations::{CopyObject, GetObjectOutput};
use windlass::paths::S3Url;
use windlass::transfer::{CopiedObject, LARGEST_PART, SourceDeletion, UploadOutput};
use windlass::types::{CopySource, ETag, StorageClass};
use windlass::{Body, ByteStream, Client, ErrorKind, Request};

use crate::access_arguments::{AccessArguments, ChecksumMode};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::object_arguments::{ObjectArguments, guess_type};
use crate::output::escape;
use crate::progress::Progress;
use crate::target::shown;

/// The source and destination of a copy. A size is `None` if unknown.
#[derive(Clone, Debug)]
pub(super) enum Job {
    /// `etag` and `class` are those of the source when it was listed.
    Copy { from: S3Url, to: S3Url, size: Option<u64>, etag: Option<ETag>, class: Option<StorageClass> },
    /// `relative` is the path of the file below the folder of `tree`.
    Download { from: S3Url, tree: TargetTree, relative: PathBuf, size: Option<u64> },
    /// A download to the device or pipe `path`, which is written to in place.
    Pour { from: S3Url, path: PathBuf, size: Option<u64> },
    /// An upload from the device or pipe `path`.
    Drain { path: PathBuf, to: S3Url },
    /// A move deletes `file` if it is still the file that was copied.
    Upload { file: SourceFile, to: S3Url },
}

/// The outcome of a successful copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Copied, with the number of bytes.
    Done(u64),
    /// The destination existed and was kept.
    Kept,
}

/// Client and settings shared by all copies.
#[derive(Debug)]
pub(super) struct Copier {
    pub(super) client: Client,
    pub(super) moves: bool,
    pub(super) object: ObjectArguments,
    pub(super) access: AccessArguments,
    pub(super) checksum: ChecksumMode,
    /// Access options for the sources of copies within S3.
    pub(super) copy_source: AccessArguments,
    /// The version of a single source.
    pub(super) version_id: Option<String>,
    pub(super) metadata_directive: Option<String>,
    pub(super) guess_type: bool,
    pub(super) keep_existing: bool,
}

impl Job {
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Copy { size, .. } | Self::Download { size, .. } | Self::Pour { size, .. } => *size,
            Self::Drain { .. } => None,
            Self::Upload { file, .. } => Some(file.size()),
        }
    }

    /// Whether a move of this job deletes a link, which must happen before its target is deleted.
    pub(super) fn goes_first(&self) -> bool {
        matches!(self, Self::Upload { file, .. } if file.is_link())
    }

    fn ends(&self) -> (String, String) {
        match self {
            Self::Copy { from, to, .. } => (from.to_string(), to.to_string()),
            Self::Download { from, tree, relative, .. } => {
                (from.to_string(), shown(&tree.root().join(relative)))
            }
            Self::Pour { from, path, .. } => (from.to_string(), shown(path)),
            Self::Drain { path, to } => (shown(path), to.to_string()),
            Self::Upload { file, to } => (shown(&file.path()), to.to_string()),
        }
    }

    fn verb(&self, moves: bool) -> &'static str {
        match self {
            _ if moves => "move",
            Self::Copy { .. } => "copy",
            Self::Download { .. } | Self::Pour { .. } => "download",
            Self::Drain { .. } | Self::Upload { .. } => "upload",
        }
    }

    /// The job as displayed: `upload: a to s3://b/a`.
    pub(super) fn text(&self, moves: bool) -> String {
        let (from, to) = self.ends();
        format!("{}: {} to {}", self.verb(moves), escape(&from), escape(&to))
    }

    pub(super) fn json(&self, moves: bool, event: &str, size: Option<u64>) -> Value {
        let (from, to) = self.ends();
        json!({"event": event, "operation": self.verb(moves), "source": from, "destination": to, "size": size})
    }
}

impl Copier {
    /// Executes a job.
    pub(super) async fn carry_out(&self, job: &Job, progress: &Progress) -> Result<Outcome, Failure> {
        match job {
            Job::Copy { from, to, size, etag, class } => {
                self.copy(from, to, *size, etag.as_ref(), class.as_ref(), progress).await
            }
            Job::Download { from, tree, relative, size } => {
                self.download(from, tree, relative, *size, progress).await
            }
            Job::Pour { from, path, size } => self.pour(from, path, *size, progress).await,
            Job::Drain { path, to } => {
                let file = File::open(path).await.map_err(|error| Failure::file(shown(path), &error))?;
                let uploaded = self.upload(Body::from_reader(file), path, to, progress).await?;
                Ok(uploaded.map_or(Outcome::Kept, |uploaded| Outcome::Done(uploaded.size)))
            }
            Job::Upload { file, to } => self.upload_file(file, to, progress).await,
        }
    }

    async fn upload_file(
        &self,
        file: &SourceFile,
        to: &S3Url,
        progress: &Progress,
    ) -> Result<Outcome, Failure> {
        let path = &file.path();
        let failed = |error: std::io::Error| Failure::file(shown(path), &error);
        let opened = file.open().await.map_err(failed)?;
        let Some(uploaded) = self.upload(opened.body(), path, to, progress).await? else {
            return Ok(Outcome::Kept);
        };
        if self.moves {
            let deleted = if uploaded.whole_unverified {
                Err(unverified())
            } else if uploaded.is_confirmed() {
                match opened.remove().await {
                    Ok(Removal::Done) => Ok(()),
                    Ok(Removal::Changed) => Err(changed()),
                    Err(error) => Err(failed(error)),
                }
            } else {
                Err(unconfirmed())
            };
            deleted.map_err(|failure| not_deleted(&shown(path), to, failure))?;
        }
        Ok(Outcome::Done(uploaded.size))
    }

    /// Uploads a body. Returns `None` if the destination exists and is kept.
    async fn upload(
        &self,
        body: Body,
        path: &Path,
        to: &S3Url,
        progress: &Progress,
    ) -> Result<Option<UploadOutput>, Failure> {
        let guessed = self.guess_type.then(|| guess_type(&shown(path))).flatten();
        let request = self.client.put_object(&to.bucket, &to.key, body);
        let mut upload = self.object.upload(request, &self.access, guessed, progress);
        if self.keep_existing {
            upload = upload.no_overwrite();
        }
        match upload.await {
            Ok(uploaded) => Ok(Some(uploaded)),
            Err(error) if self.keep_existing && error.kind() == ErrorKind::PreconditionFailed => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn download(
        &self,
        from: &S3Url,
        tree: &TargetTree,
        relative: &Path,
        planned: Option<u64>,
        progress: &Progress,
    ) -> Result<Outcome, Failure> {
        let path = &tree.root().join(relative);
        if self.keep_existing && tokio::fs::symlink_metadata(path).await.is_ok() {
            return Ok(Outcome::Kept);
        }
        let object = self.open(from, planned, progress).await?;
        let copied = self.moved_tag(from, object.head.etag.as_ref())?;
        let told = object.head.content_length;
        let failed = |error: std::io::Error| Failure::file(shown(path), &error);
        let mut file = tree.create(relative).await.map_err(failed)?;
        let written = write(object.body, &mut file, path, progress).await?;
        if told.is_none() {
            self.check_length(from, object.head.etag.as_ref(), written).await?;
        }
        let mut publication = Publication::new();
        if let Some(modified) = object.head.last_modified {
            publication = publication.modified(modified);
        }
        if self.keep_existing {
            publication = publication.keep_existing();
        }
        if self.moves {
            // The source is deleted next, so the new name must be durable.
            publication = publication.durability(Durability::Name);
        }
        if file.publish(publication).await.map_err(failed)? == Published::Kept {
            return Ok(Outcome::Kept);
        }
        if let Some(copied) = copied {
            let copied = CopiedObject::new(copied.clone()).with_length(written);
            let deleted = self.delete_object(from, &self.access, &copied).await;
            deleted.map_err(|failure| not_deleted(&from.to_string(), shown(path), failure))?;
        }
        Ok(Outcome::Done(written))
    }

    async fn pour(
        &self,
        from: &S3Url,
        path: &Path,
        planned: Option<u64>,
        progress: &Progress,
    ) -> Result<Outcome, Failure> {
        if self.keep_existing {
            return Ok(Outcome::Kept);
        }
        let object = self.open(from, planned, progress).await?;
        let file = File::options().write(true).open(path).await;
        let mut file = file.map_err(|error| Failure::file(shown(path), &error))?;
        Ok(Outcome::Done(write(object.body, &mut file, path, progress).await?))
    }

    async fn open(
        &self,
        from: &S3Url,
        planned: Option<u64>,
        progress: &Progress,
    ) -> Result<GetObjectOutput, Failure> {
        let request = self.client.get_object(&from.bucket, &from.key);
        let request = self.access.read(request, self.version_id.as_deref());
        let object = self.checksum.of(request).await?;
        if planned.is_none() {
            progress.expect(object.head.content_length.unwrap_or(0));
        }
        Ok(object)
    }

    async fn copy(
        &self,
        from: &S3Url,
        to: &S3Url,
        size: Option<u64>,
        etag: Option<&ETag>,
        class: Option<&StorageClass>,
        progress: &Progress,
    ) -> Result<Outcome, Failure> {
        let copied = self.moved_tag(from, etag)?;
        let mut source = CopySource::new(&from.bucket, &from.key);
        source.version_id.clone_from(&self.version_id);
        let request = self.client.copy_object(source, &to.bucket, &to.key);
        let directive = self.metadata_directive.as_deref();
        let mut request = self.object.copy(request, &self.copy_source, &self.access, directive);
        if let (None, Some(class)) = (&self.object.storage_class, class.and_then(kept)) {
            request = request.storage_class(class);
        }
        if let Some(etag) = copied {
            request = request.copy_source_if_match(etag.clone());
        }
        let told = progress.clone();
        let in_parts = |request: Request<CopyObject>| {
            let copy = request.in_parts().on_progress(move |bytes| told.add(bytes));
            if self.keep_existing { copy.no_overwrite() } else { copy }
        };
        let size = size.unwrap_or(0);
        let outcome = match self.object.part_size {
            Some(bytes) if size > bytes => {
                let copy = in_parts(request).part_size(bytes).await;
                copy.map(|copy| copy.is_confirmed())
            }
            None if size > LARGEST_PART => in_parts(request).await.map(|copy| copy.is_confirmed()),
            // The service may ignore the condition of a copy; the library then checks with HeadObject first.
            _ if self.keep_existing && !self.client.service_profile().conditions.copy => {
                in_parts(request).await.map(|copy| copy.is_confirmed())
            }
            _ => {
                let request = if self.keep_existing { request.if_none_match("*") } else { request };
                let copy = request.await.inspect(|_| progress.add(size));
                copy.map(|copy| copy.is_confirmed())
            }
        };
        let is_confirmed = match outcome {
            Ok(is_confirmed) => is_confirmed,
            Err(error) if self.keep_existing && error.kind() == ErrorKind::PreconditionFailed => {
                return Ok(Outcome::Kept);
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(copied) = copied {
            let deleted = if is_confirmed {
                self.delete_object(from, &self.copy_source, &CopiedObject::new(copied.clone())).await
            } else {
                Err(unconfirmed())
            };
            deleted.map_err(|failure| not_deleted(&from.to_string(), to, failure))?;
        }
        Ok(Outcome::Done(size))
    }

    /// The ETag by which a move recognises its source; `None` for copies.
    fn moved_tag<'e>(&self, from: &S3Url, etag: Option<&'e ETag>) -> Result<Option<&'e ETag>, Failure> {
        if self.moves && etag.is_none() {
            let message = format!(
                "cannot move {from}: without an ETag from the service, a change of the source would go unnoticed"
            );
            return Err(Failure::new(ExitCode::Failed, message)
                .with_hint("copy it, check the copy, then delete the source"));
        }
        Ok(etag.filter(|_| self.moves))
    }

    /// Deletes the source of a move if it is still the object that was copied.
    async fn delete_object(
        &self,
        from: &S3Url,
        access: &AccessArguments,
        copied: &CopiedObject,
    ) -> Result<(), Failure> {
        let delete = access.account.of(self.client.delete_object(&from.bucket, &from.key));
        let look = access.read(self.client.head_object(&from.bucket, &from.key), None);
        match delete.if_copied(look, copied).await? {
            SourceDeletion::Done => Ok(()),
            SourceDeletion::Incomplete { length } => {
                Err(cut_off(from, length, copied.length().unwrap_or_default()))
            }
            _ => Err(changed()),
        }
    }

    /// Checks the length of an object whose response had none and may have been truncated by a closed connection. If
    /// the length remains unknown, a copy succeeds and a move fails.
    async fn check_length(&self, from: &S3Url, etag: Option<&ETag>, written: u64) -> Result<(), Failure> {
        let request = self.client.head_object(&from.bucket, &from.key);
        let looked = self.access.read(request, self.version_id.as_deref()).await;
        match looked.ok().filter(|head| head.etag.as_ref() == etag).and_then(|head| head.content_length) {
            Some(length) if length != written => Err(cut_off(from, length, written)),
            None if self.moves => {
                let message = format!(
                    "cannot move {from}: without a length from the service, a truncated copy would go unnoticed"
                );
                Err(Failure::new(ExitCode::Failed, message))
            }
            _ => Ok(()),
        }
    }
}

fn cut_off(from: &S3Url, length: u64, written: u64) -> Failure {
    let message = format!("{from} was truncated: received {written} of {length} bytes");
    Failure::new(ExitCode::Failed, message)
}

fn changed() -> Failure {
    Failure::new(ExitCode::Failed, "it changed during the copy")
}

fn unverified() -> Failure {
    Failure::new(ExitCode::Failed, "the service did not accept the checksum of the whole object")
}

fn unconfirmed() -> Failure {
    Failure::new(ExitCode::Failed, "the response has neither an ETag nor a checksum to confirm the copy")
}

/// The failure of a move that copied but did not delete its source.
fn not_deleted(source: &str, copy: impl std::fmt::Display, why: Failure) -> Failure {
    why.after(&format!("copied {source} to {copy}, but did not delete the source"))
}

/// The storage class to set on a copy: S3 copies all other settings, but not the class. Location-bound classes are not
/// kept.
fn kept(class: &StorageClass) -> Option<&str> {
    let location_bound = ["EXPRESS_ONEZONE", "FSX_ONTAP", "FSX_OPENZFS", "OUTPOSTS", "SNOW", "STANDARD"];
    Some(class.as_str()).filter(|class| !location_bound.contains(class))
}

/// Writes a body to a file and returns the number of bytes.
async fn write(
    mut body: ByteStream,
    file: &mut (impl AsyncWrite + Unpin),
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
