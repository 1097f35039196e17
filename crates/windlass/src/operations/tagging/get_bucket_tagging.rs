//! `GetBucketTagging`: the tags of a bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html>

use crate::operations::Operation;
use crate::protocol::{Draft, Response, Target};
use crate::types::{ResponseInfo, Tag};
use crate::{Client, Request, Result};

impl Client {
    /// Reads the tags of a bucket. A bucket without tags is the error
    /// [`ConfigurationNotFound`](crate::ErrorKind::ConfigurationNotFound).
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// for tag in client.get_bucket_tagging("photos").await?.tags {
    ///     println!("{}={}", tag.key, tag.value);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_bucket_tagging(&self, bucket: impl Into<String>) -> Request<GetBucketTagging> {
        self.request(GetBucketTagging::new(bucket))
    }
}

/// Reads the tags of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetBucketTagging {
    /// The bucket.
    pub bucket: String,
}

/// The tags of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetBucketTaggingOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The tags.
    pub tags: Vec<Tag>,
}

impl GetBucketTagging {
    /// Reads the tags of a bucket.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ..Self::default() }
    }
}

impl Operation for GetBucketTagging {
    type Output = GetBucketTaggingOutput;
    const NAME: &'static str = "GetBucketTagging";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::Bucket(&self.bucket));
        draft.set_query("tagging", Some(""));
        draft
    }

    fn parse(&self, response: Response) -> Result<GetBucketTaggingOutput> {
        Ok(GetBucketTaggingOutput {
            response: ResponseInfo::from_response(&response),
            tags: Tag::set_from(&response.xml("Tagging")?),
        })
    }
}
