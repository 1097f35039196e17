//! `DeleteObjectTagging`: removes all tags of an object.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html>

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::{Draft, Response, Target};
use crate::types::ResponseInfo;
use crate::{Client, Request, Result};

impl Client {
    /// Removes all tags of an object.
    pub fn delete_object_tagging(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Request<DeleteObjectTagging> {
        self.request(DeleteObjectTagging::new(bucket, key))
    }
}

/// Removes all tags of an object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteObjectTagging {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version; the current one by default.
    pub version_id: Option<String>,
}

/// The response to `DeleteObjectTagging`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DeleteObjectTaggingOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The version whose tags were removed.
    pub version_id: Option<String>,
}

impl DeleteObjectTagging {
    /// Removes all tags of an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

has! { DeleteObjectTagging {
    HasVersionId: version_id,
} }

impl Operation for DeleteObjectTagging {
    type Output = DeleteObjectTaggingOutput;
    const NAME: &'static str = "DeleteObjectTagging";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::delete(Target::object(&self.bucket, &self.key));
        draft.set_query("tagging", Some(""));
        draft.set_query("versionId", self.version_id.as_deref());
        draft
    }

    fn parse(&self, response: Response) -> Result<DeleteObjectTaggingOutput> {
        Ok(DeleteObjectTaggingOutput {
            response: ResponseInfo::from_response(&response),
            version_id: response.text("x-amz-version-id"),
        })
    }
}
