//! `UploadPart`: sends one part of an upload.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html>

use super::CompletedPart;
use super::naming::name_part;
use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{ChecksumAlgorithm, CustomerKey, ETag, Encryption, ObjectChecksums, ResponseInfo};
use crate::{Body, Client, Request, Result};

impl Client {
    /// Sends one part of an upload: 5 MiB to 5 GiB, the last part any size. A part with a number that was sent
    /// before takes its place.
    ///
    /// Bodies that can be sent again carry a checksum: CRC64NVME unless another is chosen. It has to be the one
    /// that was declared at the beginning of the upload.
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

/// Sends one part of an upload.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UploadPart {
    /// The content; its length has to be known.
    pub body: Body,
    /// The bucket.
    pub bucket: String,
    /// The checksum that windlass computes and S3 verifies; that of the client's settings if none is given.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Checksums that the caller computed; windlass then adds none.
    pub checksums: ObjectChecksums,
    /// The MD5 of the content in base64, for S3 to verify beside the checksum.
    pub content_md5: Option<String>,
    /// The key with which S3 encrypts the object (SSE-C), as it was given at the beginning.
    pub customer_key: Option<CustomerKey>,
    /// The key.
    pub key: String,
    /// The part's place in the object, 1 to 10,000.
    pub part_number: u32,
    /// The upload.
    pub upload_id: String,
}

/// What S3 tells about a part that was sent.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct UploadPartOutput {
    /// The part's checksums.
    pub checksums: ObjectChecksums,
    /// How the part is encrypted at rest.
    pub encryption: Encryption,
    /// The part's entity tag.
    pub etag: Option<ETag>,
    /// The ids of the answer.
    pub response: ResponseInfo,
}

impl UploadPart {
    /// Sends `body` as a part.
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
    /// The part as the completion of the upload lists it, its checksums included.
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
