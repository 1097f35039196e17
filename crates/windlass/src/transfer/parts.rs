//! The start and the end of an upload in parts, for all sources of the parts.

use super::UploadOutput;
use super::abort_guard::AbortGuard;
use super::in_flight::{InFlight, Part, Sent};
use super::presence;
use super::progress::TransferProgress;
use super::unverified::{self, Unverified};
use crate::operations::{CompleteMultipartUpload, CreateMultipartUpload, PutObject, PutObjectTagging};
use crate::protocol::checksum;
use crate::types::{ChecksumAlgorithm, ChecksumType, Tag};
use crate::{Client, Error, ErrorKind, Result};

/// The parts of a started upload.
pub(super) struct Parts {
    pub(super) upload_id: String,
    pub(super) algorithm: Option<ChecksumAlgorithm>,
    checksum_type: Option<ChecksumType>,
    abort_guard: AbortGuard,
}

impl Parts {
    /// Starts an upload of `object`, whose body is ignored.
    pub(super) async fn begin(client: &Client, object: &PutObject) -> Result<Self> {
        refuse_what_parts_cannot_have(object)?;
        let named =
            object.checksum_algorithm.clone().or_else(|| Some(object.checksums.iter().next()?.0.clone()));
        let algorithm = named.or_else(|| client.default_checksum().cloned());
        let checksum_type = algorithm.as_ref().and_then(whole_where_it_must_be_said);
        let mut create = CreateMultipartUpload::new(&object.bucket, &object.key);
        create.settings = object.settings.clone();
        if !client.service_profile().tags_on_uploads {
            create.settings.tagging = None;
        }
        create.checksum_algorithm = algorithm.clone();
        create.checksum_type = checksum_type.clone();
        let begun = AbortGuard::begin(client, create).await;
        let abort_guard = begun.map_err(|error| error.with_target(&object.bucket, &object.key))?;
        Ok(Self { upload_id: abort_guard.upload_id().to_owned(), algorithm, checksum_type, abort_guard })
    }

    /// Sends parts concurrently, up to a limit, until there are no more or one fails.
    pub(super) async fn side_by_side(
        &self,
        client: &Client,
        concurrency: usize,
        progress: &TransferProgress,
        parts: impl Iterator<Item = Part>,
    ) -> Result<Vec<Sent>> {
        let mut in_flight = self.in_flight(client, progress);
        for part in parts {
            in_flight.fewer_than(concurrency).await?;
            in_flight.start(part);
        }
        in_flight.all().await
    }

    /// The receiver for the parts of this upload; an abort waits until all of them are dropped.
    pub(super) fn in_flight(&self, client: &Client, progress: &TransferProgress) -> InFlight {
        InFlight::new(client, self.abort_guard.busy(), progress)
    }

    /// The checksum of the whole object, for S3 to compare. None if there is none or the service did not confirm a
    /// part's.
    fn whole_checksum(&self, sent: &[Sent]) -> Option<(ChecksumAlgorithm, String)> {
        let algorithm = self.algorithm.clone()?;
        let values: Option<Vec<(u64, &str)>> =
            sent.iter().map(|sent| Some((sent.length, sent.part.checksums.get(&algorithm)?))).collect();
        let whole = checksum::combine(&algorithm, values?).ok()?;
        Some((algorithm, whole))
    }

