//! `PutObjectTagging`: replaces the tags of an object.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html>

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::xml::XmlWriter;
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{ChecksumAlgorithm, ResponseInfo, Tag, TagLimit};
use crate::{Client, Request, Result};

impl Client {
    /// Replaces the tags of an object with up to 10 tags.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// client.put_object_tagging("photos", "cat.jpg", [("owner", "ann"), ("year", "2026")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put_object_tagging<I>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        tags: I,
    ) -> Request<PutObjectTagging>
    where
        I: IntoIterator,
        I::Item: Into<Tag>,
    {
        self.request(PutObjectTagging::new(bucket, key, tags.into_iter().map(Into::into).collect()))
    }
}

/// Replaces the tags of an object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutObjectTagging {
    /// The bucket.
    pub bucket: String,
    /// The checksum algorithm for the list of tags; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The MD5 of the list of tags in base64, in addition to the checksum.
    pub content_md5: Option<String>,
    /// The key.
    pub key: String,
    /// The tags, up to 10.
    pub tags: Vec<Tag>,
    /// The version; the current one by default.
    pub version_id: Option<String>,
}

/// The response to `PutObjectTagging`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PutObjectTaggingOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The version whose tags were replaced.
    pub version_id: Option<String>,
}

impl PutObjectTagging {
    /// Replaces the tags of an object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, tags: Vec<Tag>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), tags, ..Self::default() }
    }
}

has! { PutObjectTagging {
    HasChecksumAlgorithm: checksum_algorithm,
    HasContentMd5: content_md5,
    HasVersionId: version_id,
} }

impl Operation for PutObjectTagging {
    type Output = PutObjectTaggingOutput;
    const NAME: &'static str = "PutObjectTagging";
    const EXPECTS: Expectation = Expectation::Nothing;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::put(Target::object(&self.bucket, &self.key));
        draft.set_query("tagging", Some(""));
        draft.set_query("versionId", self.version_id.as_deref());
        draft.set_header("content-md5", self.content_md5.as_deref());
        write_tags(&mut draft, TagLimit::Object, &self.tags, self.checksum_algorithm.as_ref());
        draft
    }

    fn parse(&self, response: Response) -> Result<PutObjectTaggingOutput> {
        Ok(PutObjectTaggingOutput {
            response: ResponseInfo::from_response(&response),
            version_id: response.text("x-amz-version-id"),
        })
    }
}

/// Sets a list of tags as the body, or records an error in the draft.
pub(super) fn write_tags(
    draft: &mut Draft<'_>,
    limit: TagLimit,
    tags: &[Tag],
    algorithm: Option<&ChecksumAlgorithm>,
) {
    if let Err(error) = limit.check(tags) {
        draft.refuse(error);
    }
    let mut xml = XmlWriter::new("Tagging");
    xml.open("TagSet");
    Tag::write_all(tags, &mut xml);
    xml.close("TagSet");
    draft.set_xml(xml, Integrity::required(algorithm));
}
