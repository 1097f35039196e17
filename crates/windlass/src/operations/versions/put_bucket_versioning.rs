//! `PutBucketVersioning`: enables or suspends versioning.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html>

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::xml::XmlWriter;
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{BucketVersioningStatus, ChecksumAlgorithm, MfaDelete, ResponseInfo};
use crate::{Client, Request, Result};

impl Client {
    /// Enables or suspends versioning. Existing versions are kept.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::types::BucketVersioningStatus;
    ///
    /// client.put_bucket_versioning("photos", BucketVersioningStatus::Enabled).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_bucket_versioning(
        &self,
        bucket: impl Into<String>,
        status: impl Into<BucketVersioningStatus>,
    ) -> Request<PutBucketVersioning> {
        self.request(PutBucketVersioning::new(bucket, status))
    }
}

/// Enables or suspends versioning.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutBucketVersioning {
    /// The bucket.
    pub bucket: String,
    /// The checksum algorithm for the document; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The MD5 of the document in base64, in addition to the checksum.
    pub content_md5: Option<String>,
    /// The serial number and code of an MFA device; required if MFA delete is enabled or changed.
    pub mfa: Option<String>,
    /// Whether MFA delete is enabled.
    pub mfa_delete: Option<MfaDelete>,
    /// Whether versioning is enabled.
    pub status: Option<BucketVersioningStatus>,
}

/// The response to `PutBucketVersioning`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutBucketVersioningOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl PutBucketVersioning {
    /// Enables or suspends versioning.
    pub fn new(bucket: impl Into<String>, status: impl Into<BucketVersioningStatus>) -> Self {
        Self { bucket: bucket.into(), status: Some(status.into()), ..Self::default() }
    }
}

impl Request<PutBucketVersioning> {
    /// Sets whether MFA delete is enabled.
    pub fn mfa_delete(self, mfa_delete: impl Into<MfaDelete>) -> Self {
        self.set(|operation| operation.mfa_delete = Some(mfa_delete.into()))
    }
}

has! { PutBucketVersioning {
    HasChecksumAlgorithm: checksum_algorithm,
    HasContentMd5: content_md5,
    HasMfa: mfa,
} }

impl Operation for PutBucketVersioning {
    type Output = PutBucketVersioningOutput;
    const NAME: &'static str = "PutBucketVersioning";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::Bucket(&self.bucket));
        draft.set_query("versioning", Some(""));
        draft.set_header("content-md5", self.content_md5.as_deref());
        draft.set_header("x-amz-mfa", self.mfa.as_deref());
        let mut xml = XmlWriter::new("VersioningConfiguration");
        xml.text("MfaDelete", self.mfa_delete.as_ref().map(MfaDelete::as_str));
        xml.text("Status", self.status.as_ref().map(BucketVersioningStatus::as_str));
        draft.set_xml(xml, Integrity::required(self.checksum_algorithm.as_ref()));
        draft
    }

    fn parse(&self, response: Response) -> Result<PutBucketVersioningOutput> {
        Ok(PutBucketVersioningOutput { response: ResponseInfo::from_response(&response) })
    }
}