    /// Completes the upload or aborts it. With `keep`, an existing object is kept.
    pub(super) async fn end(
        self,
        client: &Client,
        object: &PutObject,
        sent: Result<Vec<Sent>>,
        keep: bool,
    ) -> Result<UploadOutput> {
        let sent = match sent {
            // Another client may have written the object in the meantime, and the service may ignore the condition.
            Ok(sent) if keep && !client.service_profile().conditions.complete => {
                presence::refuse_existing(client, object).await.map(|()| sent)
            }
            sent => sent,
        };
        let mut sent = match sent {
            Ok(sent) => sent,
            Err(error) => {
                return Err(self.abort_guard.abort(error.with_target(&object.bucket, &object.key)).await);
            }
        };
        sent.sort_unstable_by_key(|sent| sent.part.part_number);
        let size = sent.iter().map(|sent| sent.length).sum();
        let parts = u32::try_from(sent.len()).unwrap_or(u32::MAX);
        let whole = self.whole_checksum(&sent).filter(|_| object.checksums.is_empty());
        let confirmed = sent.iter().all(|sent| sent.confirmed);
        let listed: Vec<_> = sent.into_iter().map(|sent| sent.part).collect();
        let mut complete = CompleteMultipartUpload::new(&object.bucket, &object.key, &self.upload_id, listed);
        complete.conditions = object.conditions.clone();
        complete.customer_key = object.settings.customer_key.clone();
        complete.checksums = object.checksums.clone();
        let unverified = whole.clone().filter(|_| confirmed && client.service_profile().is_unknown());
        let unverified = unverified.map(|(algorithm, value)| {
            Unverified::new(&complete, self.checksum_type.clone(), size, algorithm, value)
        });
        if let Some((algorithm, value)) = whole {
            complete.checksums.set(algorithm, value);
        }
        complete.checksums.checksum_type = if complete.checksums.iter().any(|(name, _)| is_of_the_whole(name))
        {
            // Without the type S3 rejects the checksum of the whole object (BadDigest).
            Some(ChecksumType::FullObject)
        } else {
            self.checksum_type.clone()
        };
        complete.mpu_object_size = self.algorithm.is_some().then_some(size);
        let mut whole_unverified = false;
        let completed = match (client.send(complete).await, unverified) {
            (Err(error), Some(unverified)) if error.code() == Some("BadDigest") => {
                whole_unverified = true;
                // Boxed: few uploads need its memory.
                Box::pin(unverified::complete(client, unverified, error)).await
            }
            (completed, _) => completed.map_err(unverified::Failure::Refused),
        };
        let output = match completed {
            Ok(output) => output,
            Err(unverified::Failure::Refused(error)) => return Err(self.abort_guard.abort(error).await),
            Err(unverified::Failure::Unproved(error)) => {
                self.abort_guard.finished();
                return Err(error);
            }
        };
        self.abort_guard.finished();
        write_tags(client, object, output.version_id.as_deref()).await?;
        Ok(UploadOutput {
            checksums: output.checksums,
            etag: output.etag,
            parts,
            response: output.response,
            size,
            version_id: output.version_id,
            whole_unverified,
        })
    }
}

/// Writes the tags of an object whose upload could not carry them.
async fn write_tags(client: &Client, object: &PutObject, version_id: Option<&str>) -> Result<()> {
    let tagging = object.settings.tagging.as_deref().filter(|_| !client.service_profile().tags_on_uploads);
    let tags = Tag::all_of_query(tagging.unwrap_or_default());
    if tags.is_empty() {
        return Ok(());
    }
    let mut write = PutObjectTagging::new(&object.bucket, &object.key, tags);
    write.version_id = version_id.map(str::to_owned);
    let written = client.send(write).await;
    written.map(drop).map_err(|error| error.with_remark("the object is stored without its tags"))
}

/// Requests full-object checksums for CRCs: those of the parts combine. S3 does so by default for CRC64NVME.
fn whole_where_it_must_be_said(algorithm: &ChecksumAlgorithm) -> Option<ChecksumType> {
    matches!(algorithm, ChecksumAlgorithm::Crc32 | ChecksumAlgorithm::Crc32c)
        .then_some(ChecksumType::FullObject)
}

fn refuse_what_parts_cannot_have(object: &PutObject) -> Result<()> {
    let mut algorithms = object.checksums.iter().map(|(algorithm, _)| algorithm);
    let hash = algorithms.find(|algorithm| !is_of_the_whole(algorithm));
    let what = if object.content_md5.is_some() {
        "Content-MD5".to_owned()
    } else if object.write_offset_bytes.is_some() {
        "an offset to append at".to_owned()
    } else if let Some(algorithm) = hash {
        format!("the {algorithm} of the whole object")
    } else {
        return Ok(());
    };
    let message = format!("an upload in parts cannot have {what}");
    Err(Error::new(ErrorKind::InvalidArgument, message)
        .with_operation("CreateMultipartUpload")
        .with_target(&object.bucket, &object.key))
}

/// Whether the checksum of a multipart object covers the whole object: CRCs combine, hashes do not.
pub(super) fn is_of_the_whole(algorithm: &ChecksumAlgorithm) -> bool {
    matches!(algorithm, ChecksumAlgorithm::Crc32 | ChecksumAlgorithm::Crc32c | ChecksumAlgorithm::Crc64Nvme)
}
