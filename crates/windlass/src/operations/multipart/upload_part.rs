//! `UploadPart`: uploads one part.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>

use super::CompletedPart;
use super::naming::name_part;
use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{ChecksumAlgorithm, CustomerKey, ETag, Encryption, ObjectChecksums, ResponseInfo};
use crate::{Body, Client, Request, Result};

impl Client {
    /// Uploads one part of 5 MiB to 5 GiB; the last part may be smaller. A part replaces an earlier part with the same
    /// number.
    ///
    /// Replayable bodies carry a checksum, CRC64NVME by default. It must use the algorithm that the upload declared.
    pub fn upload_part(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        part_number: u32,
        body: impl Into<Body>,
    ) -> Request<UploadPart> {
        self.request(UploadPart::new(bucket, key, upload_id, part_number, body))
    }
}

/// Uploads one part.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UploadPart {
    /// The content; its length must be known.
    pub body: Body,
    /// The bucket.
    pub bucket: String,
    /// The algorithm of the checksum that windlass computes and S3 verifies; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Checksums from the caller; windlass then computes none.
    pub checksums: ObjectChecksums,
    /// The MD5 of the content in base64, in addition to the checksum.
    pub content_md5: Option<String>,
    /// The customer's encryption key (SSE-C); the same as at the start of the upload.
    pub customer_key: Option<CustomerKey>,
    /// The key.
    pub key: String,
    /// The part number, 1 to 10,000.
    pub part_number: u32,
    /// The upload.
    pub upload_id: String,
}

/// The response to `UploadPart`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UploadPartOutput {
    /// The part's checksums.
    pub checksums: ObjectChecksums,
    /// The encryption of the part at rest.
    pub encryption: Encryption,
    /// The part's entity tag.
    pub etag: Option<ETag>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl UploadPart {
    /// Uploads `body` as a part.
    pub fn new(
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        part_number: u32,
        body: impl Into<Body>,
    ) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            upload_id: upload_id.into(),
            part_number,
            body: body.into(),
            ..Self::default()
        }
    }
}

impl UploadPartOutput {
    /// The entry for `CompleteMultipartUpload`, including the checksums.
    pub fn completed(&self, part_number: u32) -> CompletedPart {
        CompletedPart { checksums: self.checksums.clone(), etag: self.etag.clone(), part_number }
    }
}

has! { UploadPart {
    HasChecksumAlgorithm: checksum_algorithm,
    HasContentChecksum: checksums,
    HasContentMd5: content_md5,
    HasCustomerKey: customer_key,
} }

impl Operation for UploadPart {
    type Output = UploadPartOutput;
    const NAME: &'static str = "UploadPart";
    const EXPECTS: Expectation = Expectation::Stored;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::object(&self.bucket, &self.key));
        name_part(&mut draft, &self.upload_id, self.part_number);
        if let Some(key) = &self.customer_key {
            key.write(&mut draft);
        }
        draft.set_header("content-md5", self.content_md5.as_deref());
        draft.set_checksums(&self.checksums);
        draft.set_body(self.body.clone(), Integrity::chosen(self.checksum_algorithm.as_ref()));
        draft
    }

    fn parse(&self, response: Response) -> Result<UploadPartOutput> {
        Ok(UploadPartOutput {
            checksums: response.checksums(),
            encryption: Encryption::from_response(&response),
            etag: response.text("etag").map(ETag::new),
            response: ResponseInfo::from_response(&response),
        })
    }
}
