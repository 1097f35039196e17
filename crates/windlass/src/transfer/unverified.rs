//! Completes an upload without the checksum of the whole object, for services that compute another value and reject the
//! right one. It requires that every part was confirmed, and succeeds only if the stored object can be verified
//! otherwise.

use crate::operations::{
    CompleteMultipartUpload, CompleteMultipartUploadOutput, CompletedPart, HeadObject, Operation,
};
use crate::ports::Warning;
use crate::protocol::checksum;
use crate::protocol::{Draft, Response};
use crate::types::{ChecksumAlgorithm, ChecksumType, ETag, ObjectChecksums};
use crate::{Client, Error, ErrorKind, Result};

/// The completion, and the expected object.
pub(super) struct Unverified {
    complete: Again,
    size: u64,
    algorithm: ChecksumAlgorithm,
    whole: String,
}

/// The reason why there is no verified object.
pub(super) enum Failure {
    /// The upload was not completed.
    Refused(Error),
    /// The upload was completed, but the object cannot be verified.
    Unproved(Error),
}

impl Unverified {
    /// `complete` is the request without the checksum; `whole` is the checksum of all `size` bytes.
    pub(super) fn new(
        complete: &CompleteMultipartUpload,
        checksum_type: Option<ChecksumType>,
        size: u64,
        algorithm: ChecksumAlgorithm,
        whole: String,
    ) -> Self {
        let mut complete = complete.clone();
        complete.checksums.checksum_type = checksum_type;
        complete.mpu_object_size = Some(size);
        Self { complete: Again(complete), size, algorithm, whole }
    }

    fn parts(&self) -> &[CompletedPart] {
        &self.complete.0.parts
    }

    /// Whether the object with this length, entity tag and checksums is the one that was sent.
    fn is_proved(&self, length: Option<u64>, tag: Option<&ETag>, stated: [&ObjectChecksums; 2]) -> bool {
        if length != Some(self.size) {
            return false;
        }
        let mut compared =
            stated.iter().filter_map(|checksums| self.compare(checksums.get(&self.algorithm)?));
        if let Some(same) = compared.next() {
            return same && compared.all(|same| same);
        }
        let tags: Option<Vec<&ETag>> = self.parts().iter().map(|part| part.etag.as_ref()).collect();
        let expected = tags.and_then(checksum::multipart_etag);
        expected.is_some_and(|expected| tag == Some(&expected))
    }

    /// Whether a checksum of the object is that of the whole or the composite one. None if the types differ.
    fn compare(&self, stated: &str) -> Option<bool> {
        if checksum::part_count(stated).is_none() {
            return Some(stated == self.whole);
        }
        let values: Option<Vec<&str>> =
            self.parts().iter().map(|part| part.checksums.get(&self.algorithm)).collect();
        let composed = checksum::composite(&self.algorithm, values?).ok()?;
        Some(stated == composed)
    }
}

/// Completes the upload once more without the checksum that caused `refusal`.
pub(super) async fn complete(
    client: &Client,
    unverified: Unverified,
    refusal: Error,
) -> Result<CompleteMultipartUploadOutput, Failure> {
    let operation = &unverified.complete;
    let output = match client.run(operation).await {
        Ok(output) => output,
        Err(error) => {
            let remark = format!("the service rejected the checksum of the whole object before ({refusal})");
            return Err(Failure::Refused(error.with_remark(&remark)));
        }
    };
    let CompleteMultipartUpload { bucket, key, customer_key, .. } = &operation.0;
    let mut look = HeadObject::new(bucket, key);
    look.options.checksum_mode = true;
    look.options.customer_key.clone_from(customer_key);
    look.options.version_id.clone_from(&output.version_id);
    let unproved = |cause: Option<Error>| {
        let message = "the service rejected the checksum of the whole object (BadDigest) and completed the upload \
                       without it, and neither length, ETag nor checksum verify the stored object: the outcome is unknown";
        let error = Error::new(ErrorKind::ChecksumMismatch, message)
            .with_operation(CompleteMultipartUpload::NAME)
            .with_target(bucket, key);
        Failure::Unproved(match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        })
    };
    let head = client.send(look).await.map_err(|error| unproved(Some(error)))?;
    let tag = output.etag.as_ref().or(head.etag.as_ref());
    let same_tag = output.etag.is_none() || head.etag.is_none() || output.etag == head.etag;
    if !same_tag || !unverified.is_proved(head.content_length, tag, [&output.checksums, &head.checksums]) {
        return Err(unproved(None));
    }
    client.warn(CompleteMultipartUpload::NAME, bucket, key, &Warning::WholeNotVerified);
    Ok(output)
}

/// A completion after a refused one: it never takes a missing upload for its own effect.
#[derive(Debug)]
struct Again(CompleteMultipartUpload);

impl Operation for Again {
    type Output = CompleteMultipartUploadOutput;
    const NAME: &'static str = CompleteMultipartUpload::NAME;

    fn draft(&self) -> Draft<'_> {
        self.0.draft()
    }

    fn parse(&self, response: Response) -> Result<CompleteMultipartUploadOutput> {
        self.0.parse(response)
    }
}
