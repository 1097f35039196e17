//! `GetBucketVersioning`: reads the versioning state of a bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html>

use crate::operations::Operation;
use crate::protocol::{Draft, Response, Target};
use crate::types::{BucketVersioningStatus, MfaDelete, ResponseInfo};
use crate::{Client, Request, Result};

impl Client {
    /// Reads the versioning state of a bucket. A bucket that was never versioned has no status.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::types::BucketVersioningStatus;
    ///
    /// let status = client.get_bucket_versioning("photos").await?.status;
    /// println!("keeps versions: {}", status == Some(BucketVersioningStatus::Enabled));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_bucket_versioning(&self, bucket: impl Into<String>) -> Request<GetBucketVersioning> {
        self.request(GetBucketVersioning::new(bucket))
    }
}

/// Reads the versioning state of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetBucketVersioning {
    /// The bucket.
    pub bucket: String,
}

/// The versioning state of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetBucketVersioningOutput {
    /// Whether MFA delete is enabled; None if it was never set.
    pub mfa_delete: Option<MfaDelete>,
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// Whether versioning is enabled; None if it was never set.
    pub status: Option<BucketVersioningStatus>,
}

impl GetBucketVersioning {
    /// Reads the versioning state of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }
}

impl Operation for GetBucketVersioning {
    type Output = GetBucketVersioningOutput;
    const NAME: &'static str = "GetBucketVersioning";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        draft.set_query("versioning", Some(""));
        draft
    }

    fn parse(&self, response: Response) -> Result<GetBucketVersioningOutput> {
        let root = response.xml_of(&[
            "VersioningConfiguration",
            "GetBucketVersioningResponse",
            "GetBucketVersioningResult",
            "GetVersioningResponse",
            "GetBucketVersioningOutput",
        ])?;
        // Some services wrap S3's element in one named after the operation.
        let root = root.child("VersioningConfiguration").unwrap_or(&root);
        Ok(GetBucketVersioningOutput {
            mfa_delete: root.word_of("MfaDelete"),
            response: ResponseInfo::from_response(&response),
            status: root.word_of("Status"),
        })
    }
}
