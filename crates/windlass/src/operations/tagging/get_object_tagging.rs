//! `GetObjectTagging`: the tags of an object.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html>

use crate::operations::Operation;
use crate::operations::shared_setters::has;
use crate::protocol::{Draft, Response, Target};
use crate::types::{ResponseInfo, Tag};
use crate::{Client, Request, Result};

impl Client {
    /// Reads the tags of an object. An object without tags has an empty list.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// for tag in client.get_object_tagging("photos", "cat.jpg").await?.tags {
    ///     println!("{}={}", tag.key, tag.value);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_object_tagging(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Request<GetObjectTagging> {
        self.request(GetObjectTagging::new(bucket, key))
    }
}

/// Reads the tags of an object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetObjectTagging {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version; the current one by default.
    pub version_id: Option<String>,
}

/// The tags of an object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct GetObjectTaggingOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The tags.
    pub tags: Vec<Tag>,
    /// The version that has these tags.
    pub version_id: Option<String>,
}

impl GetObjectTagging {
    /// Reads the tags of an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

has! { GetObjectTagging {
    HasVersionId: version_id,
} }

impl Operation for GetObjectTagging {
    type Output = GetObjectTaggingOutput;
    const NAME: &'static str = "GetObjectTagging";

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::get(Target::object(&self.bucket, &self.key));
        draft.set_query("tagging", Some(""));
        draft.set_query("versionId", self.version_id.as_deref());
        draft
    }

    fn parse(&self, response: Response) -> Result<GetObjectTaggingOutput> {
        Ok(GetObjectTaggingOutput {
            response: ResponseInfo::from_response(&response),
            tags: Tag::set_from(&response.xml("Tagging")?),
            version_id: response.text("x-amz-version-id"),
        })
    }
}
