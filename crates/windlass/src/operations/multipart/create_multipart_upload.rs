//! `CreateMultipartUpload`: starts a multipart upload.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html>

use std::time::SystemTime;

use crate::operations::Operation;
use crate::operations::shared_setters::has;
use crate::protocol::{Draft, Response, Target};
use crate::types::{ChecksumAlgorithm, ChecksumType, Encryption, ObjectSettings, ResponseInfo};
use crate::{Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Starts an upload of 1 to 10,000 parts.
    ///
    /// S3 keeps the parts, and charges for them, until the upload is completed or aborted. The upload declares the
    /// checksum algorithm of its parts; by default that is the algorithm that the client adds. Parts that are sent to
    /// presigned URLs carry no checksum: start their upload with `client.send(CreateMultipartUpload::new(bucket,
    /// key))`, which declares none.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// let upload = client.create_multipart_upload("films", "cat.mp4").content_type("video/mp4").await?;
    /// let id = upload.upload_id.as_str();
    /// let mut parts = Vec::new();
    /// for (number, content) in [(1, vec![0; 5 << 20]), (2, vec![1; 1000])] {
    ///     let part = client.upload_part("films", "cat.mp4", id, number, content).await?;
    ///     parts.push(part.completed(number));
    /// }
    /// client.complete_multipart_upload("films", "cat.mp4", id, parts).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The algorithm is declared only if the service supports trailing checksums; otherwise a streamed part could not
    /// carry one.
    pub fn create_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Request<CreateMultipartUpload> {
        let mut operation = CreateMultipartUpload::new(bucket, key);
        operation.checksum_algorithm = self.default_checksum_of_any_body().cloned();
        self.request(operation)
    }
}

/// Starts a multipart upload.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CreateMultipartUpload {
    /// The bucket.
    pub bucket: String,
    /// The checksum algorithm of the parts.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Whether the object's checksum covers its content or the checksums of its parts; by default the algorithm
    /// decides.
    pub checksum_type: Option<ChecksumType>,
    /// The key.
    pub key: String,
    /// The settings of the object.
    pub settings: ObjectSettings,
}

/// The response to `CreateMultipartUpload`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CreateMultipartUploadOutput {
    /// The time at which a lifecycle rule aborts the upload.
    pub abort_date: Option<SystemTime>,
    /// The value of `abort_date` on the wire, if it is not a valid date.
    pub abort_date_string: Option<String>,
    /// The lifecycle rule that aborts the upload.
    pub abort_rule_id: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The checksum algorithm of the parts.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The scope of the object's checksum.
    pub checksum_type: Option<ChecksumType>,
    /// The encryption of the object at rest.
    pub encryption: Encryption,
    /// The key.
    pub key: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The id of the upload, for the requests that follow.
    pub upload_id: String,
}

impl CreateMultipartUpload {
    /// Starts a multipart upload.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

impl Request<CreateMultipartUpload> {
    /// Sets whether the object's checksum covers its content or the checksums of its parts.
    pub fn checksum_type(self, checksum_type: impl Into<ChecksumType>) -> Self {
        self.set(|operation| operation.checksum_type = Some(checksum_type.into()))
    }
}

has! { CreateMultipartUpload {
    HasChecksumAlgorithm: checksum_algorithm,
    HasObjectSettings: settings,
} }

impl Operation for CreateMultipartUpload {
    type Output = CreateMultipartUploadOutput;
    const NAME: &'static str = "CreateMultipartUpload";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::post(Target::object(&self.bucket, &self.key));
        draft.set_query("uploads", Some(""));
        self.settings.write(&mut draft);
        let algorithm = self.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str);
        draft.set_header("x-amz-checksum-algorithm", algorithm);
        draft.set_header("x-amz-checksum-type", self.checksum_type.as_ref().map(ChecksumType::as_str));
        draft
    }

    fn parse(&self, response: Response) -> Result<CreateMultipartUploadOutput> {
        let result = response.xml_that_has("InitiateMultipartUploadResult", "UploadId")?;
        let (abort_date, abort_date_string) = response.time("x-amz-abort-date");
        Ok(CreateMultipartUploadOutput {
            abort_date,
            abort_date_string,
            abort_rule_id: response.text("x-amz-abort-rule-id"),
            bucket: result.text_of("Bucket"),
            checksum_algorithm: response.word("x-amz-checksum-algorithm"),
            checksum_type: response.word("x-amz-checksum-type"),
            encryption: Encryption::from_response(&response),
            key: result.text_of("Key"),
            response: ResponseInfo::from_response(&response),
            upload_id: result.required("UploadId").and_then(named)?,
        })
    }
}

/// An upload with a blank id cannot be completed.
fn named(id: String) -> Result<String> {
    if id.trim_ascii().is_empty() {
        return Err(Error::new(ErrorKind::InvalidResponse, "<UploadId> of the response is blank"));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use crate::ErrorKind;
    use crate::testing::{self, MockTransport};
    use crate::types::ChecksumType;

    #[tokio::test]
    async fn an_upload_carries_the_settings_of_its_object() {
        let transport = MockTransport::new();
        transport.reply_with(
            200,
            &[("x-amz-abort-date", "Fri, 21 Dec 2012 00:00:00 GMT"), ("x-amz-abort-rule-id", "r")],
            "<InitiateMultipartUploadResult><UploadId>u+1</UploadId></InitiateMultipartUploadResult>",
        );
        let request = testing::client(&transport).create_multipart_upload("films", "cat.mp4");
        let output = request.content_type("video/mp4").checksum_type(ChecksumType::FullObject).await.unwrap();
        assert_eq!(output.upload_id, "u+1");
        assert!(output.abort_date.is_some());
        let request = &transport.requests()[0];
        assert!(request.url.ends_with("/cat.mp4?uploads="), "{}", request.url);
        assert_eq!(request.header("content-type"), "video/mp4");
        assert_eq!(request.header("x-amz-checksum-algorithm"), "CRC64NVME");
        assert_eq!(request.header("x-amz-checksum-type"), "FULL_OBJECT");
        assert_eq!(request.header("content-length"), "0");
    }

    #[tokio::test]
    async fn an_upload_without_an_id_is_an_error() {
        let transport = MockTransport::new();
        transport.response(200, "<InitiateMultipartUploadResult/>");
        let error = testing::client(&transport).create_multipart_upload("films", "k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert!(error.message().contains("<UploadId>"), "{error}");
    }
}
