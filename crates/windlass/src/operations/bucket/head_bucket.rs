//! `HeadBucket`: checks that a bucket exists and is accessible.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>

use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Response, Target};
use crate::types::{LocationType, ResponseInfo};
use crate::{Client, Request, Result};

impl Client {
    /// Checks that a bucket exists and is accessible.
    ///
    /// Responses to HEAD have no body, so the status alone decides: a bucket of another account is
    /// [`AccessDenied`](crate::ErrorKind::AccessDenied), a missing bucket is
    /// [`BucketNotFound`](crate::ErrorKind::BucketNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// println!("{:?}", client.head_bucket("photos").await?.bucket_region);
    /// # Ok(())
    /// # }
    /// ```
    pub fn head_bucket(&self, bucket: impl Into<String>) -> Request<HeadBucket> {
        self.request(HeadBucket::new(bucket))
    }
}

/// Checks that a bucket exists.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HeadBucket {
    /// The bucket.
    pub bucket: String,
}

/// The response to `HeadBucket`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HeadBucketOutput {
    /// Whether the name is the alias of an access point.
    pub access_point_alias: Option<bool>,
    /// The ARN of a directory bucket.
    pub bucket_arn: Option<String>,
    /// The zone of a directory bucket.
    pub bucket_location_name: Option<String>,
    /// The type of zone of a directory bucket.
    pub bucket_location_type: Option<LocationType>,
    /// The region.
    pub bucket_region: Option<String>,
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl HeadBucket {
    /// Checks that a bucket exists.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }
}

impl Operation for HeadBucket {
    type Output = HeadBucketOutput;
    const NAME: &'static str = "HeadBucket";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        Draft::head(Target::Bucket(&self.bucket))
    }

    fn parse(&self, response: Response) -> Result<HeadBucketOutput> {
        Ok(HeadBucketOutput {
            access_point_alias: response.flag("x-amz-access-point-alias"),
            bucket_arn: response.text("x-amz-bucket-arn"),
            bucket_location_name: response.text("x-amz-bucket-location-name"),
            bucket_location_type: response.word("x-amz-bucket-location-type"),
            bucket_region: response.text("x-amz-bucket-region"),
            response: ResponseInfo::from_response(&response),
        })
    }
}
