//! `RestoreObject`: has S3 make a readable copy of an archived object for a while.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html>
//!
//! Restores of the type SELECT, which run a query over an archive and which S3 no longer opens to new customers, are
//! not here.

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::xml::XmlWriter;
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{ChecksumAlgorithm, ResponseInfo, Tier};
use crate::{Client, Request, Result};

impl Client {
    /// Has S3 make a readable copy of an archived object, which takes minutes to days: lists and `HeadObject` tell how
    /// far it has come.
    ///
    /// Objects in Glacier Flexible Retrieval and Deep Archive need [`days`](Request::days); those that S3 Intelligent
    /// Tiering archived are moved back and take none.
    ///
    /// ```no_run
    /// # async fn example(client: windlass::Client) -> windlass::Result<()> {
    /// use windlass::types::Tier;
    ///
    /// client.restore_object("films", "1998.mp4").days(7).tier(Tier::Bulk).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn restore_object(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> Request<RestoreObject> {
        self.request(RestoreObject::new(bucket, key))
    }
}

/// Has S3 make a readable copy of an archived object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RestoreObject {
    /// The bucket.
    pub bucket: String,
    /// The checksum of the request's body; that of the client's settings if none is given.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// For how many days the copy is kept.
    pub days: Option<u32>,
    /// The key.
    pub key: String,
    /// How fast the restore is, and how dear.
    pub tier: Option<Tier>,
    /// The version; the newest if none is given.
    pub version_id: Option<String>,
}

/// What S3 tells about a restore.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RestoreObjectOutput {
    /// The ids of the answer.
    pub response: ResponseInfo,
    /// Where the result of the restore lies, for kinds of restore that have a place of their own.
    pub restore_output_path: Option<String>,
}

impl RestoreObject {
    /// Has S3 make a readable copy of an archived object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

impl RestoreObjectOutput {
    /// Whether the copy was there already, and is only kept longer.
    pub fn was_restored(&self) -> bool {
        self.response.status == 200
    }
}

impl Request<RestoreObject> {
    /// Says for how many days the copy is kept.
    pub fn days(self, days: u32) -> Self {
        self.set(|operation| operation.days = Some(days))
    }

    /// Says how fast the restore is, and how dear.
    pub fn tier(self, tier: impl Into<Tier>) -> Self {
        self.set(|operation| operation.tier = Some(tier.into()))
    }
}

has! { RestoreObject {
    HasChecksumAlgorithm: checksum_algorithm,
    HasVersionId: version_id,
} }

impl Operation for RestoreObject {
    type Output = RestoreObjectOutput;
    const NAME: &'static str = "RestoreObject";
    const EXPECTS: Expectation = Expectation::Accepted;

    fn draft(&self) -> Draft<'_> {
        let mut draft = Draft::post(Target::object(&self.bucket, &self.key));
        draft.set_query("restore", Some(""));
        draft.set_query("versionId", self.version_id.as_deref());
        let mut xml = XmlWriter::new("RestoreRequest");
        xml.text("Days", self.days.map(|days| days.to_string()));
        if let Some(tier) = &self.tier {
            xml.open("GlacierJobParameters");
            xml.text("Tier", Some(tier.as_str()));
            xml.close("GlacierJobParameters");
        }
        draft.set_xml(xml, Integrity::chosen(self.checksum_algorithm.as_ref()));
        draft
    }

    fn parse(&self, response: Response) -> Result<RestoreObjectOutput> {
        Ok(RestoreObjectOutput {
            response: ResponseInfo::from_response(&response),
            restore_output_path: response.text("x-amz-restore-output-path"),
        })
    }
}
