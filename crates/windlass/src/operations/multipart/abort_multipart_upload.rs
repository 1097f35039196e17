//! `AbortMultipartUpload`: aborts an upload and frees the storage of its parts.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html>

use std::time::SystemTime;

use super::naming::name_upload;
use crate::operations::{Expectation, Operation, Reconcile};
use crate::protocol::timestamp::to_http_date;
use crate::protocol::{Draft, Response, Target};
use crate::types::ResponseInfo;
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Aborts an upload. Parts that are still in flight may survive: list the parts afterwards and abort again if there
    /// are any.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let mut uploads = client.list_multipart_uploads("films").items();
    /// while let Some(upload) = uploads.try_next().await? {
    ///     client.abort_multipart_upload("films", upload.key, upload.upload_id).await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn abort_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> Request<AbortMultipartUpload> {
        self.request(AbortMultipartUpload::new(bucket, key, upload_id))
    }
}

/// Aborts an upload.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AbortMultipartUpload {
    /// The bucket.
    pub bucket: String,
    /// Only if the upload was started at this time; directory buckets only.
    pub if_match_initiated_time: Option<SystemTime>,
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
}

/// The response to `AbortMultipartUpload`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AbortMultipartUploadOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl AbortMultipartUpload {
    /// Aborts an upload.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, upload_id: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), upload_id: upload_id.into(), ..Self::default() }
    }
}

impl Request<AbortMultipartUpload> {
    /// Aborts the upload only if it was started at this time; directory buckets only.
    pub fn if_match_initiated_time(self, time: SystemTime) -> Self {
        self.set(|operation| operation.if_match_initiated_time = Some(time))
    }
}

impl Operation for AbortMultipartUpload {
    type Output = AbortMultipartUploadOutput;
    const NAME: &'static str = "AbortMultipartUpload";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::delete(Target::object(&self.bucket, &self.key));
        name_upload(&mut draft, &self.upload_id);
        draft.set_header("x-amz-if-match-initiated-time", self.if_match_initiated_time.map(to_http_date));
        draft
    }

    fn parse(&self, response: Response) -> Result<AbortMultipartUploadOutput> {
        Ok(AbortMultipartUploadOutput { response: ResponseInfo::from_response(&response) })
    }

    fn reconcile(&self, refusal: &Error) -> Reconcile<AbortMultipartUploadOutput> {
        // A missing upload is the intended result.
        if refusal.kind() == ErrorKind::UploadNotFound {
            Reconcile::Done(AbortMultipartUploadOutput::default())
        } else {
            Reconcile::None
        }
    }
}
