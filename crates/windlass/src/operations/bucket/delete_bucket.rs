//! `DeleteBucket`: deletes an empty bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html>

use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Response, Target};
use crate::types::ResponseInfo;
use crate::{Client, Request, Result};

impl Client {
    /// Deletes an empty bucket. A bucket that contains objects is the error
    /// [`BucketNotEmpty`](crate::ErrorKind::BucketNotEmpty).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.delete_bucket("photos").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_bucket(&self, bucket: impl Into<String>) -> Request<DeleteBucket> {
        self.request(DeleteBucket::new(bucket))
    }
}

/// Deletes an empty bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteBucket {
    /// The bucket.
    pub bucket: String,
}

/// The response to `DeleteBucket`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteBucketOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl DeleteBucket {
    /// Deletes an empty bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }
}

impl Operation for DeleteBucket {
    type Output = DeleteBucketOutput;
    const NAME: &'static str = "DeleteBucket";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::delete(Target::Bucket(&self.bucket));
        draft.forget_region();
        draft
    }

    fn parse(&self, response: Response) -> Result<DeleteBucketOutput> {
        Ok(DeleteBucketOutput { response: ResponseInfo::from_response(&response) })
    }
}
