//! `UploadPartCopy`: copies from an existing object into a part.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html>

use std::time::SystemTime;

use super::CompletedPart;
use super::naming::name_part;
use crate::operations::Operation;
use crate::operations::shared_setters::has;
use crate::protocol::{Draft, Response, Target};
use crate::types::{
    ByteRange, CopySource, CustomerKey, ETag, Encryption, ObjectChecksums, ResponseInfo, SourceOptions,
};
use crate::{Client, Request, Result};

impl Client {
    /// Copies an existing object, or a range of 5 MiB to 5 GiB of it, into a part. The service copies the data; nothing
    /// is downloaded.
    ///
    /// Set [`copy_source_if_match`](Request::copy_source_if_match) on each part, so that all of them come from the same
    /// version of the source.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client, upload_id: &str) -> windlass::Result<()> {
    /// use windlass::types::CopySource;
    ///
    /// let source = CopySource::new("films", "long.mp4");
    /// let part = client
    ///     .upload_part_copy(source, "archive", "long.mp4", upload_id, 1)
    ///     .copy_source_range(0..1 << 30)
    ///     .await?;
    /// println!("{:?}", part.completed(1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload_part_copy(
        &self,
        source: CopySource,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        part_number: u32,
    ) -> Request<UploadPartCopy> {
        self.request(UploadPartCopy::new(source, bucket, key, upload_id, part_number))
    }
}

/// Copies from an existing object into a part.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UploadPartCopy {
    /// The target's bucket.
    pub bucket: String,
    /// The customer's encryption key of the target (SSE-C); the same as at the start of the upload.
    pub customer_key: Option<CustomerKey>,
    /// The target's key.
    pub key: String,
    /// The part number, 1 to 10,000.
    pub part_number: u32,
    /// The byte range of the source; the whole object by default.
    pub range: Option<ByteRange>,
    /// The source object.
    pub source: CopySource,
    /// Conditions on the source and its encryption key.
    pub source_options: SourceOptions,
    /// The upload.
    pub upload_id: String,
}

/// The response to `UploadPartCopy`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UploadPartCopyOutput {
    /// The part's checksums.
    pub checksums: ObjectChecksums,
    /// The version of the source that was copied.
    pub copy_source_version_id: Option<String>,
    /// The encryption of the part at rest.
    pub encryption: Encryption,
    /// The part's entity tag.
    pub etag: Option<ETag>,
    /// The time at which the part was created.
    pub last_modified: Option<SystemTime>,
    /// The value of `last_modified` on the wire, if it is not a valid date.
    pub last_modified_string: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl UploadPartCopy {
    /// Copies `source` into a part.
    pub fn new(
        source: CopySource,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        part_number: u32,
    ) -> Self {
        Self {
            bucket: bucket.into(),
            customer_key: None,
            key: key.into(),
            part_number,
            range: None,
            source,
            source_options: SourceOptions::default(),
            upload_id: upload_id.into(),
        }
    }
}

impl UploadPartCopyOutput {
    /// The entry for `CompleteMultipartUpload`, including the checksums.
    pub fn completed(&self, part_number: u32) -> CompletedPart {
        CompletedPart { checksums: self.checksums.clone(), etag: self.etag.clone(), part_number }
    }
}

impl Request<UploadPartCopy> {
    /// Copies only this byte range of the source, such as `0..1024`. S3 requires both ends of the range.
    pub fn copy_source_range(self, range: impl Into<ByteRange>) -> Self {
        self.set(|operation| operation.range = Some(range.into()))
    }
}

has! { UploadPartCopy {
    HasCustomerKey: customer_key,
    HasSourceOptions: source_options,
} }

impl Operation for UploadPartCopy {
    type Output = UploadPartCopyOutput;
    const NAME: &'static str = "UploadPartCopy";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::object(&self.bucket, &self.key));
        name_part(&mut draft, &self.upload_id, self.part_number);
        self.source.write(&mut draft);
        self.source_options.write(&mut draft);
        draft.set_header("x-amz-copy-source-range", self.range.as_ref().map(ByteRange::to_string));
        if let Some(key) = &self.customer_key {
            key.write(&mut draft);
        }
        draft
    }

    fn parse(&self, response: Response) -> Result<UploadPartCopyOutput> {
        let result = response.xml_that_has("CopyPartResult", "ETag")?;
        let (last_modified, last_modified_string) = result.time_of("LastModified");
        Ok(UploadPartCopyOutput {
            checksums: result.checksums(),
            copy_source_version_id: response.text("x-amz-copy-source-version-id"),
            encryption: Encryption::from_response(&response),
            etag: result.etag(),
            last_modified,
            last_modified_string,
            response: ResponseInfo::from_response(&response),
        })
    }
}
