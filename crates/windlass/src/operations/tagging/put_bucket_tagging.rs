//! `PutBucketTagging`: replaces the tags of a bucket.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html>

use super::put_object_tagging::write_tags;
use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Response, Target};
use crate::types::{ChecksumAlgorithm, ResponseInfo, Tag, TagLimit};
use crate::{Client, Request, Result};

impl Client {
    /// Replaces the tags of a bucket with up to 50 tags.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.put_bucket_tagging("photos", [("cost-centre", "42")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_bucket_tagging<I>(&self, bucket: impl Into<String>, tags: I) -> Request<PutBucketTagging>
    where
        I: IntoIterator,
        I::Item: Into<Tag>,
    {
        self.request(PutBucketTagging::new(bucket, tags.into_iter().map(Into::into).collect()))
    }
}

/// Replaces the tags of a bucket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutBucketTagging {
    /// The bucket.
    pub bucket: String,
    /// The checksum algorithm for the list of tags; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The MD5 of the list of tags in base64, in addition to the checksum.
    pub content_md5: Option<String>,
    /// The tags, up to 50.
    pub tags: Vec<Tag>,
}

/// The response to `PutBucketTagging`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutBucketTaggingOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
}

impl PutBucketTagging {
    /// Replaces the tags of a bucket.
    pub fn new(bucket: impl Into<String>, tags: Vec<Tag>) -> Self {
        Self { bucket: bucket.into(), tags, ..Self::default() }
    }
}

has! { PutBucketTagging {
    HasChecksumAlgorithm: checksum_algorithm,
    HasContentMd5: content_md5,
} }

impl Operation for PutBucketTagging {
    type Output = PutBucketTaggingOutput;
    const NAME: &'static str = "PutBucketTagging";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::Bucket(&self.bucket));
        draft.set_query("tagging", Some(""));
        draft.set_header("content-md5", self.content_md5.as_deref());
        write_tags(&mut draft, TagLimit::Bucket, &self.tags, self.checksum_algorithm.as_ref());
        draft
    }

    fn parse(&self, response: Response) -> Result<PutBucketTaggingOutput> {
        Ok(PutBucketTaggingOutput { response: ResponseInfo::from_response(&response) })
    }
}
