//! `DeleteBucketTagging`: removes all tags of a bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html>

use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Response, Target};
use crate::types::ResponseInfo;
use crate::{Client, Request, Result};

impl Client {
    /// Removes all tags of a bucket.
    pub fn delete_bucket_tagging(&self, bucket: impl Into<String>) -> Request<DeleteBucketTagging> {
        self.request(DeleteBucketTagging::new(bucket))
    }
}

/// Removes all tags of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteBucketTagging {
    /// The bucket.
    pub bucket: String,
}

/// The response to `DeleteBucketTagging`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteBucketTaggingOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl DeleteBucketTagging {
    /// Removes all tags of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }
}

impl Operation for DeleteBucketTagging {
    type Output = DeleteBucketTaggingOutput;
    const NAME: &'static str = "DeleteBucketTagging";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::delete(Target::Bucket(&self.bucket));
        draft.set_query("tagging", Some(""));
        draft
    }

    fn parse(&self, response: Response) -> Result<DeleteBucketTaggingOutput> {
        Ok(DeleteBucketTaggingOutput { response: ResponseInfo::from_response(&response) })
    }
}
