//! `PutObject`: writes an object in one request.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, HeadObject, Operation, Reconcile, Reconciled, SentBody};
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{
    ChecksumAlgorithm, ETag, Encryption, ObjectChecksums, ObjectHead, ObjectSettings, ResponseInfo,
    WriteConditions,
};
use crate::{Body, Client, Error, ErrorKind, Request, Result};

impl Client {
    /// Writes an object of up to 5 GiB in one request.
    ///
    /// Bodies that can be sent again carry a checksum: CRC64NVME unless another is chosen.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client
    ///     .put_object("photos", "cat.jpg", windlass::Body::from_path("cat.jpg").await?)
    ///     .content_type("image/jpeg")
    ///     .metadata("owner", "ann")
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_object(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl Into<Body>,
    ) -> Request<PutObject> {
        self.request(PutObject::new(bucket, key, body))
    }
}

/// Writes an object in one request.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutObject {
    /// The content; its length has to be known.
    pub body: Body,
    /// The bucket.
    pub bucket: String,
    /// The checksum that windlass computes and S3 verifies; that of the client's settings if none is given.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Checksums that the caller computed; windlass then adds none.
    pub checksums: ObjectChecksums,
    /// Conditions under which the object is written.
    pub conditions: WriteConditions,
    /// The MD5 of the content in base64, for S3 to verify beside the checksum.
    pub content_md5: Option<String>,
    /// The key.
    pub key: String,
    /// What is set on the object.
    pub settings: ObjectSettings,
    /// Appends at this offset, in directory buckets.
    pub write_offset_bytes: Option<u64>,
}

/// What S3 tells about an object that was written.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutObjectOutput {
    /// The checksums that S3 keeps.
    pub checksums: ObjectChecksums,
    /// How the object is encrypted at rest.
    pub encryption: Encryption,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// When and by which lifecycle rule the object expires.
    pub expiration: Option<String>,
    /// The ids of the answer.
    pub response: ResponseInfo,
    /// The object's size after appending.
    pub size: Option<u64>,
    /// The version that was written.
    pub version_id: Option<String>,
}

impl PutObject {
    /// Writes `body` as an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, body: impl Into<Body>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), body: body.into(), ..Self::default() }
    }
}

impl Request<PutObject> {
    /// Appends at this offset, in directory buckets.
    pub fn write_offset_bytes(self, offset: u64) -> Self {
        self.set(|operation| operation.write_offset_bytes = Some(offset))
    }
}

has! { PutObject {
    HasChecksumAlgorithm: checksum_algorithm,
    HasContentChecksum: checksums,
    HasContentMd5: content_md5,
    HasIfMatch: conditions.if_match,
    HasIfNoneMatch: conditions.if_none_match,
    HasObjectSettings: settings,
} }

impl Operation for PutObject {
    type Output = PutObjectOutput;
    const NAME: &'static str = "PutObject";
    const EXPECTS: Expectation = Expectation::Stored;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::object(&self.bucket, &self.key));
        self.conditions.write(&mut draft);
        self.settings.write(&mut draft);
        draft.set_header("content-md5", self.content_md5.as_deref());
        draft
            .set_header("x-amz-write-offset-bytes", self.write_offset_bytes.map(|offset| offset.to_string()));
        draft.set_checksums(&self.checksums);
        draft.set_body(self.body.clone(), Integrity::chosen(self.checksum_algorithm.as_ref()));
        draft
    }

    fn parse(&self, response: Response) -> Result<PutObjectOutput> {
        Ok(PutObjectOutput {
            checksums: response.checksums(),
            encryption: Encryption::from_response(&response),
            etag: response.text("etag").map(ETag::new),
            expiration: response.text("x-amz-expiration"),
            response: ResponseInfo::from_response(&response),
            size: response.number("x-amz-object-size"),
            version_id: response.text("x-amz-version-id"),
        })
    }

    fn reconcile(&self, refusal: &Error) -> Reconcile<PutObjectOutput> {
        let explained = match refusal.kind() {
            ErrorKind::PreconditionFailed => !self.conditions.is_empty(),
            // What an append adds cannot be told from what was there.
            ErrorKind::InvalidResponse => self.write_offset_bytes.is_none(),
            _ => false,
        };
        if !explained {
            return Reconcile::None;
        }
        let mut look = HeadObject::new(&self.bucket, &self.key);
        look.options.checksum_mode = true;
        look.options.customer_key.clone_from(&self.settings.customer_key);
        Reconcile::Look(Box::new(look))
    }

    fn reconcile_with(&self, found: ObjectHead, sent: &SentBody) -> Reconciled<PutObjectOutput> {
        if self.settings.customer_key.as_ref().is_some_and(|key| !key.is_confirmed_by(&found.encryption)) {
            return Reconciled::Unclear;
        }
        match sent.is_content_of(&found) {
            None => Reconciled::Unclear,
            Some(false) => Reconciled::Foreign,
            Some(true) => Reconciled::Own(PutObjectOutput {
                checksums: found.checksums,
                encryption: found.encryption,
                etag: found.etag,
                expiration: found.expiration,
                response: found.response,
                size: found.content_length,
                version_id: found.version_id,
            }),
        }
    }
}
