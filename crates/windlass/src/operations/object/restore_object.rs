//! `RestoreObject`: restores a temporary copy of an archived object.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html>
//!
//! Restores of type SELECT run a query over an archive. S3 has closed them to new customers, and windlass does not
//! support them.

use crate::operations::shared_setters::has;
use crate::operations::{Expectation, Operation};
use crate::protocol::xml::XmlWriter;
use crate::protocol::{Draft, Integrity, Response, Target};
use crate::types::{ChecksumAlgorithm, ResponseInfo, Tier};
use crate::{Client, Request, Result};

impl Client {
    /// Restores a temporary copy of an archived object. This takes minutes to days; lists and `HeadObject` report the
    /// progress.
    ///
    /// Objects in Glacier Flexible Retrieval and Deep Archive require [`days`](Request::days). Objects that S3
    /// Intelligent-Tiering archived are moved back and must not have it.
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

/// Restores a temporary copy of an archived object.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RestoreObject {
    /// The bucket.
    pub bucket: String,
    /// The checksum algorithm for the request body; the client's setting by default.
    pub checksum_algorithm: Option<ChecksumAlgorithm>,
    /// The lifetime of the copy in days.
    pub days: Option<u32>,
    /// The key.
    pub key: String,
    /// The speed tier of the restore, which determines its price.
    pub tier: Option<Tier>,
    /// The version; the current one by default.
    pub version_id: Option<String>,
}

/// The response to `RestoreObject`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RestoreObjectOutput {
    /// The request ids of the response.
    pub response: ResponseInfo,
    /// The location of the result, for restores that write to another place.
    pub restore_output_path: Option<String>,
}

impl RestoreObject {
    /// Restores a temporary copy of an archived object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), ..Self::default() }
    }
}

impl RestoreObjectOutput {
    /// Whether a copy existed and its lifetime was extended.
    pub fn was_restored(&self) -> bool {
        self.response.status == 200
    }
}

impl Request<RestoreObject> {
    /// Sets the lifetime of the copy in days.
    pub fn days(self, days: u32) -> Self {
        self.set(|operation| operation.days = Some(days))
    }

    /// Sets the speed tier of the restore, which determines its price.
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
