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
    /// Replayable bodies carry a checksum, CRC64NVME by default.
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
    /// The content; its length must be known.
    pub body: Body,
    /// The bucket.
    pub bucket: String,
    /// The algorithm of the checksum that windlass computes and S3 verifies; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// Checksums from the caller; windlass then computes none.
    pub checksums: ObjectChecksums,
    /// Conditions on the existing object.
    pub conditions: WriteConditions,
    /// The MD5 of the content in base64, in addition to the checksum.
    pub content_md5: Option<String>,
    /// The key.
    pub key: String,
    /// The settings of the object.
    pub settings: ObjectSettings,
    /// The offset at which the content is appended; directory buckets only.
    pub write_offset_bytes: Option<u64>,
}

/// The response to `PutObject`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutObjectOutput {
    /// The checksums that S3 stores.
    pub checksums: ObjectChecksums,
    /// The encryption of the object at rest.
    pub encryption: Encryption,
    /// The entity tag.
    pub etag: Option<ETag>,
    /// The expiration date of the object and its lifecycle rule.
    pub expiration: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The size of the object after an append.
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
    /// The offset at which the content is appended; directory buckets only.
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
            // Appended content cannot be distinguished from earlier content.
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
